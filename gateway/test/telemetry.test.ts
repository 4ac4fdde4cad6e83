/** What those who run it see of the gateway: spans at a collector, metrics at its inner listener, trace headers at services. */
import { type IncomingHttpHeaders, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type World, composed, startGateway, startWorld, until } from './world.js';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  status?: { code: number; message?: string };
  attributes: { key: string; value: { stringValue?: string; intValue?: string } }[];
}

interface Batch {
  resourceSpans: { resource: Pick<Span, 'attributes'>; scopeSpans: { spans: Span[] }[] }[];
}

/** A collector as OTLP over HTTP has it, and what it took. */
async function startCollector() {
  const collector = {
    url: '',
    spans: [] as Span[],
    services: new Set<unknown>(),
    asked: [] as IncomingHttpHeaders[],
    answers: [] as number[],
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      collector.asked.push(request.headers);
      const status = request.url === '/v1/traces' ? (collector.answers.shift() ?? 200) : 404;
      if (status === 200)
        for (const { resource, scopeSpans } of (JSON.parse(text) as Batch).resourceSpans) {
          collector.services.add(resource.attributes[0]!.value.stringValue);
          for (const { spans } of scopeSpans) collector.spans.push(...spans);
        }
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(collector, { stop });
}

let world: World;
let collector: Awaited<ReturnType<typeof startCollector>>;
beforeAll(async () => {
  world = await startWorld();
  collector = await startCollector();
});
afterEach(() => {
  world.subgraphs.books.misbehave = null;
  collector.spans.length = collector.asked.length = 0;
});
afterAll(async () => {
  await collector.stop();
  await world.stop();
});

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = `00-${traceId}-00f067aa0ba902b7-01`;

/** What a gateway sent a collector while `use` used it. */
async function traced(
  use: (gateway: Awaited<ReturnType<typeof startGateway>>) => Promise<unknown>,
  sampler: 'always_on' | 'parentbased_always_off' = 'always_on',
) {
  const gateway = await startGateway(world, {
    traces: {
      endpoint: `${collector.url}/`,
      serviceName: 'gate',
      headers: { 'x-key': 'k' },
      sampler: { name: sampler, ratio: 1 },
    },
  });
  try {
    await use(gateway);
  } finally {
    await gateway.close(); // brings what is left
  }
  return { spans: collector.spans.map((span) => ({ ...span, told: toldBy(span) })), logged: gateway.logged };
}
const toldBy = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]));

/** What the next requests to books carry. */
function headersAtBooks(): IncomingHttpHeaders[] {
  const seen: IncomingHttpHeaders[] = [];
  world.subgraphs.books.misbehave = ({ headers }) => {
    seen.push(headers);
    return '{"data":{"books":[{"title":"T"}]}}';
  };
  return seen;
}

test('a request is a span, so are its plan and its fetches, all in the client’s trace; nothing of what was asked is in them', async () => {
  const secret = 'sesame';
  const { spans } = await traced((gateway) =>
    gateway.post(
      {
        query: `query Tour($i: ID!) { book(isbn: $i) { title author { name } } author(id: "${secret}") { name } }`,
        variables: { i: '1' },
      },
      { traceparent: parent },
    ),
  );
  const request = spans.find(({ name }) => name === 'POST /graphql')!;
  expect(request).toMatchObject({ traceId, parentSpanId: '00f067aa0ba902b7', kind: 2 });
  expect(request.told).toEqual({
    'http.request.method': 'POST',
    'http.route': '/graphql',
    'url.path': '/graphql',
    'url.scheme': 'http',
    'http.response.status_code': 200,
    'graphql.operation.type': 'query',
    'graphql.operation.name': 'Tour',
  });
  const fetches = spans.filter(({ kind }) => kind === 3);
  expect(fetches.map(({ told }) => told['subgraph.name']).sort()).toEqual(['books', 'people', 'people']);
  for (const { told, name } of fetches) {
    expect(name).toBe('POST');
    expect(told).toMatchObject({ 'server.address': '127.0.0.1', 'http.response.status_code': 200 });
    expect(told['server.port']).toBe(Number(new URL(world.subgraphs[told['subgraph.name'] as 'books'].url).port));
  }
  for (const name of ['graphql.check', 'graphql.plan'])
    expect(spans.filter((span) => span.name === name)).toHaveLength(1);
  for (const span of spans)
    expect([span.traceId, span === request || span.parentSpanId === request.spanId]).toEqual([traceId, true]);
  expect(JSON.stringify(spans)).not.toMatch(new RegExp(`${secret}|isbn|author\\(`));
  expect([...collector.services]).toEqual(['gate']);
  expect(collector.asked[0]).toMatchObject({ 'x-key': 'k', 'content-type': 'application/json' });
});

