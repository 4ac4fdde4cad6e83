/**
 * Attacks on who asks: every way to forge, twist or misuse an access token, at the door of the hub and against an
 * identity provider of our own whose keys can be changed; and everything that listens inside, asked without a passport
 * or with the wrong one.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createGateway } from '@hub/gateway/gateway';
import { passportHeader, passportSigner } from '@hub/kit/passport';
import { anonymous } from '@hub/kit/viewer';
import { newSecrets } from '@hub/local/secrets';
import {
  CompactSign,
  type CryptoKey,
  type GenerateKeyPairResult as KeyPair,
  type JWK,
  SignJWT,
  exportJWK,
  exportSPKI,
  generateKeyPair,
} from 'jose';
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { type Hub, type Json, type ServiceName, root, startHub } from '../hub.js';

const audience = 'https://hub.example.org';
const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
type Algorithm = (typeof algorithms)[number];

let hub: Hub;
let provider: Awaited<ReturnType<typeof startProvider>>;
let sentinel: Awaited<ReturnType<typeof listen>>;
let gateway: Awaited<ReturnType<typeof createGateway>>;
let foreign: KeyPair;
const keysMs = 400; // how long this gateway keeps the provider's keys

beforeAll(async () => {
  hub = await startHub();
  sentinel = await listen(() => [200, { keys: [] }]);
  provider = await startProvider();
  foreign = (await generateKeyPair('ES256')) as KeyPair;
  gateway = await startGateway({ keysMs: 60_000 });
  // The subject is somebody here: what refuses a token below is the token.
  await hub.bind(provider.url, 'ann', 'focal-point:KEN');
});
beforeEach(() => {
  sentinel.asked.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([provider.stop(), sentinel.stop()]);
  await hub.close();
});

interface Listener {
  url: string;
  asked: string[];
  stop(): Promise<void>;
  start(): Promise<void>;
}

async function listen(answer: (request: IncomingMessage) => [number, unknown]): Promise<Listener> {
  let server: Server;
  let port = 0;
  const listener: Listener = {
    url: '',
    asked: [],
    async start() {
      server = createServer((request, response) => {
        listener.asked.push(request.url!);
        const [status, body] = answer(request);
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
        response.end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      ({ port } = server.address() as AddressInfo);
      listener.url = `http://127.0.0.1:${port}`;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await listener.start();
  return listener;
}

/** An identity provider whose keys are in our hands. */
async function startProvider() {
  const pairs = Object.fromEntries(
    await Promise.all(algorithms.map(async (alg) => [alg, await generateKeyPair(alg, { extractable: true })])),
  ) as Record<Algorithm, KeyPair>;
  const publicJwk = async (alg: Algorithm, kid: string, { publicKey }: KeyPair): Promise<JWK> => ({
    ...(await exportJWK(publicKey)),
    alg,
    kid,
    use: 'sig',
  });
  const keys: JWK[] = await Promise.all(algorithms.map((alg) => publicJwk(alg, alg, pairs[alg])));
  const listener = await listen(({ url }) =>
    url === '/.well-known/openid-configuration'
      ? [200, { issuer: listener.url, jwks_uri: `${listener.url}/jwks` }]
      : url === '/jwks'
        ? [200, { keys }]
        : [404, {}],
  );
  return Object.assign(listener, { pairs, keys, publicJwk });
}

function startGateway(identity: { keysMs: number }) {
  return createGateway({
    supergraph: readFileSync(`${root}schema/supergraph.graphql`, 'utf8'),
    host: '127.0.0.1',
    port: 0,
    log: { info: () => undefined, error: () => undefined },
    identity: {
      issuer: provider.url,
      audience,
      passportKey: hub.gatewayKey,
      viewerUrl: `${hub.services.membership.url}/internal/viewer`,
      ...identity,
    },
    serviceUrl: (name) => `${hub.services[name as ServiceName].url}/graphql`,
  });
}

