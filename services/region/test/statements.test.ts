/** What a page costs, counted at the wire: the number of statements does not grow with the number of entities. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import type { FreshDatabase } from '@hub/local/testing';
import { openRegion, seededDatabase } from './region.js';
import { readAreas, readBodies } from '../src/seed/data.js';
import { type Wire, wireTo } from '@hub/local/wire';

let database: FreshDatabase;
let wire: Wire;
let region: Awaited<ReturnType<typeof openRegion>>;
beforeAll(async () => {
  database = await seededDatabase();
  wire = await wireTo(database.url);
  region = await openRegion(wire.url);
  await region.ask('{ regions { m49 } }'); // opens the connection
});
afterAll(async () => {
  await region.close();
  await wire.close();
  await database.drop();
});

const cost = async (query: string, references: object[]) => {
  const before = wire.statements;
  const { errors, data } = await region.ask(query, { references });
  expect(errors).toEqual([]);
  expect(data._entities).toHaveLength(references.length);
  return wire.statements - before;
};

const repeated = <T>(items: readonly T[], count: number): T[] =>
  Array.from({ length: count }, (_, index) => items[index % items.length]!);

test.each([
  [
    'States with their areas, these with parents, children and bodies',
    'MemberState',
    () => readAreas().states.map(({ alpha3 }) => alpha3),
    '... on MemberState { regions { m49 name { text } parent { m49 } children { m49 } bodies { slug regions { m49 } } } }',
  ],
  [
    'regional bodies with their areas and seats',
    'RegionalBody',
    () => readBodies().bodies.map(({ id }) => id),
    '... on RegionalBody { acronym name { text } seat { memberState { id regions { m49 } } } regions { m49 parent { m49 } } }',
  ],
  [
    'areas up to the world',
    'Region',
    () => readAreas().areas.map(({ m49 }) => m49),
    '... on Region { name { text } parent { m49 } children { m49 } bodies { slug } }',
  ],
] as const)('%s', async (_name, type, keys, selection) => {
  const query = `query ($references: [_Any!]!) { _entities(representations: $references) { ${selection} } }`;
  const costs: number[] = [];
  for (const count of [2, 20, 100])
    costs.push(
      await cost(
        query,
        repeated(keys(), count).map((key) => ({ __typename: type, id: globalId(type, key) })),
      ),
    );
  expect(new Set(costs).size).toBe(1);
  expect(costs[0]).toBeLessThanOrEqual(10);
});
