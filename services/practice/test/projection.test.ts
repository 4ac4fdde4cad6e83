/** Following membership's log, from a small membership that is real HTTP. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openDatabase } from '@hub/kit/database';
import { passportHeader, passportSigner, passportVerifier } from '@hub/kit/passport';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import { exportJWK, generateKeyPair } from 'jose';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { migrateService } from '../src/migrations/all.js';
import { type Projection, followMembership } from '../src/projection/membership.js';

const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
const signer = await passportSigner({ ...(await exportJWK(privateKey)), kid: 'practice' });
const verify = passportVerifier('membership', { keys: [{ ...(await exportJWK(publicKey)), kid: 'practice' }] });

interface Entry {
  type: string;
  state?: string;
  body?: string;
  from?: string | null;
  until?: string | null;
}
const at = '2026-03-01T09:30:00.000Z';

/** A membership: its log, and whoever waits for more of it. */
class Membership {
  readonly entries: object[] = [];
  readonly asked: number[] = [];
  readonly waiting = new Set<() => void>();
  answer: 'log' | 'nonsense' | 'trouble' = 'log';
  readonly #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url!, 'http://membership');
      const after = Number(url.searchParams.get('after'));
      const limit = Number(url.searchParams.get('limit'));
      const send = () => {
        const entries = this.entries.slice(after, after + limit);
        response
          .setHeader('content-type', 'application/json')
          .end(JSON.stringify({ head: this.entries.length, entries }));
      };
      this.asked.push(after);
      if (this.answer === 'trouble') return void response.writeHead(503).end();
      if (this.answer === 'nonsense') return void response.end('{"data":{}}');
      verify(request.headers[passportHeader] as string).then(
        ({ kind }) => {
          if (url.pathname !== '/internal/log' || kind !== 'service') return response.writeHead(404).end();
          if (after !== this.entries.length) return send();
          return this.waiting.add(send);
        },
        () => response.writeHead(401).end(),
      );
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.#port}`;
  }

  close(): Promise<void> {
    this.waiting.clear();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  add(...entries: Entry[]): void {
    for (const entry of entries)
      this.entries.push({
        state: null,
        body: null,
        from: null,
        until: null,
        at,
        ...entry,
        position: this.entries.length + 1,
      });
    for (const send of this.waiting) send();
    this.waiting.clear();
  }
}

let membership: Membership;
let membershipUrl: string;
let database: FreshDatabase;
let source: DataSource;
let sql: pg.Client;
let lines: string[];
let wakes: number;
const following: Projection[] = [];
const follow = () => {
  const say = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const log = { info: say('info'), error: say('error') };
  const projection = followMembership({ database: source, membershipUrl, signer, log, wake: () => void (wakes += 1) });
  following.push(projection);
  return projection;
};

beforeEach(async () => {
  lines = [];
  wakes = 0;
  membership = new Membership();
  membershipUrl = await membership.listen();
  database = await freshDatabase('practice', migrateService);
  source = await openDatabase({ url: database.url, poolSize: 4 });
  sql = new pg.Client({ connectionString: database.adminUrl });
  await sql.connect();
});
afterEach(async () => {
  for (const projection of following.splice(0)) await projection.close();
  await membership.close();
  await sql.end();
  await source.destroy();
  await database.drop();
});

const memberships = async () =>
  (await sql.query(`select state, body, "from"::text, until::text from membership order by state, body`)).rows.map(
    ({ state, body, from, until }) => [state, body, from, until],
  );
const events = async () =>
  (await sql.query(`select position::int, type, state, body, joined, at from event order by position`)).rows;
const position = async () => (await sql.query('select position::int from membership_progress')).rows[0].position;
/** Waits for a condition. */
const until = async (holds: () => Promise<boolean> | boolean) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
};
const caughtUp = () => until(async () => (await position()) === membership.entries.length);

const baseline: Entry[] = [
  { type: 'MEMBERSHIP_STARTED', state: 'KEN', body: 'igad' },
  { type: 'MEMBERSHIP_STARTED', state: 'UGA', body: 'igad' },
];

test('what membership knew from the start is taken over and is no event', async () => {
  membership.add(...baseline);
  follow();
  await caughtUp();
  expect(await memberships()).toEqual([
    ['KEN', 'igad', null, null],
    ['UGA', 'igad', null, null],
  ]);
  expect([await events(), wakes]).toEqual([[], 0]);
});

