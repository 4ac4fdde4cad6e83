/**
 * What holds when everything above has failed: as the run-time role, with the settings of a viewer and without, every
 * table is read directly. And no service starts under a role that could step over its policies.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Settings } from '@hub/kit/database';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import { membershipSubgraph } from '@hub/membership/subgraph';
import { practiceSubgraph } from '@hub/practice/subgraph';
import { start as startMembership } from '@hub/membership/service';
import { start as startPractice } from '@hub/practice/service';
import { migrateService as migrateRegion } from '@hub/region/migrations/all';
import { start as startRegion } from '@hub/region/service';
import pg from 'pg';
import { createWorld } from './createWorld.js';
import { type Exchange, cursorKey, openExchange } from './exchange.js';
import type { Known } from './known.js';
import { insert } from './rows.js';
import { type Database, closedTables, guardedTables, positions, publicTables } from './tables.js';

const world = createWorld(7_001, { practices: 30 });
let exchange: Exchange;
let region: FreshDatabase;
const databases = () => ({ practice: exchange.practice, membership: exchange.membership, region });
const runtime = {} as Record<Database, pg.Client>;
const owner = {} as Record<Database, pg.Client>;
const names = ['practice', 'membership', 'region'] as const;

const settingsOf: Record<Database, (known: Known) => Settings> = {
  practice: (known) => practiceSubgraph.settings(known),
  membership: (known) => membershipSubgraph.settings(known),
  region: () => ({}),
};

beforeAll(async () => {
  exchange = await openExchange();
  region = await freshDatabase('region', migrateRegion);
  await exchange.load(world);
  await fill(exchange);
  for (const name of names)
    for (const [clients, url] of [
      [runtime, databases()[name].url],
      [owner, databases()[name].ownerUrl],
    ] as const) {
      clients[name] = new pg.Client({ connectionString: url });
      await clients[name].connect();
    }
});
afterAll(async () => {
  for (const clients of [runtime, owner]) for (const client of Object.values(clients)) await client.end();
  await exchange.close();
  await region.drop();
});

/** Rows in the tables that a world leaves empty. */
async function fill({ practiceSql, membershipSql }: Exchange): Promise<void> {
  const [practice] = world.practices;
  const now = new Date();
  await insert(practiceSql, 'practice_curation', [
    { practice_key: practice!.key, note: 'Only for curators.', resources: [] },
  ]);
  await insert(
    practiceSql,
    'idempotency_key',
    world.persons.map(({ key }) => ({
      viewer: `person:${key}`,
      key: 'one',
      input_hash: '',
      practice_key: practice!.key,
      created_at: now,
    })),
  );
  await insert(
    membershipSql,
    'person_contact',
    world.persons.map(({ key }, index) => ({
      person_key: key,
      name: `Name ${index}`,
      email: `name${index}@example.org`,
    })),
  );
  const until = new Date(now.getTime() + 24 * 60 * 60_000);
  await insert(
    membershipSql,
    'api_key',
    world.clients.map(({ key }, index) => ({
      key,
      client_key: key,
      hash: String(index).padStart(64, '0'),
      start: 'gpe_live_',
      created_at: now,
      expires_at: until,
    })),
  );
  for (const [index, { of }] of world.persons.flatMap(({ roles }) => roles).entries())
    if (of)
      await membershipSql.query(
        `insert into invitation (key, hash, role, of, invited_by, created_at, expires_at)
         values (gen_random_uuid(), $1, 'CONTRIBUTOR', $2, $3, $4, $5)`,
        [String(index).padStart(64, '0'), of, world.persons[0]!.key, now, until],
      );
}

