/**
 * `@defer` over HTTP and graphql-transport-ws: what comes first does not wait for what is deferred, each deferred
 * fragment comes when it is ready, and all of it together is what comes without.
 */
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { GraphQLError } from 'graphql';
import { WebSocket } from 'ws';
import { createPlanner } from '../src/plan/planner.js';
import { type Part, askInParts, deferSpec, merged } from './parts.js';
import { type Service, startService } from './service.js';
import { type Result, composed, startGateway, until } from './world.js';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@authenticated"])`;
const catalog = `${link}
  type Query { product(id: ID!): Product products: [Product!]! things: [Thing] }
  type Mutation { rename(id: ID!, to: String): Product discard: Product! }
  type Subscription { renamed: Product }
  interface Thing { id: ID! title: String }
  type Product implements Thing @key(fields: "id") {
    id: ID! title: String price: Int maker: Maker long: String weight: Int box: Box broken: String lost: String!
  }
  type Box { width: Int height: Int }
  type Voucher implements Thing { id: ID! title: String value: Int }
  type Maker @key(fields: "id") { id: ID! }
`;
const reviews = `${link}
  type Product @key(fields: "id") {
    id: ID!
    weight: Int @external
    stars: Int!
    reviews: [Review!]
    secret: String @authenticated
    freight: Int @requires(fields: "weight")
    opinion: String
  }
  type Review { text: String! product: Product }
`;
const makers = `${link}
  type Query { makers: [Maker] }
  type Maker @key(fields: "id") { id: ID! name: String motto: String products: [Product] }
  type Product @key(fields: "id") { id: ID! }
`;
const products = ['1', '2', '3'].map((id) => ({
  __typename: 'Product',
  id,
  title: `Product ${id}`,
  price: Number(id) * 10,
  maker: id === '3' ? null : { id: `m${id}` },
  long: 'long '.repeat(1_000),
  weight: Number(id),
  box: { width: 1, height: 2 },
}));
const find = ({ id }: { id: string }) => products.find((one) => one.id === id) ?? null;
const failing = (message: string) => () => {
  throw new GraphQLError(message, { extensions: { code: 'CONFLICT' } });
};

let services: Record<'catalog' | 'reviews' | 'makers', Service>;
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  services = {
    catalog: await startService('catalog', catalog, {
      Query: {
        product: (_: unknown, args: { id: string }) => find(args),
        products: () => products,
        things: () => [products[0], { __typename: 'Voucher', id: 'v', title: 'Voucher', value: 5 }],
      },
      Mutation: {
        rename: (_: unknown, { id, to }: { id: string; to: string }) => ({ ...find({ id }), title: to }),
        discard: failing('Not to be discarded.'),
      },
      Thing: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
      Product: {
        __resolveReference: find,
        broken: failing('It is broken.'),
        lost: failing('It is lost.'),
      },
    }),
    reviews: await startService('reviews', reviews, {
      Product: {
        __resolveReference: (product: object) => product,
        stars: ({ id }: { id: string }) => (id === '2' ? failing('No stars.')() : Number(id)),
        reviews: ({ id }: { id: string }) => [
          { text: `of ${id}`, product: { id: '2' } },
          { text: `of ${id} too`, product: { id: '3' } },
        ],
        secret: () => 'secret',
        freight: ({ weight }: { weight: number }) => weight * 100,
        opinion: ({ id }: { id: string }) => `opinion of ${id}`,
      },
    }),
    makers: await startService('makers', makers, {
      Query: { makers: () => [{ id: 'm1' }] },
      Maker: {
        __resolveReference: (maker: object) => maker,
        name: ({ id }: { id: string }) => `Maker ${id}`,
        motto: () => 'We make.',
        products: () => [{ id: '1' }],
      },
    }),
  };
  gateway = await startGateway({ supergraph: composed(Object.values(services)) });
});
afterEach(() => {
  for (const service of Object.values(services)) {
    service.handle = null;
    service.release();
    service.asked.length = 0;
  }
  gateway.logged.length = 0;
});
afterAll(async () => {
  await gateway.close();
  for (const service of Object.values(services)) await service.stop();
});

