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

test('rules of another version of the code are made anew by the next migration, in one piece', async () => {
  const policies = (client: pg.Client) =>
    client.query(
      `select tablename, policyname, roles::text, cmd, qual, with_check from pg_policies where schemaname = 'public' order by 1, 2`,
    );
  const before = await as(database.adminUrl, async (client) => (await policies(client)).rows);
  expect(before.length).toBeGreaterThan(20);
  await as(database.ownerUrl, async (client) => {
    await client.query(`update rules_in_force set hash = 'of older code'`);
    await client.query('create policy forgotten on practice for select to practice_app using (true)');
    await client.query('drop policy practice_section_0 on practice_section');
    await client.query('grant update (owner) on practice to practice_app');
  });
  expect(await migrateService(database.ownerUrl)).toEqual(['rules']);
  await as(database.adminUrl, async (client) => {
    expect((await policies(client)).rows).toEqual(before);
    const { rows } = await client.query(
      `select has_column_privilege('practice_app', 'practice', 'owner', 'update') as owner,
              has_column_privilege('practice_app', 'practice', 'marking', 'update') as marking,
              has_table_privilege('practice_app', 'rules_in_force', 'select') as hash`,
    );
    expect(rows).toEqual([{ owner: false, marking: true, hash: false }]);
  });
  expect(await migrateService(database.ownerUrl)).toEqual([]);
});

test('every table is public reference data or under forced row-level security', async () => {
  const { rows } = await as(database.adminUrl, (client) =>
    client.query(
      `select relname, relrowsecurity and relforcerowsecurity as protected from pg_class
        where relnamespace = 'public'::regnamespace and relkind = 'r' and relname not in ('migration', 'rules_in_force') order by 1`,
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
    expect((await client.query(`select * from read_events(0, 0, 0, 0, '{}', 10)`)).rows).toEqual([]);
  });
});

test('functions that look past the policies belong to the definer, pin their search path, and are not for everybody', async () => {
  const { rows } = await as(database.adminUrl, (client) =>
    client.query(
      `select proname as name, pg_get_userbyid(proowner) as owner, proconfig, has_function_privilege('practice_app', oid, 'execute') as app,
              prorettype = 'trigger'::regtype as trigger,
              exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as everybody
         from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by 1`,
    ),
  );
  expect(rows.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['note_lapses', 'read_events', 'redacted_sections']),
  );
  for (const { name, owner, app, everybody, trigger, proconfig } of rows) {
    expect([name, owner, app && trigger, everybody]).toEqual([name, 'practice_definer', false, false]);
    expect(proconfig[0]).toMatch(/^search_path=pg_catalog, public/);
  }
});