const now = () => Math.floor(Date.now() / 1000);
const claims = (change: object = {}) => ({
  iss: provider.url,
  aud: audience,
  sub: 'ann',
  client_id: 'portal',
  jti: randomUUID(),
  iat: now(),
  exp: now() + 300,
  ...change,
});
/** A token signed as it should be; `claims` and `header` change what it says, undefined takes it away. */
const signed = (change: object = {}, header: object = {}, key?: CryptoKey) =>
  new SignJWT(claims(change))
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'ES256', ...header } as never)
    .sign(key ?? provider.pairs.ES256.privateKey);
/** What no library would make: any header over any payload, with a signature of our own. */
const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const raw = (header: unknown, payload: unknown, sign: (text: string) => string) => {
  const text = `${encode(header)}.${encode(payload)}`;
  return `${text}.${sign(text)}`;
};
const hmac =
  (secret: string | Buffer, hash = 'sha256') =>
  (text: string) =>
    createHmac(hash, secret).update(text).digest('base64url');

const whoAmI = '{ viewer { kind memberState { iso3 } } }';
async function ask(url: string, headers: Record<string, string>, query = whoAmI) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...headers },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, json: (await response.json()) as Json };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test.each(algorithms)('a token of the provider, signed with %s, is somebody’s', async (alg) => {
  const token = await signed({}, { alg, kid: alg }, provider.pairs[alg].privateKey);
  expect(await ask(gateway.url, bearer(token))).toEqual({
    status: 200,
    json: { data: { viewer: { kind: 'PERSON', memberState: { iso3: 'KEN' } } } },
  });
});