test('what is planned already is not planned again', async () => {
  const { spans } = await traced(async (gateway) => {
    await gateway.ask('{ books { title } }');
    await gateway.ask('{ books { title } }');
  });
  expect(spans.map(({ name }) => name).sort()).toEqual([
    'POST',
    'POST',
    'POST /graphql',
    'POST /graphql',
    'graphql.check',
    'graphql.plan',
  ]);
});

test('the check of an operation that comes as an address is a span, too', async () => {
  const { spans } = await traced((gateway) =>
    fetch(`${gateway.url}/graphql?query=${encodeURIComponent('{ books { isbn } }')}`, {
      headers: { accept: 'application/json', 'content-type': 'application/json' },
    }),
  );
  expect(spans.map(({ name }) => name).sort()).toEqual(['GET /graphql', 'POST', 'graphql.check', 'graphql.plan']);
});

test('services get the id of the fetch that asks them', async () => {
  const seen = headersAtBooks();
  const { spans } = await traced((gateway) =>
    gateway.post({ query: '{ books { title } }' }, { traceparent: parent, tracestate: 'a=1' }),
  );
  expect(seen[0]).toMatchObject({
    traceparent: `00-${traceId}-${spans.find(({ kind }) => kind === 3)!.spanId}-01`,
    tracestate: 'a=1',
  });
});

test.each([
  ['malformed', { traceparent: '00-zz-00-01' }],
  ['none', {}],
])('a trace context that is %s begins a new trace', async (_what, headers) => {
  const { spans } = await traced((gateway) =>
    gateway.post({ query: '{ books { title } }' }, headers as Record<string, string>),
  );
  const request = spans.find(({ kind }) => kind === 2)!;
  expect(request.parentSpanId).toBeUndefined();
  expect(request.traceId).toMatch(/^(?!0{32})[\da-f]{32}$/);
});

test('what is not sampled is handed on as that', async () => {
  const seen = headersAtBooks();
  const { spans } = await traced((gateway) => gateway.ask('{ books { title } }'), 'parentbased_always_off');
  expect(spans).toEqual([]);
  expect(seen[0]!['traceparent']).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
});

test('without telemetry a client’s context goes on as it came', async () => {
  const seen = headersAtBooks();
  const gateway = await startGateway(world);
  await gateway.post({ query: '{ books { title } }' }, { traceparent: parent });
  await gateway.close();
  expect(seen[0]!['traceparent']).toBe(parent);
});

test('a service that fails is an error of its fetch; what services say stays out', async () => {
  world.subgraphs.books.misbehave = () => 'not a GraphQL answer';
  const { spans } = await traced(async (gateway) => {
    await gateway.ask('{ books { title } }');
    world.subgraphs.books.misbehave = null;
    await gateway.ask('{ crash }');
  });
  const fetches = spans.filter(({ kind }) => kind === 3);
  expect(fetches.find(({ status }) => status)).toMatchObject({
    status: { code: 2 },
    told: { 'error.type': 'unavailable' },
  });
  const requests = spans.filter(({ kind }) => kind === 2);
  expect(requests.map(({ told }) => told['gateway.answer.error_code']).sort()).toEqual([
    'CONFLICT',
    'SUBGRAPH_UNAVAILABLE',
  ]);
  expect(JSON.stringify(spans)).not.toMatch(/Out of paper|not a GraphQL/);
});

test('an operation on a socket is a span, and each event of a stream', async () => {
  const { spans } = await traced(async ({ wsUrl }) => {
    const client = createClient({ url: wsUrl, webSocketImpl: WebSocket });
    for await (const _ of client.iterate({ query: '{ books { title } }' }));
    const stream = client.iterate({ query: 'subscription { added { title author { name } } }' });
    const first = stream.next();
    await until(() => world.stream.readers() === 1, 'the reader');
    world.stream.push({ isbn: '1', title: 'One', author: { id: 'ann' } });
    await first;
    await stream.return?.();
    await client.dispose();
  });
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  expect(roots.map(({ name, kind }) => [name, kind]).sort()).toEqual([
    ['query', 2],
    ['subscription', 5],
  ]);
  const event = roots.find(({ kind }) => kind === 5)!;
  expect(
    spans.filter(({ parentSpanId }) => parentSpanId === event.spanId).map(({ told }) => told['subgraph.name']),
  ).toEqual(['people']);
});

