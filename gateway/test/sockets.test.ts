/** graphql-transport-ws: operations over a socket, and subscriptions from the service to the reader and back. */
import { newSecret } from '@hub/kit/secret';
import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type SignIn, startSignIn, viewer } from './signIn.js';
import { type Result, type World, startGateway, startWorld, until } from './world.js';

let world: World;
let signIn: SignIn;
let gateway: Awaited<ReturnType<typeof startGateway>>;
const renewEveryMs = 80;
const keys = { ann: '11111111-1111-4111-8111-111111111111', bea: '22222222-2222-4222-8222-222222222222' };

beforeAll(async () => {
  world = await startWorld();
  signIn = await startSignIn();
  gateway = await startGateway(world, {
    identity: signIn.identity,
    renewEveryMs,
    limits: { queuedEvents: 50, queuedBytes: 1_000_000, fetchTimeoutMs: 1_000 },
  });
});
const open: { dispose(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
  await until(() => world.stream.readers() === 0, 'the service to have no readers left');
  for (const list of [world.stream.passports, world.stream.renewals, world.stream.links, gateway.logged])
    list.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await signIn.stop();
  await world.stop();
});

const knowAnn = () => signIn.viewers.set('ann', viewer(keys.ann, 'igad'));

interface Reader {
  results: Result[];
  errors: unknown[];
  completed: boolean;
  stop(): void;
}