const ask = (query: string, options: Parameters<typeof askInParts>[2] = {}) => askInParts(gateway.url, query, options);
const parts = async (query: string, options: Parameters<typeof askInParts>[2] = {}) =>
  (await ask(query, options)).rest();
const plain = (query: string) => query.replace(/@defer(\(.*?\))?/g, '');

/** What the parts come to is what comes without @defer. */
async function comesToTheSame(query: string, found: readonly Part[]): Promise<void> {
  expect(merged(found)).toEqual(await gateway.ask(plain(query)));
}

test.each(['identity', 'gzip', 'br'])('each part is sent as soon as it is there (%s)', async (encoding) => {
  services.reviews.hold();
  services.makers.hold();
  const query = `{ product(id: "1") { title long
    ... @defer(label: "reviews") { reviews { text } }
    ... @defer(label: "maker") { maker { name } }
  } }`;
  const reading = await ask(query, { headers: { 'accept-encoding': encoding } });
  expect(reading.headers['content-encoding']).toBe(encoding === 'identity' ? undefined : encoding);
  const first = await reading.next();
  expect(first).toEqual({ data: { product: { title: 'Product 1', long: products[0]!.long } }, hasNext: true });
  await until(() => services.makers.asked.length === 1 && services.reviews.asked.length === 1, 'both to be asked');
  services.makers.release();
  const second = await reading.next();
  expect(second).toEqual({
    incremental: [{ data: { maker: { name: 'Maker m1' } }, path: ['product'], label: 'maker' }],
    hasNext: true,
  });
  services.reviews.release();
  const third = await reading.next();
  expect(third).toEqual({
    incremental: [{ data: { reviews: [{ text: 'of 1' }, { text: 'of 1 too' }] }, path: ['product'], label: 'reviews' }],
    hasNext: false,
  });
  expect(await reading.next()).toBeUndefined();
  await comesToTheSame(query, [first!, second!, third!]);
});

test('the bytes are those that Apollo’s clients and Router speak', async () => {
  const body = await new Promise<{ type: string | undefined; vary: string | undefined; text: string }>((resolve) => {
    const headers = { 'content-type': 'application/json', accept: deferSpec };
    request(`${gateway.url}/graphql`, { method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (more: string) => (text += more));
      response.on('end', () => resolve({ type: response.headers['content-type'], vary: response.headers.vary, text }));
    }).end(JSON.stringify({ query: '{ product(id: "1") { id ... @defer(label: "a") { stars } } }' }));
  });
  const head = 'content-type: application/json; charset=utf-8\r\n\r\n';
  expect(body.type).toBe('multipart/mixed;boundary="-";deferSpec=20220824');
  expect(body.vary).toContain('Accept');
  expect(body.text).toBe(
    [
      `\r\n---\r\n${head}{"data":{"product":{"id":"1"}},"hasNext":true}`,
      `\r\n---\r\n${head}{"incremental":[{"data":{"stars":1},"path":["product"],"label":"a"}],"hasNext":false}`,
      '\r\n-----\r\n',
    ].join(''),
  );
});

test.each([
  ['application/json'],
  ['*/*'],
  ['application/json, multipart/mixed'],
  ['multipart/mixed;deferSpec=20990101, application/json'],
  [`${deferSpec};q=0, application/json`],
  ['application/graphql-response+json'],
])('who does not read this form of parts (%s) gets it whole', async (accept) => {
  const query = '{ product(id: "1") { title ... @defer { stars reviews { text } } } }';
  const { json, headers } = await gateway.post({ query }, { accept });
  expect(headers.get('content-type')).toMatch(/json/);
  expect(json).toEqual(await gateway.ask(plain(query)));
  expect(json.data.product.reviews).toHaveLength(2);
});

