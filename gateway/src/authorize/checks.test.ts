import { expect, test } from '@jest/globals';
import { type AnyOf, type Check, grants, inOrder, shortest } from './checks.js';

const holder = { authenticated: true, scopes: new Set(['read', 'write']), policies: new Set(['owner']) };

test.each<[string, Check, boolean]>([
  ['signed in', { kind: 'authenticated' }, true],
  ['one of the sets', { kind: 'scopes', anyOf: [['admin'], ['read']] }, true],
  ['the whole set', { kind: 'scopes', anyOf: [['read', 'write']] }, true],
  [
    'a part of each set',
    {
      kind: 'scopes',
      anyOf: [
        ['read', 'admin'],
        ['write', 'admin'],
      ],
    },
    false,
  ],
  ['a policy', { kind: 'policies', anyOf: [['owner']] }, true],
  ['a scope that is called like a policy', { kind: 'scopes', anyOf: [['owner']] }, false],
  ['a policy that is called like a scope', { kind: 'policies', anyOf: [['read']] }, false],
  ['nothing that would do', { kind: 'scopes', anyOf: [] }, false],
])('asked for %s', (_, check, granted) => {
  expect(grants([check], holder)).toEqual([granted]);
});

test('nobody holds nothing', () => {
  const checks: Check[] = [{ kind: 'authenticated' }, { kind: 'scopes', anyOf: [['read']] }];
  const nobody = { authenticated: false, scopes: new Set<string>(), policies: new Set<string>() };
  expect(grants(checks, nobody)).toEqual([false, false]);
});

test.each<[AnyOf, AnyOf]>([
  [[['b', 'a', 'b']], [['a', 'b']]],
  [
    [['b'], ['a'], ['b']],
    [['a'], ['b']],
  ],
  [[['a', 'b'], ['a']], [['a']]],
  [[['a'], []], [[]]],
  [[], []],
])('%j is in short %j', (anyOf, short) => {
  expect(shortest(anyOf)).toEqual(short);
});

test('whether one is signed in is asked first, and nothing twice', () => {
  const scopes: Check = { kind: 'scopes', anyOf: [['a']] };
  const policies: Check = { kind: 'policies', anyOf: [['a']] };
  const signedIn: Check = { kind: 'authenticated' };
  expect(inOrder([policies, scopes, signedIn, scopes])).toEqual([signedIn, scopes, policies]);
});
