/** The door for HTTP: what malformed and excessive requests get, the forms of answers, the explorer, health. */
import { request as httpRequest } from 'node:http';
import { type Socket, connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { GatewayConfig } from '../src/gateway.js';
import { type RawAnswer, rawRequest } from './rawRequest.js';
import { type World, startGateway, startWorld, until } from './world.js';

let world: World;
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.stop());

const samples = [{ name: 'books', query: '{ books { title } }' }];
const graphql = 'application/graphql-response+json';

const nested = (depth: number) =>
  `${'{ book(isbn: "1") '.repeat(1)}${'{ sequel '.repeat(depth)}{ title }${' }'.repeat(depth + 1)}`;
const laughs = (n: number) =>
  `{ book(isbn: "1") { ...F0 } } ${Array.from({ length: n }, (_, i) => `fragment F${i} on Book { a: sequel { ...F${i + 1} } b: sequel { ...F${i + 1} } }`).join(' ')} fragment F${n} on Book { title }`;

/** A connection on which one writes as one likes. */
function open(url: string) {
  let text = '';
  let ended = false;
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('data', (chunk) => (text += String(chunk)));
  socket.on('error', () => undefined); // 'close' follows
  socket.on('close', () => (ended = true));
  socket.on('end', () => socket.destroy());
  return { socket, said: () => text, closed: () => ended };
}