test.each([deferSpec, 'multipart/mixed; deferSpec="20220824"', `application/json;q=0.1, ${deferSpec};q=0.9`])(
  'who reads it (%s) gets it in parts',
  async (accept) => {
    expect(await parts('{ product(id: "1") { id ... @defer { stars } } }', { headers: { accept } })).toHaveLength(2);
  },
);

test('what is not deferred is answered as ever to who reads parts, and in one part to who reads nothing else', async () => {
  const query = '{ product(id: "1") { id } }';
  const { headers, text } = await gateway.post({ query }, { accept: `${deferSpec}, application/json` });
  expect([headers.get('content-type'), text]).toEqual([
    'application/json; charset=utf-8',
    '{"data":{"product":{"id":"1"}}}',
  ]);
  expect(await parts(query, { headers: { accept: deferSpec } })).toEqual([
    { data: { product: { id: '1' } }, hasNext: false },
  ]);
  const wrong = await gateway.post({ query: '{ nothing }' }, { accept: deferSpec });
  expect([wrong.status, wrong.json.errors![0]!.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
});

test('clients are told of the directive', async () => {
  const { data } = await gateway.ask(
    '{ __schema { directives { name locations isRepeatable args { name defaultValue type { kind name ofType { name } } } } } }',
  );
  expect(data.__schema.directives.find(({ name }: { name: string }) => name === 'defer')).toEqual({
    name: 'defer',
    locations: ['FRAGMENT_SPREAD', 'INLINE_FRAGMENT'],
    isRepeatable: false,
    args: [
      { name: 'if', defaultValue: 'true', type: { kind: 'NON_NULL', name: null, ofType: { name: 'Boolean' } } },
      { name: 'label', defaultValue: null, type: { kind: 'SCALAR', name: 'String', ofType: null } },
    ],
  });
});

test.each<[string, Record<string, unknown> | undefined, boolean]>([
  ['@defer(if: false)', undefined, false],
  ['@defer(if: true)', undefined, true],
  ['@defer(if: $on)', { on: false }, false],
  ['@defer(if: $on)', { on: true }, true],
  ['@defer(if: $on)', undefined, false], // by the variable's default
  ['@defer @include(if: $on)', { on: true }, true],
  ['@skip(if: $on) @defer', { on: false }, true],
])('%s with %j', async (directives, variables, isDeferred) => {
  const query = `query ($on: Boolean! = false) { product(id: "1") { id ... ${directives} { stars } ... @include(if: $on) { id } } }`;
  if (isDeferred) expect(await parts(query, { variables: variables ?? {} })).toHaveLength(2);
  else {
    const { json } = await gateway.post({ query, variables }, { accept: `${deferSpec}, application/json` });
    expect(json).toEqual({ data: { product: { id: '1', stars: 1 } } });
  }
});

test('what is skipped is not deferred', async () => {
  const { json } = await gateway.post(
    { query: '{ product(id: "1") { id ... @defer @skip(if: true) { stars } } }' },
    { accept: `${deferSpec}, application/json` },
  );
  expect(json).toEqual({ data: { product: { id: '1' } } });
  expect(services.reviews.asked).toEqual([]);
});

test('a named fragment, within another, in a list, each object at its path', async () => {
  const query = `
    { products { id ...Outer @defer(label: "outer") } }
    fragment Outer on Product { title maker { id ...Inner @defer(label: "inner") } }
    fragment Inner on Maker { name }`;
  services.makers.hold();
  const reading = await ask(query);
  const first = await reading.next();
  expect(first!.data).toEqual({ products: [{ id: '1' }, { id: '2' }, { id: '3' }] });
  const second = await reading.next();
  expect(second).toEqual({
    incremental: [
      { data: { title: 'Product 1', maker: { id: 'm1' } }, path: ['products', 0], label: 'outer' },
      { data: { title: 'Product 2', maker: { id: 'm2' } }, path: ['products', 1], label: 'outer' },
      { data: { title: 'Product 3', maker: null }, path: ['products', 2], label: 'outer' },
    ],
    hasNext: true,
  });
  services.makers.release();
  const rest = await reading.rest();
  expect(rest).toEqual([
    {
      incremental: [
        { data: { name: 'Maker m1' }, path: ['products', 0, 'maker'], label: 'inner' },
        { data: { name: 'Maker m2' }, path: ['products', 1, 'maker'], label: 'inner' },
      ],
      hasNext: false,
    },
  ]);
  expect(services.makers.asked).toHaveLength(1);
  await comesToTheSame(query, [first!, second!, ...rest]);
});

test.each([
  ['an interface', '{ things { id ... on Product @defer { stars } ... on Voucher @defer { value } } }'],
  ['an interface in what is deferred', '{ things { ... @defer { id __typename ... on Product { maker { name } } } } }'],
  [
    'below a type condition',
    '{ things { id ... on Product { title ... @defer { price maker { ... @defer { name } } } } } }',
  ],
  ['the same in both', '{ product(id: "1") { stars box { width } ... @defer { stars title box { width height } } } }'],
  ['the same twice', '{ product(id: "1") { id ... @defer { stars } ... @defer(label: "b") { stars opinion } } }'],
  ['the root', '{ makers { id } ... @defer { products { title } } }'],
  ['all of the root', '{ ... @defer { products { title } } }'],
  ['a type’s name', '{ product(id: "1") { id ... @defer { __typename } } ... @defer { __typename } }'],
  ['introspection', '{ product(id: "1") { id } ... @defer { __schema { queryType { name } } } }'],
  ['what requires', '{ product(id: "1") { id ... @defer { freight } } }'],
  ['what requires, after a jump', '{ makers { id ... @defer { products { title freight } } } }'],
  [
    'aliases and odd names',
    '{ __proto__: product(id: "1") { id: title ... @defer { constructor: stars title: id } } }',
  ],
  [
    'reached by two ways',
    '{ a: product(id: "1") { ...F } b: product(id: "2") { ...F } } fragment F on Product { id ... @defer { maker { name } } }',
  ],
  [
    'nested four deep',
    '{ products { ... @defer { title ... @defer { maker { ... @defer { name ... @defer { motto products { title } } } } } } } }',
  ],
])('%s deferred comes to the same', async (_, query) => {
  const found = await parts(query);
  expect(found.length).toBeGreaterThan(1);
  await comesToTheSame(query, found);
});

test('what requires something of elsewhere is deferred even where the planner finds no plan in parts', async () => {
  const query = '{ product(id: "1") { id ... @defer(label: "later") { reviews { product { freight } } } } }';
  const { root } = createPlanner(composed(Object.values(services))).plan({
    document: query,
    labels: [],
    percentage: 0,
  });
  expect(root!.kind).toBe('Sequence'); // or else this tests nothing
  services.reviews.hold();
  const reading = await ask(query);
  expect(await reading.next()).toEqual({ data: { product: { id: '1' } }, hasNext: true });
  services.reviews.release();
  const later = { reviews: [{ product: { freight: 200 } }, { product: { freight: 300 } }] };
  expect(await reading.rest()).toEqual([
    { incremental: [{ data: later, path: ['product'], label: 'later' }], hasNext: false },
  ]);
});

test('nothing follows for what is not there', async () => {
  const query = '{ product(id: "none") { id ... @defer { stars reviews { text } } } }';
  const { headers, json } = await gateway.post({ query }, { accept: `${deferSpec}, application/json` });
  expect(headers.get('content-type')).toMatch('application/json');
  expect(json).toEqual({ data: { product: null } });
  expect(services.reviews.asked).toEqual([]);
});

test('nothing follows for what a null took along', async () => {
  const { json } = await gateway.post(
    { query: '{ product(id: "1") { lost ... @defer { stars } } }' },
    { accept: `${deferSpec}, application/json` },
  );
  expect(json).toEqual({
    data: { product: null },
    errors: [{ message: 'It is lost.', path: ['product', 'lost'], extensions: { code: 'CONFLICT' } }],
  });
});

test('an error is told in the part it belongs to, and a null goes up no further', async () => {
  const query = `{ products { id
    ... @defer(label: "stars") { stars }
    ... @defer(label: "broken") { broken }
    ... @defer(label: "whole") { title } } }`;
  const [first, ...rest] = await parts(query);
  expect(first).toEqual({ data: { products: [{ id: '1' }, { id: '2' }, { id: '3' }] }, hasNext: true });
  const increments = rest.flatMap(({ incremental }) => incremental!);
  const of = (label: string) =>
    increments.filter((one) => one.label === label).sort((a, b) => +a.path[1]! - +b.path[1]!);
  const error = (message: string, i: number, key: string) => ({
    errors: [{ message, path: ['products', i, key], extensions: { code: 'CONFLICT' } }],
  });
  expect(of('stars')).toEqual([
    { data: { stars: 1 }, path: ['products', 0], label: 'stars' },
    { data: null, path: ['products', 1], label: 'stars', ...error('No stars.', 1, 'stars') },
    { data: { stars: 3 }, path: ['products', 2], label: 'stars' },
  ]);
  expect(of('broken').map(({ data, errors }) => ({ data, errors }))).toEqual(
    [0, 1, 2].map((i) => ({ data: { broken: null }, ...error('It is broken.', i, 'broken') })),
  );
  expect(of('whole').map(({ errors }) => errors)).toEqual([undefined, undefined, undefined]);
});

test('what fails at once for a deferred part says nothing in the first', async () => {
  services.reviews.handle = (response) => void response.writeHead(500).end('no');
  services.makers.hold();
  const reading = ask('{ product(id: "1") { maker { name } ... @defer { opinion } } }');
  await until(() => services.reviews.asked.length > 0 && services.makers.asked.length > 0, 'both to be asked');
  services.makers.release();
  const [first, second] = await (await reading).rest();
  expect(first).toEqual({ data: { product: { maker: { name: 'Maker m1' } } }, hasNext: true });
  expect(second!.incremental).toEqual([
    {
      data: { opinion: null },
      path: ['product'],
      errors: [
        {
          message: 'The service "reviews" does not answer.',
          path: ['product', 'opinion'],
          extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'reviews' },
        },
      ],
    },
  ]);
});

test('a service that never answers ends in an error, and so does the answer', async () => {
  const impatient = await startGateway(
    { supergraph: composed(Object.values(services)) },
    { limits: { fetchTimeoutMs: 200 } },
  );
  try {
    services.reviews.handle = () => true;
    const query = '{ product(id: "1") { id ... @defer { title } ... @defer(label: "never") { stars } } }';
    const found = await (await askInParts(impatient.url, query)).rest();
    const last = found.at(-1)!;
    expect(last.hasNext).toBe(false);
    expect(last.incremental).toMatchObject([
      { data: null, label: 'never', path: ['product'], errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] },
    ]);
    expect(found.slice(0, -1).flatMap(({ incremental = [] }) => incremental)).toEqual([
      { data: { title: 'Product 1' }, path: ['product'] },
    ]);
  } finally {
    await impatient.close();
  }
});

