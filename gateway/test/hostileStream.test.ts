/** A subgraph whose stream is broken or means harm: its reader is told, and nobody else notices. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { createClient } from 'graphql-ws';
import { WebSocket, WebSocketServer } from 'ws';
import { type Result, type Subgraph, composed, startGateway, startSubgraph, until } from './world.js';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`;
const streams = `${link}
  type Query { unused: String }
  type Subscription { tick: Thing  any: Any  must: String! }
  scalar Any
  type Thing @key(fields: "id") { id: ID! own: String }
`;
const good = `${link}
  type Query { calm: String }
  type Thing @key(fields: "id") { id: ID! label: String }
`;

let server: Server;
let sockets: WebSocketServer;
let calm: Subgraph;
let gateway: Awaited<ReturnType<typeof startGateway>>;
/** What the service does with the operation that a reader has opened: sends frames, by its id. */
let stream: (socket: WebSocket, id: string) => void;
const stopped: string[] = [];

beforeAll(async () => {
  server = createServer((_request, response) => void response.writeHead(404).end());
  sockets = new WebSocketServer({ server, path: '/graphql', handleProtocols: () => 'graphql-transport-ws' });
  sockets.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const { type, id } = JSON.parse(String(data)) as { type: string; id: string };
      if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
      if (type === 'subscribe') stream(socket, id);
      if (type === 'complete') stopped.push(id);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  calm = await startSubgraph('calm', good, {
    Query: { calm: () => 'calm' },
    Thing: { label: ({ id }: { id: string }) => `Thing ${id}` },
  });
  gateway = await startGateway({ supergraph: composed([{ name: 'streams', url, typeDefs: parse(streams) }, calm]) });
});
afterEach(async () => {
  await until(() => sockets.clients.size === 0, 'the gateway to have left the service');
  expect(await gateway.ask('{ calm }')).toEqual({ data: { calm: 'calm' } });
  stopped.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await calm.stop();
  sockets.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Follows a subscription until it ends by itself, or so many results are there. */
async function follow(query: string, most: number): Promise<{ results: Result[]; errors: unknown[] }> {
  const client = createClient({ url: gateway.wsUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
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
    await until(() => ended || errors.length > 0 || results.length >= most, 'an end');
  } finally {
    stop();
    await client.dispose();
  }
  return { results, errors };
}

const next = (id: string, payload: string) => `{"id":"${id}","type":"next","payload":${payload}}`;
const well = '{"data":{"tick":{"__typename":"Thing","id":"1","own":"o"}}}';
const answered = { data: { tick: { id: '1', own: 'o', label: 'Thing 1' } } };
const query = 'subscription { tick { id own label } }';

test.each([
  '{}',
  '{"data":null}',
  '{"data":5}',
  '{"data":[]}',
  '{"data":"x"}',
  '{"data":{}}',
  '{"data":{"tick":5}}',
  '{"data":{"tick":[]}}',
  '{"data":{"tick":{"id":null}}}',
  '{"errors":5}',
  '{"errors":{}}',
  '{"errors":[]}',
  '{"errors":[null]}',
  '{"errors":["x"]}',
  '{"data":{"tick":null},"errors":[{"message":"m","path":["tick","x",-1]}]}',
  '{"data":{"tick":null},"errors":"x"}',
  '{"data":{"__proto__":{"tick":1}}}',
  `{"data":{"tick":${'['.repeat(500_000)}${']'.repeat(500_000)}}}`,
])('an event that is wrong is told as an error, and the next one is answered: %#', async (wrong) => {
  stream = (socket, id) => {
    socket.send(next(id, wrong));
    socket.send(next(id, well));
  };
  const { results, errors } = await follow(query, 2);
  expect(errors).toEqual([]);
  expect(results[0]!.errors!.length).toBeGreaterThan(0);
  expect(results[1]).toEqual(answered);
});

test.each([
  'x',
  '{}',
  '[]',
  'null',
  '{"type":"next"}',
  '{"type":"unknown"}',
  '{"id":"1","type":"next","payload":null}',
  '{"id":"1","type":"next","payload":5}',
  '{"id":"1","type":"error","payload":{}}',
  '{"id":"1","type":"error","payload":[null]}',
  '{"id":"1","type":"error","payload":[]}',
  '{"id":"1","type":"error","payload":["x"]}',
])('a frame that is wrong ends the stream with an error: %s', async (frame) => {
  stream = (socket, id) => socket.send(frame.replace('"id":"1"', `"id":"${id}"`));
  const { errors } = await follow(query, 1);
  expect(errors.length).toBe(1);
  expect(JSON.stringify(errors)).not.toMatch(/127\.0\.0\.1|RangeError|TypeError/);
});

test('frames for operations that nobody has are left aside', async () => {
  stream = (socket, id) => {
    for (const other of ['0', '999', '__proto__', 'toString']) {
      socket.send(next(other, well));
      socket.send(`{"id":"${other}","type":"complete"}`);
    }
    socket.send(next(id, well));
  };
  expect((await follow(query, 1)).results).toEqual([answered]);
});

test('deep events that wait for a reader who is behind do not end the process', async () => {
  const deep = `{"data":{"tick":null,"any":${'['.repeat(500_000)}${']'.repeat(500_000)}}}`;
  stream = (socket, id) => {
    socket.send(next(id, well));
    for (let i = 0; i < 3; i++) socket.send(next(id, deep));
    socket.send(next(id, well));
  };
  const { results, errors } = await follow(query, 5);
  expect(results[0]).toEqual(answered);
  expect(results.length === 5 || errors.length === 1).toBe(true); // each answered, or the stream given up, and told
});

test('a frame of a hundred megabytes ends the stream, not the process', async () => {
  stream = (socket, id) => socket.send(next(id, `{"data":{"tick":null},"more":"${'x'.repeat(100 * 1024 * 1024)}"}`));
  const { errors } = await follow(query, 1);
  expect(errors).toMatchObject([[{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]]);
});

test('when the stream is given up because of what came, the service is told', async () => {
  stream = (socket, id) => socket.send(next(id, '{"errors":[null]}'));
  await follow(query, 1);
  await until(() => sockets.clients.size === 0, 'the gateway to have left the service');
});