const pem = async (alg: 'RS256' | 'ES256' | 'EdDSA') => exportSPKI(provider.pairs[alg].publicKey);
const elsewhere = 'https://elsewhere.example';
const attacks: Record<string, () => Promise<string> | string> = {
  // the algorithm
  'alg none, without a signature': () => raw({ alg: 'none', typ: 'at+jwt' }, claims(), () => ''),
  'alg None': () => raw({ alg: 'None', typ: 'at+jwt' }, claims(), () => ''),
  'alg NONE with a signature': () => raw({ alg: 'NONE', typ: 'at+jwt', kid: 'ES256' }, claims(), hmac('x')),
  'no alg': () => raw({ typ: 'at+jwt', kid: 'ES256' }, claims(), hmac('x')),
  'HS256 with the RSA key’s PEM as the secret': async () =>
    raw({ alg: 'HS256', typ: 'at+jwt', kid: 'RS256' }, claims(), hmac(await pem('RS256'))),
  'HS256 with the RSA key’s PEM without its last line end': async () =>
    raw({ alg: 'HS256', typ: 'at+jwt', kid: 'RS256' }, claims(), hmac((await pem('RS256')).trim())),
  'HS512 with the EC key’s PEM': async () =>
    raw({ alg: 'HS512', typ: 'at+jwt', kid: 'ES256' }, claims(), hmac(await pem('ES256'), 'sha512')),
  'HS256 with the JWK as the secret': () =>
    raw({ alg: 'HS256', typ: 'at+jwt', kid: 'RS256' }, claims(), hmac(JSON.stringify(provider.keys[0]))),
  'HS256 with the modulus as the secret': () =>
    raw({ alg: 'HS256', typ: 'at+jwt', kid: 'RS256' }, claims(), hmac(Buffer.from(provider.keys[0]!.n!, 'base64url'))),
  'HS256 with an empty secret': () => raw({ alg: 'HS256', typ: 'at+jwt' }, claims(), hmac('')),
  'an algorithm that is not taken (RS512)': async () => {
    const { privateKey } = await generateKeyPair('RS512');
    return signed({}, { alg: 'RS512', kid: 'RS256' }, privateKey as CryptoKey);
  },
  'another algorithm than its key’s': () => signed({}, { kid: 'RS256' }),
  // the signature
  'a signature of zeros (CVE-2022-21449)': () =>
    raw({ alg: 'ES256', typ: 'at+jwt', kid: 'ES256' }, claims(), () => Buffer.alloc(64).toString('base64url')),
  'no signature': async () => `${(await signed()).split('.').slice(0, 2).join('.')}.`,
  'two parts': async () => (await signed()).split('.').slice(0, 2).join('.'),
  'four parts': async () => `${await signed()}.x`,
  'another payload under its signature': async () => {
    const [header, , signature] = (await signed({ sub: 'bea' })).split('.');
    return `${header}.${encode(claims())}.${signature}`;
  },
  'a foreign key under a known id': () => signed({}, {}, foreign.privateKey),
  // the claims
  'another issuer': () => signed({ iss: elsewhere }),
  'an issuer that begins like ours': () => signed({ iss: `${provider.url}.evil.example` }),
  'an issuer with a slash more': () => signed({ iss: `${provider.url}/` }),
  'no issuer': () => signed({ iss: undefined }),
  'a list of issuers': () => signed({ iss: [provider.url] }),
  'another audience': () => signed({ aud: elsewhere }),
  'other audiences': () => signed({ aud: [elsewhere, `${audience}/`] }),
  'no audience': () => signed({ aud: undefined }),
  'an empty audience': () => signed({ aud: '' }),
  'an audience that is an object': () => signed({ aud: { [audience]: true } }),
  'a token that has run out': () => signed({ exp: now() - 60 }),
  'a token that ran out a second ago': () => signed({ exp: now() - 1 }),
  'a token that never runs out': () => signed({ exp: undefined }),
  'an end that is a text': () => signed({ exp: String(now() + 300) }),
  'an end that is no number': () =>
    raw({ alg: 'ES256', typ: 'at+jwt', kid: 'ES256' }, { ...claims(), exp: null }, hmac('x')),
  'a token that is not good yet': () => signed({ nbf: now() + 60 }),
  'a beginning that is a text': () => signed({ nbf: 'now' }),
  'a token issued in the future': () => signed({ iat: now() + 600 }),
  'no time of issue': () => signed({ iat: undefined }),
  'no subject': () => signed({ sub: undefined }),
  'an empty subject': () => signed({ sub: '' }),
  'a subject that is a list': () => signed({ sub: ['ann'] }),
  // what kind of token it says to be
  'an ID token (typ JWT)': () => signed({}, { typ: 'JWT' }),
  'no typ': () => signed({}, { typ: undefined }),
  'a logout token': () => signed({}, { typ: 'logout+jwt' }),
  'a passport of ours': async () =>
    (await passportSigner(hub.gatewayKey)).viewer('practice', { ...anonymous, kind: 'person', key: randomUUID() }, []),
  'a nested token': async () =>
    new CompactSign(new TextEncoder().encode(await signed()))
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', cty: 'JWT', kid: 'ES256' })
      .sign(provider.pairs.ES256.privateKey),
  // which key it says to be under
  'an unknown key id': () => signed({}, { kid: 'another' }),
  'no key id where several keys fit none': () => raw({ alg: 'HS256', typ: 'at+jwt' }, claims(), hmac('x')),
  'a path as key id': () => signed({}, { kid: '../../../../dev/null' }, foreign.privateKey),
  'a path as key id, signed with what is there: nothing': () =>
    raw({ alg: 'HS256', typ: 'at+jwt', kid: '/dev/null' }, claims(), hmac('')),
  'SQL as key id': () =>
    raw({ alg: 'HS256', typ: 'at+jwt', kid: `x' union select 'secret' --` }, claims(), hmac('secret')),
  'a command as key id': () => signed({}, { kid: '| sleep 9 |' }, foreign.privateKey),
  'a key id that is an object': () => raw({ alg: 'ES256', typ: 'at+jwt', kid: { $ne: null } }, claims(), hmac('x')),
  'a key id that is a prototype’s': () => signed({}, { kid: '__proto__' }, foreign.privateKey),
  'two key ids': () => raw('{"alg":"ES256","typ":"at+jwt","kid":"ES256","kid":"another"}', claims(), hmac('x')),
  // where to find it
  'a key in the header (jwk)': async () =>
    signed({}, { jwk: { ...(await exportJWK(foreign.publicKey)), kid: 'ES256' } }, foreign.privateKey),
  'a key elsewhere (jku)': () => signed({}, { jku: `${sentinel.url}/jwks` }, foreign.privateKey),
  'a key elsewhere under its own id (jku, kid)': () =>
    signed({}, { jku: `${sentinel.url}/jwks`, kid: 'theirs' }, foreign.privateKey),
  'a certificate elsewhere (x5u)': () => signed({}, { x5u: `${sentinel.url}/cert` }, foreign.privateKey),
  'a certificate in the header (x5c)': () => signed({}, { x5c: ['MIIB'] }, foreign.privateKey),
  'a critical header nobody knows': () =>
    raw({ alg: 'ES256', typ: 'at+jwt', kid: 'ES256', crit: ['exp'], exp: 1 }, claims(), hmac('x')),
  'a critical header, well signed': async () => {
    const [, payload] = (await signed()).split('.');
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'ES256', crit: ['urn:example:x'], 'urn:example:x': true };
    const text = `${encode(header)}.${payload}`;
    const signature = await crypto.subtle.sign(
      { name: 'ECDSA', hash: 'SHA-256' },
      provider.pairs.ES256.privateKey,
      new TextEncoder().encode(text),
    );
    return `${text}.${Buffer.from(signature).toString('base64url')}`;
  },
  'a payload that is not encoded (b64)': () =>
    raw({ alg: 'ES256', typ: 'at+jwt', kid: 'ES256', b64: false, crit: ['b64'] }, claims(), hmac('x')),
  // its form
  'a header that is no JSON': () => `${encode('{')}.${encode(claims())}.x`,
  'a header that is a list': () => raw([], claims(), hmac('x')),
  'a payload that is no object': () => raw({ alg: 'ES256', typ: 'at+jwt', kid: 'ES256' }, '"ann"', hmac('x')),
  'an encrypted token (five parts)': () => `${encode({ alg: 'dir', enc: 'A256GCM' })}....`,
  'something else': () => 'nonsense',
};