test('a collector that is away costs no request anything, is told of once, and gets what comes later', async () => {
  collector.answers.push(400, 200);
  const { logged } = await traced(async (gateway) => {
    for (let i = 0; i < 800; i++) await gateway.ask('{ __typename }');
    await until(() => collector.asked.length >= 1, 'a batch');
  });
  expect(logged.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'traces cannot be delivered',
  ]);
  expect(logged.find(({ message }) => message === 'traces are delivered again')?.['dropped']).toBeGreaterThan(300);
  expect(collector.spans.length).toBeGreaterThan(0);
});

test('metrics are at the inner listener, and not where clients are', async () => {
  const gateway = await startGateway(world, { metrics: { host: '127.0.0.1', port: 0 } });
  try {
    const read = async () => {
      const response = await fetch(`${gateway.internalUrl}/metrics`);
      expect(response.headers.get('content-type')).toMatch(/^text\/plain; ?version=0\.0\.4/);
      const samples = (await response.text()).split('\n').filter((line) => line && !line.startsWith('#'));
      return Object.fromEntries(
        samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
      );
    };
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
    await gateway.ask('query A { books { title } }');
    await gateway.ask('query A { books { title } }');
    await gateway.ask('{ crash }');
    await gateway.ask('{ nothing }');
    world.subgraphs.books.misbehave = () => 'no';
    for (let i = 0; i < 25; i++) await gateway.ask('mutation { fail }');
    await expect(gateway.reload('type Query { a: Int }')).rejects.toThrow();
    const { books, people } = world.subgraphs;
    await gateway.reload(composed([books, people]));
    const client = createClient({ url: gateway.wsUrl, webSocketImpl: WebSocket });
    const stream = client.iterate({ query: 'subscription { added { title } }' });
    const ended = stream.next();
    await until(() => world.stream.readers() === 1, 'the reader');
    const seen = await read();
    world.stream.end();
    await ended;
    await client.dispose();
    expect(seen).toMatchObject({
      'gateway_request_duration_seconds_count{occasion="http",operation_type="query",status="2xx",outcome="data"}': 2,
      'gateway_request_duration_seconds_count{occasion="http",operation_type="query",status="2xx",outcome="errors"}': 1,
      'gateway_request_duration_seconds_count{occasion="http",operation_type="mutation",status="2xx",outcome="errors"}': 25,
      'gateway_fetch_duration_seconds_count{service="books",outcome="data"}': 2,
      'gateway_fetch_duration_seconds_count{service="books",outcome="unavailable"}': 25,
      'gateway_planning_duration_seconds_count{job="check",outcome="invalid"}': 1,
      'gateway_plan_lookups_total{result="hit"}': 25,
      gateway_planning_jobs: 0,
      gateway_open_sockets: 1,
      gateway_open_streams: 1,
      'gateway_service_spared{service="people"}': 0,
      'gateway_supergraph_reloads_total{outcome="served"}': 1,
      'gateway_supergraph_reloads_total{outcome="refused"}': 1,
    });
    const now = Date.now() / 1_000;
    expect(Math.abs(seen['gateway_supergraph_last_reload_timestamp_seconds{outcome="refused"}']! - now)).toBeLessThan(
      30,
    );
    expect(seen['process_resident_memory_bytes']).toBeGreaterThan(1e6);
    expect(seen['nodejs_eventloop_lag_p99_seconds']).toBeGreaterThanOrEqual(0);
    expect(Object.keys(seen).join('\n')).not.toMatch(/nothing|"A"|books \{/);
  } finally {
    await gateway.close();
  }
});

test('a service that is spared is told as that', async () => {
  const gateway = await startGateway(world, { metrics: { host: '127.0.0.1', port: 0 } });
  const read = async () => (await fetch(`${gateway.internalUrl}/metrics`)).text();
  try {
    world.subgraphs.books.misbehave = () => 'no';
    for (let i = 0; i < 25; i++) await gateway.ask('mutation { fail }');
    expect(await read()).toContain('gateway_service_spared{service="books"} 1');
    expect(await read()).toContain('gateway_service_spared{service="places"} 0');
  } finally {
    await gateway.close();
  }
});
