/** GraphQL over HTTP, the explorer for browsers, health checks. Reads requests and writes answers; plans nothing. */
import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { internalError } from '../core.js';
import type { Asker, Identity } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import { refuseDeepDocument } from '../limits/nesting.js';
import { type ApolloContext, requestIds } from './apollo.js';
import type { Explorer } from './explorer.js';

export interface HttpOptions {
  apollo: ApolloServer<ApolloContext>;
  identity: Identity;
  explorer: Explorer;
  limits: Limits;
  log: Log;
  /** The state of each service, for /readyz. */
  services: () => Promise<Record<string, boolean>>;
}

export const path = '/graphql';

/** An application that is not listening yet. */
export function httpApplication({ apollo, identity, explorer, limits, log, services }: HttpOptions): FastifyInstance {
  const app = bareApplication(limits, log);
  app.get('/livez', () => ({ status: 'ok' }));
  // Ready means: can answer. A service that is down costs its own fields, so it is told but does not count.
  app.get('/readyz', async () => ({ status: 'ok', services: await services() }));

  const askers = new WeakMap<FastifyRequest, Asker>();
  const handle = fastifyApolloHandler(apollo, {
    context: (request: FastifyRequest, reply: FastifyReply) =>
      Promise.resolve({ asker: askers.get(request)!, requestId: request.id, signal: goneSignal(reply) }),
  });
  app.route({
    method: ['GET', 'POST'],
    url: path,
    onRequest: async (request) => {
      if (!explorer.wanted(request.method, request.headers.accept))
        askers.set(
          request,
          await identity.ask({
            authorization: request.headers.authorization,
            acceptLanguage: request.headers['accept-language'],
          }),
        );
    },
    preHandler: async (request) => {
      const query = ((request.body ?? request.query) as { query?: unknown } | null)?.query;
      if (typeof query === 'string') refuseDeepDocument(query, limits.nesting);
    },
    handler(request, reply) {
      if (!askers.has(request)) return explorer.page(reply);
      return requestIds.run(request.id, () => handle.call(app, request, reply));
    },
  });
  explorer.routes(app, `${path}/assets`);
  return app;
}

/** What every listener of ours shares: request ids, limits, and errors in GraphQL's form. */
export function bareApplication(limits: Limits, log: Log): FastifyInstance {
  const app = fastify({
    bodyLimit: limits.bodyBytes,
    keepAliveTimeout: 75_000, // longer than the 60 s of common load balancers
    requestTimeout: 30_000,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
    },
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply as FastifyReply),
  });
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const shown = refusal(error, request.id);
    if (shown.status === 500) log.error('a request failed', { requestId: request.id, error });
    if (shown.status === 503) log.error('a request could not be answered', { requestId: request.id, error });
    if (shown.status === 401) void reply.header('www-authenticate', 'Bearer');
    if (shown.status === 413) void reply.header('connection', 'close');
    return reply
      .header('x-request-id', request.id)
      .code(shown.status)
      .type('application/json; charset=utf-8')
      .send({ errors: [shown.error] });
  };
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) =>
    refuse(Object.assign(new Error('There is nothing here.'), { statusCode: 404 }), request, reply),
  );
  return app;
}

const statusOfCode: Record<string, number> = { UNAUTHENTICATED: 401, SUBGRAPH_UNAVAILABLE: 503, BAD_REQUEST: 400 };

function refusal(error: unknown, requestId: string) {
  if (error instanceof HubError || error instanceof GraphQLError)
    return { status: statusOfCode[String(error.extensions['code'])] ?? 400, error: error.toJSON() };
  const { statusCode: status = 500, message } = error as { statusCode?: number; message: string };
  if (status >= 500) return { status: 500, error: internalError(requestId).toJSON() };
  const code = status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST';
  return { status, error: new GraphQLError(message, { extensions: { code } }).toJSON() };
}

/** Aborted when the client goes before it has its answer. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
