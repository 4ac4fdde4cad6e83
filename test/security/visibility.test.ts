/**
 * Random worlds, asked on behalf of everybody in them by every path there is, against a truth table written by hand.
 * SECURITY_SEED repeats a run, SECURITY_COMPARISONS sets how many decisions are compared at least (`npm run prove`:
 * 1,000,000).
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkWorld } from './check.js';
import { type Exchange, openExchange } from './exchange.js';
import { Tally } from './tally.js';
import { unsorted } from './schemaFields.js';
import { createWorld } from './createWorld.js';

const wanted = Number(process.env['SECURITY_COMPARISONS'] ?? 10_000);
const seed = Number(process.env['SECURITY_SEED'] ?? Math.floor(Math.random() * 1e6));
/** Small worlds for everyday, in which each viewer takes some of the paths; large ones when there is time. */
const thorough = wanted > 100_000;
const practices = thorough ? 40 : 10;
const mostMsPerComparison = 5;

let exchange: Exchange;
beforeAll(async () => {
  exchange = await openExchange();
});
afterAll(() => exchange.close());

test(
  'whoever asks, by whatever path, gets what the domain says and nothing else',
  async () => {
    const all = new Tally({ seed });
    for (let world = 0; all.comparisons < wanted && all.differences === 0; world++)
      all.add(await checkWorld(exchange, createWorld(seed + world, { practices, moves: true }), thorough));
    process.stdout.write(
      `security: SECURITY_SEED=${seed}, ${all.comparisons} comparisons, ${all.differences} differences\n`,
    );
    expect(all.told.join('\n\n')).toBe('');
    expect(all.differences).toBe(0);
    expect(all.comparisons).toBeGreaterThanOrEqual(wanted);
    expect(exchange.logged).toEqual([]);
  },
  60_000 + wanted * mostMsPerComparison,
);

test('every field of the schema is known here, and what can carry practice data was asked for', () => {
  expect(unsorted()).toEqual({ unknown: [], twice: [], gone: [] });
  expect(exchange.asked.missing()).toEqual([]);
});
