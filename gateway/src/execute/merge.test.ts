import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { type FetchNode } from '../plan/plan.js';
import { type Data, objectsAt, pathTo, rewrite, rewritePath, walkOf } from './data.js';
import { broughtBy, copyOf, merge, renamed } from './merge.js';
import { typeSystem } from './typeSystem.js';

const types = typeSystem(
  buildSchema('interface N { id: ID } type A implements N { id: ID } type B { id: ID } type Query { n: N }'),
);
const asked = (operation: string) => broughtBy({ operation } as FetchNode);
const json = (text: string) => JSON.parse(text) as Data;

test('what is known stays, what is new is added, lists are joined one by one', () => {
  const known = json('{"a":{"x":1},"list":[{"x":1},null],"same":"old","kept":{"y":1}}');
  const sent = json('{"a":{"y":2},"list":[{"y":2},{"y":3}],"same":"new","kept":null,"unasked":1}');
  expect(merge(types, asked('{ a { y } list { y } same kept { y } }'), known, sent)).toBe(true);
  expect(known).toEqual({ a: { x: 1, y: 2 }, list: [{ x: 1, y: 2 }, { y: 3 }], same: 'new', kept: { y: 1 } });
});

test.each(['{"a":5}', '{"a":[{"y":1}]}', '{"list":[]}', '{"list":[{},{},{}]}', '{"list":{}}'])(
  '%s does not fit, and takes nothing away',
  (text) => {
    const known = json('{"a":{"x":1},"list":[{"x":1},{"x":2}]}');
    expect(merge(types, asked('{ a { y } list { y } }'), known, json(text))).toBe(false);
    expect(known).toEqual({ a: { x: 1 }, list: [{ x: 1 }, { x: 2 }] });
  },
);

test('a type that is known is not replaced by the interface that stands for it', () => {
  const known = json('{"__typename":"A"}');
  merge(types, asked('{ __typename }'), known, json('{"__typename":"N"}'));
  expect(known).toEqual({ __typename: 'A' });
});

test('names of prototypes are keys like any other', () => {
  const known: Data = {};
  merge(
    types,
    asked('{ __proto__: a { x } constructor: b toString: c }'),
    known,
    json('{"__proto__":{"x":1},"constructor":2}'),
  );
  expect(JSON.stringify(known)).toBe('{"__proto__":{"x":1},"constructor":2}');
  expect(({} as { x?: unknown }).x).toBeUndefined();
  expect(objectsAt(known, walkOf([{ key: '__proto__' }]))).toEqual([{ x: 1 }]);
  expect(objectsAt(known, walkOf([{ key: 'toString' }]))).toEqual([]);
});

test('objects are found at a path, once where a list stands twice, and their place is told', () => {
  const shared = [{ n: 1 }];
  const root = { a: [{ b: shared }, { b: shared }, { b: [{ n: 2 }] }, null] };
  const walk = walkOf([{ key: 'a' }, '@', { key: 'b' }, '@']);
  const found = objectsAt(root, walk);
  expect(found).toEqual([{ n: 1 }, { n: 2 }]);
  expect(found.map((object) => pathTo(root, walk, object))).toEqual([
    ['a', 0, 'b', 0],
    ['a', 2, 'b', 0],
  ]);
  expect(objectsAt({ a: [[{ b: 1 }]] }, walkOf([{ key: 'a' }, '@']))).toEqual([]); // deeper than the schema has it
});

test('renaming moves what came, what is taken over, and the paths of errors', () => {
  const rewrites = [
    { kind: 'KeyRenamer' as const, path: [{ key: 'list' }, { types: ['A'] }, { key: 'x' }], renameKeyTo: 'y' },
    { kind: 'ValueSetter' as const, path: [{ key: 'list' }, { types: ['B'] }, { key: '__typename' }], setValueTo: 'N' },
  ];
  const sent = json('{"list":[{"__typename":"A","x":1},{"__typename":"B","x":2}]}');
  rewrite(rewrites, sent, types);
  const known: Data = {};
  merge(types, renamed(asked('{ list { __typename x } }'), rewrites), known, sent);
  expect(known).toEqual({
    list: [
      { __typename: 'A', y: 1 },
      { __typename: 'N', x: 2 },
    ],
  });
  expect(rewritePath(rewrites, ['list', 3, 'x', 'z'])).toEqual(['list', 3, 'y', 'z']);
  expect(rewritePath(rewrites, ['other', 'x'])).toEqual(['other', 'x']);
});

test('a copy has what was asked for, and shares no object', () => {
  const value = json('{"a":[{"x":1,"y":2}],"scalar":{"deep":[1]}}');
  const copy = copyOf(asked('{ a { x } scalar }'), value) as { a: object[]; scalar: object };
  expect(copy).toEqual({ a: [{ x: 1 }], scalar: { deep: [1] } });
  expect(copy.a[0]).not.toBe((value['a'] as object[])[0]);
});
