/**
 * The whole hub in one process, on free ports: three services on databases of their own, the development identity
 * provider, the gateway over the committed supergraph. What tests ask goes over real HTTP and WebSocket.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createGateway } from '@hub/gateway/gateway';
import { cursorCodec } from '@hub/kit/cursor';
import type { Running } from '@hub/kit/process';
import { connected } from '@hub/local/databases';
import { developmentRoles } from '@hub/local/developmentRoles';
import { developmentToken } from '@hub/local/developmentToken';
import { freePort } from '@hub/local/freePort';
import { startIdentityProvider } from '@hub/local/identityProvider';
import { newSecrets, publicKeys } from '@hub/local/secrets';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import { migrateService as migrateMembership } from '@hub/membership/migrations/all';
import { seedService as seedMembership } from '@hub/membership/seed/seedService';
import { start as startMembership } from '@hub/membership/service';
import { migrateService as migratePractice } from '@hub/practice/migrations/all';
import { seedService as seedPractice } from '@hub/practice/seed/seedService';
import { start as startPractice } from '@hub/practice/service';
import { migrateService as migrateRegion } from '@hub/region/migrations/all';
import { seedService as seedRegion } from '@hub/region/seed/seedService';
import { start as startRegion } from '@hub/region/service';
import { type Client, createClient } from 'graphql-ws';
import { type JWK, type JWTPayload, SignJWT, importJWK } from 'jose';
import WebSocket from 'ws';

export const root = new URL('..', import.meta.url).pathname;
const audience = 'https://good-practice-exchange.example/api';
const host = '127.0.0.1';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked by the tests
export type Json = any;
export interface Answer {
  status: number;
  headers: Headers;
  data?: Json;
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, Json> }[];
}

export type ServiceName = 'practice' | 'region' | 'membership';

export interface Hub {
  url: string;
  wsUrl: string;
  internalUrl: string;
  databases: Record<ServiceName, FreshDatabase>;
  services: Record<ServiceName, Running>;
  /** An access token of a development role, as `npm run -s token` prints it. */
  token(role: string): Promise<string>;
  /** A token that the identity provider signed, saying whatever a test wants instead. */
  tokenSaying(claims: JWTPayload): Promise<string>;
  /** The identity provider tells the gateway that somebody signed out; the status of what it is answered. */
  logOut(claims: JWTPayload): Promise<number>;
  /** Binds a subject of another issuer to the person or client of a development role. */
  bind(issuer: string, subject: string, role: string): Promise<void>;
  /** The private keys under which passports are signed. */
  gatewayKey: JWK;
  practiceKey: JWK;
  /** The place of a cursor in the event log. */
  positionOf(cursor: string): Promise<number>;
  /** Asks over HTTP, as a role or (undefined) anonymously. */
  ask(role: string | undefined, query: string, variables?: object, headers?: Record<string, string>): Promise<Answer>;
  /** The answer's data; throws when there are errors. */
  data(role: string | undefined, query: string, variables?: object): Promise<Json>;
  /** A graphql-ws client of that role; closed with the hub. */
  client(role: string | undefined): Promise<Client>;
  stop(service: ServiceName): Promise<void>;
  /** Starts a stopped service again, at its old address. */
  start(service: ServiceName): Promise<void>;
  /** Stops the gateway and starts another at its address (but for the internal one). */
  restartGateway(): Promise<void>;
  /** What the processes logged as errors. */
  logged: { service: string; message: string; fields: Record<string, unknown> }[];
  close(): Promise<void>;
}

export interface HubOptions {
  supergraph?: string;
  /** Tabs of the explorer. */
  samples?: { name: string; query: string }[];
  /** Where a service finds its database, instead: behind a proxy that counts statements, for instance. */
  through?: (service: ServiceName, databaseUrl: string) => Promise<string> | string;
  /** Where the gateway finds a service, instead. */
  reach?: (service: ServiceName, url: string) => Promise<string> | string;
}

