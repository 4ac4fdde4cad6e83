/**
 * `@authenticated`, `@requiresScopes` and `@policy` from the request to the services: a refused field is null with an
 * error at its place, no service is asked for it, and one viewer's answer is never another's.
 */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type SignIn, startSignIn, viewer } from './signIn.js';
import { type Result, type Stream, type Subgraph, composed, startGateway, startSubgraph, until } from './world.js';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable", "@authenticated", "@requiresScopes", "@policy"])`;
const shop = `${link}
  type Query {
    free: String
    mine: String @authenticated
    must: String! @authenticated
    salary: Salary
    level: Level
    order(id: ID!): Order
    orders: [Order]
    strictOrders: [Order!]!
    nodes: [Node]
    hits: [Hit]
    vault: Vault
    secret: String @policy(policies: [["insider"]])
    argument(with: Level): String
  }
  type Mutation {
    open(n: Int): Int
    pay(n: Int): Int @authenticated
    refund(n: Int): Int @requiresScopes(scopes: [["money:write"]])
    mustPay(n: Int): Int! @authenticated
  }
  type Subscription { ticks: Int  guarded: Int @authenticated  orderOpened: Order }
  scalar Salary @requiresScopes(scopes: [["pay:read"]])
  enum Level @authenticated { LOW HIGH }
  type Order @key(fields: "id") {
    id: ID!
    title: String
    total: Int @requiresScopes(scopes: [["a"], ["b", "c"]])
    note: String! @authenticated
    weight: Int @authenticated
    both: String @authenticated @requiresScopes(scopes: [["b"]])
    lines: [Line!]
    related: [Order]
    twin(deep: Int): Order
  }
  type Line { sku: String  price: Int! @authenticated }
  interface Node { id: ID!  name: String }
  type Book implements Node { id: ID!  name: String @authenticated  pages: Int }
  type Film implements Node { id: ID!  name: String  length: Int @authenticated }
  union Hit = Book | Film | Vault
  type Vault @requiresScopes(scopes: [["a"]]) { gold: Int  inner: Vault }
`;
const shipping = `${link}
  type Order @key(fields: "id") {
    id: ID!
    weight: Int @external
    cost: Int @requires(fields: "weight") @authenticated
    eta: String
  }
`;

const orders = ['1', '2'].map((id) => ({
  id,
  title: `Order ${id}`,
  total: Number(id) * 10,
  note: `note ${id}`,
  weight: Number(id),
  both: `both ${id}`,
  lines: [
    { sku: `${id}a`, price: 1 },
    { sku: `${id}b`, price: 2 },
  ],
}));
const done: string[] = [];
const readers = { push: (_n: number) => undefined as void };

const resolvers = {
  Query: {
    free: () => 'free',
    mine: () => 'mine',
    must: () => 'must',
    salary: () => 'salary',
    level: () => 'HIGH',
    order: (_: unknown, { id }: { id: string }) => orders.find((one) => one.id === id),
    orders: () => orders,
    strictOrders: () => orders,
    nodes: () => [
      { __typename: 'Book', id: 'b', name: 'Book', pages: 3 },
      { __typename: 'Film', id: 'f', name: 'Film', length: 90 },
    ],
    hits: () => [
      { __typename: 'Book', id: 'b', name: 'Book', pages: 3 },
      { __typename: 'Vault', gold: 1 },
    ],
    vault: () => ({ gold: 1, inner: { gold: 2 } }),
    secret: () => 'secret',
    argument: (_: unknown, { with: level }: { with: string }) => level,
  },
  Mutation: Object.fromEntries(
    ['open', 'pay', 'refund', 'mustPay'].map((name) => [
      name,
      (_: unknown, { n }: { n: number }) => (done.push(`${name} ${n}`), n),
    ]),
  ),
  Subscription: Object.fromEntries(
    ['ticks', 'guarded', 'orderOpened'].map((name) => [
      name,
      {
        async *subscribe() {
          done.push(`subscribed ${name}`);
          yield { [name]: name === 'orderOpened' ? orders[0] : 1 };
        },
      },
    ]),
  ),
  Order: {
    __resolveReference: ({ id }: { id: string }) => orders.find((one) => one.id === id),
    related: () => [orders[1]],
    twin: ({ id }: { id: string }) => orders.find((one) => one.id === id),
  },
  Node: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  Hit: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
};

