import { expect, test } from '@jest/globals';
import { type OperationDefinitionNode, buildSchema, parse, validate } from 'graphql';
import { resumable } from './resumable.js';

const schema = buildSchema(`
  scalar Cursor
  type Query { nothing: Boolean }
  type Subscription {
    news(after: Cursor, topic: String): News!
    must(after: Cursor!): News!
    loose(after: Cursor): Loose
    either(after: Cursor): Either
    many: News
  }
  interface News { cursor: Cursor! title: String }
  type Flash implements News { cursor: Cursor! title: String }
  type Loose { cursor: Cursor title: String }
  union Either = Flash | Loose
`);
const of = (query: string) => {
  const document = parse(query);
  return resumable(schema, document, document.definitions[0] as OperationDefinitionNode);
};

test.each(['must(after: "c")', 'loose', 'either', 'many'].map((field) => [field]))('%s cannot be resumed', (field) => {
  expect(of(`subscription { ${field} { __typename } }`)).toBeNull();
});

test.each([
  'subscription { news { title } }',
  'subscription ($a: Cursor) { news(after: $a) { title } }',
  'subscription ($after: String) { n: news(after: "c1", topic: $after) { place: title } }',
  'subscription { ...F } fragment F on Subscription { news { title } news { title } }',
])('what is asked instead of %s is valid, and the same text for all who resume', (query) => {
  const { request } = of(query)!;
  const [one, another, first] = [request({ query }, 'c1'), request({ query }, 'c2'), request({ query }, undefined)];
  expect(one.query).toBe(another.query);
  expect(Object.values(one.variables!)).toEqual(['c1']);
  for (const asked of [one, first]) expect(validate(schema, parse(asked.query))).toEqual([]);
});

test('who asks for the cursor and says where to begin is asked for nothing else', () => {
  const query = 'subscription ($a: Cursor) { news(after: $a) { cursor } }';
  const { request, placed } = of(query)!;
  expect(request({ query, variables: { a: 'c1' } }, 'c2')).toEqual({ query, variables: { a: 'c2' } });
  const answer = { data: '{"news":{"cursor":"c3"}}' };
  expect(placed(answer)).toEqual({ answer, cursor: 'c3' });
});

test('what was asked for besides is taken out of the answer again', () => {
  const { placed } = of('subscription { news { title } }')!;
  const errors = [{ message: 'No title.' }];
  expect(placed({ data: '{"news":{"place":"c1","title":null}}', errors })).toEqual({
    answer: { data: '{"news":{"title":null}}', errors },
    cursor: 'c1',
  });
  for (const data of ['null', '{"news":null}'])
    expect(placed({ data })).toEqual({ answer: { data }, cursor: undefined });
});
