/** One operation, asked of the gateway's engine and of the monolith under the same conditions. */
import { type Difference, differences } from './compare.js';
import type { EngineAnswer } from './engine.js';
import type { Answer } from './monolith.js';
import type { Operation } from './operations.js';
import { createRandom } from './random.js';
import type { Conditions, Outage } from './truth.js';
import type { Exchange, World } from './world.js';

export interface Failure {
  world: string;
  operation: Operation;
  seed: number;
  conditions: Conditions;
  differences: Difference[];
  kinds: readonly Difference['kind'][];
  expected: Answer['result'];
  got: EngineAnswer;
  sent: Exchange[];
  plan: string;
}

/** The weather of a trial, and in a world where it is certain what that costs, a service that is out or forgetful. */
export function conditionsOf({ outages, calm, services }: World, seed: number): Conditions {
  const random = createRandom(seed ^ 0x5bd1e995);
  const now: Conditions = { weather: calm || random.chance(0.4) ? 0 : 1 + random.below(1000), mutations: 0 };
  if (outages && random.chance(0.25)) {
    const how = random.pick<Outage['how']>(['unavailable', 'empty', 'errors']);
    now.outage = { service: random.pick(services), how };
  } else if (outages && random.chance(0.15)) now.forgetful = random.pick(services);
  return now;
}

export async function attempt(
  world: World,
  operation: Operation,
  seed: number,
  conditions: Conditions = conditionsOf(world, seed),
): Promise<Failure | null> {
  const fresh = (): Conditions => ({ ...conditions, mutations: 0 });
  const expected = world.monolith.answer(operation, fresh());
  const now = fresh();
  const sent: Exchange[] = [];
  const { query, variables, operationName } = operation;
  let got: EngineAnswer;
  try {
    got = await world.engine.run({ query, variables, operationName }, world.sender(now, createRandom(seed), sent));
  } catch (error) {
    got = { errors: [{ message: `THROWN ${error instanceof Error ? (error.stack ?? '') : String(error)}` }] };
  }
  const found = differences(expected, got, () => world.monolith.everything(operation, fresh()));
  if (found.length === 0) return null;
  const kinds = [...new Set(found.map((one) => one.kind))];
  const plan = await world.engine.explain(operation).catch((error: unknown) => String(error));
  return {
    world: world.name,
    operation,
    seed,
    conditions,
    differences: found,
    kinds,
    expected: expected.result,
    got,
    sent,
    plan,
  };
}

/** For whoever mends it. */
export function explained({
  world,
  operation,
  seed,
  conditions,
  differences,
  expected,
  got,
  sent,
  plan,
}: Failure): string {
  const exchanges = sent.map(
    ({ request, answer = 'nothing' }) =>
      `  ${request.service}: ${request.query} ${JSON.stringify(request.variables)}\n    answered ${answer}`,
  );
  return [
    `In the world ${world}, seed ${seed}, under ${JSON.stringify(conditions)}:`,
    operation.query.trim(),
    `variables ${JSON.stringify(operation.variables)} operationName ${String(operation.operationName)}`,
    ...differences.map((one) => `- ${one.text}`),
    `expected ${JSON.stringify(expected)}`,
    `got      ${JSON.stringify(got)}`,
    'sent:',
    ...exchanges,
    `plan: ${plan}`,
  ].join('\n');
}