let services: Subgraph[];
let signIn: SignIn;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let supergraph: string;
const keyOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
/** What each viewer was given; `nobody` does not sign in. */
const scopes: Record<string, string[]> = {
  person: [],
  a: ['a'],
  b: ['b'],
  bc: ['b', 'c'],
  all: ['a', 'b', 'c', 'pay:read', 'money:write'],
};

beforeAll(async () => {
  const stream: Stream = {
    push: readers.push as never,
    end() {},
    readers: () => 0,
    passports: [],
    renewals: [],
    links: [],
    pongs: 0,
    holdPongs: false,
    extensions: null,
    reports: [],
    reportStatus: 200,
  };
  services = [
    await startSubgraph('shop', shop, resolvers, stream),
    await startSubgraph('shipping', shipping, {
      Order: {
        __resolveReference: (order: object) => order,
        cost: ({ weight }: { weight: number }) => weight * 100,
        eta: ({ id }: { id: string }) => `eta ${id}`,
      },
    }),
  ];
  signIn = await startSignIn();
  for (const [i, [name, given]] of Object.entries(scopes).entries())
    signIn.viewers.set(name, { ...viewer(keyOf(i)), kind: given.length ? 'client' : 'person', scopes: given });
  supergraph = composed(services);
  gateway = await startGateway({ supergraph }, { identity: signIn.identity });
});
afterEach(() => {
  for (const { asked } of services) asked.length = 0;
  done.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await signIn.stop();
  await Promise.all(services.map((service) => service.stop()));
});

const headersOf = async (name: string) => (name === 'nobody' ? {} : signIn.as(name));
const as = async (name: string, query: string, variables?: Record<string, unknown>): Promise<Result> =>
  gateway.ask(query, variables, await headersOf(name));
/** All that the services were asked for. */
const asked = () => services.flatMap((service) => service.asked.map(({ query }) => query)).join('\n');
const refusals = ({ errors = [] }: Result) =>
  errors.map(({ path, extensions }) => {
    expect(extensions).toEqual({ code: 'UNAUTHORIZED_FIELD_OR_TYPE' });
    return path;
  });

