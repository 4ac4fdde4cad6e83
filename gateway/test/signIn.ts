/** An identity provider and a membership of our own, small and real: keys, discovery, tokens, viewers. */
import { randomUUID } from 'node:crypto';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type JWK, SignJWT, exportJWK, generateKeyPair } from 'jose';
import { type Passport, passportHeader, passportVerifier } from '@hub/kit/passport';
import type { Viewer } from '@hub/kit/viewer';
import type { GatewayConfig } from '../src/gateway.js';

export const audience = 'https://hub.example.org';

export interface SignIn {
  issuer: string;
  identity: NonNullable<GatewayConfig['identity']>;
  /** A token for a subject; `change` makes it wrong in some way. */
  token(subject: string, change?: TokenChange): Promise<string>;
  /** The same as headers. */
  as(subject: string, change?: TokenChange): Promise<Record<string, string>>;
  /** Who membership knows. */
  viewers: Map<string, Viewer>;
  /** Who holds which API key, by its SHA-256. */
  holders: Map<string, Viewer>;
  /** What membership says of them beside: until when it holds, when they signed out. */
  dated: Map<string, { validUntil?: string; signedOutAt?: string }>;
  /** Who signed out. */
  signedOut: { subject: string; session: string | null; at: string }[];
  /** What an answer of membership waits for, once it is known. */
  delayed: Promise<void> | null;
  /** What membership was asked: subjects, and hashes of keys. */
  lookUps: string[];
  /** Membership's log: it has none (404) unless a test wants one; `hangs` takes questions and answers none. */
  changes: Changes;
  /** A logout token; `claims` and `header` change what it says, undefined takes it away. */
  logoutToken(claims: Record<string, unknown>, header?: object): Promise<string>;
  /** Reads a passport for a service, or throws. */
  read(passport: string | undefined, service: string): Promise<Passport>;
  provider: Endpoint;
  membership: Endpoint;
  stop(): Promise<void>;
}

export interface Changes {
  state: 'none' | 'heard' | 'hangs';
  append(entry: Record<string, unknown>): void;
  entries: Record<string, unknown>[];
  /** The position after which it was asked last. */
  askedAfter: number;
  /** Answers who waits, with nothing. */
  release(): void;
}

export interface TokenChange {
  claims?: Record<string, unknown>;
  issuedAt?: Date;
  issuer?: string;
  audience?: string | null;
  type?: string;
  algorithm?: 'RS256' | 'ES256' | 'EdDSA' | 'HS256';
  foreignKey?: boolean;
  expiresAt?: Date | null;
}

