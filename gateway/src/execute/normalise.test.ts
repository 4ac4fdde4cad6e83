import { expect, test } from '@jest/globals';
import { type FragmentDefinitionNode, Kind, type OperationDefinitionNode, buildSchema, parse, print } from 'graphql';
import { TooManyParts, clientsVariable, normalise, plannedVariable } from './normalise.js';

const schema = buildSchema(`
  type Query { book(id: ID): Book item: Item found: Found me(named: Boolean): Person }
  interface Item { id: ID! name: String owner: Person }
  type Book implements Item { id: ID! name: String owner: Person! price(in: String = "USD"): Int c_x: Int }
  type Song implements Item { id: ID! name: String owner: Person length: Int }
  type Person { id: ID! name(full: Boolean): String }
  union Found = Book | Person
`);

function planned(
  query: string,
  variables: Record<string, unknown> = {},
  options: { refused?: string; most?: number; apart?: boolean; mostDeferred?: number; inParts?: boolean } = {},
) {
  const { definitions } = parse(query, { noLocation: true });
  const { document } = normalise({
    schema,
    operation: definitions.find((one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION)!,
    fragments: new Map(
      definitions
        .filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION)
        .map((one) => [one.name.value, one]),
    ),
    variables,
    mayHide: () => false,
    apart: options.apart ?? false,
    isRefused: ({ name }) => name.value === options.refused,
    mostFields: options.most ?? 100,
    mostDeferred: options.mostDeferred ?? 100,
    inParts: options.inParts ?? false,
  });
  return document && print(document).replace(/\s+/g, ' ');
}

test.each<[string, string, string | null, Record<string, unknown>?]>([
  ['names without arguments stay', '{ book { id name } }', '{ cc_book: book { id name } }'],
  ['a key’s name for something else', '{ book { id: name } }', '{ cc_book: book { cc_id: name } }'],
  [
    'a name of a prototype',
    '{ __proto__: item { constructor: name } }',
    '{ cc___proto__: item { cc_constructor: name } }',
  ],
  [
    'a field that may take arguments',
    '{ book { price eur: price(in: "EUR") } }',
    '{ cc_book: book { cc_price: price cc_eur: price(in: "EUR") } }',
  ],
  [
    'the same name for two things of two types',
    '{ found { ... on Book { x: name } ... on Person { x: id } } }',
    '{ found { __typename ... on Book { cc_x: name } ... on Person { cc_1_x: id } } }',
  ],
  [
    'a type is asked for where more is asked of it',
    '{ item { name ... on Song { length } } }',
    '{ item { __typename name ... on Song { length } } }',
  ],
  ['and where it differs in what may be null', '{ item { owner { id } } }', '{ item { __typename owner { id } } }'],
  ['and not where nothing depends on it', '{ item { ... on Item { name } } }', '{ item { name } }'],
  [
    'what a type has besides is asked of it as a whole',
    '{ item { owner { id } ... on Song { owner { name } } } }',
    '{ item { __typename owner { id } ... on Song { owner { id cc_name: name } } } }',
  ],
  [
    'conditions are decided',
    'query ($v: Boolean!) { item { id @skip(if: $v) name @include(if: $v) } }',
    '{ item { name } }',
    { v: true },
  ],
  [
    'fragments are written out',
    '{ ...F } fragment F on Query { item { ...G } } fragment G on Item { id }',
    '{ item { id } }',
  ],
  ['nothing is left to ask', '{ __typename __schema { types { name } } item @skip(if: true) { id } }', null],
  ['an object of which nothing is left', '{ item { id @skip(if: true) } }', '{ item { __typename } }'],
  [
    'a variable with the planner’s name',
    'query ($representations: ID) { book(id: $representations) { id } }',
    'query ($c_representations: ID) { cc_book: book(id: $c_representations) { id } }',
  ],
])('%s', (...[, query, expected, variables]) => expect(planned(query, variables)).toBe(expected));

test('what a viewer may not have is not asked for, and neither is what stands with it', () => {
  expect(planned('{ item { id name } }', {}, { refused: 'name' })).toBe('{ item { id } }');
  expect(planned('{ item { name } }', {}, { refused: 'item' })).toBeNull();
});

test('what types multiply to is bounded', () => {
  const many = '{ item { ... on Book { id name } ... on Song { id name } } }';
  expect(planned(many, {}, { most: 5 })).toBeTruthy();
  expect(() => planned(many, {}, { most: 4 })).toThrow(expect.objectContaining({ code: 'COST_EXCEEDED' }));
});

test('names of variables come back', () => {
  for (const name of [
    'a',
    'c_a',
    'representations',
    'c_representations',
    'representations_1',
    'c_c_representations_12',
  ])
    expect(clientsVariable(plannedVariable(name))).toBe(name);
});

test('each type of objects is asked apart, by names of its own where they differ in what may be null', () => {
  expect(planned('{ item { owner { id } ... on Song { length } } }', {}, { apart: true })).toBe(
    '{ item { __typename ... on Book { owner { id } } ... on Song { cc_1_owner: owner { id } length } } }',
  );
});

test.each<[string, string, string | null, Record<string, unknown>?]>([
  [
    'what is deferred stands apart, by a label that says where',
    '{ book { id ... @defer(label: "mine") { name owner { id ... @defer { name } } } } }',
    '{ cc_book: book { id ... @defer(label: "/cc_book~0") { name owner { id ... @defer(label: "/cc_book~0/owner~0") { name } } } } }',
  ],
  [
    'within the types it stands in',
    '{ item { id ... on Book { ... @defer { price } } } }',
    '{ item { __typename id ... @defer(label: "/item~0") { __typename ... on Book { cc_price: price } } } }',
  ],
  [
    'below what is asked of one type',
    '{ item { id ... on Song { owner { ... @defer { id } } } } }',
    '{ item { __typename id ... on Song { owner { __typename ... @defer(label: "/item/owner@Song~0") { id } } } } }',
  ],
  [
    'one that only defers others leaves its place to them',
    '{ item { id ... @defer { ... @defer { name } } } }',
    '{ item { id ... @defer(label: "/item~0~0") { name } } }',
  ],
  ['one that asks nobody is none', '{ book { id ... @defer { __typename } } }', '{ cc_book: book { id } }'],
  [
    'a fragment is one each time it is spread, if not at one place',
    '{ a: item { ...F @defer ...F @defer } } fragment F on Item { name }',
    '{ cc_a: item { __typename ... @defer(label: "/cc_a~0") { name } } }',
  ],
  [
    'switched on and off',
    'query ($v: Boolean!) { item { id ... @defer(if: $v) { name } ... @defer(if: false) { owner { id } } } }',
    '{ item { __typename id name owner { id } } }',
    { v: false },
  ],
])('%s', (...[, query, expected, variables]) => expect(planned(query, variables, { inParts: true })).toBe(expected));

test('to who takes the answer whole nothing is deferred', () =>
  expect(planned('{ item { id ... @defer { name } } }')).toBe('{ item { id name } }'));

test('how many fragments may be deferred is bounded, each counted where it stands', () => {
  const two = '{ a: book { ...F } b: book { ...F } } fragment F on Book { id ... @defer { name } }';
  expect(planned(two, {}, { inParts: true, mostDeferred: 2 })).toBeTruthy();
  expect(() => planned(two, {}, { inParts: true, mostDeferred: 1 })).toThrow(TooManyParts);
});
