/** The door for HTTP: what malformed and excessive requests get, the explorer, health. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type World, startGateway, startWorld, until } from './world.js';

let world: World;
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  world = await startWorld();
  gateway = await startGateway(world, { samples: [{ name: 'books', query: '{ books { title } }' }] });
});
afterAll(async () => {
  await gateway.close();
  await world.stop();
});

const nested = (depth: number) =>
  `${'{ book(isbn: "1") '.repeat(1)}${'{ sequel '.repeat(depth)}{ title }${' }'.repeat(depth + 1)}`;
const laughs = (n: number) =>
  `{ book(isbn: "1") { ...F0 } } ${Array.from({ length: n }, (_, i) => `fragment F${i} on Book { a: sequel { ...F${i + 1} } b: sequel { ...F${i + 1} } }`).join(' ')} fragment F${n} on Book { title }`;

test.each([
  ['no JSON', '{"query": ', 400, 'BAD_REQUEST'],
  ['no query', {}, 400, 'BAD_REQUEST'],
  ['a query that is no string', { query: 7 }, 400, 'BAD_REQUEST'],
  ['a body that is too large', { query: `#${'x'.repeat(1_100_000)}\n{ __typename }` }, 413, 'BAD_REQUEST'],
  ['a document nested deeply', { query: nested(40) }, 400, 'BAD_REQUEST'],
  ['a document nested beyond reason', { query: '{a'.repeat(200_000) }, 400, 'BAD_REQUEST'],
  ['lists nested beyond reason', { query: `{ book(isbn: ${'['.repeat(200_000)}` }, 400, 'BAD_REQUEST'],
  ['too many tokens', { query: `{ ${'__typename '.repeat(6_000)} }` }, 400, 'GRAPHQL_PARSE_FAILED'],
  ['a syntax error', { query: '{ books { ' }, 400, 'GRAPHQL_PARSE_FAILED'],
  ['fragments that multiply', { query: laughs(14) }, 400, 'COST_EXCEEDED'],
  ['a field that is not there', { query: '{ bookz { title } }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['a subscription', { query: 'subscription { added { title } }' }, 400, 'BAD_REQUEST'],
  [
    'variables nested beyond reason',
    `{"query":"query Q($s: Isbn10) { shelf(size: $s) { title } }","variables":{"s":${'['.repeat(100_000)}${']'.repeat(100_000)}}}`,
    400,
    'BAD_REQUEST',
  ],
])('%s is refused with one clean GraphQL error', async (_what, body, status, code) => {
  const answer = await gateway.post(body);
  expect([answer.status, answer.json.errors?.[0]?.extensions['code']]).toEqual([status, code]);
  expect(answer.json.data).toBeUndefined();
  expect(answer.headers.get('content-type')).toMatch(/json/);
  expect(answer.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  expect(answer.text).not.toMatch(/Did you mean|node_modules|RangeError|at .*\.js/);
  expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a form of another site is refused, a GET query answered, a GET mutation not', async () => {
  const form = await gateway.post('query={__typename}', { 'content-type': 'text/plain' });
  expect(form.status).toBeGreaterThanOrEqual(400);
  const get = (query: string) =>
    fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`, {
      headers: { 'content-type': 'application/json' },
    });
  expect(await (await get('{ book(isbn: "1") { title } }')).json()).toEqual({ data: { book: { title: 'One' } } });
  expect((await get('mutation { fail }')).status).toBe(405);
  expect((await fetch(`${gateway.url}/graphql?query={__typename}`)).status).toBe(400);
});

test('introspection answers, and tells nothing of the federation', async () => {
  const { json } = await gateway.post({ query: '{ __schema { types { name } queryType { fields { name } } } }' });
  const text = JSON.stringify(json.data);
  expect(text).toContain('"Book"');
  expect(text).not.toMatch(/_entities|_service|join__|_Any/);
});

test('a client that goes away takes its request to the service with it', async () => {
  let arrived = false;
  let cut = false;
  world.subgraphs.books.misbehave = (_request, socket) => {
    arrived = true;
    socket.on('close', () => (cut = true));
    return null;
  };
  const request = httpRequest(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  request.on('error', () => undefined); // destroyed below
  request.end(JSON.stringify({ query: '{ books { title } }' }));
  await until(() => arrived, 'the service to be asked');
  request.destroy();
  await until(() => cut, 'the request to be cut');
  world.subgraphs.books.misbehave = null;
});

test('a browser gets an explorer that asks no other origin', async () => {
  const page = await fetch(`${gateway.url}/graphql`, {
    headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
  });
  const html = await page.text();
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(html).not.toMatch(/https?:|\/\/[a-z]/);
  expect(html).not.toMatch(/<script(?![^>]*src=)|style=|onload=/);
  const policy = page.headers.get('content-security-policy')!;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/https?:|unsafe-eval|\*|script-src[^;]*unsafe/);
  const samples = await fetch(`${gateway.url}/graphql/assets/samples.json`);
  expect(await samples.json()).toEqual([{ name: 'books', query: '{ books { title } }' }]);
  expect((await fetch(`${gateway.url}/graphql/assets/..%2f..%2fpackage.json`)).status).toBe(404);
});

test('health: it lives, it is ready also while a service is down, and says which', async () => {
  expect(await (await fetch(`${gateway.url}/livez`)).json()).toEqual({ status: 'ok' });
  await world.subgraphs.places.stop();
  const ready = await fetch(`${gateway.url}/readyz`);
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'ok', services: { books: true, people: true, places: false } },
  ]);
  await world.subgraphs.places.start();
});
