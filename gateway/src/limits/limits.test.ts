import { expect, test } from '@jest/globals';
import { type OperationDefinitionNode, parse } from 'graphql';
import { refuseDeepDocument, refuseDeepValue } from './nesting.js';
import { sizeOf } from './size.js';

const size = (text: string) => {
  const document = parse(text);
  return sizeOf(document, document.definitions[0] as OperationDefinitionNode);
};

test.each([
  ['{ a }', 1, 1],
  ['{ a { b c } ... on Q { d { e { f } } } }', 6, 3],
  ['{ ...F ...F } fragment F on Q { a { b } }', 4, 2],
  ['{ a { ...F } } fragment F on Q { b ...G } fragment G on Q { c { d } }', 4, 3],
])('%s has %i fields, %i deep', (text, fields, depth) => expect(size(text)).toEqual({ fields, depth }));

test('fragments that multiply are counted without being written out', () => {
  const laughs = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Q { a { ...F${i + 1} } b { ...F${i + 1} } }`);
  expect(size(`{ ...F0 } ${laughs.join('\n')} fragment F60 on Q { c }`).fields).toBeGreaterThan(2 ** 60);
});

test.each([
  ['{ a { b } }', 2, true],
  ['{ a { b } }', 1, false],
  ['{ a(s: "{{{{{{") # {{{{{{\n }', 2, true], // brackets in strings and comments are none
  ['{ a(s: """ {{{{ \\""" {{{{ """) }', 2, true],
  ['{{{{{{ "unended', 3, false],
  ['"unended {{{{{{', 3, true], // the parser’s to refuse
])('%j within %i levels: %j', (text, most, fits) => {
  const read = () => refuseDeepDocument(text, most);
  if (fits) expect(read).not.toThrow();
  else expect(read).toThrow(expect.objectContaining({ extensions: { code: 'BAD_REQUEST' } }));
});

test('values are measured too', () => {
  expect(() => refuseDeepValue({ a: [{ b: 1 }] }, 3)).not.toThrow();
  expect(() => refuseDeepValue({ a: [{ b: [1] }] }, 3)).toThrow();
  expect(() => refuseDeepValue(null, 0)).not.toThrow();
});
