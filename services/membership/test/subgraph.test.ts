import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import type { FreshDatabase } from '@hub/local/testing';
import { changeMembership } from '../src/member-state/changeMembership.js';
import { readAreas, readBodies } from '../src/seed/data.js';
import { asOwner } from '@hub/kit/seed';
import { openMembership, seededDatabase } from './membership.js';

let database: FreshDatabase;
let membership: Awaited<ReturnType<typeof openMembership>>;
beforeAll(async () => {
  database = await seededDatabase();
  membership = await openMembership(database.url);
});
afterAll(async () => {
  await membership.close();
  await database.drop();
});

type Row = { iso3: string };
const list = async (args: string) => {
  const { data, errors } = await membership.ask(
    `{ memberStates(${args}) { totalCount nodes { iso3 } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
  );
  expect(errors).toEqual([]);
  return { ...data.memberStates, states: data.memberStates.nodes.map(({ iso3 }: Row) => iso3) as string[] };
};

test('a State is named in the language asked for, with its codes and bodies', async () => {
  const { data, errors } = await membership.ask(
    `{ memberState(iso3: "KEN") { id iso3 iso2 m49 unStatus name(locale: "zh-Hans-CN") { text locale status } bodies { id } }
       ivory: memberState(iso3: "CIV") { name { text locale status } } vatican: memberState(iso3: "VAT") { unStatus name(locale: "xx") { text status } } }`,
    {},
    { locales: ['de', 'fr-CH'] },
  );
  expect(errors).toEqual([]);
  expect(data.memberState).toMatchObject({
    id: globalId('MemberState', 'KEN'),
    iso3: 'KEN',
    iso2: 'KE',
    m49: '404',
    unStatus: 'MEMBER',
    name: { text: '肯尼亚', locale: 'zh', status: 'HUMAN' },
  });
  expect(data.memberState.bodies).toEqual(
    readBodies()
      .bodies.filter(({ members }) => members.includes('KEN'))
      .map(({ id }) => id)
      .toSorted()
      .map((id) => ({ id: globalId('RegionalBody', id) })),
  );
  expect(data.ivory.name).toEqual({ text: 'Côte d’Ivoire', locale: 'fr', status: 'HUMAN' });
  expect(data.vatican).toEqual({ unStatus: 'OBSERVER', name: { text: expect.any(String), status: 'HUMAN' } });
});

test('walking the list forwards or backwards meets all 195 once, by English name', async () => {
  const forwards: string[] = [];
  for (let after = ''; ;) {
    const page = await list(`first: 50 ${after}`);
    forwards.push(...page.states);
    expect(page.totalCount).toBe(195);
    if (!page.pageInfo.hasNextPage) break;
    after = `after: "${page.pageInfo.endCursor}"`;
  }
  const backwards: string[] = [];
  for (let before = ''; ;) {
    const page = await list(`last: 100 ${before}`);
    backwards.unshift(...page.states);
    if (!page.pageInfo.hasPreviousPage) break;
    before = `before: "${page.pageInfo.startCursor}"`;
  }
  expect(new Set(forwards).size).toBe(195);
  expect(backwards).toEqual(forwards);
  expect(forwards.slice(0, 3)).toEqual(['AFG', 'ALB', 'DZA']);
  expect((await list('filter: {}')).states).toEqual(forwards.slice(0, 20));
});

test('the list is narrowed by region, body and status; fields must all fit', async () => {
  const eastAfrica = await list('first: 100 filter: { regions: ["014"] }');
  expect(eastAfrica.states).toContain('KEN');
  expect(eastAfrica.totalCount).toBe(readAreas().states.filter(({ ancestors }) => ancestors.includes('014')).length);
  expect((await list('filter: { regionalBodies: ["igad"] }')).states).toEqual([
    'DJI',
    'ETH',
    'KEN',
    'SOM',
    'SSD',
    'SDN',
    'UGA',
  ]);
  expect((await list('filter: { regionalBodies: ["igad", "eac"], regions: ["015"] }')).states).toEqual(['SDN']);
  expect((await list('filter: { unStatus: OBSERVER }')).totalCount).toBe(2);
  expect((await list('filter: { regions: ["999"] }')).totalCount).toBe(0);
  expect((await list('filter: { regionalBodies: [] }')).totalCount).toBe(0);
});

test.each([
  ['memberState(iso3: "ken") { iso3 }', ['iso3']],
  ['memberStates(first: 0) { totalCount }', ['first']],
  ['memberStates(last: 101) { totalCount }', ['last']],
  ['memberStates(first: 1, last: 1) { totalCount }', ['last']],
  ['memberStates(after: "nonsense") { totalCount }', ['after']],
  ['memberStates(before: "IktFTiI") { totalCount }', ['before']],
  ['memberStates(filter: { regions: ["002", "2"] }) { totalCount }', ['filter', 'regions', '1']],
  ['memberStates(filter: { regionalBodies: ["IGAD"] }) { totalCount }', ['filter', 'regionalBodies', '0']],
])('%s is BAD_USER_INPUT', async (field, path) => {
  expect((await membership.ask(`{ ${field} }`)).errors).toEqual([{ code: 'BAD_USER_INPUT', path }]);
});

test('references are checked, and bring the States of a body or area', async () => {
  const references = [
    ['MemberState', globalId('MemberState', 'KEN')],
    ['MemberState', globalId('MemberState', 'XXX')],
    ['MemberState', globalId('Region', '014')],
    ['RegionalBody', globalId('RegionalBody', 'eapcco')],
    ['RegionalBody', globalId('RegionalBody', 'none')],
    ['Region', globalId('Region', '202')],
    ['Region', globalId('Region', '404')],
    ['Region', 'nonsense'],
  ].map(([__typename, id]) => ({ __typename, id }));
  const { data, errors } = await membership.ask(
    `query ($references: [_Any!]!) { _entities(representations: $references) { ... on MemberState { iso3 }
       ... on RegionalBody { id members { iso3 } } ... on Region { id memberStates { iso3 } } } }`,
    { references },
  );
  expect(errors).toEqual([]);
  const [kenya, ...others] = data._entities;
  expect(kenya).toEqual({ iso3: 'KEN' });
  expect(others.map((other: object | null) => other === null)).toEqual([true, true, false, true, false, true, true]);
  const iso3 = (rows: Row[]) => rows.map((row) => row.iso3).toSorted();
  expect(iso3(others[2].members)).toEqual(readBodies().bodies.find(({ id }) => id === 'eapcco')!.members);
  expect(iso3(others[4].memberStates)).toEqual(
    readAreas()
      .states.filter(({ ancestors }) => ancestors.includes('202'))
      .map(({ alpha3 }) => alpha3)
      .toSorted(),
  );
});

test('who left is a member until the day before, in fields and filters alike', async () => {
  const today = new Date().toISOString().slice(0, 10);
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await asOwner(database.ownerUrl, async (tx) => {
    await changeMembership(tx, { state: 'SDN', body: 'igad', until: today });
    await changeMembership(tx, { state: 'SOM', body: 'igad', until: tomorrow });
    await changeMembership(tx, { state: 'ERI', body: 'igad', from: null });
    await changeMembership(tx, { state: 'TZA', body: 'igad', from: tomorrow });
  });
  expect((await list('filter: { regionalBodies: ["igad"] }')).states).toEqual([
    'DJI',
    'ERI',
    'ETH',
    'KEN',
    'SOM',
    'SSD',
    'UGA',
  ]);
  const { data } = await membership.ask(
    '{ sdn: memberState(iso3: "SDN") { bodies { id } } eri: memberState(iso3: "ERI") { bodies { id } } }',
  );
  const igad = { id: globalId('RegionalBody', 'igad') };
  expect(data.sdn.bodies).not.toContainEqual(igad);
  expect(data.eri.bodies).toContainEqual(igad);
});