test.each(Object.entries(attacks))(
  '%s is refused, tells nothing, and nobody is asked about it',
  async (_what, forge) => {
    const token = await forge();
    const { status, json } = await ask(gateway.url, bearer(token));
    expect([status, json]).toEqual([
      401,
      {
        errors: [
          { message: 'The access token is not valid here. Sign in again.', extensions: { code: 'UNAUTHENTICATED' } },
        ],
      },
    ]);
    expect(await socketCode(gateway.url, { authorization: `Bearer ${token}` })).toBe(4403);
    expect(sentinel.asked).toEqual([]);
  },
);

/** With what a socket closes that shows this at its beginning; null when it is let in. */
async function socketCode(url: string, payload: object | undefined, path = '/graphql'): Promise<number | null> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, 'graphql-transport-ws');
  try {
    return await new Promise((resolve, reject) => {
      socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
      socket.on('message', () => resolve(null));
      socket.on('close', (code) => resolve(code));
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode!));
      socket.on('error', reject);
    });
  } finally {
    socket.terminate();
  }
}

test('headers that point elsewhere are nothing to a token that is good without them', async () => {
  const token = await signed({}, { jku: `${sentinel.url}/jwks`, x5u: `${sentinel.url}/cert` });
  expect((await ask(gateway.url, bearer(token))).status).toBe(200);
  expect(sentinel.asked).toEqual([]);
});

test('a huge token is refused, over HTTP and on a socket, and costs nobody else a thing', async () => {
  const huge = await signed({ filler: 'x'.repeat(100_000) });
  const response = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close', ...bearer(huge) },
    body: JSON.stringify({ query: whoAmI }),
  });
  expect(response.status).toBe(431);
  await response.body?.cancel();
  const large = await signed({ filler: 'x'.repeat(8_000) });
  expect((await ask(gateway.url, bearer(large))).status).toBe(401);
  expect(await socketCode(gateway.url, { authorization: huge })).toBe(4403);
  expect((await ask(gateway.url, bearer(await signed()))).status).toBe(200);
});

