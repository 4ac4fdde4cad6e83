/** The wiring of the gateway: from settings to something that listens. Nothing here knows what is asked for. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { JWK } from 'jose';
import type { ApolloServer, ApolloServerPlugin } from '@apollo/server';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { passportSigner } from '@hub/kit/passport';
import { createCore } from './core.js';
import { type Engine, createEngine } from './engine.js';
import { createIdentity, noIdentity } from './identity/identity.js';
import { type Limits, limits as defaultLimits } from './limits/limits.js';
import { InvalidDocument } from './plan/check.js';
import { createReceipts } from './subscribe/receipts.js';
import { renewEveryMs } from './subscribe/subscribe.js';
import type { Telemetry, TracesConfig } from './telemetry/telemetry.js';
import { straight } from './transport/answering.js';
import { type ApolloContext, apolloServer } from './transport/apollo.js';
import { type Sample, createExplorer } from './transport/explorer.js';
import { httpApplication, path } from './transport/http.js';
import { internalApplication } from './transport/internal.js';
import { receiptsOverHttp } from './transport/receipts-http.js';
import { httpServices } from './transport/subgraph-http.js';
import { upstreams } from './transport/subgraph-ws.js';
import { streamDoor } from './transport/sse.js';
import { listenForSockets } from './transport/ws.js';

export interface GatewayConfig {
  /** The text of a Federation 2 supergraph. */
  supergraph: string;
  host: string;
  /** 0 takes a free one. */
  port: number;
  log: Log;
  /** Who signs in, and how services are told. Without it everybody is the same and services get no passports. */
  identity?: {
    issuer: string;
    audience: string;
    jwksUri?: string | undefined;
    /** How long the issuer's keys are kept. */
    keysMs?: number | undefined;
    /** The audience of logout tokens, when it is not that of access tokens. */
    logoutAudience?: string | undefined;
    /** The gateway's private Ed25519 key, kid "gateway". */
    passportKey: JWK;
    /** Where membership says who a subject is. */
    viewerUrl: string;
    /** Where passports are given to other gateways; not listened for without it. */
    internal?: { host: string; port: number };
  };
  /** Where metrics are for our own machines to read, none without it. `identity.internal` is the place if that is given. */
  metrics?: { host: string; port: number };
  /** Where spans go; there are none without it. */
  traces?: TracesConfig;
  /** Where a service is, when not where the supergraph says. */
  serviceUrl?: (name: string) => string | undefined;
  /** Tabs of the explorer. */
  samples?: readonly Sample[];
  /** Operations that are planned before anybody asks. */
  warm?: readonly { query: string; operationName?: string | null }[];
  /** Labels of progressive overrides (`@override(label:)`) that are on. */
  overrideLabels?: readonly string[];
  /** Whether equal queries of one viewer to a service that are under way at the same time are sent once. */
  shareInFlight?: boolean;
  /** Plugins of Apollo Server. */
  plugins?: readonly ApolloServerPlugin<ApolloContext>[];
  limits?: Partial<Limits>;
  /** For tests: how often the passports of streams are renewed, and what time it is. */
  renewEveryMs?: number;
  /** For tests: how often a comment is sent on an event stream on which nothing happens. */
  heartbeatMs?: number;
  now?: () => Date;
}

export interface Gateway {
  /** Where GraphQL is answered is `${url}/graphql`. */
  url: string;
  wsUrl: string;
  /** Where `POST /passport` and `GET /metrics` are. */
  internalUrl?: string;
  /** What runs the plugins. `executeOperation` asks for nobody in particular unless it is given a context. */
  server: ApolloServer<ApolloContext>;
  /** Serves another supergraph from now on. Rejects for one it cannot serve, and goes on with the one it has. */
  reload(supergraph: string): Promise<void>;
  /** Stops taking requests, closes sockets with 1001, ends event streams, and answers what runs for up to three seconds. */
  close(): Promise<void>;
}

const drainMs = 3_000;