test.each(['nonsense', '{"data":{"_entities":[]}}', '{"data":{"_entities":[null]}}', '{"errors":[{}]}', '[]'])(
  'a service that answers %s for what is deferred costs that',
  async (body) => {
    services.reviews.handle = (response) =>
      void response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    const found = await parts('{ product(id: "1") { id ... @defer { opinion } } }');
    expect(found[0]).toEqual({ data: { product: { id: '1' } }, hasNext: true });
    expect(found.at(-1)).toMatchObject({ incremental: [{ data: { opinion: null } }], hasNext: false });
  },
);

test('what is under way is given up when the client goes', async () => {
  services.reviews.hold();
  const reading = await ask('{ product(id: "1") { id ... @defer { stars } } }');
  await reading.next();
  await until(() => services.reviews.asked.length === 1, 'the service to be asked');
  reading.leave();
  await until(() => services.reviews.abandoned() === 1, 'the request to be given up');
  expect(gateway.logged).toEqual([]);
});

test('what the viewer may not have is refused in its part, and nobody is asked for it', async () => {
  const found = await parts(
    '{ product(id: "1") { id ... @defer { secret } ... @defer(label: "b") { opinion secret } } }',
  );
  const refused = { message: 'You may not ask for this.', path: ['product', 'secret'] };
  const increments = found.flatMap(({ incremental = [] }) => incremental);
  expect(increments).toMatchObject([
    { data: { secret: null }, errors: [{ ...refused, extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }] },
    { data: { opinion: 'opinion of 1', secret: null }, errors: [refused] },
  ]);
  expect(found[0]!.errors).toBeUndefined();
  expect(services.reviews.asked.map(({ query }) => query).join()).not.toContain('secret');
});