test('a token is taken from its header alone: elsewhere it is nobody’s', async () => {
  const token = await signed();
  const anybody = { data: { viewer: { kind: 'ANONYMOUS', memberState: null } } };
  const query = encodeURIComponent(whoAmI);
  for (const name of ['access_token', 'authorization', 'token'])
    expect(await (await fetch(`${gateway.url}/graphql?query=${query}&${name}=${token}`)).json()).toEqual(anybody);
  expect((await ask(gateway.url, { cookie: `access_token=${token}; authorization=Bearer ${token}` })).json).toEqual(
    anybody,
  );
  expect((await ask(gateway.url, { 'x-authorization': `Bearer ${token}` })).json).toEqual(anybody);
  expect((await ask(gateway.url, { [passportHeader]: await somebody('membership') })).json).toEqual(anybody);
  const socket = new WebSocket(
    `${gateway.url.replace('http', 'ws')}/graphql?access_token=${token}`,
    'graphql-transport-ws',
  );
  const frames: Json[] = [];
  socket.on('message', (text) => frames.push(JSON.parse(String(text))));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  socket.send(JSON.stringify({ type: 'ping' }));
  await new Promise<void>((resolve) => socket.on('message', () => frames.length >= 2 && resolve()));
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: whoAmI } }));
  await new Promise<void>((resolve) => socket.on('message', () => frames.at(-1).type === 'complete' && resolve()));
  expect(frames.find(({ type }) => type === 'next').payload).toEqual(anybody);
  socket.terminate();
});

test('two Authorization headers, or two tokens in one, are nobody’s and refused', async () => {
  const token = await signed();
  for (const authorization of [
    `Bearer ${token}, Bearer ${token}`,
    `Bearer ${token} ${token}`,
    `Basic ${token}`,
    token,
    'Bearer',
    '',
  ])
    expect((await ask(gateway.url, { authorization })).status).toBe(401);
});

test('keys are rotated: the new one opens at once, the old one no more, without a restart', async () => {
  const rotating = await startGateway({ keysMs });
  try {
    const old = await signed();
    expect((await ask(rotating.url, bearer(old))).status).toBe(200);
    const next = (await generateKeyPair('ES256', { extractable: true })) as KeyPair;
    const [index, former] = [
      provider.keys.findIndex(({ kid }) => kid === 'ES256'),
      provider.keys.find(({ kid }) => kid === 'ES256')!,
    ];
    provider.keys[index] = await provider.publicJwk('ES256', 'next', next);
    try {
      const fresh = await signed({}, { kid: 'next' }, next.privateKey);
      await new Promise((resolve) => setTimeout(resolve, keysMs));
      expect((await ask(rotating.url, bearer(fresh))).status).toBe(200);
      expect((await ask(rotating.url, bearer(old))).status).toBe(401);
      expect((await ask(rotating.url, bearer(await signed({}, { kid: 'next' })))).status).toBe(401);
    } finally {
      provider.keys[index] = former;
    }
  } finally {
    await rotating.close();
  }
});

test('whoever invents key ids does not have the provider asked each time', async () => {
  provider.asked.length = 0;
  for (let i = 0; i < 20; i++) await ask(gateway.url, bearer(await signed({}, { kid: `invented ${i}` })));
  expect(provider.asked.length).toBeLessThanOrEqual(3);
});

test('without the provider’s keys nobody is let in, and nobody is told that their token is bad', async () => {
  const kept = await startGateway({ keysMs });
  const token = await signed();
  try {
    expect((await ask(kept.url, bearer(token))).status).toBe(200);
    await provider.stop();
    try {
      expect((await ask(gateway.url, bearer(token))).status).toBe(200); // kept for a minute
      await new Promise((resolve) => setTimeout(resolve, keysMs));
      const { status, json } = await ask(kept.url, bearer(token));
      expect([status, json.errors[0].extensions.code]).toEqual([503, 'SUBGRAPH_UNAVAILABLE']);
      expect(await socketCode(kept.url, { authorization: token })).toBe(1013);
      expect((await ask(kept.url, {})).status).toBe(200); // as anybody
    } finally {
      await provider.start();
    }
    expect((await ask(kept.url, bearer(token))).status).toBe(200);
  } finally {
    await kept.close();
  }
});