type Case = [what: string, query: string, who: string, data: unknown, refused: (string | number)[][], unasked: RegExp];
const cases: Case[] = [
  ['a field', '{ free mine }', 'nobody', { free: 'free', mine: null }, [['mine']], /mine/],
  ['all there is', '{ mine }', 'nobody', { mine: null }, [['mine']], /./],
  [
    'all there is but __typename',
    '{ __typename mine }',
    'nobody',
    { __typename: 'Query', mine: null },
    [['mine']],
    /./,
  ],
  ['what may not be null', '{ free must }', 'nobody', null, [['must']], /must/],
  ['an alias', '{ free m: mine n: mine }', 'nobody', { free: 'free', m: null, n: null }, [['m'], ['n']], /mine/],
  ['a scalar', '{ salary free }', 'person', { salary: null, free: 'free' }, [['salary']], /salary/],
  ['an enum', '{ level free }', 'nobody', { level: null, free: 'free' }, [['level']], /level/],
  ['a type', '{ vault { gold } free }', 'b', { vault: null, free: 'free' }, [['vault']], /vault/],
  ['a policy nobody decided', '{ secret free }', 'all', { secret: null, free: 'free' }, [['secret']], /secret/],
  [
    'a field of an object',
    '{ order(id: "1") { id weight } }',
    'nobody',
    { order: { id: '1', weight: null } },
    [['order', 'weight']],
    /weight/,
  ],
  [
    'a required field of an object',
    '{ order(id: "1") { id note } free }',
    'nobody',
    { order: null, free: 'free' },
    [['order', 'note']],
    /note/,
  ],
  [
    'a field of objects in a list',
    '{ orders { id weight } }',
    'nobody',
    {
      orders: [
        { id: '1', weight: null },
        { id: '2', weight: null },
      ],
    },
    [
      ['orders', 0, 'weight'],
      ['orders', 1, 'weight'],
    ],
    /weight/,
  ],
  [
    'a required field in a list',
    '{ orders { id note } }',
    'nobody',
    { orders: [null, null] },
    [
      ['orders', 0, 'note'],
      ['orders', 1, 'note'],
    ],
    /note/,
  ],
  [
    'a required field in a required list',
    '{ free strictOrders { note } }',
    'nobody',
    null,
    [['strictOrders', 0, 'note']],
    /note/,
  ],
  [
    'a required field in a list of required objects',
    '{ order(id: "1") { id lines { sku price } } }',
    'nobody',
    { order: { id: '1', lines: null } },
    [['order', 'lines', 0, 'price']],
    /price/,
  ],
  [
    'the only field of an object',
    '{ order(id: "1") { weight } }',
    'nobody',
    { order: { weight: null } },
    [['order', 'weight']],
    /weight/,
  ],
  [
    'the only field of an object that is not there',
    '{ order(id: "9") { weight } }',
    'nobody',
    { order: null },
    [],
    /weight/,
  ],
  [
    'one scope of several',
    '{ order(id: "1") { total } }',
    'b',
    { order: { total: null } },
    [['order', 'total']],
    /total/,
  ],
  [
    'two rules at once, without one',
    '{ order(id: "1") { both } }',
    'a',
    { order: { both: null } },
    [['order', 'both']],
    /both/,
  ],
  [
    'in a fragment',
    '{ order(id: "1") { ...F } } fragment F on Order { title weight }',
    'nobody',
    { order: { title: 'Order 1', weight: null } },
    [['order', 'weight']],
    /weight/,
  ],
  [
    'in an inline fragment',
    '{ order(id: "1") { ... { weight } ... on Order { title } } }',
    'nobody',
    { order: { weight: null, title: 'Order 1' } },
    [['order', 'weight']],
    /weight/,
  ],
  [
    'in a fragment on the root',
    '{ ...R } fragment R on Query { free mine }',
    'nobody',
    { free: 'free', mine: null },
    [['mine']],
    /mine/,
  ],
  [
    'deep in lists and objects',
    '{ order(id: "1") { related { twin(deep: 1) { weight title } } } }',
    'nobody',
    { order: { related: [{ twin: { weight: null, title: 'Order 2' } }] } },
    [['order', 'related', 0, 'twin', 'weight']],
    /weight/,
  ],
  [
    'what another service requires',
    '{ order(id: "1") { eta cost } }',
    'nobody',
    { order: { eta: 'eta 1', cost: null } },
    [['order', 'cost']],
    /cost|weight/,
  ],
  [
    'on an interface of which one type is guarded',
    '{ nodes { id name } }',
    'nobody',
    {
      nodes: [
        { id: 'b', name: null },
        { id: 'f', name: null },
      ],
    },
    [
      ['nodes', 0, 'name'],
      ['nodes', 1, 'name'],
    ],
    /\bname\b/,
  ],
  [
    'on one type of an interface',
    '{ nodes { id ... on Book { name } ... on Film { name } } }',
    'nobody',
    {
      nodes: [
        { id: 'b', name: null },
        { id: 'f', name: 'Film' },
      ],
    },
    [['nodes', 0, 'name']],
    /Book ?\{(__typename )?name/,
  ],
  [
    'on one type of an interface, and nothing else',
    '{ nodes { ... on Film { length } } }',
    'nobody',
    { nodes: [{}, { length: null }] },
    [['nodes', 1, 'length']],
    /length/,
  ],
  [
    'a type of a union',
    '{ hits { ... on Vault { gold } ... on Book { pages } } }',
    'nobody',
    { hits: [{ pages: 3 }, { gold: null }] },
    [['hits', 1, 'gold']],
    /gold/,
  ],
  [
    'by @include and @skip',
    'query ($no: Boolean = false, $yes: Boolean = true) { free mine @include(if: $no) a: mine @include(if: $yes) b: mine @skip(if: $yes) }',
    'nobody',
    { free: 'free', a: null },
    [['a']],
    /mine/,
  ],
];
test.each(cases)(
  '%s is refused, its place is told, and no service is asked: %s as %s',
  async (_what, query, who, data, refused, unasked) => {
    for (const round of ['cold', 'known']) {
      const result = await as(who, query);
      expect([round, result.data, refusals(result)]).toEqual([round, data, refused]);
      expect(asked()).not.toMatch(unasked);
    }
  },
);

test.each([
  ['{ mine must level }', 'person', { mine: 'mine', must: 'must', level: 'HIGH' }],
  ['{ salary }', 'all', { salary: 'salary' }],
  ['{ order(id: "1") { total } }', 'a', { order: { total: 10 } }],
  ['{ order(id: "1") { total both } }', 'bc', { order: { total: 10, both: 'both 1' } }],
  ['{ order(id: "2") { cost eta note } }', 'person', { order: { cost: 200, eta: 'eta 2', note: 'note 2' } }],
  [
    '{ nodes { name } vault { inner { gold } } }',
    'a',
    { nodes: [{ name: 'Book' }, { name: 'Film' }], vault: { inner: { gold: 2 } } },
  ],
  [
    '{ hits { __typename } orders { __typename } }',
    'nobody',
    {
      hits: [{ __typename: 'Book' }, { __typename: 'Vault' }],
      orders: [{ __typename: 'Order' }, { __typename: 'Order' }],
    },
  ],
])('who may have it gets it, without errors: %s as %s', async (query, who, data) => {
  expect(await as(who, query)).toEqual({ data });
});

test('viewers in turn get each their own answer, by one and the same text, at once too', async () => {
  const query = '{ free mine order(id: "1") { title total both cost } }';
  const expected: Record<string, unknown> = {
    nobody: { free: 'free', mine: null, order: { title: 'Order 1', total: null, both: null, cost: null } },
    person: { free: 'free', mine: 'mine', order: { title: 'Order 1', total: null, both: null, cost: 100 } },
    a: { free: 'free', mine: 'mine', order: { title: 'Order 1', total: 10, both: null, cost: 100 } },
    b: { free: 'free', mine: 'mine', order: { title: 'Order 1', total: null, both: 'both 1', cost: 100 } },
    bc: { free: 'free', mine: 'mine', order: { title: 'Order 1', total: 10, both: 'both 1', cost: 100 } },
    all: { free: 'free', mine: 'mine', order: { title: 'Order 1', total: 10, both: 'both 1', cost: 100 } },
  };
  const names = Object.keys(expected);
  for (const name of [...names, ...names.reverse()])
    expect([name, (await as(name, query)).data]).toEqual([name, expected[name]]);
  const fresh = await startGateway({ supergraph }, { identity: signIn.identity, shareInFlight: true });
  try {
    const many = await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const name = names[i % names.length]!;
        return [name, (await fresh.ask(query, undefined, await headersOf(name))).data] as const;
      }),
    );
    for (const [name, data] of many) expect([name, data]).toEqual([name, expected[name]]);
  } finally {
    await fresh.close();
  }
});

