/** The wiring of the gateway: from settings to something that listens. Nothing here knows what is asked for. */
import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { JWK } from 'jose';
import type { Log } from '@hub/kit/log';
import { passportSigner } from '@hub/kit/passport';
import { createCore } from './core.js';
import { createIdentity, noIdentity } from './identity/identity.js';
import { type Limits, limits as defaultLimits } from './limits/limits.js';
import { createPlanner } from './plan/planner.js';
import { renewEveryMs } from './subscribe/subscribe.js';
import { apolloServer } from './transport/apollo.js';
import { type Sample, createExplorer } from './transport/explorer.js';
import { httpApplication, path } from './transport/http.js';
import { internalApplication } from './transport/internal.js';
import { httpServices } from './transport/subgraph-http.js';
import { upstreams } from './transport/subgraph-ws.js';
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
    /** The gateway's private Ed25519 key, kid "gateway". */
    passportKey: JWK;
    /** Where membership says who a subject is. */
    viewerUrl: string;
    /** Where passports are given to other gateways; not listened for without it. */
    internal?: { host: string; port: number };
  };
  /** Where services are, when not where the supergraph says; by name. */
  serviceUrls?: Readonly<Record<string, string>>;
  /** Tabs of the explorer. */
  samples?: readonly Sample[];
  limits?: Partial<Limits>;
  /** For tests: how often the passports of streams are renewed, and what time it is. */
  renewEveryMs?: number;
  now?: () => Date;
}

export interface Gateway {
  /** Where GraphQL is answered is `${url}/graphql`. */
  url: string;
  wsUrl: string;
  /** Where `POST /passport` is, when there is identity. */
  internalUrl?: string;
  /** Stops taking requests, closes sockets with 1001, and answers what runs for up to three seconds. */
  close(): Promise<void>;
}

const drainMs = 3_000;

/** Starts a gateway. Throws for a supergraph it cannot serve and a port it cannot have. */
export async function createGateway(config: GatewayConfig): Promise<Gateway> {
  const { host, port, log, now = () => new Date() } = config;
  const limits = { ...defaultLimits, ...config.limits };
  const planner = createPlanner(config.supergraph);
  const urls = new Map(planner.services.map(({ name, url }) => [name, config.serviceUrls?.[name] ?? url]));
  const identity = config.identity
    ? createIdentity({ ...config.identity, signer: await passportSigner(config.identity.passportKey), now })
    : noIdentity;
  const services = httpServices(urls, limits);
  const streams = upstreams({ urls, ownPassport: identity.ownPassport, maxPayload: limits.answerBytes });
  const core = createCore({
    planner,
    limits,
    send: services.send,
    streams,
    log,
    subscriptions: { renewEveryMs: config.renewEveryMs ?? renewEveryMs, now },
  });
  const apollo = await apolloServer(core, config.supergraph, limits, log);
  const app = httpApplication({
    apollo,
    identity,
    explorer: await createExplorer(config.samples ?? []),
    limits,
    log,
    services: async () => {
      const names = [...urls.keys()];
      const ready = await Promise.all([...names.map((name) => services.ready(name)), identity.reachable()]);
      const states = Object.fromEntries(names.map((name, i) => [name, ready[i]!]));
      return config.identity ? { ...states, 'sign-in': ready.at(-1)! } : states;
    },
  });
  const inner = config.identity?.internal;
  const internal = inner && internalApplication(identity, [...urls.keys()], limits, log);
  const release = async () => {
    streams.close();
    await Promise.all([services.close(), identity.close(), apollo.stop()]);
  };
  try {
    await listen(app, host, port);
    if (internal) await listen(internal, inner.host, inner.port);
  } catch (error) {
    await Promise.all([app.close(), internal?.close()]);
    await release();
    throw error;
  }
  const sockets = listenForSockets({ server: app.server as Server, path, core, identity, limits, log });
  const url = addressOf(app, host);
  return {
    url,
    wsUrl: `${url.replace(/^http/, 'ws')}${path}`,
    ...(internal && { internalUrl: addressOf(internal, inner.host) }),
    async close() {
      const cut = setTimeout(() => {
        app.server.closeAllConnections();
        internal?.server.closeAllConnections();
      }, drainMs);
      await sockets.close();
      await Promise.all([app.close(), internal?.close()]);
      clearTimeout(cut);
      await release();
    },
  };
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
