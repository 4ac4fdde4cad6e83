/** Counts against facts counted by hand in the data files, and against what lists show. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { type Hub, anonymous, person, startHub, submitted } from './hub.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub({ referenceOnly: false });
});
afterAll(() => hub.close());

const query = `query ($by: [PracticeDimension!]!, $filter: PracticeFilter, $level: RegionLevel) {
  practiceStatistics(by: $by, filter: $filter, level: $level) { total unassigned rows { key count } } }`;
const count = async (by: string, more: object = {}, viewer = anonymous) => {
  const { practiceStatistics } = await hub.data(viewer, query, { by: [by], ...more });
  return {
    ...practiceStatistics,
    rows: practiceStatistics.rows.map(({ key, count }: { key: string; count: number }) => [key, count]),
  };
};
const year = String(new Date().getUTCFullYear());

test.each([
  [
    'TYPE',
    [
      ['POLICY', 12],
      ['INSTITUTION', 9],
      ['PROGRAMME', 9],
      ['PARTNERSHIP', 6],
      ['TECHNOLOGY', 6],
      ['TRAINING', 4],
      ['LAW', 3],
    ],
  ],
  [
    'PILLAR',
    [
      ['I', 31],
      ['II', 30],
      ['III', 25],
      ['IV', 11],
    ],
  ],
  ['STATE', [['PUBLISHED', 49]]],
  ['MARKING', [['CLEAR', 49]]],
  ['ORIGIN', [['PUBLIC_SOURCE', 49]]],
  [
    'LANGUAGE',
    [
      ['en', 49],
      ['ar', 19],
      ['es', 19],
      ['fr', 19],
      ['ru', 19],
      ['zh', 19],
    ],
  ],
  ['YEAR', [[year, 49]]],
  ['MONTH', [[new Date().toISOString().slice(0, 7), 49]]],
])('by %s', async (by, rows) => {
  expect(await count(by)).toEqual({ total: 49, unassigned: 0, rows });
});

test('by OWNER: States by their code, bodies by their slug', async () => {
  const { total, rows } = await count('OWNER');
  expect([total, rows.length]).toEqual([49, 44]);
  expect(rows.slice(0, 6)).toEqual([
    ['eu', 3],
    ['IDN', 2],
    ['MYS', 2],
    ['NZL', 2],
    ['AUS', 1],
    ['BGD', 1],
  ]);
  expect(rows.at(-1)).toEqual(['pif', 1]);
});

test('by THEME, as filed', async () => {
  const { rows } = await count('THEME');
  expect(rows).toHaveLength(31);
  expect(rows.slice(0, 5)).toEqual([
    ['community-resilience', 15],
    ['content-moderation-referral', 14],
    ['national-strategy-coordination', 12],
    ['public-reporting', 11],
    ['capacity-building', 9],
  ]);
});

const continents = [
  ['142', 22],
  ['150', 13],
  ['002', 9],
  ['009', 4],
  ['019', 4],
];
test.each([
  ['WORLD', 0, [['001', 49]]],
  ['REGION', 1, continents],
  [
    'SUBREGION',
    1,
    [
      ['035', 8],
      ['039', 6],
      ['145', 6],
      ['154', 6],
      ['155', 6],
      ['202', 6],
      ['015', 4],
      ['151', 4],
      ['030', 3],
      ['034', 3],
      ['053', 3],
      ['419', 3],
      ['061', 2],
      ['143', 2],
      ['021', 1],
      ['054', 1],
      ['057', 1],
    ],
  ],
  [
    'INTERMEDIATE',
    40,
    [
      ['011', 3],
      ['005', 2],
      ['014', 2],
      ['017', 1],
      ['029', 1],
    ],
  ],
])('by REGION at level %s, rolled up; %i cannot be', async (level, unassigned, rows) => {
  expect(await count('REGION', { level })).toEqual({ total: 49, unassigned, rows });
});

test('by REGION without a level: the continents', async () => {
  expect((await count('REGION')).rows).toEqual(continents);
});

test('a filter counts only what a list with it shows', async () => {
  expect(await count('TYPE', { filter: { regions: ['035'] } })).toEqual({
    total: 8,
    unassigned: 0,
    rows: [
      ['POLICY', 4],
      ['INSTITUTION', 1],
      ['PARTNERSHIP', 1],
      ['PROGRAMME', 1],
      ['TECHNOLOGY', 1],
    ],
  });
  expect(await count('TYPE', { filter: { origin: 'SUBMISSION' } })).toEqual({ total: 0, unassigned: 0, rows: [] });
});

test('a row carries what it counts', async () => {
  const row = `rows { key label(locale: "fr") { text locale } owner { ... on MemberState { id } ... on RegionalBody { id } } theme { slug } region { id } }`;
  const first = async (by: string) =>
    (await hub.data(anonymous, `{ practiceStatistics(by: [${by}]) { ${row} } }`)).practiceStatistics.rows[0];
  const none = { label: null, owner: null, theme: null, region: null };
  expect(await first('OWNER')).toEqual({ ...none, key: 'eu', owner: { id: globalId('RegionalBody', 'eu') } });
  expect(await first('REGION')).toEqual({ ...none, key: '142', region: { id: globalId('Region', '142') } });
  expect(await first('TYPE')).toEqual({ ...none, key: 'POLICY' });
  expect(await first('THEME')).toEqual({
    ...none,
    key: 'community-resilience',
    label: { text: expect.any(String), locale: 'fr' },
    theme: { slug: 'community-resilience' },
  });
});

test.each([[[]], [['TYPE', 'OWNER']], [['TYPE', 'TYPE']]])('by %j is not one dimension', async (by) => {
  const { errors } = await hub.ask(anonymous, query, { by });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', path: ['by'] } }]);
});

test('a malformed filter is refused as in lists', async () => {
  const { errors } = await hub.ask(anonymous, query, { by: ['TYPE'], filter: { themes: ['No Theme'] } });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', path: ['filter', 'themes', '0'] } }]);
});

test('counts tell nothing of what is hidden, and leave out what was withdrawn', async () => {
  const focalPoint = person('FOCAL_POINT', 's:KEN');
  const shared = { marking: 'AMBER', audience: { regionalBodies: ['igad'] } };
  const { id, revision } = await submitted(hub, focalPoint, 's:KEN', shared);
  const amber = async (viewer: typeof focalPoint, more: object = {}) =>
    (await count('MARKING', more, viewer)).rows.filter(([key]: [string]) => key !== 'CLEAR');
  expect(await amber(focalPoint)).toEqual([['AMBER', 1]]);
  expect(await amber(person('OFFICER', 'b:igad'))).toEqual([['AMBER', 1]]);
  expect(await amber(person('OFFICER', 'b:asean'))).toEqual([]);
  expect(await count('MARKING')).toEqual({ total: 49, unassigned: 0, rows: [['CLEAR', 49]] });
  expect((await count('YEAR', { filter: { origin: 'SUBMISSION' } }, focalPoint)).rows).toEqual([[year, 1]]);

  await hub.data(
    focalPoint,
    `mutation ($input: WithdrawPracticeInput!) { withdrawPractice(input: $input) { userErrors { message } } }`,
    { input: { id, expectedRevision: revision } },
  );
  expect(await amber(focalPoint)).toEqual([]);
  expect(await amber(focalPoint, { filter: { states: ['WITHDRAWN'] } })).toEqual([['AMBER', 1]]);
});
