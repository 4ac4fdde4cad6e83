import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { type Tree, emptyTree, merge, positionsAt, rewrite, rewritePath } from './tree.js';
import { typeSystem } from './typeSystem.js';

const types = typeSystem(
  buildSchema('interface N { id: ID } type A implements N { id: ID } type B { id: ID } type Query { n: N }'),
);
const tree = (value: object): Tree => {
  const made = emptyTree();
  merge(made, value);
  return made;
};
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as unknown;

test('merging keeps what is known, adds what is new, and reaches into lists', () => {
  const known = tree({ a: { x: 1 }, list: [{ x: 1 }, null], same: 'old', kept: { y: 1 } });
  merge(known, { a: { y: 2 }, list: [{ y: 2 }, { y: 3 }], same: 'new', kept: null });
  expect(plain(known)).toEqual({ a: { x: 1, y: 2 }, list: [{ x: 1, y: 2 }, { y: 3 }], same: 'new', kept: { y: 1 } });
});

test('a key called __proto__ is a key like any other', () => {
  merge(
    tree({}),
    JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}') as object,
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('positions know where they stand; nulls and failures have none', () => {
  const root = tree({ list: [[{ a: { n: 1 } }], [{ a: null }, { a: { n: 2 } }]] });
  (root['list'] as unknown[]).push(new Error('failed'));
  expect(
    positionsAt([{ path: [], value: root }], ['list', '@', '@', 'a']).map(({ path, value }) => [path, value['n']]),
  ).toEqual([
    [['list', 0, 0, 'a'], 1],
    [['list', 1, 1, 'a'], 2],
  ]);
});

test('rewrites rename and set, below the types they name', () => {
  const value = tree({
    list: [
      { __typename: 'A', x: 1, t: 'A' },
      { __typename: 'B', x: 2 },
    ],
  });
  rewrite([{ kind: 'KeyRenamer', path: ['list', '... on N', 'x'], renameKeyTo: 'y' }], value, types);
  rewrite([{ kind: 'ValueSetter', path: ['list', '... on B', '__typename'], setValueTo: 'N' }], value, types);
  expect(plain(value)).toEqual({
    list: [
      { __typename: 'A', y: 1, t: 'A' },
      { __typename: 'N', x: 2 },
    ],
  });
  const renamed = { kind: 'KeyRenamer' as const, path: ['... on A', 'list', 'x'], renameKeyTo: 'y' };
  expect(rewritePath([renamed], ['list', 3, 'x', 'z'])).toEqual(['list', 3, 'y', 'z']);
  expect(rewritePath([renamed], ['other', 'x'])).toEqual(['other', 'x']);
});
