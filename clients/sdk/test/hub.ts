/** A small real hub for the subscriber: a graphql-ws server over a log of numbered events, which can be made to fail. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { GraphQLError, buildSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';

const schema = buildSchema(`
  scalar Cursor
  type Query { nothing: Boolean }
  type Subscription { practiceEvents(after: Cursor): PracticeEvent! }
  type PracticeEvent { cursor: Cursor! type: String! n: Int title: String }
`);

export interface Hub {
  url: string;
  /** Puts so many events into the log: their numbers go on from the last. */
  append(count?: number): void;
  /** Puts one there that no reader may see. */
  skip(): void;
  /** Tells every reader that nothing happened. */
  heartbeat(): void;
  /** What each subscription was asked to go on from, and by whom. */
  asked: { after: string | null; authorization: unknown }[];
  /** Connections made so far. */
  connections: number;
  /** Events sent so far, notices too. */
  sent: number;
  /** Pings that came, as messages of the protocol. */
  pings: number;
  sockets(): WebSocket[];
  /** Tokens that are not taken. */
  refused: Set<unknown>;
  /** Errors instead of a stream, of the next subscriptions, by code. */
  errors: string[];
  /** Errors of a field of an event, the next times it is sent, by its number. */
  fieldErrors: Map<number, string[]>;
  /** Ends every stream: normally, or with an error of this code. */
  endStreams(code?: string): void;
  /** How many events before the asked one a resumption begins. */
  repeats: number;
  /** Nothing of what clients send reaches it any more, and it sends nothing; new connections are answered. */
  freeze(): void;
  stop(): Promise<void>;
  /** At its old address. */
  start(): Promise<void>;
}

export const cursorOf = (n: number): string => `c${n}`;

export async function startHub(): Promise<Hub> {
  let server: Server;
  let webSockets: WebSocketServer;
  let port = 0;
  let last = 0;
  const hidden = new Set<number>();
  const streams = new Set<{ wake: () => void; ended: string | true | null; heartbeats: number[] }>();
  const wake = () => streams.forEach((stream) => stream.wake());

  async function* events(after: string | null | undefined) {
    const stream = { wake: () => {}, ended: null as string | true | null, heartbeats: [] as number[] };
    streams.add(stream);
    try {
      let at = after ? Math.max(0, Number(after.slice(1)) - hub.repeats) : last;
      let isCaughtUp = false;
      for (;;) {
        if (stream.ended === true) return;
        if (stream.ended) throw failure(stream.ended);
        const notice = (type: string) => ({ practiceEvents: { cursor: cursorOf(at), type, n: null, title: null } });
        if (stream.heartbeats[0]! <= at) {
          stream.heartbeats.shift();
          yield notice('HEARTBEAT');
        } else if (at < last) {
          const n = ++at;
          if (hidden.has(n)) continue;
          yield { practiceEvents: { cursor: cursorOf(n), type: 'SUBMITTED', n, title: titleOf(n) } };
        } else if (!isCaughtUp) {
          isCaughtUp = true;
          yield notice('CAUGHT_UP');
        } else await new Promise<void>((resolve) => (stream.wake = resolve));
      }
    } finally {
      streams.delete(stream);
    }
  }
  const titleOf = (n: number) => () => {
    const code = hub.fieldErrors.get(n)?.shift();
    if (code) throw failure(code);
    return `Practice ${n}`;
  };

  const hub: Hub = {
    url: '',
    asked: [],
    connections: 0,
    sent: 0,
    pings: 0,
    refused: new Set(),
    errors: [],
    fieldErrors: new Map(),
    repeats: 0,
    append(count = 1) {
      last += count;
      wake();
    },
    skip() {
      hidden.add(++last);
      wake();
    },
    heartbeat() {
      for (const stream of streams) stream.heartbeats.push(last);
      wake();
    },
    endStreams(code) {
      for (const stream of streams) stream.ended = code ?? true;
      wake();
    },
    sockets: () => [...webSockets.clients],
    freeze() {
      for (const socket of webSockets.clients) (socket as unknown as { _socket: Socket })._socket.pause();
    },
    async start() {
      server = createServer();
      webSockets = new WebSocketServer({ server, path: '/graphql' });
      webSockets.on('connection', () => hub.connections++);
      useServer(
        {
          schema,
          roots: { subscription: { practiceEvents: ({ after }: { after?: string }) => events(after) } },
          onConnect: ({ connectionParams }) => !hub.refused.has(connectionParams?.['authorization']),
          onNext: () => void hub.sent++,
          onPing: () => void hub.pings++,
          onSubscribe({ connectionParams }, _id, { variables }) {
            const authorization = connectionParams?.['authorization'];
            hub.asked.push({ after: (variables?.['after'] as string | null) ?? null, authorization });
            const code = hub.errors.shift();
            if (code) return [failure(code)];
          },
        },
        webSockets,
      );
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      ({ port } = server.address() as AddressInfo);
      hub.url = `ws://127.0.0.1:${port}/graphql`;
    },
    async stop() {
      for (const socket of webSockets.clients) socket.terminate();
      webSockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await hub.start();
  return hub;
}

const failure = (code: string) => new GraphQLError(`It is ${code}.`, { extensions: { code } });
