/** Sessions: one moment per query, the viewer in each transaction and nowhere else, one connection per request. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import {
  Session,
  arrayLiteral,
  clockSetting,
  isConnectionLost,
  isUniqueViolation,
  nowSql,
  openDatabase,
} from '../src/database.js';

let database: FreshDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await freshDatabase(
    'region',
    async (ownerUrl) => {
      const client = new pg.Client({ connectionString: ownerUrl });
      await client.connect();
      await client.query(`create table thing (name text primary key, owner text not null);
        grant select, insert, update on thing to region_app;
        alter table thing enable row level security; alter table thing force row level security;
        create policy all_owner on thing for all to region_owner using (true) with check (true);
        create policy own on thing for all to region_app using (owner = current_setting('hub.viewer', true)) with check (true);
        insert into thing values ('a', 'ann'), ('b', 'ben');`);
      await client.end();
    },
    { template: 'kit' },
  );
  source = await openDatabase({ url: database.url, poolSize: 2 });
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const session = (viewer: string) => new Session(source, () => ({ 'hub.viewer': viewer }));
const names = (of: Session) =>
  of.read(async (db) =>
    (await db.query<{ name: string }[]>('select name from thing order by 1')).map(({ name }) => name),
  );

test('forty viewers over two connections each see their own, also when they read at once', async () => {
  const viewers = Array.from({ length: 40 }, (_, index) => (index % 2 ? 'ann' : 'ben'));
  const seen = await Promise.all(
    viewers.map(async (viewer) => {
      const own = session(viewer);
      const answers = await Promise.all([names(own), names(own), names(own)]);
      await own.close();
      return answers;
    }),
  );
  expect(seen).toEqual(viewers.map((viewer) => Array(3).fill(viewer === 'ann' ? ['a'] : ['b'])));
  // The setting was the transaction's: a connection from the pool remembers nobody.
  expect(await source.query('select name from thing')).toEqual([]);
});

test('a query is of one moment; after a write it is of the moment after', async () => {
  const reader = session('ann');
  const before = await names(reader);
  const writer = session('ann');
  await writer.write((tx) => tx.query(`insert into thing values ('c', 'ann')`));
  expect(await names(reader)).toEqual(before);
  let forgotten = 0;
  reader.afterWrite(() => forgotten++);
  await reader.write((tx) => tx.query(`insert into thing values ('d', 'ann')`));
  expect(forgotten).toBe(1);
  expect(await names(reader)).toEqual(['a', 'c', 'd']);
  await reader.close();
  await writer.close();
});

test('reads cannot write; what fails rolls back, and the session goes on', async () => {
  const own = session('ann');
  await expect(own.read((db) => db.query(`insert into thing values ('x', 'ann')`))).rejects.toThrow(/read-only/);
  const twice = own.write(async (tx) => {
    await tx.query(`insert into thing values ('y', 'ann')`);
    await tx.query(`insert into thing values ('a', 'ann')`);
  });
  await expect(twice).rejects.toThrow();
  expect(isUniqueViolation(await twice.catch((error: unknown) => error), 'thing_pkey')).toBe(true);
  expect(await names(own)).not.toContain('y');
  await own.close();
});

test('array settings survive quotes, commas and backslashes', async () => {
  const values = ['s:KEN', 'with "quotes"', 'back\\slash', 'com,ma', '{brace}', ''];
  const [row] = await source.query<{ back: string[] }[]>('select $1::text[] as back', [arrayLiteral(values)]);
  expect(row!.back).toEqual(values);
});

test('a service refuses to start as superuser or as the owner of its tables', async () => {
  await expect(openDatabase({ url: database.adminUrl })).rejects.toThrow(/superuser/);
  await expect(openDatabase({ url: database.ownerUrl })).rejects.toThrow(/owner of table thing/);
});

test('rules compare with the clock of the process, and with the database’s own where there is none', async () => {
  const at = new Date('2031-05-06T07:08:09.123Z');
  const own = new Session(source, () => ({ 'hub.viewer': 'ann', ...clockSetting(at) }));
  expect(await own.read((db) => db.query(`select ${nowSql} as now`))).toEqual([{ now: at }]);
  await own.close();
  const [row] = await source.query<{ near: boolean }[]>(
    `select abs(extract(epoch from ${nowSql} - now())) < 1 as near`,
  );
  expect(row).toEqual({ near: true });
});

test.each(['the next read', 'the end'])('a connection lost within a session is told as such by %s', async (when) => {
  const own = session('ann');
  const pid = await own.read(async (db) => {
    const [row] = await db.query<{ pid: number }[]>('select pg_backend_pid() as pid');
    return row!.pid;
  });
  const admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await admin.query('select pg_terminate_backend($1, 5000)', [pid]);
  await admin.end();
  await new Promise((resolve) => setTimeout(resolve, 50)); // for our end of the connection to hear of it
  const error = await (when === 'the end' ? own.close() : names(own)).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(isConnectionLost(error)).toBe(true);
  expect(await names(session('ann'))).toContain('a');
});
