import { expect, test } from '@jest/globals';
import { localesOf } from './locales.js';

test.each([
  [undefined, []],
  ['', []],
  ['*', []],
  ['fr', ['fr']],
  ['EN-gb, fr;q=0.9', ['en-GB', 'fr']],
  ['a;q=x, fr;q=0.5, sw;q=0.8, ar', ['ar', 'sw', 'fr']],
  ['fr;q=0, en', ['en']],
  ['not_a_tag, zh-hant-tw', ['zh-Hant-TW']],
  ['fr, FR, fr;q=0.1', ['fr']],
  [Array.from({ length: 40 }, (_, i) => `x${String.fromCharCode(97 + (i % 26))}`).join(), 8],
  [`${'q'.repeat(100_000)}`, []],
] as const)('%j prefers %j', (header, expected) => {
  const locales = localesOf(header);
  expect(typeof expected === 'number' ? locales.length : locales).toEqual(expected);
});