export async function startHub({
  supergraph = 'schema/supergraph.graphql',
  samples = [],
  through = (_, url) => url,
  reach = (_, url) => url,
}: HubOptions = {}): Promise<Hub> {
  const closing: (() => Promise<unknown>)[] = [];
  const logged: Hub['logged'] = [];
  const logOf = (service: string) => ({
    info: () => undefined,
    error: (message: string, fields: Record<string, unknown> = {}) => void logged.push({ service, message, fields }),
  });
  const secrets = newSecrets();
  const keys = publicKeys(secrets.passportKeys);
  const provider = await startIdentityProvider({
    port: await freePort(),
    audience,
    signingKey: secrets.identityProvider.signingKey,
    clientSecretKey: secrets.identityProvider.clientSecretKey,
    roles: developmentRoles(root),
  });
  closing.push(() => provider.close());

  const [practiceDb, regionDb, membershipDb] = await Promise.all([
    freshDatabase('practice', async (url) => void (await migratePractice(url), await seedPractice(url)), {
      template: 'seeded',
    }),
    freshDatabase('region', async (url) => void (await migrateRegion(url), await seedRegion(url)), {
      template: 'seeded',
    }),
    freshDatabase('membership', async (url) => void (await migrateMembership(url), await seedMembership(url)), {
      template: 'seeded',
    }),
  ]);
  const databases = { practice: practiceDb, region: regionDb, membership: membershipDb };
  closing.push(() => Promise.all(Object.values(databases).map((database) => database.drop())));
  await seedMembership(membershipDb.ownerUrl, { developmentIssuer: provider.url });

  const ports = { practice: await freePort(), region: await freePort(), membership: await freePort() };
  const membershipUrl = `http://${host}:${ports.membership}`;
  const each = async <T>(make: (service: ServiceName) => Promise<T> | T) => {
    const [practice, region, membership] = await Promise.all([make('practice'), make('region'), make('membership')]);
    return { practice, region, membership };
  };
  const databaseUrls = await each((service) => through(service, databases[service].url));
  const common = (service: ServiceName) => ({
    host,
    port: ports[service],
    databaseUrl: databaseUrls[service],
    passportKeys: keys,
    log: logOf(service),
  });
  const start: Record<ServiceName, () => Promise<Running>> = {
    practice: () =>
      startPractice({
        ...common('practice'),
        membership: { url: membershipUrl, passportKey: secrets.passportKeys.practice },
        cursorKey: Buffer.from(secrets.cursorKey, 'base64'),
      }),
    region: () => startRegion(common('region')),
    membership: () => startMembership(common('membership')),
  };
  const membership = await start.membership(); // practice follows its log
  const [region, practice] = await Promise.all([start.region(), start.practice()]);
  const services = { practice, region, membership };
  const stopped = new Set<ServiceName>();
  const stop = async (service: ServiceName) => {
    if (stopped.has(service)) return;
    stopped.add(service);
    await services[service].close();
  };
  closing.push(() => each(stop));

  const reached = await each((service) => reach(service, `http://${host}:${ports[service]}/graphql`));
  const startGateway = (port: number) =>
    createGateway({
      supergraph: readFileSync(`${root}${supergraph}`, 'utf8'),
      host,
      port,
      log: logOf('gateway'),
      identity: {
        issuer: provider.url,
        audience,
        passportKey: secrets.passportKeys.gateway,
        viewerUrl: `${membershipUrl}/internal/viewer`,
        internal: { host, port: 0 },
      },
      samples,
      serviceUrl: (name) => reached[name as ServiceName],
    });
  let gateway = await startGateway(0);
  closing.push(() => gateway.close());

  const tokens = new Map<string, Promise<string>>();
  const token = (role: string) => {
    const known = tokens.get(role) ?? developmentToken({ issuer: provider.url } as never, secrets, role);
    tokens.set(role, known);
    return known;
  };
  const sign = async (typ: string, claims: JWTPayload) => {
    const { signingKey } = secrets.identityProvider;
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ iss: provider.url, aud: audience, iat: now, exp: now + 60, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ, kid: signingKey.kid! })
      .sign(await importJWK(signingKey, 'ES256'));
  };
  const tokenSaying = (claims: JWTPayload) => sign('at+jwt', { sub: 'officer:igad', ...claims });
  const logOut = async (claims: JWTPayload) => {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const logoutToken = await sign('logout+jwt', { jti: randomUUID(), events, ...claims });
    const body = new URLSearchParams({ logout_token: logoutToken });
    return (await fetch(`${gateway.url}/backchannel-logout`, { method: 'POST', body })).status;
  };
  const cursors = cursorCodec(Buffer.from(secrets.cursorKey, 'base64'));
  const epoch = once(() =>
    connected(practiceDb.ownerUrl, async (client) =>
      Number((await client.query<{ epoch: string }>('select epoch from event_head')).rows[0]!.epoch),
    ),
  );
  const ask: Hub['ask'] = async (role, query, variables = {}, headers = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(role && { authorization: `Bearer ${await token(role)}` }),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    return { status: response.status, headers: response.headers, ...((await response.json()) as object) };
  };
  const wsUrl = `${gateway.url.replace('http', 'ws')}/graphql`;
  return {
    url: `${gateway.url}/graphql`,
    wsUrl,
    internalUrl: gateway.internalUrl!,
    databases,
    services,
    token,
    tokenSaying,
    logOut,
    bind: (issuer, subject, role) =>
      connected(membershipDb.ownerUrl, async (client) => {
        await client.query(
          `insert into identity (issuer, subject, person_key, client_key)
           select $1, $2, person_key, client_key from identity where issuer = $3 and subject = $4`,
          [issuer, subject, provider.url, role],
        );
      }),
    gatewayKey: secrets.passportKeys.gateway,
    practiceKey: secrets.passportKeys.practice,
    positionOf: async (cursor) => cursors.decode(await epoch(), cursor).position,
    ask,
    logged,
    async data(role, query, variables) {
      const { data, errors } = await ask(role, query, variables);
      if (errors) throw new Error(JSON.stringify(errors));
      return data;
    },
    async client(role) {
      const authorization = role && `Bearer ${await token(role)}`;
      const client = createClient({
        url: wsUrl,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: authorization ? { authorization } : {},
      });
      closing.push(async () => client.dispose());
      return client;
    },
    stop,
    async start(service) {
      if (!stopped.has(service)) return;
      services[service] = await start[service]();
      stopped.delete(service);
    },
    async restartGateway() {
      const { port } = new URL(gateway.url);
      await gateway.close();
      gateway = await startGateway(Number(port));
    },
    async close() {
      for (const step of closing.toReversed()) await step();
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return () => (made ??= make());
}

/** Repeats `look` until it answers something true; fails the test after `timeoutMs`. */
export async function eventually<T>(look: () => Promise<T> | T, timeoutMs = 10_000): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error('It did not come about in time.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
