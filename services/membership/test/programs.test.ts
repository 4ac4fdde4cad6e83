/** The programs as they are run: what they print, and how they end. Needs the package built. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import { issuer, viewerOf } from './membership.js';
import { passportKeys } from './passports.js';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase('membership', async () => undefined, { template: 'empty' });
});
afterAll(() => database.drop());

const begin = (program: string, args: string[], env: Record<string, string>): ChildProcess =>
  spawn(process.execPath, [fileURLToPath(new URL(`../dist/${program}.js`, import.meta.url)), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const ended = async (child: ChildProcess) => {
  const text = { out: '', err: '' };
  child.stdout!.on('data', (chunk) => (text.out += chunk));
  child.stderr!.on('data', (chunk) => (text.err += chunk));
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...text };
};
const run = (program: string, args: string[] = [], env: Record<string, string> = {}) =>
  ended(begin(program, args, { MEMBERSHIP_OWNER_DATABASE_URL: database.ownerUrl, ...env }));
const oneLine = /^[^\n]+\n$/;

test('an empty database is migrated, seeded without persons, and gets its first curator, once', async () => {
  expect(await run('migrate')).toMatchObject({ code: 0 });
  expect(await run('seed', ['--reference-only'], { DEVELOPMENT_ISSUER: issuer })).toMatchObject({ code: 0 });
  expect(await viewerOf(database.url, 'curator')).toBeNull();
  expect(await run('bootstrap', ['--issuer', issuer, '--subject', 'first'])).toMatchObject({
    code: 0,
    out: expect.stringMatching(oneLine),
    err: '',
  });
  expect(await viewerOf(database.url, 'first')).toMatchObject({ roles: [{ role: 'CURATOR' }] });
  expect(await run('bootstrap', ['--issuer', issuer, '--subject', 'second'])).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringMatching(oneLine),
  });
});

test.each([
  [[]],
  [['--issuer', issuer]],
  [['--subject', 'x']],
  [['--issuer', 'nonsense', '--subject', 'x']],
  [['--else']],
])('bootstrap %j is refused in one line', async (args) => {
  expect(await run('bootstrap', args)).toMatchObject({ code: 1, out: '', err: expect.stringMatching(oneLine) });
});

test('a program without its settings names them and ends', async () => {
  for (const program of ['main', 'migrate', 'seed', 'bootstrap']) {
    const { code, out, err } = await ended(begin(program, [], {}));
    expect([program, code, out]).toEqual([program, 1, '']);
    expect(err).toMatch(/MEMBERSHIP_(OWNER_)?DATABASE_URL is missing/);
  }
});

test('main says when it is ready, and ends at SIGTERM', async () => {
  await run('migrate');
  const child = begin('main', [], {
    MEMBERSHIP_DATABASE_URL: database.url,
    PASSPORT_KEYS: JSON.stringify(passportKeys),
  });
  const end = ended(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const { ready, url } = JSON.parse(line.toString()) as { ready: boolean; url: string };
  expect(ready).toBe(true);
  expect((await fetch(`${url}/readyz`, { headers: { connection: 'close' } })).status).toBe(200);
  child.kill('SIGTERM');
  expect((await end).code).toBe(0);
});

test('main refuses a role that row-level security would not hold', async () => {
  const { code, err } = await ended(
    begin('main', [], { MEMBERSHIP_DATABASE_URL: database.ownerUrl, PASSPORT_KEYS: JSON.stringify(passportKeys) }),
  );
  expect(code).toBe(1);
  expect(err).toMatch(/row-level security would not hold/);
});
