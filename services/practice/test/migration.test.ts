import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import pg from 'pg';
import { migrateService } from '../src/migrations/all.js';
import { publicTables } from '../src/practice/practice.visibility.js';

let database: FreshDatabase;
beforeAll(async () => {
  database = await freshDatabase('practice', migrateService);
});
afterAll(() => database.drop());

const as = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

test('migrating twice changes nothing', async () => {
  expect(await migrateService(database.ownerUrl)).toEqual([]);
});

test('every table is public reference data or under forced row-level security', async () => {
  const { rows } = await as(database.adminUrl, (client) =>
    client.query(
      `select relname, relrowsecurity and relforcerowsecurity as protected from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and relname <> 'migration' order by 1`,
    ),
  );
  expect(rows.length).toBeGreaterThan(10);
  for (const { relname, protected: isProtected } of rows)
    expect([relname, isProtected]).toEqual([relname, !(publicTables as readonly string[]).includes(relname)]);
});

test('without a viewer the run-time role reads no protected row and no event', async () => {
  await as(database.url, async (client) => {
    for (const table of ['practice', 'practice_version', 'practice_section', 'practice_curation', 'review_assignment'])
      expect((await client.query(`select * from ${table}`)).rows).toEqual([]);
    await expect(client.query('select * from event')).rejects.toMatchObject({ code: '42501' });
    expect((await client.query('select * from read_events(0, 0, 10)')).rows).toEqual([]);
  });
});
