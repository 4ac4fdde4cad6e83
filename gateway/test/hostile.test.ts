/**
 * A subgraph that is broken or means harm: whatever it sends costs its own fields, each told with a path. Nobody else's
 * fields change, nothing grows without bound, and the next request is answered.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Result, type Subgraph, composed, startGateway, startSubgraph } from './world.js';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires"])`;

/** Answers well. */
const trusty = `${link}
  type Query { product: Product  products: [Product]  items: [Item]  calm: String }
  interface Item { id: ID! name: String }
  type Product implements Item @key(fields: "id") { id: ID! name: String price: Int size: Size @shareable parts: [Size!] @shareable }
  type Service implements Item @key(fields: "id") { id: ID! name: String }
  type Size @shareable { w: Int }
  type Thing @key(fields: "id") { id: ID! blob: Any @external  weight: Int @requires(fields: "blob")  label: String }
  scalar Any
`;
/** Answers as each test says. */
const hostile = `${link}
  type Query {
    word: String  words: [String!]  must: String!  whole: Int  real: Float  flag: Boolean  kind: Kind  any: Any  anyMust: Any!
    matrix: [[Int!]!]  thing: Thing  things: [Thing]  strict: [Thing!]!  item: Stuff  either: Either
    constructor: String  toString: Thing  hasOwnProperty(valueOf: String): String
  }
  type Mutation { change: String }
  enum Kind { GOOD BAD }
  scalar Any
  interface Stuff { id: ID! }
  type Gas implements Stuff { id: ID! volume: Int }
  type Stone implements Stuff { id: ID! mass: Int }
  union Either = Gas | Stone
  type Thing @key(fields: "id") { id: ID! name: String strict: String! parts: [Part!] blob: Any valueOf: Int product: Product }
  type Part { a: Int b: Int! }
  type Product @key(fields: "id") { id: ID! review: String stars: Int! size: Size @shareable parts: [Size!] @shareable }
  type Service @key(fields: "id") { id: ID! review: String }
  type Size @shareable { h: Int w: Int }
`;

const products = ['p', 'q', 'r'].map((id, i) => ({
  __typename: 'Product',
  id,
  name: `Product ${id}`,
  price: i,
  size: { w: i },
  parts: [{ w: 1 }, { w: 2 }],
}));
const resolvers = {
  Query: {
    product: () => products[0],
    products: () => products,
    items: () => [products[0], { __typename: 'Service', id: 's', name: 'Repair' }],
    calm: () => 'calm',
  },
  Item: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  Product: { __resolveReference: ({ id }: { id: string }) => products.find((one) => one.id === id) },
  Thing: {
    __resolveReference: (thing: object) => thing,
    weight: () => 7,
    label: ({ id }: { id: string }) => `Thing ${id}`,
  },
};

const thing = { __typename: 'Thing', id: '1', name: 'n' };

let good: Subgraph;
let evil: Subgraph;
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  good = await startSubgraph('good', trusty, resolvers);
  evil = await startSubgraph('evil', hostile, {
    Query: {
      word: () => 'well',
      thing: () => thing,
      constructor: () => 'c',
      toString: () => thing,
      hasOwnProperty: (_: unknown, { valueOf }: { valueOf: unknown }) => valueOf,
    },
    Thing: { valueOf: () => 3 },
  });
  gateway = await startGateway({ supergraph: composed([good, evil]) }, { limits: { fetchTimeoutMs: 1_000 } });
});
afterEach(async () => {
  evil.misbehave = null;
  // A breaker that opened is given the time to let one through.
  for (let tries = 0; tries < 50; tries++) {
    const result = await gateway.ask('{ word calm }');
    if (!result.errors) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(await gateway.ask('{ word calm }')).toEqual({ data: { word: 'well', calm: 'calm' } });
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  good.asked.length = 0;
  gateway.logged.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([good.stop(), evil.stop()]);
});

/** The hostile service answers everything with this. */
const says = (body: unknown) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  evil.misbehave = () => text;
};
/** The same, as data. */
const sends = (data: string) => says(`{"data":${data}}`);
/** The hostile service gets the bare socket once the request is there. */
const does = (act: (socket: Socket, request: IncomingMessage) => void) => {
  evil.misbehave = (request, socket) => {
    request.resume().on('end', () => act(socket, request));
    return null;
  };
};
const pathsOf = ({ errors = [] }: Result) => errors.map(({ path }) => path);
const codesOf = ({ errors = [] }: Result) => [...new Set(errors.map(({ extensions }) => extensions['code']))];

