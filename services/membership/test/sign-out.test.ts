/** Sign-outs, noted over the internal endpoint: what they say of whose token, once each, and at once in the log. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { passportHeader } from '@hub/kit/passport';
import type { Running } from '@hub/kit/process';
import { anonymous } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { migrateService } from '../src/migrations/all.js';
import { start } from '../src/service.js';
import { as, failing, issuer, seededDatabase } from './membership.js';
import { gateway, passportKeys, practice, stranger } from './passports.js';

let database: FreshDatabase;
let service: Running;
beforeAll(async () => {
  database = await seededDatabase();
  service = await start({ host: '127.0.0.1', port: 0, databaseUrl: database.url, passportKeys, log: failing });
});
afterAll(async () => {
  await service.close();
  await database.drop();
});

const request = async (path: string, body?: object, passport?: string | null) => {
  const response = await fetch(service.url + path, {
    method: body ? 'POST' : 'GET',
    headers: {
      connection: 'close',
      ...(body && { 'content-type': 'application/json' }),
      ...(passport !== null && { [passportHeader]: passport ?? (await gateway.service('membership')) }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as any }; // eslint-disable-line @typescript-eslint/no-explicit-any -- compared as a whole
};
const at = '2026-05-06T07:08:09.000Z';
const signOut = (change: object) =>
  request('/internal/sign-out', { issuer, subject: null, session: null, messageId: randomUUID(), at, ...change });
const signedOutAt = async (subject: string, sid?: string) =>
  (await request('/internal/viewer', { issuer, subject, ...(sid && { sid }) })).body.signedOutAt;

test.each([
  // what was signed out                            the token's session      is it signed out?
  ['a subject', { subject: true }, [undefined, 'one', 'two'], [true, true, true]],
  ['a session of a subject', { subject: true, session: 'one' }, [undefined, 'one', 'two'], [true, true, false]],
  ['a session', { session: 'one' }, [undefined, 'one', 'two'], [false, true, false]],
])('%s signed out: what was issued up to then is', async (what, named, sessions, expected) => {
  const subject = { 'a subject': 'focal-point:KEN', 'a session of a subject': 'focal-point:UGA' }[what] ?? 'curator';
  const own = (session: string | undefined) => session && `${what} ${session}`; // sessions are one person's
  for (const session of sessions) expect(await signedOutAt(subject, own(session))).toBeUndefined();
  const { subject: bySubject, session } = named as { subject?: boolean; session?: string };
  expect(await signOut({ ...(bySubject && { subject }), ...(session && { session: own(session) }) })).toMatchObject({
    status: 200,
  });
  for (const [i, session] of sessions.entries())
    expect([session, await signedOutAt(subject, own(session))]).toEqual([session, expected[i] ? at : undefined]);
  expect(await signedOutAt('officer:igad')).toBeUndefined();
});

test('the last one counts, whatever the order they come in; another issuer’s are another’s', async () => {
  const subject = 'focal-point:TZA';
  await signOut({ subject, at: '2026-05-07T00:00:00Z' });
  await signOut({ subject, at: '2026-05-06T00:00:00Z' });
  await signOut({ subject, at: '2026-05-08T00:00:00Z', issuer: 'https://elsewhere.example' });
  expect(await signedOutAt(subject)).toBe('2026-05-07T00:00:00.000Z');
});

test('a message counts once: again it is a conflict, and neither noted nor logged', async () => {
  const head = async () => (await request('/internal/log?limit=1')).body.head;
  const messageId = randomUUID();
  await signOut({ subject: 'focal-point:RWA', messageId });
  const before = await head();
  expect(await signOut({ subject: 'focal-point:RWA', messageId, at: '2027-01-01T00:00:00Z' })).toMatchObject({
    status: 409,
    body: { errors: [{ extensions: { code: 'CONFLICT' } }] },
  });
  expect([await head(), await signedOutAt('focal-point:RWA')]).toEqual([before, at]);
});

test('whoever waits for the log is told at once, and of nobody’s role or State', async () => {
  const { head } = (await request('/internal/log?limit=1')).body;
  const waiting = request(`/internal/log?after=${head}&waitMs=5000`);
  await signOut({ subject: 'focal-point:BDI', session: 's1' });
  const begun = Date.now();
  expect((await waiting).body.entries).toEqual([
    {
      position: head + 1,
      type: 'SIGNED_OUT',
      state: null,
      body: null,
      from: null,
      until: null,
      at: expect.any(String),
      issuer,
      subject: 'focal-point:BDI',
      session: 's1',
    },
  ]);
  expect(Date.now() - begun).toBeLessThan(500);
});

test('an entry that any program commits wakes who waits, without the poll', async () => {
  const { head } = (await request('/internal/log?limit=1')).body;
  const waited: number[] = [];
  for (let round = 0; round < 4; round++) {
    const waiting = request(`/internal/log?after=${head + round}&waitMs=5000`);
    await request('/livez', undefined, null); // the one before it has arrived
    await as(database.ownerUrl, (owner) =>
      owner.query(
        `insert into membership_event (id, type, state, body) values (gen_random_uuid(), 'MEMBERSHIP_STARTED', 'KEN', 'igad')`,
      ),
    );
    const committed = Date.now();
    expect((await waiting).body.entries).toHaveLength(1);
    waited.push(Date.now() - committed);
  }
  expect(waited.toSorted((a, b) => a - b)[1]).toBeLessThan(100); // a poll each second would take half of one
});

test.each([
  ['no passport', null],
  ['practice’s', () => practice.service('membership')],
  ['a viewer’s', () => gateway.viewer('membership', anonymous, [])],
  ['one for another service', () => gateway.service('practice')],
  ['one under a stranger’s key', () => stranger.service('membership')],
])('only the gateway notes sign-outs: with %s it is 401', async (_what, passport) => {
  const body = { issuer, subject: 'curator', session: null, messageId: 'm', at };
  expect(await request('/internal/sign-out', body, passport && (await passport()))).toMatchObject({
    status: 401,
    body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  });
  expect(await signedOutAt('curator')).toBeUndefined();
});

test.each([
  [{}],
  [{ subject: '' }],
  [{ subject: 7 }],
  [{ subject: 'x\u0000' }],
  [{ subject: 'x'.repeat(2049) }],
  [{ subject: 'x', at: 'yesterday' }],
  [{ subject: 'x', messageId: '' }],
  [{ subject: 'x', also: 1 }],
])('a malformed one is 400: %j', async (change) => {
  expect(await signOut(change)).toMatchObject({
    status: 400,
    body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
  });
});

test('the run-time role reads no sign-out, writes none for a viewer, and logs none without saying whose', async () => {
  await as(database.url, async (client) => {
    const note = `insert into sign_out (key, issuer, message, subject, at) values (gen_random_uuid(), 'i', 'm', 's', now())`;
    await client.query('begin');
    await client.query(`select set_config('hub.viewer', 'person:x', true)`);
    await expect(client.query(note)).rejects.toMatchObject({ code: '42501' });
    await client.query('rollback');
    for (const sql of ['select * from sign_out', 'delete from sign_out', `update sign_out set at = now()`])
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
  });
  await as(database.ownerUrl, async (client) => {
    for (const columns of [
      `(id, type) values (gen_random_uuid(), 'SIGNED_OUT')`,
      `(id, type, issuer, subject, person) values (gen_random_uuid(), 'SIGNED_OUT', 'i', 's', gen_random_uuid())`,
      `(id, type, state, body, issuer, subject) values (gen_random_uuid(), 'MEMBERSHIP_STARTED', 'KEN', 'eu', 'i', 's')`,
      `(id, type, state, body) values (gen_random_uuid(), 'ANYTHING', 'KEN', 'eu')`,
    ])
      await expect(client.query(`insert into membership_event ${columns}`)).rejects.toMatchObject({ code: '23514' });
  });
});

test('migrating again changes nothing', async () => {
  expect(await migrateService(database.ownerUrl)).toEqual([]);
});