/** Starts a gateway. Throws for a supergraph it cannot serve and a port it cannot have. */
export async function createGateway(config: GatewayConfig): Promise<Gateway> {
  const { host, port, log, now = () => new Date() } = config;
  const limits = { ...defaultLimits, ...config.limits };
  const telemetry = await telemetryOf(config);
  const identity = config.identity
    ? createIdentity({ ...config.identity, signer: await passportSigner(config.identity.passportKey), log, now })
    : noIdentity;
  const engineOf = (supergraph: string): Promise<Engine> =>
    createEngine({
      supergraph,
      limits,
      telemetry,
      overrideLabels: config.overrideLabels ?? [],
      services: ({ services }) => {
        const urls = new Map(services.map(({ name, url }) => [name, config.serviceUrl?.(name) ?? url]));
        const http = httpServices({ urls, limits, shareInFlight: config.shareInFlight ?? false });
        telemetry?.services(urls, http.spared);
        const receiptsRoutes = receiptsOverHttp(urls, identity.ownPassport);
        const receipts = createReceipts({ send: receiptsRoutes.send, log });
        const { ownPassport } = identity;
        const streams = upstreams({ urls, ownPassport, maxPayload: limits.answerBytes, receipts });
        return {
          send: http.send,
          ready: http.ready,
          streams,
          async close() {
            streams.close();
            await receipts.close();
            await receiptsRoutes.close();
            await http.close();
          },
        };
      },
      onCloseFailed: (error) => log.error('an old supergraph could not be let go', { error }),
    });
  let engine = await engineOf(config.supergraph);
  await warm(engine, config.warm ?? []);
  const core = createCore({
    engine: () => engine,
    limits,
    log,
    telemetry,
    subscriptions: { renewEveryMs: config.renewEveryMs ?? renewEveryMs, now },
  });
  const schema = () => engine.supergraph.api;
  const serviceNames = () => engine.supergraph.services.map(({ name }) => name);
  const apollo = await apolloServer({
    core,
    supergraph: () => engine.supergraph,
    limits,
    log,
    plugins: config.plugins ?? [],
    anonymous: () => identity.ask({}),
  });
  const streams = streamDoor({ core, identity, schema, limits, log, heartbeatMs: config.heartbeatMs });
  const app = httpApplication({
    answering: apollo.answering ?? straight(core),
    streams,
    identity,
    explorer: await createExplorer(config.samples ?? []),
    limits,
    log,
    telemetry,
    services: async () => {
      const names = serviceNames();
      const ready = await Promise.all([...names.map((name) => engine.ready(name)), identity.reachable()]);
      const states = Object.fromEntries(names.map((name, i) => [name, ready[i]!]));
      return config.identity ? { ...states, 'sign-in': ready.at(-1)! } : states;
    },
  });
  const inner = config.identity?.internal ?? config.metrics;
  const internal = inner && internalApplication(identity, serviceNames, limits, log);
  if (config.metrics)
    internal!.get('/metrics', async (_request, reply) => {
      const { type, text } = (await telemetry!.metrics())!;
      return reply.type(type).send(text);
    });
  const release = async () => {
    await Promise.all([engine.close(), identity.close(), apollo.server.stop(), telemetry?.close()]);
  };
  try {
    await listen(app, host, port);
    if (internal) await listen(internal, inner.host, inner.port);
  } catch (error) {
    await Promise.all([app.close(), internal?.close()]);
    await release();
    throw error;
  }
  const sockets = listenForSockets({ server: app.server as Server, path, core, schema, identity, limits, log });
  if (telemetry) countSockets(app.server as Server, telemetry);
  const url = addressOf(app, host);
  let reloading: Promise<void> = Promise.resolve();
  const closeSilent = silentOf(app.server as Server);
  let closed = false;
  return {
    url,
    wsUrl: `${url.replace(/^http/, 'ws')}${path}`,
    ...(internal && { internalUrl: addressOf(internal, inner.host) }),
    server: apollo.server,
    reload(supergraph) {
      const reloaded = reloading.then(async () => {
        if (closed || supergraph === engine.supergraph.sdl) return;
        const other = await engineOf(supergraph);
        try {
          await warm(other, [...(config.warm ?? []), ...engine.operations.recent(warmWith)]);
        } catch (error) {
          await other.close();
          throw error;
        }
        if (closed) return other.close();
        const old = engine;
        engine = other;
        apollo.reload();
        old.retire();
        telemetry?.reloaded('served');
      });
      reloading = reloaded.catch(() => telemetry?.reloaded('refused')); // whoever asked is told
      return reloaded;
    },
    async close() {
      closed = true;
      const cut = setTimeout(() => {
        app.server.closeAllConnections();
        internal?.server.closeAllConnections();
      }, drainMs);
      streams.close();
      await sockets.close();
      const answered = Promise.all([app.close(), internal?.close()]);
      closeSilent();
      await answered;
      clearTimeout(cut);
      await release();
    },
  };
}

function countSockets(server: Server, telemetry: Telemetry): void {
  const open = new Set<object>();
  server.on('upgrade', (_request, socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  telemetry.sockets(() => open.size);
}

/** What closes the connections nobody has said anything on yet: Node would wait for them as for a request. */
function silentOf(server: Server): () => void {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
}

/** What does it is loaded only where it is wanted. */
async function telemetryOf({ traces, metrics, log }: GatewayConfig): Promise<Telemetry | undefined> {
  if (!traces && !metrics) return undefined;
  const { startTelemetry } = await import('./telemetry/watching.js');
  return startTelemetry({ traces, metrics: metrics !== undefined, log });
}

const warmWith = 500;

/** Plans what is likely to be asked, so that nobody waits for it. What does not fit this supergraph (any more) is left out. */
async function warm(engine: Engine, known: NonNullable<GatewayConfig['warm']>): Promise<void> {
  for (const { query, operationName } of known) {
    try {
      const operation = await engine.operations.find(query, operationName);
      await operation.program(
        operation.checks.map(() => true),
        {},
      );
    } catch (error) {
      if (!(error instanceof InvalidDocument) && !(error instanceof HubError)) throw error;
    }
  }
}

async function listen(app: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} on ${host} is taken. Stop what listens there, or choose another PORT.`, {
      cause: error,
    });
  }
}

function addressOf(app: FastifyInstance, host: string): string {
  const { port } = app.server.address() as { port: number };
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
