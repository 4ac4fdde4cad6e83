/** GraphQL over HTTP, the explorer for browsers, health checks. Reads requests and writes answers; plans nothing. */
import { randomUUID } from 'node:crypto';
import { type ApolloServer, HeaderMap } from '@apollo/server';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { type Core, internalError } from '../core.js';
import type { Asker, Identity } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import { InvalidDocument } from '../plan/check.js';
import { type ApolloContext, current } from './apollo.js';
import type { Explorer } from './explorer.js';

export interface HttpOptions {
  apollo: ApolloServer<ApolloContext>;
  core: Core;
  identity: Identity;
  explorer: Explorer;
  limits: Limits;
  log: Log;
  /** The state of each service, for /readyz. */
  services: () => Promise<Record<string, boolean>>;
}

export const path = '/graphql';

/** An application that is not listening yet. */
export function httpApplication(options: HttpOptions): FastifyInstance {
  const { apollo, core, identity, explorer, limits, log, services } = options;
  const app = bareApplication(limits, log);
  app.get('/livez', () => ({ status: 'ok' }));
  // Ready means: can answer. A service that is down costs its own fields, so it is told but does not count.
  app.get('/readyz', async () => ({ status: 'ok', services: await services() }));

  const askers = new WeakMap<FastifyRequest, Asker>();
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
    async handler(request, reply) {
      const asker = askers.get(request);
      if (!asker) return explorer.page(reply);
      const { query, operationName } = asked(request);
      const operation = typeof query === 'string' && query !== '' ? await core.find({ query, operationName }) : null;
      const context = { asker, requestId: request.id, signal: goneSignal(reply) };
      const answer = () =>
        apollo.executeHTTPGraphQLRequest({
          httpGraphQLRequest: {
            method: request.method,
            headers: headersOf(request),
            search: request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '',
            body: request.body,
          },
          context: () => Promise.resolve(context),
        });
      const { status, headers, body } = await (operation
        ? current.run({ requestId: request.id, document: operation.document }, answer)
        : answer());
      for (const [name, value] of headers) reply.header(name, value);
      reply.code(status ?? 200);
      return reply.send(body.kind === 'complete' ? body.string : undefined);
    },
  });
  explorer.routes(app, `${path}/assets`);
  return app;
}

/** The text and name of the operation that is asked for, so far as the request has any. */
function asked({ body, query }: FastifyRequest): { query: unknown; operationName: string | undefined } {
  const given = (body ?? query) as Record<string, unknown> | null;
  const operationName = given?.['operationName'];
  return { query: given?.['query'], operationName: typeof operationName === 'string' ? operationName : undefined };
}

function headersOf({ headers }: FastifyRequest): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
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
      .send({ errors: shown.errors });
  };
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id));
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) =>
    refuse(Object.assign(new Error('There is nothing here.'), { statusCode: 404 }), request, reply),
  );
  return app;
}

const statusOfCode: Record<string, number> = { UNAUTHENTICATED: 401, SUBGRAPH_UNAVAILABLE: 503, RATE_LIMITED: 429 };

function refusal(error: unknown, requestId: string): { status: number; errors: readonly GraphQLFormattedError[] } {
  if (error instanceof InvalidDocument) return { status: 400, errors: error.errors };
  if (error instanceof HubError || error instanceof GraphQLError)
    return { status: statusOfCode[String(error.extensions['code'])] ?? 400, errors: [error.toJSON()] };
  const { statusCode: status = 500, message } = error as { statusCode?: number; message: string };
  if (status >= 500) return { status: 500, errors: [internalError(requestId)] };
  const code = status === 404 ? 'NOT_FOUND' : 'BAD_REQUEST';
  return { status, errors: [{ message, extensions: { code } }] };
}

/** Aborted when the client goes before it has its answer. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
