/**
 * Random operations with @defer in random places: all parts together come to what one schema answers without it.
 * CONFORMANCE_SEED repeats a run, CONFORMANCE_OPERATIONS sets how many.
 */
import { afterAll, expect, test } from '@jest/globals';
import { deferring, faults, merged } from './defers.js';
import { createOperation } from './operations.js';
import { createRandom } from './random.js';
import { conditionsOf } from './trial.js';
import type { Conditions } from './truth.js';
import { type Exchange, type World, createWorld } from './world.js';
import { worlds } from './worlds.js';

const operations = Number(process.env['CONFORMANCE_OPERATIONS'] ?? 800);
const seed = Number(process.env['CONFORMANCE_SEED'] ?? Math.floor(Math.random() * 1e6));
const lanes = 8;
const enough = 3;
const mostMsForOne = 60;

process.stdout.write(`defer: CONFORMANCE_SEED=${seed}, ${operations} operations\n`);

const open: World[] = [];
afterAll(async () => void (await Promise.all(open.map((world) => world.close()))));

test.each(worlds)(
  '$name comes to the same in parts',
  async (definition) => {
    const world = await createWorld(definition);
    open.push(world);
    const failures: string[] = [];
    const most = operations / worlds.length;
    let next = 0;
    let inParts = 0;
    const lane = async (): Promise<void> => {
      while (next < most && failures.length < enough) {
        const own = seed * 1_000_003 + next++;
        const { failure, parts } = await attempt(world, own);
        if (parts > 1) inParts++;
        if (failure) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    expect(failures.join('\n\n')).toBe('');
    expect(inParts).toBeGreaterThan(most / 4);
  },
  60_000 + operations * mostMsForOne,
);

async function attempt(world: World, own: number): Promise<{ failure: string | null; parts: number }> {
  const operation = createOperation(world.monolith.schema, own);
  const deferred = deferring(operation, createRandom(own ^ 0x2545f491));
  const { query, variables, operationName } = deferred;
  // What is known of somebody may depend on the way to them, which is another for what is deferred.
  const conditions: Conditions = { ...conditionsOf(world, own), forgetful: undefined };
  const fresh = (): Conditions => ({ ...conditions, mutations: 0 });
  const sent: Exchange[] = [];
  const send = world.sender(fresh(), createRandom(own), sent);
  const parts = await world.engine.runInParts({ query, variables, operationName }, send);
  const expected = world.monolith.answer(operation, fresh());
  let found: string[];
  try {
    found = faults(merged(parts), expected, world.monolith.everything(operation, fresh()));
  } catch (error) {
    found = [String(error)];
  }
  if (found.length === 0) return { failure: null, parts: parts.length };
  const words = [
    `In the world ${world.name}, seed ${own}, under ${JSON.stringify(conditions)}:`,
    query,
    `variables ${JSON.stringify(variables)} operationName ${operationName}`,
    ...found.map((one) => `- ${one}`),
    `expected ${JSON.stringify(expected.result)}`,
    ...parts.map((part) => `part ${JSON.stringify(part)}`),
    ...sent.map(
      ({ request, answer }) =>
        `  ${request.service}: ${request.query} ${JSON.stringify(request.variables)}\n    answered ${answer}`,
    ),
  ];
  return { failure: words.join('\n'), parts: parts.length };
}
