import { expect, test } from '@jest/globals';
import { ByteBoundedCache } from './byteBoundedCache.js';

test('what was used longest ago goes first, by weight', () => {
  const cache = new ByteBoundedCache<number>(10);
  cache.set('a', 1, 4);
  cache.set('b', 2, 4);
  expect(cache.get('a')).toBe(1);
  cache.set('c', 3, 4);
  expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.bytes]).toEqual([1, undefined, 3, 8]);
  cache.set('a', 4, 9);
  expect([cache.get('a'), cache.get('c'), cache.bytes]).toEqual([4, undefined, 9]);
  cache.set('huge', 5, 11);
  expect([cache.get('huge'), cache.get('a')]).toEqual([undefined, 4]);
});
