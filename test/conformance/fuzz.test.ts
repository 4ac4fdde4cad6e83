/**
 * Random operations over several federated graphs of our own, each answered as a monolith answers it: data, errors,
 * nulls, order. CONFORMANCE_SEED repeats a run, CONFORMANCE_OPERATIONS sets how many (`npm run prove`: 100,000).
 */
import { afterAll, expect, test } from '@jest/globals';
import { createOperation } from './operations.js';
import { shrink } from './shrink.js';
import { type Failure, attempt, explained } from './trial.js';
import { type World, createWorld } from './world.js';
import { worlds } from './worlds.js';

const operations = Number(process.env['CONFORMANCE_OPERATIONS'] ?? 2_000);
const seed = Number(process.env['CONFORMANCE_SEED'] ?? Math.floor(Math.random() * 1e6));
/** Operations under way at once, so that the delays of services cost little. */
const lanes = 8;
/** Failures after which to stop looking for more. */
const enough = 3;
const mostMsForOne = 30;

process.stdout.write(`conformance: CONFORMANCE_SEED=${seed}, ${operations} operations\n`);

const open: World[] = [];
afterAll(async () => void (await Promise.all(open.map((world) => world.close()))));

test.each(worlds)(
  '$name answers as one schema would',
  async (definition) => {
    const world = await createWorld(definition);
    open.push(world);
    const failures: Failure[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < operations / worlds.length && failures.length < enough) {
        const own = seed * 1_000_003 + next++;
        const failure = await attempt(world, createOperation(world.monolith.schema, own), own);
        if (failure) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    expect((await Promise.all(failures.map((failure) => small(world, failure)))).join('\n\n')).toBe('');
  },
  60_000 + operations * mostMsForOne,
);

/** The failure as its smallest operation shows it, in words. */
async function small(world: World, failure: Failure): Promise<string> {
  const again = (operation: Failure['operation']) => attempt(world, operation, failure.seed, failure.conditions);
  const [kind] = failure.kinds;
  const operation = await shrink(world.monolith.schema, failure.operation, async (smaller) => {
    const found = await again(smaller);
    return found !== null && found.kinds[0] === kind;
  });
  return explained((await again(operation)) ?? failure);
}