test('a viewer whose scopes change gets what they have now', async () => {
  const query = '{ order(id: "1") { total } }';
  signIn.viewers.set('changing', { ...viewer(keyOf(9)), kind: 'client', scopes: ['a'] });
  expect((await as('changing', query)).data).toEqual({ order: { total: 10 } });
  signIn.viewers.set('changing', { ...viewer(keyOf(9)), kind: 'client', scopes: [] });
  expect((await as('changing', query)).data).toEqual({ order: { total: null } });
});

test('a refused mutation is not run, and the others are, in their order', async () => {
  const mutation = 'mutation { a: open(n: 1) b: pay(n: 2) c: open(n: 3) d: refund(n: 4) e: open(n: 5) }';
  const result = await as('nobody', mutation);
  expect([result.data, refusals(result), done]).toEqual([
    { a: 1, b: null, c: 3, d: null, e: 5 },
    [['b'], ['d']],
    ['open 1', 'open 3', 'open 5'],
  ]);
  done.length = 0;
  expect((await as('all', mutation)).data).toEqual({ a: 1, b: 2, c: 3, d: 4, e: 5 });
  expect(done).toEqual(['open 1', 'pay 2', 'open 3', 'refund 4', 'open 5']);
});

test('a mutation of which all is refused asks nobody', async () => {
  const result = await as('nobody', 'mutation { pay(n: 1) refund(n: 2) }');
  expect([result.data, refusals(result), done, asked()]).toEqual([
    { pay: null, refund: null },
    [['pay'], ['refund']],
    [],
    '',
  ]);
  const required = await as('nobody', 'mutation { mustPay(n: 1) }');
  expect([required.data, refusals(required), done]).toEqual([null, [['mustPay']], []]);
});

test('introspection shows guarded fields to everybody, beside what is refused too', async () => {
  const query = '{ mine __type(name: "Order") { fields { name } } __schema { queryType { name } } }';
  const result = await as('nobody', query);
  expect(result.data.mine).toBeNull();
  expect(result.data.__schema).toEqual({ queryType: { name: 'Query' } });
  expect(result.data.__type.fields.map(({ name }: { name: string }) => name)).toEqual(
    expect.arrayContaining(['note', 'total', 'weight', 'cost']),
  );
  expect(refusals(result)).toEqual([['mine']]);
  expect((await as('person', query)).data.mine).toBe('mine');
  expect(JSON.stringify((await as('nobody', '{ __schema { directives { name } types { name } } }')).data)).not.toMatch(
    /authenticated|requiresScopes|policy|Scope|Policy/,
  );
});