// Inside: what listens answers a passport for itself, and nothing else but health checks.

const services = ['practice', 'region', 'membership'] as const;
const somebody = async (service: string) =>
  (await passportSigner(hub.gatewayKey)).viewer(
    service,
    {
      kind: 'person',
      key: randomUUID(),
      roles: [{ role: 'CURATOR', of: null, groups: [] }],
      scopes: [],
      ceiling: 'RED',
    },
    [],
  );
/** A passport as ours are, but for what is changed. */
const passport = async (service: string, change: object = {}, header: object = {}, key = hub.gatewayKey) =>
  new SignJWT({
    kind: 'viewer',
    viewer: { ...anonymous, kind: 'person', key: randomUUID() },
    locales: [],
    iss: 'gateway',
    sub: 'person:x',
    aud: service,
    iat: now(),
    exp: now() + 60,
    ...change,
  })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'gateway', typ: 'hub-passport+jwt', ...header } as never)
    .sign(await importPrivate(key));
const importPrivate = (key: JWK) => crypto.subtle.importKey('jwk', key as never, 'Ed25519', false, ['sign']);

const forgeries: Record<string, (service: ServiceName) => Promise<string | undefined>> = {
  'no passport': async () => undefined,
  'an empty one': async () => '',
  nonsense: async () => 'nonsense',
  'an access token': () => signed(),
  'one for another service': (service) => passport(services.find((other) => other !== service)!),
  'one for nobody': () => passport('', { aud: undefined }),
  'one that has run out': (service) => passport(service, { iat: now() - 120, exp: now() - 60 }),
  'one that lives for an hour': (service) => passport(service, { iat: now() - 300, exp: now() + 3_300 }),
  'one that never runs out': (service) => passport(service, { exp: undefined }),
  'one without a time of issue': (service) => passport(service, { iat: undefined }),
  'one of no kind': (service) => passport(service, { kind: undefined }),
  'one of an unknown kind': (service) => passport(service, { kind: 'admin' }),
  'a process’s own': async (service) => (await passportSigner(hub.gatewayKey)).service(service),
  'one of practice about a viewer': (service) =>
    passport(service, { iss: 'practice' }, { kid: 'practice' }, hub.practiceKey),
  'one of practice in the gateway’s name': (service) => passport(service, {}, { kid: 'practice' }, hub.practiceKey),
  'one signed by practice under the gateway’s id': (service) => passport(service, {}, {}, hub.practiceKey),
  'one signed by a stranger': (service) => passport(service, {}, {}, newSecrets().passportKeys.gateway),
  'one of an unknown issuer': (service) =>
    passport(service, { iss: 'region' }, { kid: 'region' }, newSecrets().passportKeys.gateway),
  'one of another type': (service) => passport(service, {}, { typ: 'at+jwt' }),
  'one without a signature': async (service) =>
    raw({ alg: 'none', typ: 'hub-passport+jwt', kid: 'gateway' }, { kind: 'viewer', aud: service }, () => ''),
  'one under a shared secret': async (service) =>
    raw(
      { alg: 'HS256', typ: 'hub-passport+jwt', kid: 'gateway' },
      {
        kind: 'viewer',
        viewer: anonymous,
        locales: [],
        iss: 'gateway',
        sub: 'x',
        aud: service,
        iat: now(),
        exp: now() + 60,
      },
      hmac(hub.gatewayKey.x!),
    ),
};
const unauthenticated = { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] };

