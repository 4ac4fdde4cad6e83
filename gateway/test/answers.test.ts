/** What clients get: joins across services, and what a service that fails costs. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { type World, composed, startGateway, startSubgraph, startWorld } from './world.js';

let world: World;
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  world = await startWorld();
  gateway = await startGateway(world, { limits: { fetchTimeoutMs: 600 } });
});
afterEach(() => {
  for (const subgraph of Object.values(world.subgraphs)) {
    subgraph.asked.length = 0;
    subgraph.misbehave = null;
  }
});
afterAll(async () => {
  await gateway.close();
  await world.stop();
});

const query = '{ books { title author { name greeting born { name } } } }';

test('an answer is joined over three services, each asked once per level and each thing once', async () => {
  expect(await gateway.ask(query)).toEqual({
    data: {
      books: [
        { title: 'One', author: { name: 'Ann', greeting: 'Hello Ann', born: { name: 'Kenya' } } },
        { title: 'Two', author: { name: 'Bea', greeting: 'Hello Bea', born: { name: 'Uzbekistan' } } },
        { title: 'Three', author: { name: 'Ann', greeting: 'Hello Ann', born: { name: 'Kenya' } } },
        { title: 'Four', author: null }, // its owner does not know it: the same as absent, and no error
      ],
    },
  });
  const { books, people, places } = world.subgraphs;
  expect([books.asked.length, people.asked.length, places.asked.length]).toEqual([1, 1, 1]);
  expect(people.asked[0]!.variables['representations']).toEqual([
    { __typename: 'Author', id: 'ann' },
    { __typename: 'Author', id: 'bea' },
    { __typename: 'Author', id: 'gone' },
  ]);
});

test('fragments, aliases, conditions, abstract types and __typename come out as asked', async () => {
  const document = `query Q($no: Boolean! = false, $yes: Boolean! = true) {
    t: __typename
    __proto__: shelf { ...I ... on Book { a: author { n: name @include(if: $no) m: name @skip(if: $no) } } ... on Atlas { scale } }
    b: book(isbn: "1") { s: sequel { s: sequel { title author { name @include(if: $yes) } } } }
    __type(name: "Genre") { enumValues { name } }
  } fragment I on Item { __typename title }`;
  const result = await gateway.ask(document);
  expect(result.errors).toBeUndefined();
  expect(JSON.parse(JSON.stringify(result.data).replace('__proto__', 'proto'))).toEqual({
    t: 'Query',
    proto: [
      { __typename: 'Book', title: 'One', a: { m: 'Ann' } },
      { __typename: 'Atlas', title: 'World', scale: 1000 },
    ],
    b: { s: { s: { title: 'Three', author: { name: 'Ann' } } } },
    __type: { enumValues: [{ name: 'NOVEL' }, { name: 'ATLAS' }] },
  });
  expect(({} as Record<string, unknown>)['title']).toBeUndefined();
});

test('mutations run in the order they are written, each with its joins', async () => {
  expect(
    await gateway.ask('mutation { a: add(isbn: "8") { author { name } } fail b: add(isbn: "9") { title } }'),
  ).toEqual({
    data: { a: { author: { name: 'Bea' } }, fail: null, b: { title: 'New 9' } },
    errors: [{ message: 'Not yours.', path: ['fail'], extensions: { code: 'FORBIDDEN' } }],
  });
});

test.each([
  ['stopped', null],
  ['hanging', () => null],
  ['answering something else', () => '<html>'],
  ['cutting the connection', (_request: unknown, socket: { destroy(): void }) => (socket.destroy(), null)],
] as const)(
  'a service that is %s costs its own fields, at their paths, and comes back by itself',
  async (_how, misbehave) => {
    const { people } = world.subgraphs;
    if (misbehave) people.misbehave = misbehave as never;
    else await people.stop();
    const result = await gateway.ask('{ books { title author { id name mail } } countries { name } }');
    if (misbehave) people.misbehave = null;
    else await people.start();

    expect(result.data).toEqual({
      books: ['One', 'Two', 'Three', 'Four'].map((title) => ({ title, author: null })), // name: String!
      countries: [{ name: 'Kenya' }, { name: 'Uzbekistan' }],
    });
    expect(result.errors!.map(({ path, extensions }) => [path, extensions['code'], extensions['service']])).toEqual(
      [0, 1, 2, 3].map((i) => [['books', i, 'author', 'name'], 'SUBGRAPH_UNAVAILABLE', 'people']),
    );
    expect(JSON.stringify(result)).not.toContain('127.0.0.1');
    expect(await gateway.ask('{ author(id: "ann") { name } }')).toEqual({ data: { author: { name: 'Ann' } } });
  },
);

test('a service that is down costs its root fields, each with its path', async () => {
  const { books } = world.subgraphs;
  books.misbehave = () => 'nonsense';
  const result = await gateway.ask('{ one: book(isbn: "1") { title } books { title } countries { name } }');
  expect(result.data).toEqual({ one: null, books: null, countries: [{ name: 'Kenya' }, { name: 'Uzbekistan' }] });
  expect(result.errors!.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
    [['one'], 'SUBGRAPH_UNAVAILABLE'],
    [['books'], 'SUBGRAPH_UNAVAILABLE'],
  ]);
});

test('what may not be null takes the answer with it, and the error says why', async () => {
  world.subgraphs.books.misbehave = () => 'nonsense';
  const result = await gateway.ask('{ bare { title } }');
  expect(result).toEqual({
    data: null,
    errors: [
      { message: expect.any(String), path: ['bare'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'books' } },
    ],
  });
});

test('what a field requires being unavailable is told at the nearest place the client knows', async () => {
  world.subgraphs.people.misbehave = () => '[]';
  const result = await gateway.ask('{ book(isbn: "1") { title author { greeting } } }');
  expect(result.data).toEqual({ book: { title: 'One', author: { greeting: null } } });
  expect(result.errors!.map(({ path, extensions }) => [path, extensions['code']])).toEqual([
    [['book', 'author'], 'SUBGRAPH_UNAVAILABLE'],
  ]);
});

test('errors inside entities keep message and code and get their path in the answer, in every place they stand', async () => {
  const result = await gateway.ask('{ books { readers { mail prizes { name year } } } }');
  expect(result.data.books[0]).toEqual({
    readers: [
      {
        mail: null,
        prizes: [
          { name: 'bea prize', year: 1999 },
          { name: null, year: 2000 },
        ],
      },
      {
        mail: 'ann@example.org',
        prizes: [
          { name: 'ann prize', year: 1999 },
          { name: null, year: 2000 },
        ],
      },
    ],
  });
  expect(result.errors).toHaveLength(6);
  expect(result.errors).toEqual(
    expect.arrayContaining([
      {
        message: 'This mail is private.',
        path: ['books', 1, 'readers', 0, 'mail'],
        extensions: { code: 'FORBIDDEN', path: ['mail'] },
      },
      { message: 'No name.', path: ['books', 1, 'readers', 1, 'prizes', 1, 'name'], extensions: { code: 'NOT_FOUND' } },
    ]),
  );
});

test('an error passes with its code, without its stack; one without a code passes as it came', async () => {
  expect(await gateway.ask('{ crash unnamed }')).toEqual({
    data: { crash: null, unnamed: null },
    errors: [
      { message: 'Out of paper.', path: ['crash'], extensions: { code: 'CONFLICT' } },
      { message: 'No code here.', path: ['unnamed'], extensions: {} },
    ],
  });
});

test('a refused passport is our fault', async () => {
  world.subgraphs.people.misbehave = (request) => {
    request.socket.write(
      'HTTP/1.1 401 No\r\ncontent-length: 47\r\n\r\n{"errors":[{"message":"no","extensions":{"a":1}}',
    );
    request.socket.end();
    return null;
  };
  const result = await gateway.ask('{ author(id: "ann") { name } }');
  expect(result.errors).toEqual([
    { message: expect.any(String), path: ['author'], extensions: { code: 'INTERNAL_SERVER_ERROR' } },
  ]);
});

test('variables and literals of the wrong type are refused before anybody is asked', async () => {
  const variable = await gateway.post({
    query: 'query Q($n: Int) { book(isbn: "1") { readers(first: $n) { id } } }',
    variables: { n: 'x' },
  });
  expect([variable.status, variable.json.errors![0]!.extensions['code']]).toEqual([400, 'BAD_USER_INPUT']);
  const literal = await gateway.post({ query: '{ shelf(genre: NOVELL) { title } }' });
  expect([literal.status, literal.json.errors![0]!.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  expect(literal.text).not.toContain('Did you mean');
  expect(world.subgraphs.books.asked).toEqual([]);
});

test('the operation name chooses, and an unknown one is refused', async () => {
  const document = 'query A { book(isbn: "1") { title } } query B { book(isbn: "2") { title } }';
  const named = (operationName?: string) => gateway.post({ query: document, operationName });
  expect((await named('B')).json.data).toEqual({ book: { title: 'Two' } });
  expect((await named('A')).json.data).toEqual({ book: { title: 'One' } });
  for (const wrong of [await named('C'), await named()])
    expect([wrong.status, wrong.json.errors![0]!.extensions['code']]).toEqual([400, 'OPERATION_RESOLUTION_FAILURE']);
});

test('objects of which only an interface is known are answered as far as was asked', async () => {
  const link =
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@interfaceObject"])';
  const media = await startSubgraph(
    'media',
    `${link} type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int } type Query { best: [Media] }`,
    {
      Query: { best: () => [{ id: 'f', stars: 5 }] },
      Media: { __resolveReference: (media: object) => ({ ...media, stars: 5 }) },
    },
  );
  const films = await startSubgraph(
    'films',
    `${link} interface Media @key(fields: "id") { id: ID! } type Film implements Media @key(fields: "id") { id: ID! length: Int }`,
    {
      Media: { __resolveReference: ({ id }: object & { id: string }) => ({ __typename: 'Film', id }) },
      Film: { length: () => 90 },
    },
  );
  const other = await startGateway({ supergraph: composed([media, films]) });
  try {
    expect(await other.ask('{ best { id stars } }')).toEqual({ data: { best: [{ id: 'f', stars: 5 }] } });
    expect(await other.ask('{ best { __typename stars ... on Film { length } } }')).toEqual({
      data: { best: [{ __typename: 'Film', stars: 5, length: 90 }] },
    });
  } finally {
    await other.close();
    await Promise.all([media.stop(), films.stop()]);
  }
});

test('an operation of a kind that the schema does not have is refused', async () => {
  const supergraph = composed([
    { name: 'a', url: 'http://127.0.0.1:9/graphql', typeDefs: parse('type Query { a: Int }') },
  ]);
  const other = await startGateway({ supergraph });
  try {
    const { status, json } = await other.post({ query: 'mutation { a }' });
    expect([status, json.errors![0]!.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  } finally {
    await other.close();
  }
});

test('a supergraph that asks for what nobody here would do is not served as if it did not', async () => {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@context", "@fromContext"])
    type Query { u: U }
    type U @key(fields: "id") @context(name: "u") { id: ID! a: A name: String }
    type A @key(fields: "id") { id: ID! b(name: String @fromContext(field: "$u { name }")): Int }`;
  const supergraph = composed([{ name: 'a', url: 'http://127.0.0.1:9/graphql', typeDefs: parse(sdl) }]);
  await expect(startGateway({ supergraph })).rejects.toThrow('context');
});