test('variables that only a refused field uses are checked, and sent nowhere', async () => {
  const query = 'mutation ($n: Int, $m: Int) { open(n: $n) pay(n: $m) }';
  expect((await as('nobody', query, { n: 1, m: 2 })).data).toEqual({ open: 1, pay: null });
  expect(services[0]!.asked[0]!.variables).toEqual({ n: 1 });
  const wrong = await as('nobody', query, { n: 1, m: 'x' });
  expect(wrong.errors!.map(({ extensions }) => extensions['code'])).toEqual(['BAD_USER_INPUT']);
});

/** Runs one operation over a socket to its end. */
async function over(name: string, query: string): Promise<{ results: Result[]; errors: unknown[] }> {
  const connectionParams = name === 'nobody' ? {} : { authorization: await signIn.token(name) };
  const client = createClient({ url: gateway.wsUrl, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  const results: Result[] = [];
  const errors: unknown[] = [];
  let ended = false;
  const stop = client.subscribe(
    { query },
    {
      next: (result) => void results.push(result as Result),
      error: (error) => void errors.push(error),
      complete: () => (ended = true),
    },
  );
  try {
    await until(() => ended || errors.length > 0, 'an end');
  } finally {
    stop();
    await client.dispose();
  }
  return { results, errors };
}

test('the same over a socket', async () => {
  const query = '{ free mine order(id: "1") { note title } }';
  const { results } = await over('nobody', query);
  expect(results.map((result) => [result.data, refusals(result)])).toEqual([
    [{ free: 'free', mine: null, order: null }, [['mine'], ['order', 'note']]],
  ]);
  expect(asked()).not.toMatch(/mine|note/);
  expect((await over('person', query)).results).toEqual([
    { data: { free: 'free', mine: 'mine', order: { note: 'note 1', title: 'Order 1' } } },
  ]);
});

test('a refused subscription is not opened; a guarded field of an open one is null in each event', async () => {
  const { results, errors } = await over('nobody', 'subscription { guarded }');
  expect(results).toEqual([]);
  expect(errors).toMatchObject([[{ extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } }]]);
  expect((errors as { path?: unknown }[][])[0]![0]!.path).toEqual(['guarded']);
  expect(done).toEqual([]);
  expect((await over('nobody', 'subscription { ticks }')).results).toEqual([{ data: { ticks: 1 } }]);
  expect((await over('person', 'subscription { guarded }')).results).toEqual([{ data: { guarded: 1 } }]);
  const opened = await over('nobody', 'subscription { orderOpened { title weight eta cost } }');
  expect(opened.results.map((result) => [result.data, refusals(result)])).toEqual([
    [
      { orderOpened: { title: 'Order 1', weight: null, eta: 'eta 1', cost: null } },
      [
        ['orderOpened', 'weight'],
        ['orderOpened', 'cost'],
      ],
    ],
  ]);
  expect((await over('person', 'subscription { orderOpened { weight cost } }')).results).toEqual([
    { data: { orderOpened: { weight: 1, cost: 100 } } },
  ]);
});

test('a rule on what is required binds also where composition did not write it', async () => {
  const loosened = supergraph.replace(/(\bcost: Int[^\n]*?) @authenticated/, '$1');
  expect(loosened).not.toBe(supergraph);
  const other = await startGateway({ supergraph: loosened }, { identity: signIn.identity });
  try {
    const result = await other.ask('{ order(id: "1") { title cost } }');
    expect([result.data, refusals(result)]).toEqual([{ order: { title: 'Order 1', cost: null } }, [['order', 'cost']]]);
    expect(asked()).not.toMatch(/weight|cost/);
  } finally {
    await other.close();
  }
});

test('known operations do not let in who may not, after many of each', async () => {
  const operations = Array.from({ length: 20 }, (_, i) => `query Q${i} { free m${i}: mine }`);
  for (const name of ['person', 'nobody', 'person', 'nobody'])
    for (const [i, query] of operations.entries())
      expect((await as(name, query)).data).toEqual({ free: 'free', [`m${i}`]: name === 'person' ? 'mine' : null });
});
