/** The listener for HTTP: GraphQL (door.ts) on Node's own interface; the explorer for browsers and health checks on Fastify. */
import { type RequestListener, type Server, createServer } from 'node:http';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Log } from '@hub/kit/log';
import type { Identity } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { Answering } from './answering.js';
import { backChannelLogout } from './backChannelLogout.js';
import { refuseBroken } from './brokenRequests.js';
import { graphqlDoor, requestIdIn } from './door.js';
import type { Explorer } from './explorer.js';
import { defaultForm } from './negotiate.js';
import { BadRequest, refusal } from './refusals.js';
import type { StreamDoor } from './sse.js';

export interface HttpOptions {
  answering: Answering;
  streams: StreamDoor;
  identity: Identity;
  explorer: Explorer;
  limits: Limits;
  log: Log;
  telemetry?: Telemetry | undefined;
  /** The state of each service, for /readyz. */
  services: () => Promise<Record<string, boolean>>;
}

export const path = '/graphql';
const streamPath = `${path}/stream`;

/** An application that is not listening yet. */
export function httpApplication(options: HttpOptions): FastifyInstance {
  const { explorer, limits, log, services, streams } = options;
  let stops = false;
  const door = graphqlDoor({ ...options, route: path, stopping: () => stops });
  const app = bareApplication(limits, log, (others) => (request, response) => {
    const { url = '', method = '', headers } = request;
    const isAt = (route: string) => url.startsWith(route) && (url.length === route.length || url[route.length] === '?');
    if (isAt(streamPath)) streams.answer(request, response);
    else if (isAt(path) && !explorer.wanted(method, headers.accept)) door(request, response);
    else others(request, response);
  });
  app.addHook('preClose', async () => void (stops = true));
  app.get('/livez', () => ({ status: 'ok' }));
  // Ready means: can answer. A service that is down costs its own fields, so it is told but does not count.
  app.get('/readyz', async () => ({ status: 'ok', services: await services() }));
  app.get(path, (_request, reply) => explorer.page(reply.header('vary', 'Accept')));
  explorer.routes(app, `${path}/assets`);
  if (options.identity.signOuts) backChannelLogout(app, options.identity.signOuts, log);
  return app;
}

/** What every listener of ours shares: request ids, limits, and errors in GraphQL's form. `inFront` may answer for it. */
export function bareApplication(
  limits: Limits,
  log: Log,
  inFront: (others: RequestListener) => RequestListener = (others) => others,
): FastifyInstance {
  const app = fastify<Server>({
    bodyLimit: limits.bodyBytes,
    genReqId: ({ headers }) => requestIdIn(headers),
    clientErrorHandler: refuseBroken,
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply as FastifyReply),
    serverFactory: (others) =>
      createServer(
        {
          keepAliveTimeout: 75_000, // longer than the 60 s of common load balancers
          requestTimeout: 30_000,
        },
        inFront(others),
      ),
  });
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { status, errors, headers } = refusal(ofFramework(error), request.id, defaultForm);
    if (status === 500) log.error('a request failed', { requestId: request.id, error });
    if (status === 503) log.error('a request could not be answered', { requestId: request.id, error });
    for (let i = 0; i < headers.length; i += 2) void reply.header(headers[i]!, headers[i + 1]);
    return reply.header('x-request-id', request.id).code(status).type(defaultForm.contentType).send({ errors });
  };
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) =>
    refuse(new BadRequest('There is nothing here.', 404, [], 'NOT_FOUND'), request, reply),
  );
  return app;
}

/** Fastify says with a status whose fault it is. */
function ofFramework(error: unknown): unknown {
  const { statusCode: status = 500, message } = error as Partial<FastifyError>;
  if (error instanceof BadRequest || status < 400 || status >= 500) return error;
  return new BadRequest(message ?? '', status, status === 413 ? ['connection', 'close'] : []);
}
