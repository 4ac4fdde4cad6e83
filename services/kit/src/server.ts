/**
 * One subgraph on the network: GraphQL over HTTP and graphql-transport-ws on /graphql, health checks, and nothing
 * else without a passport.
 *
 * On a WebSocket the gateway shows a service passport once per connection and a viewer's passport with each
 * operation, and renews those inside the protocol: a ping whose payload is `{passports: {<operation id>: <jwt>}}`.
 * The pong to it says that they were taken on: no result that was decided by the older ones follows it. An operation
 * whose passport runs out ends, by a timer too, since an idle stream has no events.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate as settled } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import type { OperationContext } from 'graphql-http';
import { createHandler } from 'graphql-http/lib/use/fastify';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { isConnectionLost } from './database.js';
import { type ErrorCode, HubError } from './errors.js';
import { type Asker, type Executor, type Operation, type Prepared, isPrepared } from './execution.js';
import type { Log } from './log.js';
import { type PassportVerifier, type ViewerPassport, passportHeader } from './passport.js';
import type { Running } from './process.js';
import type { Viewer } from './viewer.js';

export interface ServerOptions {
  host: string;
  port: number;
  executor: Executor;
  verify: PassportVerifier;
  log: Log;
  /** Whether the service can answer, for /readyz. */
  ready: () => Promise<boolean>;
  /** Internal endpoints of this service; each checks its own passport. */
  routes?: (app: FastifyInstance) => void;
  /** Offers subscriptions. */
  subscriptions?: boolean;
}

const bodyLimit = 4 * 1024 * 1024; // the gateway takes 1 MiB from a client; entity representations may be more
const maxPayload = 4 * 1024 * 1024;

export async function serve(options: ServerOptions): Promise<Running> {
  const { host, port, executor, verify, log, ready } = options;
  const app = fastify({ bodyLimit, forceCloseConnections: true, keepAliveTimeout: 75_000 });
  app.get('/livez', () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const ok = await ready();
    return reply.code(ok ? 200 : 503).send({ status: ok ? 'ok' : 'unavailable' });
  });
  // What is not there looks like what is closed, to whoever has no passport.
  app.setNotFoundHandler(async (request, reply) => {
    await verify(passportIn(request.headers));
    return reply.code(404).send(refusal(new HubError('NOT_FOUND', 'There is nothing here.')));
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    const told = asHubError(error);
    if (!(error instanceof HubError) && told.code === 'SUBGRAPH_UNAVAILABLE')
      log.error('the database is out of reach', { error });
    else if (told.code === 'INTERNAL_SERVER_ERROR') log.error('a request failed', { error });
    return reply.code(error.statusCode ?? statusOf[told.code] ?? 500).send(refusal(told));
  });
  options.routes?.(app);

  const askers = new WeakMap<FastifyRequest, Asker>();
  app.all(
    '/graphql',
    { onRequest: async (request) => void askers.set(request, await viewerOf(verify, passportIn(request.headers))) },
    createHandler<OperationContext>({
      schema: undefined as never, // the executor has it
      onSubscribe: (request, params) => {
        const prepared = executor.prepare(params as Operation);
        if (!isPrepared(prepared)) return prepared;
        if (request.method === 'GET' && prepared.operation.operation !== 'query')
          return [null, { status: 405, statusText: 'Method Not Allowed', headers: { allow: 'POST' } }];
        return executor.run(prepared, askers.get(request.raw)!);
      },
      formatError: (error) => error as GraphQLError,
    }),
  );
  await app.listen({ host, port });
  const sockets = options.subscriptions ? listenForSubscriptions(app, options) : null;
  const address = app.server.address() as { port: number };
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    async close() {
      await sockets?.close();
      await app.close();
    },
  };
}

/** How an internal endpoint's refusal is told in HTTP. */
const statusOf: Partial<Record<ErrorCode, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  SUBGRAPH_UNAVAILABLE: 503,
};

function asHubError(error: Error & { statusCode?: number }): HubError {
  if (error instanceof HubError) return error;
  if (isConnectionLost(error)) return new HubError('SUBGRAPH_UNAVAILABLE', 'The service cannot reach its database.');
  const ofTheRequest = error.statusCode !== undefined && error.statusCode < 500; // Fastify's own: too large, not JSON
  return ofTheRequest
    ? new HubError('BAD_USER_INPUT', error.message)
    : new HubError('INTERNAL_SERVER_ERROR', 'Something went wrong in the service.');
}

const refusal = (error: HubError) => ({ errors: [{ message: error.message, extensions: error.extensions }] });

const passportIn = (headers: FastifyRequest['headers']): string | undefined => {
  const passport = headers[passportHeader];
  return typeof passport === 'string' ? passport : undefined;
};

/** The viewer in a passport; a service's passport opens no GraphQL. */
async function viewerOf(verify: PassportVerifier, passport: unknown): Promise<ViewerPassport> {
  const verified = await verify(typeof passport === 'string' ? passport : undefined);
  if (verified.kind !== 'viewer') throw new HubError('UNAUTHENTICATED', 'A viewer’s passport is needed here.');
  return verified;
}