export interface Endpoint {
  url: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export const viewer = (key: string, ...bodies: string[]): Viewer => ({
  kind: 'person',
  key,
  roles: [{ role: 'FOCAL_POINT', of: 's:KEN', groups: ['s:KEN', ...bodies.map((body) => `b:${body}` as const)] }],
  scopes: [],
  ceiling: 'RED',
});

export async function startSignIn(): Promise<SignIn> {
  const keys = {
    RS256: await generateKeyPair('RS256'),
    ES256: await generateKeyPair('ES256'),
    EdDSA: await generateKeyPair('EdDSA'),
  };
  const foreign = await generateKeyPair('ES256');
  const jwks = {
    keys: await Promise.all(
      Object.entries(keys).map(async ([alg, { publicKey }]) => ({ ...(await exportJWK(publicKey)), alg, kid: alg })),
    ),
  };
  const provider = await endpoint((path) =>
    path === '/.well-known/openid-configuration'
      ? [200, { issuer: provider.url, jwks_uri: `${provider.url}/jwks` }]
      : path === '/jwks'
        ? [200, jwks]
        : [404, {}],
  );
  const passportKeys = await generateKeyPair('Ed25519', { extractable: true });
  const passportKey: JWK = { ...(await exportJWK(passportKeys.privateKey)), kid: 'gateway' };
  const passportJwks = { keys: [{ ...(await exportJWK(passportKeys.publicKey)), kid: 'gateway' }] };
  const verifyMembership = passportVerifier('membership', passportJwks);
  const viewers = new Map<string, Viewer>();
  const holders = new Map<string, Viewer>();
  const lookUps: string[] = [];
  const dated: SignIn['dated'] = new Map();
  const waiting = new Set<() => void>();
  const changes: Changes = {
    state: 'none',
    entries: [],
    askedAfter: -1,
    append(entry) {
      changes.entries.push({ position: changes.entries.length + 1, ...entry });
      changes.release();
    },
    release() {
      for (const wake of waiting) wake();
    },
  };
  const readLog = async (query: URLSearchParams): Promise<Answer> => {
    const after = Number(query.get('after'));
    if (query.get('waitMs') !== '0') changes.askedAfter = after;
    const answer = (): Answer => [200, { head: changes.entries.length, entries: changes.entries.slice(after) }];
    if (changes.state === 'none') return [404, {}];
    if (changes.state === 'heard' && (after < changes.entries.length || query.get('waitMs') === '0')) return answer();
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, changes.state === 'hangs' ? 60_000 : Number(query.get('waitMs')));
      waiting.add(done);
    });
    return answer();
  };
  const messages = new Set<string>();
  const signedOut: SignIn['signedOut'] = [];
  const membership = await endpoint(async (address, headers, body) => {
    const { pathname: path, searchParams } = new URL(address, 'http://membership');
    const passport = await verifyMembership(headers[passportHeader] as string);
    if (passport.kind !== 'service' || passport.service !== 'gateway') return [403, {}];
    if (path === '/internal/log') return readLog(searchParams);
    if (path === '/internal/sign-out') {
      const { issuer, subject, session, messageId, at } = JSON.parse(body) as Record<string, string | null>;
      if (messages.has(messageId!)) return [409, {}];
      messages.add(messageId!);
      if (subject) signedOut.push({ subject, session: session!, at: at! });
      changes.append({ type: 'SIGNED_OUT', issuer, subject, session });
      return [200, {}];
    }
    if (path !== '/internal/viewer') return [404, {}];
    const { issuer, subject, sid, apiKey } = JSON.parse(body) as Record<
      'issuer' | 'subject' | 'sid' | 'apiKey',
      string
    >;
    lookUps.push(apiKey ?? subject);
    const found = apiKey ? holders.get(apiKey) : issuer === provider.url && viewers.get(subject);
    await signIn.delayed;
    const out = signedOut.findLast((one) => one.subject === subject && (!one.session || !sid || one.session === sid));
    const times = { ...(out && { signedOutAt: out.at }), ...dated.get(apiKey ?? subject) };
    return found ? [200, { ...found, ...times }] : [404, { errors: [] }];
  });
  const signIn: SignIn = {
    issuer: provider.url,
    identity: {
      issuer: provider.url,
      audience,
      passportKey,
      viewerUrl: `${membership.url}/internal/viewer`,
      internal: { host: '127.0.0.1', port: 0 },
    },
    async token(subject, change = {}) {
      const algorithm = change.algorithm ?? 'ES256';
      const jwt = new SignJWT(change.claims ?? {})
        .setProtectedHeader({ alg: algorithm, typ: change.type ?? 'at+jwt', kid: algorithm })
        .setIssuer(change.issuer ?? provider.url)
        .setSubject(subject)
        .setIssuedAt(change.issuedAt);
      if (change.audience !== null) jwt.setAudience(change.audience ?? audience);
      if (change.expiresAt !== null) jwt.setExpirationTime(change.expiresAt ?? '5 minutes');
      if (algorithm === 'HS256') return jwt.sign(new TextEncoder().encode(JSON.stringify(jwks.keys[0])));
      return jwt.sign((change.foreignKey ? foreign : keys[algorithm]).privateKey);
    },
    as: async (subject, change) => ({ authorization: `Bearer ${await signIn.token(subject, change)}` }),
    async logoutToken(claims, header = {}) {
      const now = Math.floor(Date.now() / 1000);
      const said = {
        iss: provider.url,
        aud: audience,
        iat: now,
        exp: now + 120,
        jti: randomUUID(),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        ...claims,
      };
      return new SignJWT(said)
        .setProtectedHeader({ alg: 'ES256', typ: 'logout+jwt', kid: 'ES256', ...header })
        .sign(keys.ES256.privateKey);
    },
    viewers,
    holders,
    dated,
    signedOut,
    delayed: null,
    changes,
    lookUps,
    read: (passport, service) => passportVerifier(service, passportJwks)(passport),
    provider,
    membership,
    stop: async () => void (await Promise.all([provider.stop(), membership.stop()])),
  };
  return signIn;
}

type Answer = [status: number, body: unknown];

async function endpoint(
  answer: (path: string, headers: NodeJS.Dict<string | string[]>, body: string) => Answer | Promise<Answer>,
): Promise<Endpoint> {
  let server: Server;
  let port = 0;
  const self: Endpoint = {
    url: '',
    async start() {
      server = createServer((request, response) => {
        let body = '';
        request.on('data', (chunk) => (body += String(chunk)));
        request.on('end', () => {
          Promise.resolve(answer(request.url!, request.headers, body)).then(
            ([status, json]) =>
              response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json)),
            () => response.writeHead(401).end(),
          );
        });
      });
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      ({ port } = server.address() as AddressInfo);
      self.url = `http://127.0.0.1:${port}`;
    },
    async stop() {
      server.closeAllConnections(); // those that wait for the log, too
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await self.start();
  return self;
}
