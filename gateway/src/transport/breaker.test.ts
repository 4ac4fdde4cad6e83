import { expect, test } from '@jest/globals';
import { Breaker } from './breaker.js';

const at = { now: 0 };
const closed = () => new Breaker({ failures: 3, openMs: 1_000, now: () => at.now });

test('so many failures in a row open it; one is let through after a while, and decides', () => {
  at.now = 0;
  const breaker = closed();
  for (const _ of [1, 2]) breaker.failed();
  breaker.succeeded();
  for (const _ of [1, 2]) breaker.failed();
  expect(breaker.admits()).toBe(true);
  breaker.failed();
  expect(breaker.admits()).toBe(false);
  at.now = 1_000;
  expect([breaker.admits(), breaker.admits()]).toEqual([true, false]);
  breaker.failed();
  at.now = 1_999;
  expect(breaker.admits()).toBe(false);
  at.now = 2_000;
  expect(breaker.admits()).toBe(true);
  breaker.succeeded();
  expect([breaker.admits(), breaker.admits()]).toEqual([true, true]);
});

test('retries are paid for by what went well', () => {
  const breaker = closed();
  for (let i = 0; i < 10; i++) expect(breaker.mayRetry()).toBe(true);
  expect(breaker.mayRetry()).toBe(false);
  for (let i = 0; i < 11; i++) breaker.succeeded();
  expect([breaker.mayRetry(), breaker.mayRetry()]).toEqual([true, false]);
});