test.each([
  '',
  ' ',
  'null',
  'true',
  '1',
  '"data"',
  '[]',
  '[{"data":{"word":"x"}}]',
  '{',
  '{}',
  '{"data":1}',
  '{"data":"word"}',
  '{"data":[]}',
  '{"data":[{"word":"x"}]}',
  '{"data":null}',
  '{"data":null,"errors":[]}',
  '{"data":null,"errors":null}',
  '{"errors":[]}',
  '{"errors":{}}',
  '{"errors":"no"}',
  '{"errors":[null]}',
  '{"errors":["no"]}',
  '{"errors":[[]]}',
  '{"errors":[1e999]}',
  '{"data":{"word":"x"}',
  '{"data":{"word":"x"}}}',
  "{'data':{}}",
  '{"__proto__":{"data":{"word":"x"}}}',
  '{"constructor":{"prototype":{"polluted":1}}}',
  '<html><body>502</body></html>',
  'data: {"data":{"word":"x"}}\n\n',
  '--graphql\r\ncontent-type: application/json\r\n\r\n{"data":{"word":"x"}}\r\n--graphql--',
  '\u0000\u0000\u0000',
  `{"data":${'['.repeat(1_000_000)}`,
])('what is no GraphQL answer costs what was asked for: %#', async (body) => {
  says(body);
  const result = await gateway.ask('{ word thing { id } calm }');
  expect(result.data).toEqual({ word: null, thing: null, calm: 'calm' });
  expect(pathsOf(result)).toEqual([['word'], ['thing']]);
  for (const { message, extensions } of result.errors!)
    expect([typeof message, typeof extensions]).toEqual(['string', 'object']);
});

test('an error without a place costs what did not come, and no more', async () => {
  says('{"data":{"word":"came"},"errors":[{"message":"odd"}]}');
  expect(await gateway.ask('{ word }')).toEqual({
    data: { word: 'came' },
    errors: [{ message: 'odd', extensions: {} }],
  });
  says('{"data":{"word":"came"},"errors":null}'); // some implementations write it out
  expect(await gateway.ask('{ word }')).toEqual({ data: { word: 'came' } });
});