test.each(
  services.flatMap((service) => Object.entries(forgeries).map(([what, forge]) => [service, what, forge] as const)),
)('%s opens its GraphQL to no request with %s', async (service, _what, forge) => {
  const { url } = hub.services[service];
  const shown = await forge(service);
  const headers: Record<string, string> = shown === undefined ? {} : { [passportHeader]: shown };
  const entity = { representations: [{ __typename: 'MemberState', id: 'x' }] };
  for (const body of [
    { query: '{ __typename }' },
    { query: '{ _service { sdl } }' },
    { query: '{ __schema { types { name } } }' },
    {
      query: 'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }',
      variables: entity,
    },
    { query: 'mutation { __typename }' },
    { query: '{' },
  ]) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', ...headers },
      body: JSON.stringify(body),
    });
    expect([response.status, await response.json()]).toMatchObject([401, unauthenticated]);
  }
});

const anyMethod = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const paths = [
  '/graphql?query={__typename}',
  '/',
  '/graphql/',
  '/graphiql',
  '/metrics',
  '/internal',
  '/internal/log',
  '/internal/viewer',
  '/internal/sign-out',
  '/internal/receipts',
  '/.env',
  '/livez/x',
  '/readyz%00',
  '//livez',
  '/nothing',
];

test.each(services)(
  '%s says 401 to every path and method without a passport; health checks alone answer',
  async (service) => {
    const { url } = hub.services[service];
    for (const path of paths)
      for (const method of anyMethod) {
        const response = await fetch(url + path, { method, headers: { connection: 'close' } });
        await response.body?.cancel();
        expect([service, method, path, response.status]).toEqual([service, method, path, 401]);
      }
    for (const path of ['/livez', '/readyz']) {
      const response = await fetch(url + path, { headers: { connection: 'close' } });
      expect([path, response.status, await response.json()]).toEqual([path, 200, { status: 'ok' }]);
    }
  },
);

test.each(services)('%s opens no socket without a passport', async (service) => {
  const { url } = hub.services[service];
  for (const path of ['/', '/other', '/graphql/x'])
    expect([path, await socketCode(url, undefined, path)]).toEqual([path, 401]);
  const refused = service === 'practice' ? 4403 : 401; // the others stream nothing
  for (const shown of [
    undefined,
    '',
    'nonsense',
    await somebody(service),
    await passport('elsewhere', { kind: 'service' }),
  ])
    expect(await socketCode(url, { passport: shown })).toBe(refused);
});

test('a socket that was opened in the gateway’s name streams for nobody without their own passport', async () => {
  const { url } = hub.services.practice;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const frames: Json[] = [];
  const until = async (is: (frame: Json) => boolean) => {
    while (!frames.some(is)) await new Promise((resolve) => setTimeout(resolve, 5));
    return frames.find(is);
  };
  socket.on('message', (text) => frames.push(JSON.parse(String(text))));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(
    JSON.stringify({
      type: 'connection_init',
      payload: { passport: await (await passportSigner(hub.gatewayKey)).service('practice') },
    }),
  );
  await until(({ type }) => type === 'connection_ack');
  for (const [what, forge] of Object.entries(forgeries)) {
    const shown = await forge('practice');
    const query = 'subscription { practiceEvents { type } }';
    socket.send(JSON.stringify({ id: what, type: 'subscribe', payload: { query, extensions: { passport: shown } } }));
    expect([what, (await until(({ id }) => id === what)).type]).toEqual([what, 'error']);
  }
  socket.terminate();
});

test.each([
  ['membership', '/internal/log', 'GET'],
  ['membership', '/internal/viewer', 'POST'],
  ['membership', '/internal/sign-out', 'POST'],
  ['practice', '/internal/receipts', 'POST'],
] as const)('%s’s %s takes no viewer’s passport, however good', async (service, path, method) => {
  const response = await fetch(hub.services[service].url + path, {
    method,
    headers: { connection: 'close', 'content-type': 'application/json', [passportHeader]: await somebody(service) },
    ...(method === 'POST' && { body: '{}' }),
  });
  expect([response.status, await response.json()]).toMatchObject([401, unauthenticated]);
});
