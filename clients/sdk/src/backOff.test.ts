import { expect, test } from '@jest/globals';
import { backOff, pause, waitMs } from './backOff.js';

test.each([
  ['the hub is there', true, 1, [0, 250]],
  ['it was said to be there, in vain', true, 2, [1_000, 2_000]],
  ['it may not be there', false, 1, [500, 1_000]],
  ['twice in vain', false, 2, [1_000, 2_000]],
  ['for long', false, 100, [15_000, 30_000]],
] as const)('%s: between the shortest and the longest wait, by chance', (_what, soon, failures, [least, most]) => {
  const wait = (chance: number) => waitMs(soon, failures, backOff, () => chance);
  expect([wait(0), wait(1)]).toEqual([least, most]);
  expect(wait(0.5)).toBe((least + most) / 2);
});

test('a pause ends when it is over, and at once when aborted', async () => {
  const { signal } = new AbortController();
  const since = performance.now();
  await pause(20, signal);
  expect(performance.now() - since).toBeGreaterThan(15);
  const ending = new AbortController();
  const paused = pause(60_000, ending.signal);
  ending.abort();
  await paused;
  await pause(60_000, ending.signal);
});
