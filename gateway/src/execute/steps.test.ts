import { expect, test } from '@jest/globals';
import type { FetchNode, PathStep, PlanNode } from '../plan/plan.js';
import { stepsOf } from './steps.js';

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
