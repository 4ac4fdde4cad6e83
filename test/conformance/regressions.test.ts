import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { regressions } from './regressions.js';
import { attempt, explained } from './trial.js';
import { type World, createWorld } from './world.js';
import { worlds } from './worlds.js';

let open: ReadonlyMap<string, World>;
beforeAll(async () => {
  open = new Map(await Promise.all(worlds.map(async (one) => [one.name, await createWorld(one)] as const)));
});
afterAll(async () => void (await Promise.all([...open.values()].map((world) => world.close()))));

test.each(regressions)('$world: $why', async ({ world, query, variables = {}, conditions }) => {
  const operation = { query, document: parse(query), variables, operationName: undefined };
  const fair = { weather: 0, mutations: 0 };
  const failure = await attempt(open.get(world)!, operation, 1, { ...fair, ...conditions });
  expect(failure ? explained(failure) : '').toBe('');
});
