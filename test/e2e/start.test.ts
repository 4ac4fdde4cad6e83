/** `npm start` as somebody types it, with a data folder of its own: what it prints works, and nothing outlives it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@hub/local/freePort';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { type Json, eventually, root } from '../hub.js';
import { completePractice, createMutation, done, submitMutation } from '../practices.js';

jest.setTimeout(90_000);

const marker = randomUUID();
const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-start-'));
  folders.push(folder);
  return folder;
};
const port = await freePort();
const url = `http://127.0.0.1:${port}/graphql`;

interface Program {
  child: ChildProcess;
  output(): string;
  code: Promise<number | null>;
}

/** Runs npm in a process group of its own, as a shell would. */
function npm(args: string[], data: string): Program {
  const { NODE_OPTIONS: _options, NODE_ENV: _env, DATABASE_URL: _url, ...inherited } = process.env;
  const child = spawn('npm', args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited, HUB_DATA: data, PORT: String(port), START_TEST: marker },
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (chunk: Buffer) => (output += String(chunk)));
  return { child, output: () => output, code: once(child, 'close').then(([code]) => code as number | null) };
}

async function started(data: string, ...args: string[]): Promise<Program> {
  const hub = npm(['start', ...args], data);
  await eventually(() => {
    if (hub.child.exitCode !== null) throw new Error(hub.output());
    return /Development tokens|The first curator/.test(hub.output());
  }, 60_000);
  return hub;
}

