/** What a page costs, counted at the wire: the number of statements does not grow with the number of entities. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import type { FreshDatabase } from '@hub/local/testing';
import { readAreas, readBodies } from '../src/seed/data.js';
import { developmentClients, developmentPersons } from '../src/seed/development.js';
import { openMembership, seededDatabase, viewerOf } from './membership.js';
import { type Wire, wireTo } from '@hub/local/wire';

let database: FreshDatabase;
let wire: Wire;
let membership: Awaited<ReturnType<typeof openMembership>>;
beforeAll(async () => {
  database = await seededDatabase();
  wire = await wireTo(database.url);
  membership = await openMembership(wire.url);
  await membership.ask('{ memberState(iso3: "KEN") { iso3 } }'); // opens the connection
});
afterAll(async () => {
  await membership.close();
  await wire.close();
  await database.drop();
});

const areas = readAreas();
const bodies = readBodies();
const states = areas.states.map(({ alpha3 }) => alpha3);

test.each([
  ['States with bodies', 'MemberState', states, 'name { text } bodies { id }', 5],
  [
    'bodies with members and these with bodies',
    'RegionalBody',
    bodies.bodies.map(({ id }) => id),
    'members { iso3 bodies { id } }',
    7,
  ],
  ['areas with States', 'Region', areas.areas.map(({ m49 }) => m49), 'memberStates { iso3 name { text } }', 6],
  [
    'persons with contacts and roles',
    'Person',
    developmentPersons(areas, bodies).map(({ key }) => key),
    'name email roles { role memberState { iso3 } regionalBody { id } }',
    7,
  ],
  [
    'API clients with owners',
    'ApiClient',
    developmentClients(areas, bodies)
      .map(({ key }) => key)
      .toReversed(),
    'name memberState { iso3 } regionalBody { id }',
    5,
  ],
] as const)('%s cost the same at 2, 20 and 100', async (_name, type, keys, selection, most) => {
  const viewer = (await viewerOf(database.url, 'curator'))!;
  const query = `query ($references: [_Any!]!) { _entities(representations: $references) { ... on ${type} { ${selection} } } }`;
  const costs: number[] = [];
  for (const count of [2, 20, 100]) {
    const references = Array.from({ length: count }, (_, index) => ({
      __typename: type,
      id: globalId(type, keys[index % keys.length]!),
    }));
    const before = wire.statements;
    const { errors, data } = await membership.ask(query, { references }, { viewer });
    expect(errors).toEqual([]);
    expect(data._entities.every((entity: object | null) => entity !== null)).toBe(true);
    costs.push(wire.statements - before);
  }
  expect(new Set(costs).size).toBe(1);
  expect(costs[0]).toBeLessThanOrEqual(most);
});

test('a page of the list costs the same at 2, 20 and 100', async () => {
  const costs: number[] = [];
  for (const first of [2, 20, 100]) {
    const before = wire.statements;
    const { errors } = await membership.ask(
      'query ($first: Int!) { memberStates(first: $first) { totalCount nodes { iso3 bodies { id members { iso3 } } } } }',
      { first },
    );
    expect(errors).toEqual([]);
    costs.push(wire.statements - before);
  }
  expect(new Set(costs).size).toBe(1);
});