test('a dated change becomes an event, and readers are woken', async () => {
  membership.add(...baseline);
  follow();
  await caughtUp();
  membership.add(
    { type: 'ROLE_STARTED', state: 'KEN' },
    { type: 'MEMBERSHIP_STARTED', state: 'KEN', body: 'eac', from: '2026-03-01' },
    { type: 'MEMBERSHIP_ENDED', state: 'UGA', body: 'igad', until: '2026-03-01' },
  );
  await caughtUp();
  expect(await memberships()).toEqual([
    ['KEN', 'eac', '2026-03-01', null],
    ['KEN', 'igad', null, null],
    ['UGA', 'igad', null, '2026-03-01'],
  ]);
  const event = { type: 'MEMBERSHIP_CHANGED', at: new Date(at) };
  expect(await events()).toEqual([
    { ...event, position: 1, state: 'KEN', body: 'eac', joined: true },
    { ...event, position: 2, state: 'UGA', body: 'igad', joined: false },
  ]);
  await until(() => wakes === 1);
});

test('leaving and coming back within a batch are two events and one membership', async () => {
  membership.add(
    ...baseline,
    { type: 'MEMBERSHIP_ENDED', state: 'KEN', body: 'igad', until: '2026-01-01' },
    { type: 'MEMBERSHIP_STARTED', state: 'KEN', body: 'igad', from: '2026-02-01' },
  );
  follow();
  await caughtUp();
  expect((await memberships())[0]).toEqual(['KEN', 'igad', '2026-02-01', null]);
  expect((await events()).map(({ joined }) => joined)).toEqual([false, true]);
});

test('a long log is read in parts, each entry once', async () => {
  const bodies = Array.from({ length: 1_200 }, (_, index) => `body-${index}`);
  membership.add(...bodies.map((body) => ({ type: 'MEMBERSHIP_STARTED', state: 'KEN', body, from: '2020-01-01' })));
  follow();
  await caughtUp();
  expect((await events()).map(({ body }) => body)).toEqual(bodies);
  expect((await memberships()).length).toBe(1_200);
});

test('two processes that follow write each entry once', async () => {
  follow();
  follow();
  await until(() => membership.waiting.size === 2);
  membership.add({ type: 'MEMBERSHIP_STARTED', state: 'KEN', body: 'eac', from: '2026-03-01' });
  await caughtUp();
  await until(() => membership.waiting.size === 2);
  expect(await events()).toHaveLength(1);
});

test('it goes on where it was after a restart of its own', async () => {
  membership.add(...baseline);
  await caughtUpAndClosed();
  membership.add({ type: 'MEMBERSHIP_STARTED', state: 'KEN', body: 'eac', from: '2026-03-01' });
  await caughtUpAndClosed();
  expect(membership.asked[0]).toBe(0);
  expect(membership.asked.slice(1)).not.toContain(0);
  expect(await events()).toHaveLength(1);

  async function caughtUpAndClosed() {
    const projection = follow();
    await caughtUp();
    await projection.close();
  }
});

test('while membership is away it keeps trying, says so once, and goes on', async () => {
  await membership.close();
  follow();
  await until(() => lines.length > 0);
  membership.add(...baseline);
  membership.answer = 'trouble';
  await membership.listen();
  await until(() => membership.asked.length > 1);
  membership.answer = 'nonsense';
  await until(() => membership.asked.length > 2);
  membership.answer = 'log';
  await caughtUp();
  await until(() => lines.length > 1);
  expect(lines.map((line) => line.slice(0, 6))).toEqual(['error:', 'info: ']);
});

test('when the database fails nothing is half done', async () => {
  await sql.query('revoke insert on event from practice_app');
  membership.add(...baseline, { type: 'MEMBERSHIP_STARTED', state: 'KEN', body: 'eac', from: '2026-03-01' });
  follow();
  await until(() => lines.length > 0);
  expect([await position(), await memberships()]).toEqual([0, []]);
  await sql.query('grant insert on event to practice_app');
  await caughtUp();
  expect([(await memberships()).length, (await events()).length]).toEqual([3, 1]);
});

test('another log than before is read from its start, and what is known is no event again', async () => {
  const changes: Entry[] = [...baseline, { type: 'MEMBERSHIP_STARTED', state: 'KEN', body: 'eac', from: '2026-03-01' }];
  membership.add(...changes, { type: 'ROLE_STARTED' });
  follow();
  await caughtUp();
  await until(() => membership.waiting.size === 1);
  membership.entries.length = 0; // restored from a back-up
  membership.add(...changes);
  await caughtUp();
  await until(() => membership.waiting.size === 1);
  expect(await events()).toHaveLength(1);
  expect(await memberships()).toHaveLength(3);
});

test('closing does not wait for membership', async () => {
  const projection = follow();
  await until(() => membership.waiting.size === 1);
  await projection.close();
  expect(lines).toEqual([]);
});