describe.each<[string, Partial<GatewayConfig>]>([
  ['answered straight', { samples }],
  ['answered by plugins', { samples, plugins: [{}] }],
])('%s', (_how, config) => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let url: string;
  beforeAll(async () => {
    gateway = await startGateway(world, config);
    url = `${gateway.url}/graphql`;
  });
  afterAll(() => gateway.close());

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

  test('a form of another site is refused, and what it makes a browser get', async () => {
    const form = await gateway.post('query={__typename}', { 'content-type': 'text/plain' });
    expect(form.status).toBe(415);
    const get = async (headers: Record<string, string>) =>
      (await rawRequest(`${url}?query={__typename}`, { headers })).status;
    expect(await get({})).toBe(200);
    expect(await get({ 'sec-fetch-site': 'same-origin' })).toBe(200);
    expect(await get({ 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await get({ 'sec-fetch-site': 'cross-site', 'apollo-require-preflight': '1' })).toBe(200);
  });

  test('a GET asks, with all it may have, and does not write', async () => {
    const get = (parameters: Record<string, string>): Promise<RawAnswer> =>
      rawRequest(`${url}?${new URLSearchParams(parameters).toString()}`, {});
    const variables = '{"isbn":"1"}';
    const query = 'query A($isbn: ID!) { book(isbn: $isbn) { title } } mutation B { fail }';
    expect((await get({ query, operationName: 'A', variables, extensions: '{}' })).text).toBe(
      '{"data":{"book":{"title":"One"}}}',
    );
    expect((await get({ query: '{ __typename }', operationName: '', variables: '', extensions: '' })).status).toBe(200);
    world.subgraphs.books.asked.length = 0;
    for (const parameters of [
      { query, operationName: 'B' },
      { query: 'mutation { fail }', operationName: '' },
    ]) {
      const { status, headers, text } = await get(parameters);
      expect([status, headers.allow, JSON.parse(text).errors[0].extensions.code]).toEqual([405, 'POST', 'BAD_REQUEST']);
    }
    const subscription = await get({ query: 'subscription { added { title } }' });
    expect([subscription.status, subscription.text]).toEqual([400, expect.stringContaining('WebSocket')]);
    expect(world.subgraphs.books.asked).toEqual([]);
  });

  test('what is checked of an address is what is run, also where it is no UTF-8', async () => {
    const text = 'query+z{book(isbn:"%22){title}}+mutation+m{fail}+%23"){title}}+query+m{book(isbn:"%FF"){title}}';
    world.subgraphs.books.asked.length = 0;
    const { status } = await rawRequest(`${url}?operationName=m&query=${text}`, {});
    expect(status).toBe(405);
    expect(world.subgraphs.books.asked).toEqual([]);
  });

  test('a HEAD is a GET without the answer', async () => {
    const get = await rawRequest(`${url}?query={__typename}`, {});
    const head = await rawRequest(`${url}?query={__typename}`, { method: 'HEAD' });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  test.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])('a %s is not for GraphQL', async (method) => {
    const { status, headers, text } = await rawRequest(url, { method });
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD, POST']);
    expect(JSON.parse(text).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
  });

  test.each([
    ['nothing', undefined, 'json', 400],
    ['anything', '*/*', 'json', 400],
    ['JSON, as clients of old', 'application/json', 'json', 200],
    ['its own form', graphql, 'graphql-response+json', 400],
  ])('a client that accepts %s', async (_what, accept, type, statusOfFaults) => {
    const ask = async (query: string, variables?: object) => {
      const answer = await rawRequest(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(accept && { accept }) },
        body: JSON.stringify({ query, variables }),
      });
      expect(answer.headers['content-type']).toBe(`application/${type}; charset=utf-8`);
      expect(answer.headers.vary).toBe('Accept, Accept-Encoding, Accept-Language, Authorization');
      return [answer.status, JSON.parse(answer.text).errors?.[0].extensions.code];
    };
    const partly = [200, 'CONFLICT'];
    expect(await ask('{ book(isbn: "1") { title } }')).toEqual([200, undefined]);
    expect(await ask('{ crash }')).toEqual(partly);
    expect(await ask('{')).toEqual([statusOfFaults, 'GRAPHQL_PARSE_FAILED']);
    expect(await ask('{ nothing }')).toEqual([statusOfFaults, 'GRAPHQL_VALIDATION_FAILED']);
    expect(await ask('query A { books { title } } query B { books { title } }')).toEqual([
      statusOfFaults,
      'OPERATION_RESOLUTION_FAILURE',
    ]);
    expect(await ask('query ($isbn: ID!) { book(isbn: $isbn) { title } }')).toEqual([statusOfFaults, 'BAD_USER_INPUT']);
    expect(await ask('')).toEqual([400, 'BAD_REQUEST']);
  });

  test('what cannot be answered in a form the client takes is not run', async () => {
    world.subgraphs.books.asked.length = 0;
    const answer = await gateway.post({ query: 'mutation { add(isbn: "8") { title } }' }, { accept: 'text/plain' });
    expect([answer.status, answer.json.errors?.[0]?.extensions['code']]).toEqual([406, 'BAD_REQUEST']);
    expect(world.subgraphs.books.asked).toEqual([]);
  });

  test('no name for an operation is no name', async () => {
    expect((await gateway.post({ query: '{ __typename }', operationName: '' })).json).toEqual({
      data: { __typename: 'Query' },
    });
  });

  test('names of JavaScript are plain keys in a body', async () => {
    const { json } = await gateway.post(
      '{"query":"query ($__proto__: ID!, $constructor: Int) { book(isbn: $__proto__) { title readers(first: $constructor) { id } } }","variables":{"__proto__":"1","constructor":1},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(json).toEqual({ data: { book: { title: 'One', readers: [{ id: 'bea' }, { id: 'ann' }] } } });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test.each([
    ['in UTF-16', { 'content-type': 'application/json; charset=utf-16' }, 415],
    ['that is compressed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 415],
    ['of no type', {}, 415],
    ['that begins with a byte order mark', { 'content-type': 'application/json' }, 200],
  ])('a body %s', async (_what, headers, status) => {
    const body = `\ufeff${JSON.stringify({ query: '{ __typename }' })}`;
    const answer = await rawRequest(url, { method: 'POST', headers: headers as Record<string, string>, body });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/json; charset=utf-8']);
  });

  test('a string that is no UTF-8 is refused', async () => {
    const body = Buffer.concat([Buffer.from('{"query":"{ __typename } #'), Buffer.from([0xff]), Buffer.from('"}')]);
    const answer = await rawRequest(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(answer.status).toBe(400);
  });

  test('a body that is too large is refused before it is there, and the connection closed', async () => {
    for (const length of ['content-length: 99999999', 'transfer-encoding: chunked']) {
      const { socket, said, closed } = open(url);
      socket.write(`POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${length}\r\n\r\n`);
      if (length.includes('chunked')) for (let i = 0; i < 20; i++) socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`);
      await until(() => said().includes('errors'), 'the refusal');
      expect(said()).toMatch(/^HTTP\/1.1 413 /);
      expect(said()).toMatch(/^connection: close/im);
      expect(JSON.parse(said().split('\r\n\r\n')[1]!).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
      await until(closed, 'the connection to be closed');
    }
  });

  test.each([
    ['no HTTP', 'nonsense\r\n\r\n', 400],
    ['too large headers', `GET /graphql HTTP/1.1\r\nhost: x\r\na: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['too long an address', `GET /graphql?query=${'x'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 414],
  ])('%s', async (_what, request, status) => {
    const { socket, said, closed } = open(url);
    socket.write(request);
    await until(closed, 'the connection to be closed');
    expect(said()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(said().split('\r\n\r\n')[1]!).errors[0].extensions).toEqual({ code: 'BAD_REQUEST' });
  });

  test('a long answer is compressed for who asks for it, a short one is not', async () => {
    const ask = (query: string, encoding?: string) =>
      rawRequest(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(encoding && { 'accept-encoding': encoding }) },
        body: JSON.stringify({ query }),
      });
    const long = '{ __schema { types { name fields { name } } } }';
    const plain = await ask(long);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const gzip = await ask(long, 'gzip, deflate');
    expect([gzip.headers['content-encoding'], gunzipSync(gzip.bytes).toString()]).toEqual(['gzip', plain.text]);
    const br = await ask(long, 'gzip, br');
    expect([br.headers['content-encoding'], brotliDecompressSync(br.bytes).toString()]).toEqual(['br', plain.text]);
    for (const { bytes, headers } of [gzip, br]) {
      expect(headers['content-length']).toBe(String(bytes.length));
      expect(bytes.length).toBeLessThan(plain.bytes.length / 2);
    }
    expect((await ask(long, 'gzip;q=0')).headers['content-encoding']).toBeUndefined();
    expect((await ask('{ __typename }', 'gzip')).headers['content-encoding']).toBeUndefined();
  });

  test('a trace goes on to services when it is one; nothing else of the headers does', async () => {
    const seen: Record<string, unknown>[] = [];
    world.subgraphs.books.misbehave = ({ headers }) => {
      seen.push(headers);
      return '{"data":{"books":[]}}';
    };
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const query = '{ books { title } }';
    const others = { 'x-own': '1', cookie: 'a=b', 'x-forwarded-for': '1.2.3.4', 'x-request-id': 'my-own-id' };
    const answer = await gateway.post({ query }, { traceparent, tracestate: 'a=1', ...others });
    expect(answer.headers.get('x-request-id')).toBe('my-own-id');
    await gateway.post({ query }, { traceparent: 'nonsense', tracestate: 'a=1', 'x-request-id': 'not one' });
    world.subgraphs.books.misbehave = null;
    expect(seen).toMatchObject([{ traceparent, tracestate: 'a=1', 'x-request-id': 'my-own-id' }, {}]);
    for (const name of ['x-own', 'cookie', 'x-forwarded-for']) expect(seen[0]).not.toHaveProperty(name);
    expect(seen[1]).not.toHaveProperty('traceparent');
    expect(seen[1]!['x-request-id']).toMatch(/^[\w-]{36}$/);
  });

  test('who stops answers what it has begun, and keeps no connection, not one on which nothing was said', async () => {
    const stopping = await startGateway(world, config);
    let service: Socket | undefined;
    world.subgraphs.books.misbehave = (_request, socket) => {
      service = socket;
      return null;
    };
    const { socket, said, closed } = open(`${stopping.url}/graphql`);
    const body = JSON.stringify({ query: '{ books { title } }' });
    socket.write(
      `POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
    const silent = open(`${stopping.url}/graphql`);
    await new Promise((resolve) => silent.socket.once('connect', resolve));
    await until(() => service !== undefined, 'the service to be asked');
    const closing = stopping.close();
    await until(silent.closed, 'the silent connection to be closed');
    service!.write(
      'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 21\r\n\r\n{"data":{"books":[]}}',
    );
    await until(closed, 'the connection to be closed');
    expect(said()).toMatch(/^HTTP\/1.1 200 OK[^]*connection: close[^]*{"data":{"books":\[\]}}$/i);
    await closing;
    world.subgraphs.books.misbehave = null;
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
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a client that goes away before it has said everything is nobody’s fault', async () => {
    const { socket, closed } = open(url);
    socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{');
    await rawRequest(`${url}?query={__typename}`, {}); // by now the other is there, too
    socket.destroy();
    await until(closed, 'the connection to be closed');
    await rawRequest(`${url}?query={__typename}`, {});
    expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('a browser gets an explorer that asks no other origin', async () => {
    const page = await fetch(url, { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
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
});