test('a mutation defers below its root, after all it does is done', async () => {
  services.catalog.hold();
  const reading = ask(`mutation {
    a: rename(id: "1", to: "A") { title ... @defer { stars } }
    b: rename(id: "2", to: "B") { title ... @defer { maker { name } } }
  }`);
  await until(() => services.catalog.asked.length === 1, 'the first change');
  services.catalog.release();
  const found = await (await reading).rest();
  expect(found[0]).toEqual({ data: { a: { title: 'A' }, b: { title: 'B' } }, hasNext: true });
  expect(merged(found).data).toEqual({ a: { title: 'A', stars: 1 }, b: { title: 'B', maker: { name: 'Maker m2' } } });
});

test('a mutation that failed as a whole asks for nothing more', async () => {
  const { json } = await gateway.post(
    { query: 'mutation { discard { id ... @defer { stars } } }' },
    { accept: `${deferSpec}, application/json` },
  );
  expect(json).toMatchObject({ data: null, errors: [{ message: 'Not to be discarded.' }] });
  expect(services.reviews.asked).toEqual([]);
});

test.each([
  [
    'a label that stands twice',
    '{ product(id: 1) { ... @defer(label: "a") { id } ... @defer(label: "a") { title } } }',
    'two',
  ],
  ['a label of a variable', 'query ($l: String) { product(id: 1) { ... @defer(label: $l) { id } } }', 'plain string'],
  ['the root of a mutation', 'mutation { ... @defer { rename(id: 1) { id } } }', 'root fields'],
  [
    'the root of a mutation by a fragment',
    'mutation { ...M } fragment M on Mutation { ... @defer { rename(id: 1) { id } } }',
    'root fields',
  ],
  ['the root of a subscription', 'subscription { ... @defer { renamed { id } } }', 'root fields'],
  ['what a subscription brings', 'subscription { renamed { ... @defer { id } } }', 'subscription'],
  [
    'what it brings by a fragment',
    'subscription { renamed { ...P } } fragment P on Product { ... @defer { id } }',
    'subscription',
  ],
  ['a field', '{ product(id: 1) @defer { id } }', 'may not be used'],
  ['twice', '{ product(id: 1) { ... @defer @defer { id } } }', 'only be used once'],
])('%s is refused', async (_, query, words) => {
  const { status, json } = await gateway.post({ query });
  expect([status, json.errors![0]!.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  expect(json.errors![0]!.message).toContain(words);
});

test('a subscription may have what is not deferred after all', async () => {
  const { json } = await gateway.post({ query: 'subscription { renamed { ... @defer(if: false) { id } } }' });
  expect(json.errors![0]!.message).toContain('WebSocket'); // it is valid, and not for this door
});

test('more fragments than may be deferred come whole, wherever they are spread', async () => {
  const fragment = (n: number) => `... @defer { stars f${n}: title }`;
  const many = (n: number) => `{ a: product(id: "1") { ...F } b: product(id: "3") { ...F } }
    fragment F on Product { id ${Array.from({ length: n }, (_, i) => fragment(i)).join(' ')} }`;
  const found = await parts(many(25));
  expect(found[0]).toEqual({ data: { a: { id: '1' }, b: { id: '3' } }, hasNext: true });
  await comesToTheSame(many(25), found);
  const { json } = await gateway.post({ query: many(26) }, { accept: `${deferSpec}, application/json` });
  expect(json).toEqual(await gateway.ask(plain(many(26))));
  expect(json.data.b).toMatchObject({ f25: 'Product 3', stars: 3 });
});

test('a WebSocket brings the parts in frames of their own', async () => {
  const client = createClient({ url: gateway.wsUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  try {
    services.reviews.hold();
    const query = '{ product(id: "1") { id ... @defer(label: "later") { stars broken } } }';
    const frames: unknown[] = [];
    let completed = false;
    client.subscribe(
      { query },
      {
        next: (frame) => void frames.push(frame),
        error: (error) => void frames.push(error),
        complete: () => (completed = true),
      },
    );
    await until(() => frames.length === 1, 'the first part');
    expect(frames).toEqual([{ data: { product: { id: '1' } }, hasNext: true }]);
    services.reviews.release();
    await until(() => completed, 'the end');
    expect(frames.slice(1)).toEqual([
      {
        incremental: [
          {
            data: { stars: 1, broken: null },
            path: ['product'],
            label: 'later',
            errors: [{ message: 'It is broken.', path: ['product', 'broken'], extensions: { code: 'CONFLICT' } }],
          },
        ],
        hasNext: false,
      },
    ]);

    services.reviews.hold();
    services.reviews.asked.length = 0;
    const stop = client.subscribe(
      { query },
      { next: () => undefined, error: () => undefined, complete: () => undefined },
    );
    await until(() => services.reviews.asked.length === 1, 'the service to be asked again');
    stop();
    await until(() => services.reviews.abandoned() === 1, 'the request to be given up');
  } finally {
    await client.dispose();
  }
});

test('plugins of Apollo Server see one answer, which is whole', async () => {
  const seen: unknown[] = [];
  const watched = await startGateway(
    { supergraph: composed(Object.values(services)) },
    {
      plugins: [
        {
          requestDidStart: async () => ({
            willSendResponse: async ({ response: { body } }) =>
              void seen.push(body.kind === 'single' && (body.singleResult as Result).data.product.stars),
          }),
        },
      ],
    },
  );
  try {
    const { json } = await watched.post(
      { query: '{ product(id: "1") { id ... @defer { stars } } }' },
      { accept: `${deferSpec}, application/json` },
    );
    expect(json).toEqual({ data: { product: { id: '1', stars: 1 } } });
    expect(seen).toEqual([1]);
  } finally {
    await watched.close();
  }
});

test('an answer in parts is one request to who watches, with the errors of all parts', async () => {
  const watched = await startGateway(
    { supergraph: composed(Object.values(services)) },
    { metrics: { host: '127.0.0.1', port: 0 } },
  );
  try {
    await (await askInParts(watched.url, '{ product(id: "2") { id ... @defer { stars } } }')).rest();
    const counted = async () => {
      const text = await (await fetch(`${watched.internalUrl}/metrics`)).text();
      return text.split('\n').filter((line) => line.startsWith('gateway_request_duration_seconds_count'));
    };
    let lines: string[] = [];
    for (let i = 0; i < 100 && lines.length === 0; i++) lines = await counted(); // it is counted when the last byte is out
    expect(lines).toEqual([
      'gateway_request_duration_seconds_count{occasion="http",operation_type="query",status="2xx",outcome="errors"} 1',
    ]);
  } finally {
    await watched.close();
  }
});

test('a changed supergraph does not cut an answer short', async () => {
  const reloaded = await startGateway({ supergraph: composed(Object.values(services)) });
  try {
    services.reviews.hold();
    const reading = await askInParts(reloaded.url, '{ product(id: "1") { id ... @defer { stars } } }');
    await reading.next();
    await until(() => services.reviews.asked.length === 1, 'the service to be asked');
    await reloaded.reload(composed([services.catalog, services.reviews, services.makers].reverse()));
    services.reviews.release();
    expect(await reading.rest()).toEqual([
      { incremental: [{ data: { stars: 1 }, path: ['product'] }], hasNext: false },
    ]);
  } finally {
    await reloaded.close();
  }
});
