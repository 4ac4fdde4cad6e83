/** Who reads which rows: every table is listed, and without a viewer the protected ones are empty. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Viewer, anonymous } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { migrateService } from '../src/migrations/all.js';
import { publicTables, seenBy } from '../src/person/person.visibility.js';
import { settings } from '../src/person/viewer.settings.js';
import { developmentKey } from '../src/seed/development.js';
import { as, issuer, seededDatabase, viewerOf } from './membership.js';

let database: FreshDatabase;
beforeAll(async () => {
  database = await seededDatabase();
  await as(database.ownerUrl, (owner) =>
    owner.query(
      `insert into person_contact (person_key, name, email) select person_key, of, of || '@example.org' from person_role where of is not null`,
    ),
  );
});
afterAll(() => database.drop());

const protectedTables = Object.keys(seenBy).filter((table) => seenBy[table] !== null);

/** What a viewer reads, as the running service does: in a transaction with the viewer set. */
const read = (viewer: Viewer | null, sql: string) =>
  as(database.url, async (client) => {
    await client.query('begin');
    for (const [name, value] of Object.entries(viewer ? settings(viewer) : {}))
      await client.query('select set_config($1, $2, true)', [name, value]);
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    await client.query('commit');
    return rows.flat();
  });

test('migrating twice changes nothing', async () => {
  expect(await migrateService(database.ownerUrl)).toEqual([]);
});

test('every table is public reference data or under forced row-level security', async () => {
  const { rows } = await as(database.adminUrl, (admin) =>
    admin.query(
      `select relname, relrowsecurity and relforcerowsecurity as protected, has_table_privilege('membership_app', oid, 'select') as read,
              has_any_column_privilege('membership_app', oid, 'select') as read_in_part,
              has_table_privilege('membership_app', oid, 'insert, update, delete, truncate') as written
         from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm') order by 1`,
    ),
  );
  const open = [...publicTables, 'migration', 'rules_in_force'] as string[];
  for (const { relname, protected: isProtected } of rows)
    expect([relname, isProtected]).toEqual([relname, !open.includes(relname)]);
  expect(rows.filter(({ written }) => written).map(({ relname }) => relname)).toEqual(['membership_event', 'sign_out']);
  expect(rows.filter(({ read }) => !read).map(({ relname }) => relname)).toEqual([
    'api_key',
    'identity',
    'invitation',
    'membership_event',
    'migration',
    'rules_in_force',
    'sign_out',
  ]);
  expect(rows.filter(({ read, read_in_part }) => !read && read_in_part).map(({ relname }) => relname)).toEqual([
    'api_key',
    'invitation',
  ]);
  for (const table of ['api_key', 'invitation'])
    await expect(read(null, `select hash from ${table}`)).rejects.toMatchObject({ code: '42501' });
});

test('functions that look past the policies belong to the definer, pin their search path, and are not for everybody', async () => {
  const { rows } = await as(database.adminUrl, (admin) =>
    admin.query(
      `select proname, pg_get_userbyid(proowner) as owner, proconfig, has_function_privilege('membership_app', oid, 'execute') as app,
              exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0) as everybody
         from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by 1`,
    ),
  );
  const definer = { owner: 'membership_definer', everybody: false };
  expect(rows.map(({ proname, owner, app, everybody }) => ({ proname, owner, app, everybody }))).toEqual([
    { proname: 'accept_invitation', ...definer, app: true },
    { proname: 'audience_counts', ...definer, app: true },
    { proname: 'keep_a_curator', ...definer, app: false },
    { proname: 'membership_event_place', ...definer, app: false },
    { proname: 'note_key_use', ...definer, app: true },
    { proname: 'read_membership_events', ...definer, app: true },
    { proname: 'remove_person', ...definer, app: true },
    { proname: 'signed_out_at', ...definer, app: true },
    { proname: 'viewer_of', ...definer, app: true },
    { proname: 'viewer_of_key', ...definer, app: true },
    { proname: 'viewer_of_one', ...definer, app: false },
    { proname: 'viewer_of_person', ...definer, app: true },
  ]);
  for (const { proconfig } of rows) expect(proconfig[0]).toMatch(/^search_path=pg_catalog, public/);
});

test('without a viewer no protected row is read', async () => {
  for (const table of protectedTables)
    expect([table, await read(null, `select count(*)::int from ${table}`)]).toEqual([table, [0]]);
  await expect(read(null, 'select * from identity')).rejects.toMatchObject({ code: '42501' });
  await expect(read(null, 'select * from membership_event')).rejects.toMatchObject({ code: '42501' });
});

test('nor by a viewer once their transaction is over', async () => {
  const kenya = await viewerOf(database.url, 'focal-point:KEN');
  await as(database.url, async (client) => {
    await client.query('begin');
    for (const [name, value] of Object.entries(settings(kenya!)))
      await client.query('select set_config($1, $2, true)', [name, value]);
    expect((await client.query('select * from person')).rowCount).toBe(418);
    await client.query('commit');
    for (const table of protectedTables)
      expect((await client.query(`select key from (select count(*)::int as key from ${table}) t`)).rows).toEqual([
        { key: 0 },
      ]);
  });
});

