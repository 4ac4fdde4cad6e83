import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import type { FetchNode, PathStep, PlanNode } from '../plan/plan.js';
import { needsOf } from './needs.js';
import { dealtOut, stepsOf } from './steps.js';

const root = (service: string, operation: string, operationKind: FetchNode['operationKind'] = 'query'): FetchNode => ({
  kind: 'Fetch',
  service,
  operationKind,
  operation,
  variables: [],
  entities: null,
  outputRewrites: [],
});
const join = (service: string, at: string, asked: string, requires = ['id']): FetchNode => ({
  ...root(service, `query($representations:[_Any!]!){_entities(representations:$representations){...on T{${asked}}}}`),
  entities: [
    {
      key: '_entities',
      variable: 'representations',
      paths: [at.split('.').map((step): PathStep => (step === '@' ? '@' : { key: step }))],
      requires: [
        {
          kind: 'InlineFragment',
          typeCondition: 'T',
          selections: ['__typename', ...requires].map((name) => ({ kind: 'Field', name, selections: null })),
        },
      ],
      inputRewrites: [],
      outputRewrites: [],
    },
  ],
});
const sequence = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Sequence', nodes });
const parallel = (...nodes: PlanNode[]): PlanNode => ({ kind: 'Parallel', nodes });

/** Which service each step asks, and which steps it waits for. */
const graph = (plan: PlanNode) => {
  const steps = stepsOf(plan);
  return steps.map(({ fetch, waitsFor }, i) => {
    const after = steps.flatMap(({ next }, j) => (next.includes(i) ? [j] : []));
    expect(after).toHaveLength(waitsFor);
    return `${fetch.service} after ${after.join() || 'nothing'}`;
  });
};

const books = root('books', '{ books { __typename id author { __typename id } } others { __typename id } }');

test('a step waits for what it reads, not for what the planner put before it', () => {
  const plan = sequence(
    books,
    parallel(join('slow', 'books.@', 'price'), join('people', 'books.@.author', 'born { __typename id }')),
    join('places', 'books.@.author.born', 'name'),
  );
  expect(graph(plan)).toEqual(['books after nothing', 'slow after 0', 'people after 0', 'places after 0,2']);
});

test('fetches of one level to one service are one, and equal ones are asked for together', () => {
  const steps = stepsOf(
    sequence(
      books,
      parallel(
        join('more', 'books.@', 'price'),
        join('more', 'books.@.author', 'name'),
        join('more', 'others.@', 'name'),
      ),
    ),
  );
  expect(steps.map(({ fetch }) => fetch.service)).toEqual(['books', 'more']);
  const { entities, operation } = steps[1]!.fetch;
  expect(entities!.map(({ key, variable, paths }) => [key, variable, paths.length])).toEqual([
    ['_e0', 'representations_0', 1],
    ['_e1', 'representations_1', 2],
  ]);
  expect(operation.replace(/\s+/g, ' ')).toContain(
    '_e1: _entities(representations: $representations_1) { ... on T { name } }',
  );
});

test('what is needed later is not asked for sooner', () => {
  const plan = sequence(
    books,
    join('more', 'books.@', 'price'),
    join('tax', 'books.@', 'rate', ['id', 'price']),
    join('more', 'books.@', 'total', ['id', 'rate']),
  );
  expect(graph(plan)).toEqual(['books after nothing', 'more after 0', 'tax after 0,1', 'more after 0,2']);
});

test('what requires something comes after it, even where the planner mistook the order', () => {
  const plan = sequence(books, join('label', 'books.@', 'label', ['id', 'name']), join('names', 'books.@', 'name'));
  expect(graph(plan)).toEqual(['books after nothing', 'names after 0', 'label after 0,1']);
});

test('mutations keep their order, each with its joins', () => {
  const plan = sequence(
    root('a', 'mutation { one { __typename id } }', 'mutation'),
    join('b', 'one', 'name'),
    root('a', 'mutation { two }', 'mutation'),
  );
  expect(graph(plan)).toEqual(['a after nothing', 'b after 0', 'a after 1']);
});

const defer = (primary: PlanNode, ...deferred: [string, PlanNode][]): PlanNode => ({
  kind: 'Defer',
  primary,
  deferred: deferred.map(([label, node]) => ({ label, node })),
});

test('what is deferred waits for what it reads of what comes before, and nothing waits for it', () => {
  const plan = defer(
    sequence(books, join('slow', 'books.@', 'price')),
    [
      '/books~0',
      defer(join('people', 'books.@.author', 'name'), [
        '/books~0/author~0',
        join('places', 'books.@.author', 'town', ['name']),
      ]),
    ],
    ['/books~1', join('people', 'books.@.author', 'name')],
  );
  expect(graph(plan)).toEqual([
    'books after nothing',
    'slow after 0',
    'people after 0', // of each part its own, though they are alike
    'people after 0',
    'places after 0,2',
  ]);
  expect(stepsOf(plan).map(({ parts }) => parts.join())).toEqual(['', '', '/books~0', '/books~1', '/books~0/author~0']);
});

test('what a mutation defers comes after all that it does', () => {
  const plan = defer(
    sequence(root('a', 'mutation { one { __typename id } }', 'mutation'), root('a', 'mutation { two }', 'mutation')),
    ['/one~0', sequence(join('b', 'one', 'name'), join('c', 'one', 'label', ['name']))],
  );
  expect(graph(plan)).toEqual(['a after nothing', 'a after 0', 'b after 1', 'c after 2']);
});

test('steps that are nobody’s are dealt out to the parts that need what they bring, or bring with their help', () => {
  const steps = stepsOf(
    sequence(
      books,
      join('names', 'books.@', 'name'),
      parallel(join('label', 'books.@', 'label', ['name']), join('people', 'books.@.author', 'born')),
    ),
  );
  const needs = needsOf(
    parse(
      '{ books { id ... @defer(label: "/books~0") { label author { ... @defer(label: "/books~0/author~0") { born } } } } }',
    ),
  );
  expect(dealtOut(steps, needs).map(({ fetch, parts }) => [fetch.service, ...parts])).toEqual([
    ['books', '', '/books~0', '/books~0/author~0'],
    ['names', '/books~0'],
    ['people', '/books~0/author~0'],
    ['label', '/books~0'],
  ]);
});