type Unfit = [query: string, sent: string, path: (string | number)[], left?: unknown];
const unfit: Unfit[] = [
  ['{ word }', '{"word":["x"]}', ['word']],
  ['{ word }', '{"word":{"a":1}}', ['word']],
  ['{ word }', '{"word":{"__proto__":{"toJSON":1},"valueOf":1}}', ['word']],
  ['{ word }', '{"word":1e999}', ['word']],
  ['{ words }', '{"words":"x"}', ['words']],
  ['{ words }', '{"words":{"0":"x","length":1}}', ['words']],
  ['{ words }', '{"words":["a",null]}', ['words', 1]],
  ['{ words }', '{"words":["a",[]]}', ['words', 1]],
  ['{ whole }', '{"whole":1.5}', ['whole']],
  ['{ whole }', '{"whole":2147483648}', ['whole']],
  ['{ whole }', '{"whole":"x"}', ['whole']],
  ['{ whole }', '{"whole":1e999}', ['whole']],
  ['{ whole }', '{"whole":-1e999}', ['whole']],
  ['{ real }', '{"real":1e999}', ['real']],
  ['{ real }', '{"real":"NaN"}', ['real']],
  ['{ real }', '{"real":{}}', ['real']],
  ['{ flag }', '{"flag":"true"}', ['flag']],
  ['{ flag }', '{"flag":[]}', ['flag']],
  ['{ kind }', '{"kind":"WORSE"}', ['kind']],
  ['{ kind }', '{"kind":"toString"}', ['kind']],
  ['{ kind }', '{"kind":"__proto__"}', ['kind']],
  ['{ kind }', '{"kind":0}', ['kind']],
  ['{ kind }', '{"kind":["GOOD"]}', ['kind']],
  ['{ any }', '{"any":1e999}', ['any']], // JSON has no such number: it would be a silent null
  ['{ matrix }', '{"matrix":[1]}', ['matrix', 0]],
  ['{ matrix }', '{"matrix":[[1],null]}', ['matrix', 1]],
  ['{ matrix }', '{"matrix":[[1],[[2]]]}', ['matrix', 1, 0]],
  ['{ thing { id } }', '{"thing":"x"}', ['thing']],
  ['{ thing { id } }', '{"thing":[]}', ['thing']],
  ['{ thing { id } }', '{"thing":[{"id":"1"}]}', ['thing']],
  ['{ thing { id } }', '{"thing":false}', ['thing']],
  ['{ thing { id } }', '{"thing":{"id":null}}', ['thing', 'id']],
  ['{ thing { id } }', '{"thing":{"id":{}}}', ['thing', 'id']],
  ['{ thing { strict } }', '{"thing":{"strict":null}}', ['thing', 'strict']],
  ['{ thing { parts { a } } }', '{"thing":{"parts":{"a":1}}}', ['thing', 'parts'], { thing: { parts: null } }],
  ['{ thing { parts { a } } }', '{"thing":{"parts":[1]}}', ['thing', 'parts', 0], { thing: { parts: null } }],
  ['{ thing { parts { a } } }', '{"thing":{"parts":[null]}}', ['thing', 'parts', 0], { thing: { parts: null } }],
  [
    '{ thing { parts { b } } }',
    '{"thing":{"parts":[{"b":1},{"b":null}]}}',
    ['thing', 'parts', 1, 'b'],
    { thing: { parts: null } },
  ],
  [
    '{ thing { parts { a } } }',
    '{"thing":{"parts":[{"a":"x"}]}}',
    ['thing', 'parts', 0, 'a'],
    { thing: { parts: [{ a: null }] } },
  ],
  ['{ things { id } }', '{"things":[{"id":"1"},5]}', ['things', 1], { things: [{ id: '1' }, null] }],
  ['{ things { id } }', '{"things":[[{"id":"1"}]]}', ['things', 0], { things: [null] }],
  ['{ item { __typename id } }', '{"item":{"id":"1"}}', ['item']],
  ['{ item { id } }', '{"item":{"__typename":"Alien","id":"1"}}', ['item']],
  ['{ item { id } }', '{"item":{"__typename":"Thing","id":"1"}}', ['item']],
  ['{ item { __typename id } }', '{"item":{"__typename":"Item","id":"1"}}', ['item']],
  ['{ item { __typename id } }', '{"item":{"__typename":"Stuff","id":"1"}}', ['item']],
  ['{ item { id } }', '{"item":{"__typename":["Gas"],"id":"1"}}', ['item']],
  ['{ item { id } }', '{"item":{"__typename":"toString","id":"1"}}', ['item']],
  ['{ item { id } }', '{"item":{"__typename":"__proto__","id":"1"}}', ['item']],
  ['{ either { ... on Gas { id } } }', '{"either":{"id":"1"}}', ['either']],
  ['{ either { ... on Gas { id } } }', '{"either":{"__typename":"Either","id":"1"}}', ['either']],
  ['{ either { __typename } }', '{"either":{"__typename":"Product"}}', ['either']],
];
test.each(unfit)(
  'a value that does not fit is null, with an error at its place: %s <- %s',
  async (...[query, sent, path, left]: Unfit) => {
    sends(sent);
    const result = await gateway.ask(query);
    expect(pathsOf(result)).toEqual([path]);
    expect(codesOf(result)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(result.data).toEqual(left ?? { [/\w+/.exec(query)![0]]: null });
  },
);

test.each([
  ['{ must }', '{"must":null}', ['must']],
  ['{ must }', '{"must":{}}', ['must']],
  ['{ anyMust }', '{"anyMust":1e999}', ['anyMust']],
  ['{ strict { id } }', '{"strict":[{"id":"1"},null]}', ['strict', 1]],
  ['{ strict { id } }', '{"strict":{}}', ['strict']],
])('what may not be null takes all with it, and is told where it stands: %s <- %s', async (query, sent, path) => {
  sends(sent);
  const result = await gateway.ask(query);
  expect([result.data, pathsOf(result)]).toEqual([null, [path]]);
});

test.each([
  ['{ must }', '{}', ['must']],
  ['{ thing { strict } }', '{"thing":{}}', ['thing', 'strict']],
  ['{ word }', '{}', ['word']],
  ['{ thing { name } }', '{"thing":{}}', ['thing', 'name']],
  ['{ thing { parts { b } } }', '{"thing":{"parts":[{"a":1}]}}', ['thing', 'parts', 0, 'b']],
])(
  'a field that was asked for and did not come does not become null in silence: %s <- %s',
  async (query, sent, path) => {
    sends(sent);
    expect(pathsOf(await gateway.ask(query))).toEqual([path]);
  },
);

test('numbers and names as JSON has them come through', async () => {
  sends(
    '{"real":-0,"whole":1e2,"word":"\\ud800 \\u0000 \\u2028","any":{"__proto__":1,"a":[1E400,"x"],"toString":null,"constructor":{"prototype":2}}}',
  );
  const { text } = await gateway.post({ query: '{ whole word any }' });
  expect(text).toContain('"whole":100');
  expect(text).toContain('"__proto__":1');
  expect(text).toContain('"toString":null,"constructor":{"prototype":2}');
  expect((JSON.parse(text) as Result).data.word).toBe('\ud800 \u0000 \u2028');
});

test('of a key that comes twice the last one counts, at every level', async () => {
  says('{"data":{"word":"old"},"data":{"word":1,"thing":{"id":"old"},"word":"new","thing":{"id":"1","id":"2"}}}');
  expect(await gateway.ask('{ word thing { id } }')).toEqual({ data: { word: 'new', thing: { id: '2' } } });
});

/** Answers `_entities` (under whatever name) with what is made of its representations. */
const completes = (list: (representations: Record<string, unknown>[]) => unknown, errors?: unknown) => {
  evil.misbehave = (request, socket) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const { variables } = JSON.parse(text) as { variables: Record<string, Record<string, unknown>[]> };
      const body = JSON.stringify({ data: { _entities: list(Object.values(variables)[0]!) }, errors });
      socket.end(`HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    });
    return null;
  };
};
const review = (id: unknown) => ({ __typename: 'Product', review: `of ${String(id)}`, stars: 5 });
const reviewed = '{ products { id name review } }';
const names = products.map(({ id, name }) => ({ id, name }));

test.each<[string, (representations: Record<string, unknown>[]) => unknown]>([
  ['none at all', () => []],
  ['too few', (asked) => asked.slice(1).map(({ id }) => review(id))],
  ['too many', (asked) => [...asked, ...asked].map(({ id }) => review(id))],
  ['no list', () => null],
  ['one object', () => review('p')],
  ['a list in a list', (asked) => [asked.map(({ id }) => review(id))]],
  ['an object like a list', () => ({ 0: review('p'), 1: review('q'), 2: review('r'), length: 3 })],
])('when entities come as %s, nobody is given another’s, and each place is told', async (_how, list) => {
  completes(list);
  const result = await gateway.ask(reviewed);
  expect(result.data).toEqual({ products: names.map((one) => ({ ...one, review: null })) });
  expect(pathsOf(result)).toEqual([0, 1, 2].map((i) => ['products', i, 'review']));
});

test.each<[string, unknown]>([
  ['a number', 5],
  ['a string', 'x'],
  ['a list', [{ review: 'x' }]],
  ['false', false],
])('an entity that is %s is told at its place, and the others are well', async (_what, wrong) => {
  completes((asked) => asked.map(({ id }, i) => (i === 1 ? wrong : review(id))));
  const result = await gateway.ask(reviewed);
  expect(result.data.products.map((one: { review: unknown }) => one.review)).toEqual(['of p', null, 'of r']);
  expect(pathsOf(result)).toEqual([['products', 1, 'review']]);
});

test('when a list of entities is lost for a reason given for one of them, the others are told too', async () => {
  completes(() => null, [{ message: 'one', path: ['_entities', 0, 'review'] }]);
  const result = await gateway.ask(reviewed);
  expect(pathsOf(result).sort()).toEqual([0, 1, 2].map((i) => ['products', i, 'review']));
});

test('what a service was not asked for goes nowhere', async () => {
  completes((asked) =>
    asked.map(({ id }) => ({
      ...review(id),
      id: 'stolen',
      name: 'stolen',
      price: 666,
      size: { w: 666 },
      c_x: 666,
      ['__proto__']: { polluted: 1 },
    })),
  );
  expect(await gateway.ask('{ products { id name x: price size { w } review } }')).toEqual({
    data: {
      products: products.map(({ id, name, price, size }) => ({ id, name, x: price, size, review: `of ${id}` })),
    },
  });
});

test.each<[string, unknown]>([
  ['a number', 5],
  ['an empty list', []],
  ['nothing', null],
  ['an object without it', {}],
])('what two services fill together keeps what one sent when the other sends %s', async (_what, size) => {
  completes((asked) => asked.map(() => ({ __typename: 'Product', size })));
  const result = await gateway.ask('{ product { id size { w h } } }');
  expect(result.data).toEqual({ product: { id: 'p', size: { w: 0, h: null } } });
});

test.each<[string, unknown]>([
  ['fewer', [{ h: 1 }]],
  ['more', [{ h: 1 }, { h: 2 }, { h: 3 }]],
  ['none', []],
  ['others', [1, 2]],
  ['an object', { 0: { h: 1 }, 1: { h: 2 } }],
])('a list that two services fill keeps what one sent when the other sends %s', async (_what, parts) => {
  completes((asked) => asked.map(() => ({ __typename: 'Product', parts })));
  const result = await gateway.ask('{ product { id parts { w h } } }');
  expect(result.data.product.parts.map(({ w }: { w: number }) => w)).toEqual([1, 2]);
  expect(result.errors).not.toBeUndefined();
});

test('a service does not change what an object of another’s is', async () => {
  completes((asked) => asked.map(() => ({ __typename: 'Service', review: 'r', name: 'stolen' })));
  const result = await gateway.ask(
    '{ items { __typename id name ... on Product { price review } ... on Service { review } } }',
  );
  expect(result.data.items).toMatchObject([
    { __typename: 'Product', id: 'p', name: 'Product p', price: 0 },
    { __typename: 'Service', id: 's', name: 'Repair', review: 'r' },
  ]);
});

test('an object that calls itself something else is not completed by somebody else in silence', async () => {
  sends('{"thing":{"__typename":"Alien","id":"1"}}');
  const result = await gateway.ask('{ thing { id label } }');
  expect(pathsOf(result).length).toBeGreaterThan(0);
  expect(good.asked).toEqual([]);
});

const oddPaths: unknown[] = [
  [-1],
  [0],
  ['thing', 0],
  ['thing', -1, 'id'],
  ['thing', 'parts', -1],
  ['thing', 'parts', 4294967296, 'a'],
  ['thing', 'parts', 9007199254740991],
  ['thing', 'parts', 0.5],
  ['thing', 'parts', 'length'],
  ['thing', 'parts', '0', 'a'],
  ['thing', 'name', 'length', 0],
  ['thing', 'nowhere', 'at', 'all'],
  ['__proto__', 'polluted'],
  ['thing', '__proto__', 'polluted'],
  ['thing', 'constructor', 'prototype', 'polluted'],
  ['toString', 'call'],
  ['', ''],
  [null],
  [['thing']],
  [{ thing: 1 }],
  'thing',
  { 0: 'thing', length: 1 },
  5,
  null,
  [],
  Array.from({ length: 100_000 }, () => 'thing'),
];
test.each(oddPaths.map((path) => [path]))(
  'an error whose path leads nowhere is told all the same: case %#',
  async (path) => {
    const came = { thing: { __typename: 'Thing', id: '1', name: 'n', parts: [{ a: 1 }] } };
    says({ data: came, errors: [{ message: 'odd', path }] });
    const { text, json } = await gateway.post({ query: '{ thing { id name parts { a } } }' });
    expect(json.data).toEqual({ thing: { id: '1', name: 'n', parts: [{ a: 1 }] } });
    expect(json.errors!.map(({ message }) => message)).toEqual(['odd']);
    expect(text.length).toBeLessThan(10_000);
  },
);

test('several errors of one place, and errors below places that failed already', async () => {
  says({
    data: { thing: null, things: [null, { __typename: 'Thing', id: '2' }] },
    errors: [
      { message: 'a', path: ['thing'] },
      { message: 'b', path: ['thing'] },
      { message: 'c', path: ['thing', 'name'] },
      { message: 'd', path: ['thing', 'parts', 0, 'b'] },
      { message: 'e', path: ['things', 0, 'strict'] },
      { message: 'f', path: ['things', 0] },
      { message: 'g', path: ['things', 7, 'id'] },
    ],
  });
  const result = await gateway.ask('{ thing { name parts { b } } things { id strict: name } }');
  expect(result.data).toEqual({ thing: null, things: [null, { id: '2', strict: null }] });
  expect(
    result
      .errors!.map(({ message }) => message)
      .filter((message) => message.length === 1) // and one for the name that did not come
      .sort(),
  ).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  for (const { path } of result.errors!) expect(['thing', 'things', undefined]).toContain(path?.[0]);
});

test.each<[string, unknown]>([
  ['no message', {}],
  ['a null message', { message: null }],
  ['an object for a message', { message: { a: 1 } }],
  ['a list for extensions', { message: 'm', extensions: ['a'] }],
  ['a string for extensions', { message: 'm', extensions: 'a' }],
  ['a code that is no string', { message: 'm', extensions: { code: { a: 1 } } }],
  [
    'a status of its own',
    { message: 'm', extensions: { code: 'X', http: { status: 418, headers: { 'set-cookie': 'a=b' } } } },
  ],
  [
    'names of prototypes',
    JSON.parse('{"message":"m","extensions":{"__proto__":{"polluted":1},"constructor":1,"toString":2}}'),
  ],
  ['locations that are none', { message: 'm', locations: 'x', path: ['word'] }],
  ['a way to be written', { message: 'm', toJSON: 'x', extensions: { toJSON: 'x' } }],
])('an error with %s is told as far as it goes', async (_how, error) => {
  says({ data: { word: null }, errors: [error] });
  const { status, json, headers } = await gateway.post({ query: '{ word }' });
  expect([status, json.data, json.errors!.length, headers.get('set-cookie')]).toEqual([200, { word: null }, 1, null]);
  expect(typeof json.errors![0]!.message).toBe('string');
  expect(json.errors![0]!.extensions).not.toBeInstanceOf(Array);
});

test.each<[string, (i: number) => unknown]>([
  ['at one place', () => ({ message: 'm', path: ['word'] })],
  ['without a place', () => ({ message: 'm' })],
  ['at places that are well', (i) => ({ message: 'm', path: ['things', i % 1_000, 'id'] })],
])(
  'a hundred thousand errors %s become a bounded answer in bounded time',
  async (_where, error) => {
    const things = Array.from({ length: 1_000 }, (_, i) => ({ id: String(i), name: 'n'.repeat(50) }));
    says({ data: { word: null, things }, errors: Array.from({ length: 100_000 }, (_, i) => error(i)) });
    const cpuBefore = process.cpuUsage();
    const { status, text, json } = await gateway.post({ query: '{ word things { id name } }' });
    const { user } = process.cpuUsage(cpuBefore);
    expect(status).toBe(200);
    expect(json.errors!.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThan(2_000_000);
    expect(user / 1e6).toBeLessThan(10); // seconds of this process's own CPU, fifty times what it takes to read them
  },
  60_000,
);

test('a long list of what does not fit does not become an error each', async () => {
  says(`{"data":{"things":[${'1,'.repeat(300_000)}1]}}`);
  const { status, text, json } = await gateway.post({ query: '{ things { id } }' });
  expect([status, json.errors!.length > 0]).toEqual([200, true]);
  expect(text.length).toBeLessThan(4_000_000); // as many nulls, and some errors
});

const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
const deepObject = '{"a":'.repeat(200_000) + '1' + '}'.repeat(200_000);
test.each([
  ['a custom scalar', '{ any calm }', `{"any":${deep}}`, ['any']],
  ['a custom scalar of objects', '{ any calm }', `{"any":${deepObject}}`, ['any']],
  ['a scalar', '{ word calm }', `{"word":${deep}}`, ['word']],
  ['an object', '{ thing { id } calm }', `{"thing":${deep}}`, ['thing']],
  ['an object others complete', '{ thing { id label } calm }', `{"thing":${deep}}`, ['thing']],
  ['a list of objects others complete', '{ things { id label } calm }', `{"things":${deep}}`, ['things', 0]],
  [
    'what another service requires',
    '{ thing { id weight } calm }',
    `{"thing":{"__typename":"Thing","id":"1","blob":${deep}}}`,
    ['thing'],
  ],
  ['what nobody asked for', '{ word calm }', `{"word":null,"more":${deep}}`, null],
])('JSON a million levels deep in %s costs that field', async (_where, query, data, path) => {
  sends(data);
  const { status, json } = await gateway.post({ query });
  expect([status, json.data?.calm]).toEqual([200, 'calm']);
  if (path) expect(pathsOf(json)[0]?.slice(0, path.length)).toEqual(path);
});

test('deep JSON in an error is told, or left out', async () => {
  says(`{"data":{"word":null},"errors":[{"message":"m","path":["word"],"extensions":{"deep":${deep}}}]}`);
  const { status, json } = await gateway.post({ query: '{ word calm }' });
  expect([status, json.data]).toEqual([200, { word: null, calm: 'calm' }]);
  expect(pathsOf(json)).toEqual([['word']]);
});

test('names that every object has are plain keys: as fields, arguments and aliases, at every level', async () => {
  const { text } = await gateway.post({
    query: `query ($toString: String, $constructor: Boolean = true) {
      constructor toString @include(if: $constructor) { valueOf } hasOwnProperty(valueOf: $toString) __proto__: word
      valueOf: thing { __proto__: name constructor: valueOf label }
    }`,
    variables: { toString: 'h' },
  });
  expect(text).toBe(
    '{"data":{"constructor":"c","toString":{"valueOf":3},"hasOwnProperty":"h","__proto__":"well","valueOf":{"__proto__":"n","constructor":3,"label":"Thing 1"}}}',
  );
});

test('fields with such names that did not come are not found on prototypes', async () => {
  says('{"data":{"thing":{"__typename":"Thing","id":"1"}}}');
  const { json } = await gateway.post({ query: '{ constructor toString { id } hasOwnProperty thing { valueOf } }' });
  expect(JSON.stringify(json.data)).toBe(
    '{"constructor":null,"toString":null,"hasOwnProperty":null,"thing":{"valueOf":null}}',
  );
});

const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
test.each<[string, (socket: Socket) => void]>([
  ['closes at once', (socket) => socket.destroy()],
  ['resets at once', (socket) => socket.resetAndDestroy()],
  ['ends without a word', (socket) => socket.end()],
  ['closes within the status line', (socket) => socket.end('HTTP/1.')],
  ['closes within the headers', (socket) => socket.end(`${head}content-le`)],
  ['closes after the headers', (socket) => socket.end(`${head}content-length: 20\r\n\r\n`)],
  ['closes within the body', (socket) => socket.end(`${head}content-length: 50\r\n\r\n{"data":{"word":"x"}}`)],
  [
    'closes within a chunk',
    (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\nff\r\n{"data":{"word":"x"}}`),
  ],
  [
    'closes before the last chunk',
    (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\n15\r\n{"data":{"word":"x"}}\r\n`),
  ],
  ['announces less than it sends', (socket) => socket.end(`${head}content-length: 5\r\n\r\n{"data":{"word":"x"}}`)],
  ['announces nothing and sends half', (socket) => socket.end(`${head}\r\n{"data":{"word"`)],
  [
    'sends a wrong chunk',
    (socket) => socket.end(`${head}transfer-encoding: chunked\r\n\r\nzz\r\n{"data":{"word":"x"}}\r\n0\r\n\r\n`),
  ],
  ['speaks another protocol', (socket) => socket.end('220 smtp.example.org ESMTP\r\n')],
  [
    'switches protocols',
    (socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  ],
  ['says "continue" only', (socket) => void socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
  ['sends early hints only', (socket) => void socket.write('HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\n')],
  ['sends huge headers', (socket) => socket.end(`${head}x: ${'y'.repeat(200_000)}\r\n\r\n`)],
  [
    'redirects',
    (socket) => socket.end('HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n'),
  ],
  ['says there is nothing', (socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n')],
  [
    'compresses unasked',
    (socket) => socket.end(`${head}content-encoding: gzip\r\ncontent-length: 4\r\n\r\n\u001f\u008b\u0008\u0000`),
  ],
  ['sends headers and no more', (socket) => void socket.write(head)],
  ['sends the first byte of a body and no more', (socket) => void socket.write(`${head}content-length: 20\r\n\r\n{`)],
])('a service that %s is one that does not answer, in time', async (_how, act) => {
  does(act);
  const { status, json } = await gateway.post({ query: '{ word products { review name } calm }' });
  expect([status, json.data]).toEqual([
    200,
    { word: null, products: names.map(({ name }) => ({ review: null, name })), calm: 'calm' },
  ]);
  expect(codesOf(json)).toEqual(['SUBGRAPH_UNAVAILABLE']);
  expect(pathsOf(json)).toEqual([['word'], ...[0, 1, 2].map((i) => ['products', i, 'review'])]);
  expect(JSON.stringify(json)).not.toMatch(/127\.0\.0\.1|socket|ECONN|undici/i);
});

test.each<[string, string]>([
  ['dribbling headers', 'x: y\r\n'],
  ['dribbling early hints', 'HTTP/1.1 103 Early Hints\r\n\r\n'],
  ['dribbling white space', ' '],
])('a service that is %s without end is given up on when its time is over', async (how, drop) => {
  let closed = false;
  does((socket) => {
    if (how.includes('headers')) socket.write(head);
    if (how.includes('space')) socket.write(`${head}\r\n`);
    const timer = setInterval(() => socket.write(drop), 20);
    socket.on('close', () => {
      clearInterval(timer);
      closed = true;
    });
  });
  const result = await gateway.ask('{ word calm }');
  expect(result.data).toEqual({ word: null, calm: 'calm' });
  expect(codesOf(result)).toEqual(['SUBGRAPH_UNAVAILABLE']);
  for (let i = 0; i < 100 && !closed; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(closed).toBe(true); // and the connection with it
});

test.each([
  ['with its length', `${head}content-length: ${100 * 1024 * 1024}\r\n\r\n`],
  ['without its length', `${head}\r\n`],
])(
  'an answer of a hundred megabytes %s is not read to its end',
  async (_how, start) => {
    let written = 0;
    let requests = 0;
    const chunk = Buffer.alloc(1024 * 1024, ' ');
    does((socket) => {
      requests++;
      socket.on('error', () => undefined);
      socket.write(start);
      let left = 100;
      const more = (): void => {
        while (left-- > 0 && !socket.destroyed) {
          written += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', more);
        }
        socket.end();
      };
      more();
    });
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5);
    const results = await Promise.all([1, 2, 3].map(() => gateway.ask('{ word calm }')));
    clearInterval(watch);
    for (const result of results) {
      expect(result.data).toEqual({ word: null, calm: 'calm' });
      expect(codesOf(result)).toEqual(['SUBGRAPH_UNAVAILABLE']);
    }
    expect((peak - before) / 1024 / 1024).toBeLessThan(3 * 32 + 150);
    expect(requests).toBe(3); // what is too large will be too large again
    expect(written).toBeLessThan(3 * 50 * 1024 * 1024);
  },
  20_000,
);

test('an answer to nobody is not taken for the next one', async () => {
  const stray = '{"data":{"word":"stray"}}';
  const one = (body: string) => `${head}content-length: ${body.length}\r\n\r\n${body}`;
  does((socket) => void socket.write(one('{"data":{"word":"first"}}') + one(stray)));
  expect(await gateway.ask('{ word }')).toEqual({ data: { word: 'first' } });
  evil.misbehave = null;
  expect(await gateway.ask('{ word }')).toEqual({ data: { word: 'well' } });
});

test('many hostile answers at once leave the good ones as they are', async () => {
  const deepish = '['.repeat(20_000) + ']'.repeat(20_000);
  const bodies = [
    '',
    'null',
    '{"data":{"thing":[]}}',
    `{"data":{"thing":${deepish}}}`,
    '{"data":{"thing":{"id":"1"}}}',
  ];
  let turn = 0;
  evil.misbehave = () => bodies[turn++ % bodies.length]!;
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, i) => gateway.ask(i % 2 ? '{ thing { id } calm }' : '{ products { name } calm }')),
  );
  for (const [i, result] of results.entries()) {
    expect(result.data?.calm).toBe('calm');
    if (i % 2 === 0) expect(result).toEqual({ data: { products: names.map(({ name }) => ({ name })), calm: 'calm' } });
  }
}, 30_000);
