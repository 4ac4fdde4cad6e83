/** The log of what changed, read over the internal endpoint: everything once and in order, at once when it happens. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { passportHeader } from '@hub/kit/passport';
import type { Running } from '@hub/kit/process';
import { asOwner } from '@hub/kit/seed';
import type { FreshDatabase } from '@hub/local/testing';
import type { EntityManager } from 'typeorm';
import { eventChannel } from '../src/event/event.sql.js';
import type { LogAnswer } from '../src/internal/log.route.js';
import { changeMembership } from '../src/member-state/changeMembership.js';
import { endRole, startRole } from '../src/person/changeRole.js';
import { developmentKey } from '../src/seed/development.js';
import { seedService } from '../src/seed/seedService.js';
import { start } from '../src/service.js';
import { as, failing, migratedDatabase } from './membership.js';
import { gateway, passportKeys } from './passports.js';

let database: FreshDatabase;
let service: Running;
beforeAll(async () => {
  database = await migratedDatabase();
  service = await start({ host: '127.0.0.1', port: 0, databaseUrl: database.url, passportKeys, log: failing });
});
afterAll(async () => {
  await service.close();
  await database.drop();
});

const read = async (query: string): Promise<LogAnswer> => {
  const response = await fetch(`${service.url}/internal/log?${query}`, {
    headers: { connection: 'close', [passportHeader]: await gateway.service('membership') },
  });
  expect(response.status).toBe(200);
  return (await response.json()) as LogAnswer;
};
const change = (work: (tx: EntityManager) => Promise<void>) => asOwner(database.ownerUrl, work);
const today = new Date().toISOString().slice(0, 10);

test('the log of an empty hub is empty, and asking without waiting answers at once', async () => {
  expect(await read('')).toEqual({ head: 0, entries: [] });
});

test('seeding logs the 535 memberships once, dense and in order; seeding again logs nothing', async () => {
  await seedService(database.ownerUrl);
  const first = await read('limit=1000');
  expect(first.head).toBe(535);
  expect(first.entries.map(({ position }) => position)).toEqual(Array.from({ length: 535 }, (_, index) => index + 1));
  expect(first.entries[0]).toEqual({
    position: 1,
    type: 'MEMBERSHIP_STARTED',
    state: 'BRN',
    body: 'asean',
    from: null,
    until: null,
    at: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/),
  });
  await seedService(database.ownerUrl);
  expect(await read('after=535')).toEqual({ head: 535, entries: [] });
});

test('it is read in pages', async () => {
  expect((await read('')).entries).toHaveLength(100);
  expect((await read('after=530&limit=3')).entries.map(({ position }) => position)).toEqual([531, 532, 533]);
  expect(await read('after=99999')).toEqual({ head: 535, entries: [] });
});

test('a start and an end of a membership are logged with their dates, together with the change', async () => {
  const { head } = await read('');
  await change(async (tx) => {
    await changeMembership(tx, { state: 'ERI', body: 'igad', from: '2026-03-01' });
    await changeMembership(tx, { state: 'KEN', body: 'igad', until: today });
  });
  await change(async (tx) => changeMembership(tx, { state: 'ERI', body: 'igad', until: '2026-04-01' }));
  expect((await read(`after=${head}`)).entries).toMatchObject([
    { type: 'MEMBERSHIP_STARTED', state: 'ERI', body: 'igad', from: '2026-03-01', until: null },
    { type: 'MEMBERSHIP_ENDED', state: 'KEN', body: 'igad', from: null, until: today },
    { type: 'MEMBERSHIP_ENDED', state: 'ERI', body: 'igad', from: '2026-03-01', until: '2026-04-01' },
  ]);
  await seedService(database.ownerUrl); // does not bring Kenya back
  expect((await read('')).head).toBe(head + 3);
});

test('what is rolled back is neither changed nor logged', async () => {
  const { head } = await read('');
  await expect(
    change(async (tx) => {
      await changeMembership(tx, { state: 'UGA', body: 'igad', until: today });
      throw new Error('changed their mind');
    }),
  ).rejects.toThrow('changed their mind');
  expect((await read('')).head).toBe(head);
});

test.each([
  ['a State joins where it is', { state: 'UGA', body: 'igad', from: null }, 'CONFLICT'],
  ['a State leaves where it is not', { state: 'UGA', body: 'asean', until: today }, 'NOT_FOUND'],
] as const)('%s: refused', async (_name, wanted, code) => {
  const { head } = await read('');
  await expect(change((tx) => changeMembership(tx, wanted))).rejects.toMatchObject({ code });
  expect((await read('')).head).toBe(head);
});

test('roles are logged with the person’s key, and none of their name', async () => {
  await seedService(database.ownerUrl, { developmentIssuer: 'http://issuer.test/' });
  const { head } = await read('');
  expect(head).toBe(535 + 3 + 418);
  const reviewer = { person: developmentKey('officer:igad'), role: 'REVIEWER', of: 's:KEN' } as const;
  const auditor = { person: developmentKey('curator'), role: 'AUDITOR', of: null } as const;
  await change(async (tx) => {
    await startRole(tx, reviewer, new Date(Date.now() - 1000));
    await startRole(tx, auditor, new Date());
    await endRole(tx, reviewer, new Date());
  });
  expect((await read(`after=${head}`)).entries).toMatchObject([
    { type: 'ROLE_STARTED', state: 'KEN', body: null, person: reviewer.person, role: 'REVIEWER', until: null },
    { type: 'ROLE_STARTED', state: null, body: null, person: auditor.person, role: 'AUDITOR' },
    { type: 'ROLE_ENDED', state: 'KEN', body: null, person: reviewer.person, role: 'REVIEWER', until: today },
  ]);
  await expect(change((tx) => startRole(tx, auditor, new Date()))).rejects.toMatchObject({ code: 'CONFLICT' });
  await expect(change((tx) => endRole(tx, reviewer, new Date()))).rejects.toMatchObject({ code: 'NOT_FOUND' });
});

test('whoever waits is answered when something happens', async () => {
  const { head } = await read('');
  const waiting = read(`after=${head}&waitMs=5000`);
  await change((tx) => changeMembership(tx, { state: 'CHL', body: 'pif', from: null }));
  await as(database.url, (client) => client.query('select pg_notify($1, $2)', [eventChannel, '']));
  expect(await waiting).toMatchObject({ head: head + 1, entries: [{ state: 'CHL', body: 'pif' }] });
});

test('without a wake-up they are answered by the poll, and when nothing happens, when their time is up', async () => {
  const { head } = await read('');
  const waiting = read(`after=${head}&waitMs=5000`);
  await change((tx) => changeMembership(tx, { state: 'CHL', body: 'pif', until: today }));
  expect((await waiting).entries).toMatchObject([{ type: 'MEMBERSHIP_ENDED', state: 'CHL' }]);
  expect(await read(`after=${head + 1}&waitMs=50`)).toEqual({ head: head + 1, entries: [] });
});

test('a service that closes lets go of who waits', async () => {
  const other = await start({ host: '127.0.0.1', port: 0, databaseUrl: database.url, passportKeys, log: failing });
  const headers = { connection: 'close', [passportHeader]: await gateway.service('membership') };
  const waiting = fetch(`${other.url}/internal/log?after=99999&waitMs=5000`, { headers }).then(
    (response) => response.status,
    () => 'cut',
  );
  await fetch(`${other.url}/livez`, { headers: { connection: 'close' } }); // the one before it has arrived
  const begun = Date.now();
  await other.close();
  expect([200, 'cut']).toContain(await waiting);
  expect(Date.now() - begun).toBeLessThan(3_000);
});