/** Rows of a table as the run-time role sees them; null when it may not read a column of it. */
async function rowsOf(name: Database, table: string, settings: Settings): Promise<Record<string, unknown>[] | null> {
  const sql = runtime[name];
  const { rows: columns } = await sql.query<{ name: string }>(
    `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped
        and has_column_privilege($1::regclass, attnum, 'select')`,
    [table],
  );
  if (columns.length === 0) return null;
  await sql.query('begin read only');
  try {
    for (const [setting, value] of Object.entries(settings))
      await sql.query('select set_config($1, $2, true)', [setting, value]);
    return (await sql.query(`select ${columns.map(({ name: column }) => `"${column}"`).join(', ')} from ${table}`))
      .rows;
  } finally {
    await sql.query('rollback');
  }
}

describe.each(names)('%s', (name) => {
  test('every table is sorted, and everything that is not public is under forced row-level security', async () => {
    const { rows } = await owner[name].query<{ name: string; forced: boolean }>(
      `select relname as name, relrowsecurity and relforcerowsecurity as forced from pg_class
        where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')`,
    );
    const guarded = Object.keys(guardedTables[name]);
    const sorted = [...publicTables[name], ...closedTables[name], ...positions[name], ...guarded];
    expect(rows.map((row) => row.name).toSorted()).toEqual(sorted.toSorted());
    const bare = rows.filter(({ forced }) => !forced).map((row) => row.name);
    expect(bare.filter((table) => guarded.includes(table) || positions[name].includes(table))).toEqual([]);
  });

  test('closed tables are closed, and without a viewer nothing but what is public can be read', async () => {
    for (const table of closedTables[name]) expect([table, await rowsOf(name, table, {})]).toEqual([table, null]);
    for (const table of Object.keys(guardedTables[name]))
      expect([table, (await rowsOf(name, table, {}))?.length]).toEqual([table, 0]);
  });
});

test.each(
  names.flatMap((name) => Object.entries(guardedTables[name]).map(([table, may]) => [name, table, may] as const)),
)('%s.%s shows nobody what is not for them, and somebody something', async (name, table, may) => {
  const { rows: all } = await owner[name].query<{ count: string }>(`select count(*) as count from ${table}`);
  const wrong: unknown[] = [];
  let [most, least] = [0, Infinity];
  for (const viewer of world.viewers) {
    const known = await exchange.known(viewer);
    if (!known) continue;
    const rows = (await rowsOf(name, table, settingsOf[name](known)))!;
    most = Math.max(most, rows.length);
    least = Math.min(least, rows.length);
    for (const row of rows) if (!may({ viewer, world }, row, known)) wrong.push([viewer.name, row]);
  }
  expect(wrong.slice(0, 5)).toEqual([]);
  if (Number(all[0]!.count) === 0) return; // filled by who proves that part: access log, keys, invitations
  expect([table, 'allows', most > 0]).toEqual([table, 'allows', true]);
  expect([table, 'refuses', least < Number(all[0]!.count)]).toEqual([table, 'refuses', true]);
});

describe('a service refuses to start', () => {
  const log = { info: () => undefined, error: () => undefined };
  const common = { host: '127.0.0.1', port: 0, passportKeys: { keys: [] }, log };
  const start = {
    practice: (databaseUrl: string) => startPractice({ ...common, databaseUrl, membership: null, cursorKey }),
    membership: (databaseUrl: string) => startMembership({ ...common, databaseUrl }),
    region: (databaseUrl: string) => startRegion({ ...common, databaseUrl }),
  };
  test.each(names)('%s: as a superuser, as the owner, as one who may bypass', async (name) => {
    const { adminUrl, ownerUrl, url } = databases()[name];
    await expect(start[name](adminUrl)).rejects.toThrow(/superuser/);
    await expect(start[name](ownerUrl)).rejects.toThrow(/owner/);
    const admin = new pg.Client({ connectionString: adminUrl });
    await admin.connect();
    try {
      await admin.query(`alter role ${name}_app bypassrls`);
      await expect(start[name](url)).rejects.toThrow(/BYPASSRLS/);
    } finally {
      await admin.query(`alter role ${name}_app nobypassrls`);
      await admin.end();
    }
  });
});