function listenForSubscriptions(app: FastifyInstance, { executor, verify, log }: ServerOptions) {
  const server = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  app.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.split('?')[0] === '/graphql')
      return server.handleUpgrade(request, socket, head, (opened) => server.emit('connection', opened, request));
    // As any other request to where there is nothing, without a passport.
    socket.on('error', () => socket.destroy());
    socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  const askers = new WeakMap<object, Map<string, Promise<ExpiringAsker>>>(); // per connection, by operation id
  const disposable = useServer<Record<string, unknown>>(
    {
      async onConnect(socket) {
        try {
          const passport = await verify(socket.connectionParams?.['passport'] as string | undefined);
          askers.set(socket, new Map());
          return passport.kind === 'service';
        } catch (error) {
          if (error instanceof HubError) return false; // closes 4403
          throw error;
        }
      },
      async onSubscribe(socket, id, payload) {
        const prepared = executor.prepare(payload);
        if (!isPrepared(prepared)) return prepared;
        const asker = viewerOf(verify, payload.extensions?.['passport']).then(
          (passport) => new ExpiringAsker(passport),
        );
        askers.get(socket)!.set(id, asker); // at once: a renewal may follow on its heels
        try {
          return {
            schema: undefined as never,
            document: prepared.document,
            operationName: payload.operationName,
            contextValue: { prepared, asker: await asker },
          };
        } catch (error) {
          askers.get(socket)!.delete(id);
          if (error instanceof HubError) return [error];
          throw error;
        }
      },
      execute: ({ contextValue }) => run(contextValue as Call),
      subscribe: ({ contextValue }) => stream(contextValue as Call),
      onComplete: (socket, id) => {
        askers
          .get(socket)
          ?.get(id)
          ?.then(end, () => undefined);
        askers.get(socket)?.delete(id);
      },
      onClose: (socket) => {
        for (const asker of askers.get(socket)?.values() ?? []) asker.then(end, () => undefined);
      },
      async onPing(socket, payload) {
        for (const [id, passport] of Object.entries((payload?.['passports'] ?? {}) as Record<string, unknown>)) {
          const asker = await askers
            .get(socket)
            ?.get(id)
            ?.catch(() => undefined);
          try {
            asker?.renew(await viewerOf(verify, passport));
          } catch (error) {
            if (!(error instanceof HubError)) throw error;
            log.error('a passport offered for renewal was refused', { error, operation: id });
            asker?.fail(error); // whoever renews has a reason: nothing more goes out on the older one
          }
        }
        await settled(); // what was ready to be sent is sent before the pong
      },
    },
    server,
    12_000,
  );
  const end = (asker: ExpiringAsker) => asker.end();
  type Call = { prepared: Prepared; asker: ExpiringAsker };
  const run = ({ prepared, asker }: Call) => executor.run(prepared, asker);
  const stream = async ({ prepared, asker }: Call) => {
    const results = await executor.subscribe(prepared, asker);
    return Symbol.asyncIterator in results ? asker.guard(results) : results;
  };
  return {
    async close() {
      await disposable.dispose();
    },
  };
}

/** The asker of a long-lived operation, as long as their passport is renewed. */
class ExpiringAsker implements Asker {
  viewer: Viewer;
  locales: readonly string[];
  #timer: NodeJS.Timeout | undefined;
  #expired: HubError | null = null;
  /** Who waits for the next result, while somebody does. */
  #fail: ((error: HubError) => void) | null = null;

  constructor(passport: ViewerPassport) {
    this.viewer = passport.viewer;
    this.locales = passport.locales;
    this.#arm(passport.expiresAt);
  }

  /** Takes over a newer passport of the same person or client: roles and bodies may have changed, who it is may not. */
  renew({ viewer, locales, expiresAt }: ViewerPassport): void {
    if (viewer.kind !== this.viewer.kind || viewer.key !== this.viewer.key)
      throw new HubError('UNAUTHENTICATED', 'A passport is renewed by one of the same viewer.');
    // The same object as long as nothing changed: it tells what was decided by these rights (execution.ts).
    if (!isDeepStrictEqual(viewer, this.viewer)) this.viewer = viewer;
    this.locales = locales;
    this.#arm(expiresAt);
  }

  /** Ends the operation with this. */
  fail(error: HubError): void {
    this.end();
    this.#expired = error;
    this.#fail?.(error);
  }

  end(): void {
    clearTimeout(this.#timer);
  }

  /** The same results, ended by UNAUTHENTICATED once the passport has run out. */
  guard<T>(results: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
    const guarded: AsyncIterableIterator<T> = {
      // One listener at a time: a race against one long-lived promise would keep every result until the stream ends.
      next: () =>
        new Promise((resolve, reject) => {
          const fail = (error: HubError) => {
            reject(error); // first: closing lets a waiting `next` end quietly, and the client would not learn why
            void results.return?.();
          };
          if (this.#expired) return fail(this.#expired);
          this.#fail = fail;
          results
            .next()
            .then(resolve, reject)
            .finally(() => (this.#fail = null));
        }),
      return: async () => {
        this.end();
        await results.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => guarded,
    };
    return guarded;
  }

  #arm(expiresAt: Date): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => this.fail(new HubError('UNAUTHENTICATED', 'The passport of this operation has run out.')),
      Math.max(0, expiresAt.getTime() - Date.now()),
    );
  }
}