function connect(connectionParams: Record<string, unknown> = {}): Client {
  const client = createClient({ url: gateway.wsUrl, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
  open.push(client);
  return client;
}

function read(client: Client, query: string, variables: Record<string, unknown> = {}): Reader {
  const reader: Reader = { results: [], errors: [], completed: false, stop: () => undefined };
  reader.stop = client.subscribe<Record<string, unknown>>(
    { query, variables },
    {
      next: (result) => void reader.results.push(result as Result),
      error: (error) => void reader.errors.push(error),
      complete: () => (reader.completed = true),
    },
  );
  open.unshift({ dispose: reader.stop });
  return reader;
}

const one = async (client: Client, query: string, variables?: Record<string, unknown>) => {
  const reader = read(client, query, variables);
  await until(() => reader.completed || reader.errors.length > 0, 'an answer');
  return reader;
};

const added = 'subscription ($after: Int) { added(after: $after) { title author { name greeting } } }';
const event = (title: string, author = 'ann') => ({ isbn: title, title, author: { id: author } });
const joined = (title: string, name = 'Ann') => ({
  data: { added: { title, author: { name, greeting: `Hello ${name}` } } },
});
const following = () => until(() => world.stream.readers() > 0, 'the service to have a reader');

test('queries and mutations are answered over a socket', async () => {
  const client = connect();
  expect((await one(client, '{ book(isbn: "2") { title author { name } } }')).results).toEqual([
    { data: { book: { title: 'Two', author: { name: 'Bea' } } } },
  ]);
  expect((await one(client, 'mutation { fail }')).results).toEqual([
    { data: { fail: null }, errors: [{ message: 'Not yours.', path: ['fail'], extensions: { code: 'FORBIDDEN' } }] },
  ]);
});

test.each([
  ['{ books { ', 'GRAPHQL_PARSE_FAILED'],
  ['{ bookz { title } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['{a'.repeat(100_000), 'BAD_REQUEST'],
  ['subscription { added { titel } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['subscription ($after: Int!) { added(after: $after) { title } }', 'BAD_USER_INPUT'],
  ['query ($n: Int!) { book(isbn: "1") { readers(first: $n) { id } } }', 'BAD_USER_INPUT'],
  ['query A { books { title } } query B { books { title } }', 'OPERATION_RESOLUTION_FAILURE'],
])('a wrong operation ends with an error, and the socket lives: %#', async (query, code) => {
  const client = connect();
  const reader = await one(client, query);
  const errors = reader.errors[0] as Result['errors'];
  expect(reader.results).toEqual([]);
  expect(errors!.map(({ extensions }) => extensions['code'])).toContain(code);
  expect(JSON.stringify(errors)).not.toContain('Did you mean');
  expect((await one(client, '{ book(isbn: "1") { title } }')).results).toHaveLength(1);
});

test('everything that is wrong with an operation is said at once', async () => {
  const { errors } = await one(connect(), '{ bookz { title } book(isbn: "1") { titel } }');
  expect(errors[0]).toHaveLength(2);
});

test('one socket runs so many operations at once and no more', async () => {
  const few = await startGateway(world, { limits: { operationsPerSocket: 2 } });
  open.push({ dispose: few.close });
  const client = createClient({ url: few.wsUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  open.unshift(client);
  const readers = [1, 2, 3].map(() => read(client, added));
  await until(() => readers.some(({ errors }) => errors.length > 0), 'a refusal');
  expect(readers.flatMap(({ errors }) => errors)).toMatchObject([[{ extensions: { code: 'RATE_LIMITED' } }]]);
});

test('each event is completed by the other services, in order, until the service completes', async () => {
  const reader = read(connect(), added);
  await following();
  for (const title of ['A', 'B', 'C']) world.stream.push(event(title, title === 'B' ? 'bea' : 'ann'));
  await until(() => reader.results.length === 3, 'three events');
  expect(reader.results).toEqual([joined('A'), joined('B', 'Bea'), joined('C')]);
  world.stream.end();
  await until(() => reader.completed, 'the end');
});

test('what a service that is down costs an event, it costs with its path, and the stream goes on', async () => {
  const reader = read(connect(), 'subscription { added { title author { id mail } } }');
  await following();
  await world.subgraphs.people.stop();
  world.stream.push(event('A'));
  await until(() => reader.results.length === 1, 'an event');
  await world.subgraphs.people.start();
  world.stream.push(event('B'));
  await until(() => reader.results.length === 2, 'another');
  expect(reader.results).toMatchObject([
    {
      data: { added: { title: 'A', author: { id: 'ann', mail: null } } },
      errors: [{ path: ['added', 'author', 'mail'], extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'people' } }],
    },
    { data: { added: { title: 'B', author: { mail: 'ann@example.org' } } } },
  ]);
});

test('unsubscribing reaches the service while nothing happens; one connection serves all', async () => {
  const first = read(connect(), added);
  const second = read(connect(), added);
  await until(() => world.stream.readers() === 2, 'two readers');
  expect(world.stream.links).toHaveLength(1);
  expect(world.subgraphs.books.sockets!.clients.size).toBe(1);
  first.stop();
  await until(() => world.stream.readers() === 1, 'one reader');
  world.stream.push(event('A'));
  await until(() => second.results.length === 1, 'the other’s event');
  second.stop();
  await until(() => world.stream.readers() === 0, 'no reader');
  await until(() => world.subgraphs.books.sockets!.clients.size === 0, 'no connection');
});

test('a socket that breaks leaves nothing behind at the service', async () => {
  const client = connect();
  read(client, added);
  await following();
  client.terminate();
  await until(() => world.stream.readers() === 0, 'no reader');
});

test('a lost service ends its streams with an error, and takes new ones when it is back', async () => {
  const client = connect();
  const reader = read(client, added);
  await following();
  await world.subgraphs.books.stop();
  world.stream.end(); // what the stopped service held
  await until(() => reader.errors.length > 0, 'an error');
  const whileDown = await one(client, added);
  for (const { errors } of [reader, whileDown])
    expect(errors).toEqual([
      [{ message: expect.any(String), extensions: { code: 'SUBGRAPH_UNAVAILABLE', service: 'books' } }],
    ]);
  await world.subgraphs.books.start();
  const again = read(client, added);
  await following();
  world.stream.push(event('A'));
  await until(() => again.results.length === 1, 'an event');
});

test('a service that closes normally is lost too: nobody is subscribed anew behind their back', async () => {
  const reader = read(connect(), added);
  await following();
  for (const socket of world.subgraphs.books.sockets!.clients) socket.close(1000);
  await until(() => reader.errors.length > 0, 'an error');
  expect(reader.errors).toMatchObject([[{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]]);
});

test('a stream’s passport is renewed with what membership says now', async () => {
  knowAnn();
  const token = await signIn.token('ann');
  const reader = read(connect({ authorization: `Bearer ${token}`, acceptLanguage: 'fr' }), added);
  await following();
  expect(await signIn.read(world.stream.links[0], 'books')).toMatchObject({ kind: 'service', service: 'gateway' });
  expect(await signIn.read(world.stream.passports[0], 'books')).toMatchObject({
    viewer: { key: keys.ann },
    locales: ['fr'],
  });
  const changed = viewer(keys.ann, 'asean');
  signIn.viewers.set('ann', changed);
  const last = () => Object.values(world.stream.renewals.at(-1) ?? {})[0];
  await until(() => world.stream.renewals.length > 0 && last() !== world.stream.passports[0], 'a new passport');
  expect(await signIn.read(last(), 'books')).toMatchObject({ viewer: changed, locales: ['fr'] });

  world.subgraphs.people.asked.length = 0;
  world.stream.push(event('A'));
  await until(() => reader.results.length === 1, 'an event');
  expect(await signIn.read(world.subgraphs.people.asked[0]!.passport, 'people')).toMatchObject({ viewer: changed });
});

test('a viewer the hub no longer knows loses their streams', async () => {
  knowAnn();
  const reader = read(connect({ authorization: await signIn.token('ann') }), added);
  await following();
  signIn.viewers.delete('ann');
  await until(() => reader.errors.length > 0, 'an error');
  expect(reader.errors).toMatchObject([[{ extensions: { code: 'UNAUTHENTICATED' } }]]);
  await until(() => world.stream.readers() === 0, 'no reader');
});

test('membership being away ends signed-in streams resumably once the passport cannot be renewed, not anonymous ones', async () => {
  knowAnn();
  const anonymous = read(connect(), added);
  const reader = read(connect({ authorization: await signIn.token('ann') }), added);
  await until(() => world.stream.readers() === 2, 'two readers');
  await signIn.membership.stop();
  await until(() => reader.errors.length > 0, 'an error');
  expect(reader.errors).toMatchObject([[{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]]);
  await signIn.membership.start();
  world.stream.push(event('A'));
  await until(() => anonymous.results.length === 1, 'an event');
});

test('a token that runs out ends the stream', async () => {
  knowAnn();
  const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
  const reader = read(connect({ authorization: await signIn.token('ann', { expiresAt }) }), added);
  await following();
  await until(() => reader.errors.length > 0, 'an error');
  expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 5);
  expect(reader.errors).toMatchObject([[{ extensions: { code: 'UNAUTHENTICATED' } }]]);
});

/** A socket without a client library: what is sent, and with what it closes. */
async function rawSocket(protocols: string[] = ['graphql-transport-ws']) {
  const socket = new WebSocket(gateway.wsUrl, protocols, { perMessageDeflate: false });
  const frames: { type: string; id?: string; payload?: unknown }[] = [];
  const state = { code: 0 };
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as (typeof frames)[number]));
  socket.on('close', (code) => (state.code = code));
  open.push({ dispose: () => socket.terminate() });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  return {
    socket,
    frames,
    state,
    send: (message: unknown) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    closed: async () => {
      await until(() => state.code > 0, 'a close');
      return state.code;
    },
  };
}

test.each(['authorization', 'Authorization'])('a bad token in %s closes the socket with 4403', async (name) => {
  for (const token of ['nonsense', 'Basic x', '', 7, 'Bearer gpe_live_nonsense', `Bearer ${newSecret('apiKey')}`]) {
    const raw = await rawSocket();
    raw.send({ type: 'connection_init', payload: { [name]: token } });
    expect(await raw.closed()).toBe(4403);
  }
});

test('no token, and null for one, is anonymous', async () => {
  for (const payload of [undefined, {}, { authorization: null }]) {
    const raw = await rawSocket();
    raw.send({ type: 'connection_init', payload });
    await until(() => raw.frames.length > 0, 'a frame');
    expect(raw.frames[0]!.type).toBe('connection_ack');
  }
});

test('a token that cannot be looked up closes the socket with 1013', async () => {
  await signIn.membership.stop();
  const raw = await rawSocket();
  raw.send({ type: 'connection_init', payload: { authorization: await signIn.token('ann') } });
  expect(await raw.closed()).toBe(1013);
  await signIn.membership.start();
});

test.each([
  ['a frame that is no message', ['graphql-transport-ws'], 'hello', 4400],
  [
    'an operation before the handshake',
    ['graphql-transport-ws'],
    { id: '1', type: 'subscribe', payload: { query: '{ __typename }' } },
    4401,
  ],
  ['no subprotocol', [], null, 4406],
  ['a frame that is too large', ['graphql-transport-ws'], 'x'.repeat(1_100_000), 1009],
])('%s closes the socket', async (_what, protocol, message, code) => {
  const raw = await rawSocket(protocol);
  if (message) raw.send(message);
  expect(await raw.closed()).toBe(code);
});

test('a reader who is too slow is closed resumably; others are not harmed, and nothing is kept', async () => {
  const slow = await rawSocket();
  slow.send({ type: 'connection_init' });
  await until(() => slow.frames.length > 0, 'the handshake');
  slow.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { ticks(bytes: 100000) }' } });
  await following();
  const quick = read(connect(), 'subscription { ticks(bytes: 1) }');
  await until(() => world.stream.readers() === 2, 'two readers');
  const underneath = (slow.socket as unknown as { _socket: Socket })._socket;
  underneath.pause();
  let sent = 0;
  const tick = 'x'.repeat(100_000);
  while (world.stream.readers() === 2) {
    world.stream.push(tick);
    sent++;
    await until(() => quick.results.length === sent, 'the quick reader');
  }
  expect(sent).toBeLessThan(200);
  underneath.resume();
  expect(await slow.closed()).toBe(4413);
  world.stream.push(tick);
  await until(() => quick.results.length === sent + 1, 'the quick reader still');
});

test('a gateway that stops tells every socket to come back elsewhere', async () => {
  const other = await startGateway(world, {});
  const socket = new WebSocket(other.wsUrl, 'graphql-transport-ws');
  let code = 0;
  socket.on('close', (closeCode) => (code = closeCode));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: added } }));
  await other.close();
  await until(() => code > 0, 'a close');
  expect(code).toBe(1001);
});
