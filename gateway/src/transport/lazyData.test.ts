import { expect, test } from '@jest/globals';
import { lazyData, untouchedText } from './lazyData.js';

const text = '{"b":{"__proto__":1},"a":[1,null],"__proto__":{"polluted":true}}';

test('data nobody looks at is its text, also beside other things', () => {
  const data = lazyData(text);
  expect(untouchedText({ ...{ data } }.data)).toBe(text);
  expect([lazyData('null'), untouchedText(null), untouchedText({})]).toEqual([null, undefined, undefined]);
});

test.each<[string, (data: Record<string, unknown>) => unknown, string]>([
  ['read', (data) => data['a'], text],
  ['listed', (data) => Object.keys(data), text],
  ['asked for a key', (data) => 'a' in data, text],
  ['written', (data) => (data['a'] = 2), text.replace('[1,null]', '2')],
  ['written within', (data) => (data['a'] as unknown[]).pop(), text.replace('1,null', '1')],
  ['cut', (data) => delete data['b'], text.replace('"b":{"__proto__":1},', '')],
  ['frozen', (data) => Object.freeze(data), text],
])('data that is %s is an object like any other', (_what, touch, after) => {
  const data = lazyData(text)!;
  touch(data);
  expect(untouchedText(data)).toBeUndefined();
  expect(JSON.stringify(data)).toBe(after);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});