/** What runs because of this file, by process id and command; zombies do not. */
const running = (): [pid: number, command: string][] =>
  readdirSync('/proc').flatMap((pid): [number, string][] => {
    try {
      if (!/^\d+$/.test(pid) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      const ours =
        readFileSync(`/proc/${pid}/environ`, 'utf8').includes(marker) || folders.some((f) => command.includes(f));
      return ours ? [[Number(pid), command]] : [];
    } catch {
      return []; // it ended meanwhile
    }
  });
const nothingRuns = () => eventually(() => running().length === 0, 20_000);
afterEach(nothingRuns);
afterAll(() => {
  for (const [pid] of running()) process.kill(pid, 'SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function ask(token: string | undefined, query: string, variables = {}): Promise<Json> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}
const events = async () => {
  const { data } = await ask(
    undefined,
    '{ practiceEvents(first: 100) { nodes { practiceId } } practices { totalCount } }',
  );
  return [data.practiceEvents.nodes.length, data.practices.totalCount];
};
const printed = (output: string, role: string) => new RegExp(`${role}\\n\\s+(eyJ\\S+)`).exec(output)![1]!;

describe('a hub with its seed', () => {
  const data = newFolder();
  let id: string;

  test('prints a URL and tokens that work; another at the same port is told so in a line; Ctrl-C leaves nothing', async () => {
    const hub = await started(data);
    expect(hub.output()).toContain(url);
    expect(hub.output()).toMatch(/^ {2}subscription \{ practiceEvents\(/m);
    const { query } = JSON.parse(/ -d '(\{.+\})'$/m.exec(hub.output())![1]!) as { query: string };
    const { data: pasted } = await ask(undefined, query);
    expect(pasted.practices.nodes).toHaveLength(3);
    const asKenya = await ask(printed(hub.output(), 'focal-point:KEN'), '{ viewer { kind memberState { iso3 } } }');
    expect(asKenya.data.viewer).toEqual({ kind: 'PERSON', memberState: { iso3: 'KEN' } });
    expect(await events()).toEqual([49, 49]);
    const asked = npm(['run', '-s', 'token', '--', 'focal-point:KEN'], data);
    expect(await asked.code).toBe(0);
    const token = asked.output().trim();
    const created = await ask(token, createMutation, {
      input: { ...completePractice, owner: { memberState: 'KEN' }, marking: 'GREEN', title: 'It stays' },
    });
    const draft = done(created.data.createPractice);
    const submitted = await ask(token, submitMutation, { input: { id: draft.id, expectedRevision: draft.revision } });
    ({ id } = done(submitted.data.submitPractice));

    const second = npm(['start'], newFolder());
    expect(await second.code).not.toBe(0);
    const complaints = second
      .output()
      .split('\n')
      .filter((line) => line && !/^(>|npm |Building|\s*\d+\.\d s)/.test(line));
    expect(complaints).toEqual([expect.stringContaining(`Port ${port} is taken`)]);

    process.kill(-hub.child.pid!, 'SIGINT'); // a terminal sends it to the whole group
    await hub.code;
    await nothingRuns();
  });

  test('keeps its data, and seeds nothing twice; TERM to npm leaves nothing', async () => {
    const since = Date.now();
    const hub = await started(data);
    console.log(`Built, with its data, to ready: ${((Date.now() - since) / 1000).toFixed(1)} s`);
    expect(hub.output()).toContain('Already migrated and seeded.');
    expect(await events()).toEqual([49, 49]);
    const token = npm(['run', '-s', 'token', '--', 'officer:asean'], data);
    expect(await token.code).toBe(0);
    const { data: answer } = await ask(
      token.output().trim(),
      `query ($id: ID!) { practice(id: $id) { title { text } owner { ... on MemberState { name { text } } } } practiceEvents(first: 100) { nodes { practiceId } } }`,
      { id },
    );
    expect(answer.practice).toEqual({ title: { text: 'It stays' }, owner: { name: { text: 'Kenya' } } });
    expect(answer.practiceEvents.nodes.filter(({ practiceId }: Json) => practiceId === id)).toHaveLength(1);
    expect(answer.practiceEvents.nodes).toHaveLength(50);
    hub.child.kill('SIGTERM');
    await hub.code;
    await nothingRuns();
  });

  test('SIGKILL of npm leaves nothing; after SIGKILL of the launcher the next start works', async () => {
    const first = await started(data);
    first.child.kill('SIGKILL');
    await nothingRuns();

    const second = await started(data);
    const [launcher] = running().find(
      ([, command]) => command.includes('bin/start.mjs') && !command.startsWith('npm'),
    )!;
    process.kill(launcher, 'SIGKILL');
    await second.code;

    const third = await started(data);
    expect(await events()).toEqual([49, 49]);
    third.child.kill('SIGTERM');
    await third.code;
    await nothingRuns();
  });
});

test('--no-seed is an empty hub with reference data, whose first curator is bound once', async () => {
  const data = newFolder();
  const hub = await started(data, '--', '--no-seed');
  expect(hub.output()).not.toContain('eyJ');
  const { data: answer } = await ask(
    undefined,
    '{ practices { totalCount } practiceEvents { nodes { type } } memberStates { totalCount } regionalBodies { slug } regions { m49 } themes { slug } knowledgeProducts { slug } workshops { slug } }',
  );
  expect(answer).toMatchObject({
    practices: { totalCount: 0 },
    practiceEvents: { nodes: [] },
    memberStates: { totalCount: 195 },
  });
  for (const list of ['regionalBodies', 'regions', 'themes', 'knowledgeProducts', 'workshops'])
    expect([list, answer[list].length > 3]).toEqual([list, true]);

  const token = async (role: string) => {
    const program = npm(['run', '-s', 'token', '--', role], data);
    expect(await program.code).toBe(0);
    return program.output().trim();
  };
  const curator = await token('curator');
  const who = '{ viewer { kind roles { role } } }';
  for (const unknown of [curator, await token('focal-point:KEN')])
    expect((await ask(unknown, who)).data).toEqual({ viewer: { kind: 'UNKNOWN', roles: [] } });

  const { iss } = JSON.parse(Buffer.from(curator.split('.')[1]!, 'base64url').toString());
  const bootstrap = (subject: string) =>
    npm(['run', '-s', 'bootstrap', '--', '--issuer', iss, '--subject', subject], data);
  expect(await bootstrap('curator').code).toBe(0);
  expect((await ask(curator, who)).data).toEqual({ viewer: { kind: 'PERSON', roles: [{ role: 'CURATOR' }] } });
  const again = bootstrap('focal-point:KEN');
  expect(await again.code).not.toBe(0);
  expect(again.output().trim()).toMatch(/^.*curator.*$/); // one line

  process.kill(-hub.child.pid!, 'SIGINT');
  await hub.code;
  const reset = npm(['run', 'reset'], data);
  expect(await reset.code).toBe(0);
  expect(existsSync(data)).toBe(false);
});
