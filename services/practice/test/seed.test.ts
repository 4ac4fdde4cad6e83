/** Seeding twice changes nothing, mends what nobody touched, and leaves the rest alone. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import pg from 'pg';
import { migrateService } from '../src/migrations/all.js';
import { readPractices } from '../src/seed/data.js';
import { seedService } from '../src/seed/seedService.js';

const seededAt = new Date('2026-03-01T09:30:00Z');
let database: FreshDatabase;
let sql: pg.Client;
beforeEach(async () => {
  database = await freshDatabase(
    'practice',
    async (ownerUrl) => {
      await migrateService(ownerUrl);
      await seedService(ownerUrl, { now: seededAt });
    },
    { template: 'seeded-in-march' },
  );
  sql = new pg.Client({ connectionString: database.adminUrl });
  await sql.connect();
});
afterEach(async () => {
  await sql.end();
  await database.drop();
});

const tables = ['theme', 'knowledge_product', 'area', 'state', 'body', 'workshop']
  .concat(['practice', 'practice_version', 'practice_section', 'practice_curation', 'event', 'event_head'])
  .toSorted();
const everything = async () =>
  Object.fromEntries(
    await Promise.all(
      tables.map(async (table) => [
        table,
        (await sql.query(`select md5(string_agg(t::text, '|' order by t::text)) as sum from ${table} t`)).rows[0].sum,
      ]),
    ),
  );
const rows = async (text: string, values: unknown[] = []) => (await sql.query(text, values)).rows;
const events = () =>
  rows(
    `select e.position::int, e.type, p.slug from event e join practice p on p.key = e.practice_key where position > 49 order by 1`,
  );

/** The data files with other words in one record. */
const mended = (slug: string, words: string) => () =>
  readPractices().map((fact) => (fact.id === slug ? { ...fact, lessonsLearned: words } : fact));
const lessons = async (slug: string) =>
  (
    await rows(
      `select s.content->>'lessons' as lessons from practice p join practice_version v on v.practice_key = p.key
         join practice_section s on s.version_key = v.key and s.name = 'learning' where p.slug = $1`,
      [slug],
    )
  )[0]?.lessons;

test('49 practices are published for everyone, each with one event, in the order of the file', async () => {
  expect(
    await rows('select count(*)::int, origin, marking, stage, revision, audience from practice group by 2, 3, 4, 5, 6'),
  ).toEqual([{ count: 49, origin: 'PUBLIC_SOURCE', marking: 'CLEAR', stage: 'PUBLISHED', revision: 1, audience: [] }]);
  expect(
    await rows(
      `select count(*)::int, number, state, published_at, review_by::text from practice_version group by 2, 3, 4, 5`,
    ),
  ).toEqual([{ count: 49, number: 1, state: 'PUBLISHED', published_at: seededAt, review_by: '2028-03-01' }]);
  const log = await rows(
    `select position::int, type, slug, e.owner, stage_before, stage_after, state_after, marking_before, marking_after, audience_after
       from event e join practice p on p.key = practice_key order by position`,
  );
  expect(log.map(({ position }) => position)).toEqual(readPractices().map((_, index) => index + 1));
  expect(log.map(({ slug }) => slug)).toEqual(readPractices().map(({ id }) => id));
  expect(log[0]).toEqual({
    position: 1,
    type: 'PUBLISHED',
    slug: 'eu-terrorist-content-regulation',
    owner: 'b:eu',
    stage_before: 'DRAFT',
    stage_after: 'PUBLISHED',
    state_after: 'PUBLISHED',
    marking_before: null,
    marking_after: 'CLEAR',
    audience_after: [],
  });
});

test('what was not found is absent: 11 gender sections, 17 with lessons, 33 with results', async () => {
  expect(await rows(`select name, count(*)::int from practice_section group by 1 order by 1`)).toEqual([
    { name: 'evidence', count: 49 },
    { name: 'gender', count: 11 },
    { name: 'identity', count: 49 },
    { name: 'learning', count: 17 },
    { name: 'narrative', count: 49 },
    { name: 'ownership', count: 1 },
    { name: 'rights', count: 49 },
    { name: 'scope', count: 49 },
  ]);
  expect(await rows(`select count(*)::int from practice_section where content ? 'resultsSummary'`)).toEqual([
    { count: 33 },
  ]);
  expect(await rows(`select count(*)::int from practice_section where content::text ~ 'null'`)).toEqual([{ count: 0 }]);
});

test('seeding again changes nothing', async () => {
  const before = await everything();
  expect(await seedService(database.ownerUrl)).toEqual({ added: 0, updated: 0 });
  expect(await everything()).toEqual(before);
});

test('a record nobody touched follows the data, and readers are told', async () => {
  const practices = mended('ken-county-action-plans', 'Counties need money of their own.');
  const now = new Date('2026-04-01T00:00:00Z');
  expect(await seedService(database.ownerUrl, { practices, now })).toEqual({ added: 0, updated: 1 });
  expect(await lessons('ken-county-action-plans')).toBe('Counties need money of their own.');
  expect(await events()).toEqual([{ position: 50, type: 'REVISED', slug: 'ken-county-action-plans' }]);
  expect(await rows('select updated_at from practice_version group by 1 order by 1')).toEqual([
    { updated_at: seededAt },
    { updated_at: now },
  ]);
  expect(await seedService(database.ownerUrl, { practices })).toEqual({ added: 0, updated: 0 });
  expect(
    await seedService(database.ownerUrl, {
      practices: () => practices().map((fact) => ({ ...fact, lessonsLearned: null })),
    }),
  ).toEqual({
    added: 0,
    updated: 17,
  });
  expect(await lessons('ken-county-action-plans')).toBeUndefined();
});

test('a note of the curators changes without an event', async () => {
  const practices = () => readPractices().map((fact) => ({ ...fact, note: 'Checked.' }));
  expect(await seedService(database.ownerUrl, { practices })).toEqual({ added: 0, updated: 0 });
  expect(await rows('select note, count(*)::int from practice_curation group by 1')).toEqual([
    { note: 'Checked.', count: 49 },
  ]);
  expect(await events()).toEqual([]);
});

test.each([
  ['was edited', 'revision = 2'],
  ['was taken over', `origin = 'SUBMISSION'`],
  ['was withdrawn', 'withdrawn_at = now()'],
])('a record that %s is left alone', async (_, set) => {
  await sql.query(`update practice set ${set} where slug = 'ken-county-action-plans'`);
  const before = await everything();
  const practices = mended('ken-county-action-plans', 'Other words.');
  expect(await seedService(database.ownerUrl, { practices })).toEqual({ added: 0, updated: 0 });
  expect(await everything()).toEqual(before);
});

test('two seeds at once are as one', async () => {
  await sql.query('truncate practice, event cascade');
  const loaded = await Promise.all([seedService(database.ownerUrl), seedService(database.ownerUrl)]);
  expect(loaded.map(({ added }) => added).toSorted()).toEqual([0, 49].toSorted());
});

test('the reference data alone', async () => {
  await sql.query('truncate practice, event cascade');
  await seedService(database.ownerUrl, { referenceOnly: true });
  expect(
    await rows(
      'select (select count(*)::int from practice) practices, (select count(*)::int from theme) themes, (select count(*)::int from state) states',
    ),
  ).toEqual([{ practices: 0, themes: 42, states: 195 }]);
});

test('an area’s path is itself and all that contain it', async () => {
  expect(await rows(`select level, path from area where m49 = '014'`)).toEqual([
    { level: 'INTERMEDIATE', path: ['001', '002', '202', '014'] },
  ]);
});