test.each([
  ['focal-point:KEN', ['s:KEN'], 'the directory'],
  ['reviewer:KEN', ['s:KEN'], 'the directory'],
  ['officer:igad', ['b:igad'], 'the directory'],
  ['curator', 'everybody', 'the directory'],
  ['integrator:ken', [], 'nobody'],
  [null, [], 'nobody'],
] as const)('%s reads the names of %j, and of persons and roles %s', async (subject, own, listed) => {
  const viewer = subject ? await viewerOf(database.url, subject) : anonymous;
  const all = await as(database.ownerUrl, (owner) => owner.query('select count(*)::int as n from person_contact'));
  const contacts = await read(viewer, 'select distinct name from person_contact order by 1');
  if (own === 'everybody')
    expect(await read(viewer, 'select count(*)::int from person_contact')).toEqual([all.rows[0].n]);
  else expect(contacts).toEqual(own);
  const persons = listed === 'nobody' ? 0 : 418;
  expect(await read(viewer, 'select count(*)::int from person')).toEqual([persons]);
  expect(await read(viewer, 'select count(*)::int from person_role')).toEqual([persons]);
});

test('the directory is open to clients that were given it, and lists current roles alone', async () => {
  const client = (await viewerOf(database.url, 'integrator:ken'))!;
  const directory: Viewer = { ...client, scopes: ['directory:read'] };
  const gone = developmentKey('reviewer:ALB');
  const listed = 'select person_key from person_role where person_key = $1';
  const count = (table: string) => read(directory, `select count(*)::int from ${table}`);
  expect(await count('person')).toEqual([418]);
  expect(await count('person_contact')).toEqual([0]);
  expect(await read({ ...directory, ceiling: 'CLEAR' }, 'select * from person')).toEqual([]); // not vetted
  const auditor: Viewer = { ...client, kind: 'person', roles: [{ role: 'AUDITOR', of: null, groups: [] }] };
  expect(await read({ ...auditor, key: gone }, 'select key from person')).toEqual([gone]);
  await as(database.ownerUrl, (owner) =>
    owner.query('update person_role set valid_until = clock_timestamp() where person_key = $1', [gone]),
  );
  expect(await read(directory, listed.replace('$1', `'${gone}'`))).toEqual([]);
  expect(await count('person')).toEqual([417]);
  await as(database.ownerUrl, (owner) =>
    owner.query('update person_role set valid_until = null where person_key = $1', [gone]),
  );
});

test('API clients are seen by their owner’s persons, by curators and by themselves', async () => {
  const names = async (subject: string) =>
    read(await viewerOf(database.url, subject), 'select name from api_client order by 1');
  expect(await names('focal-point:KEN')).toEqual(['dashboard', 'ken']);
  expect(await names('officer:igad')).toEqual(['igad']);
  expect(await names('integrator:ken')).toEqual(['ken']);
  expect(await names('focal-point:UGA')).toEqual(['uga']);
  expect((await names('curator')).length).toBe(222);
});

test('who left a State is no colleague any more', async () => {
  const key = developmentKey('reviewer:TUV');
  const tuvalu = await viewerOf(database.url, 'focal-point:TUV');
  expect(await read(tuvalu, 'select count(*)::int from person_contact')).toEqual([2]);
  await as(database.ownerUrl, (owner) =>
    owner.query('update person_role set valid_until = clock_timestamp() where person_key = $1', [key]),
  );
  expect(await read(tuvalu, 'select person_key from person_contact')).toEqual([developmentKey('focal-point:TUV')]);
  expect(await viewerOf(database.url, 'reviewer:TUV')).toMatchObject({ kind: 'person', key, roles: [] });
});

test('the run-time role cannot write roles, identities or positions', async () => {
  await as(database.url, async (client) => {
    for (const sql of [
      `insert into person_role (key, person_key, role, valid_from) values (gen_random_uuid(), '${developmentKey('focal-point:KEN')}', 'CURATOR', now())`,
      `insert into identity (issuer, subject, person_key) values ('${issuer}', 'x', '${developmentKey('curator')}')`,
      `insert into membership_event (id, position, type, state, body) values (gen_random_uuid(), 7, 'MEMBERSHIP_STARTED', 'KEN', 'eu')`,
      `update membership_event_head set last = 0`,
      `insert into membership (key, iso3, body) values (gen_random_uuid(), 'KEN', 'eu')`,
    ])
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' });
  });
});

test.each([
  [`role, of`, `'FOCAL_POINT', 'b:igad'`],
  [`role, of`, `'OFFICER', 's:KEN'`],
  [`role, of`, `'CURATOR', 's:KEN'`],
  [`role, of`, `'REVIEWER', null`],
  [`role, of`, `'REVIEWER', 's:XXX'`],
  [`role, of`, `'REVIEWER', 'KEN'`],
  [`role, of`, `'INTEGRATOR', 's:KEN'`],
  [`role, of, valid_until`, `'REVIEWER', 's:KEN', now() - interval '1 day'`],
])('a role that cannot be is refused by the database: (%s) = (%s)', async (columns, values) => {
  await as(database.ownerUrl, (owner) =>
    expect(
      owner.query(
        `insert into person_role (key, person_key, valid_from, ${columns}) values (gen_random_uuid(), '${developmentKey('curator')}', now(), ${values})`,
      ),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^(23514|23503)$/) }),
  );
});
