import { expect, test } from '@jest/globals';
import { quote } from './json.js';

test.each([
  '',
  'plain',
  'a "quote"',
  'back\\slash',
  'line\nbreak',
  '\u0000',
  '\u2028',
  'ü😀',
  '\ud800 alone',
  'x'.repeat(100),
  '"'.repeat(100),
])('%j is written as JSON writes it, short or long', (text) => {
  expect(quote(text)).toBe(JSON.stringify(text));
  expect(quote(text.padEnd(60, '.'))).toBe(JSON.stringify(text.padEnd(60, '.')));
});
