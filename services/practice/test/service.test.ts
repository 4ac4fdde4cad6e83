/** The service on the network: nothing without a passport, and streams that live as long as theirs. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type PassportSigner, passportHeader, passportSigner } from '@hub/kit/passport';
import type { Running } from '@hub/kit/process';
import { anonymous } from '@hub/kit/viewer';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import { type Client, createClient } from 'graphql-ws';
import { type JWK, SignJWT, exportJWK, generateKeyPair, importJWK } from 'jose';
import WebSocket from 'ws';
import { migrateService } from '../src/migrations/all.js';
import { start } from '../src/service.js';
import { person } from './hub.js';

const viewer = person('OFFICER', 'b:igad');
const quiet = { info: () => undefined, error: () => undefined };
const key = async (kid: string): Promise<{ jwk: JWK; publicJwk: JWK }> => {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  return { jwk: { ...(await exportJWK(privateKey)), kid }, publicJwk: { ...(await exportJWK(publicKey)), kid } };
};

let database: FreshDatabase;
let service: Running;
let gateway: PassportSigner;
let practice: PassportSigner;
let stranger: PassportSigner;
let gatewayJwk: JWK;
beforeAll(async () => {
  database = await freshDatabase('practice', migrateService);
  const [own, other, foreign] = await Promise.all([key('gateway'), key('practice'), key('gateway')]);
  gatewayJwk = own.jwk;
  [gateway, practice, stranger] = await Promise.all([
    passportSigner(own.jwk),
    passportSigner(other.jwk),
    passportSigner(foreign.jwk),
  ]);
  service = await start({
    host: '127.0.0.1',
    port: 0,
    databaseUrl: database.url,
    passportKeys: { keys: [own.publicJwk, other.publicJwk] },
    membership: null,
    cursorKey: Buffer.alloc(32, 1),
    log: quiet,
  });
});
afterAll(async () => {
  await service.close();
  await database.drop();
});

const post = async (query: string, passport?: string, body: object = { query }) => {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      ...(passport && { [passportHeader]: passport }),
    },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    body: (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] },
  };
};
const signed = async (
  claims: Record<string, unknown>,
  change: (jwt: SignJWT) => SignJWT = (jwt) => jwt,
  typ = 'hub-passport+jwt',
) =>
  change(
    new SignJWT({ kind: 'viewer', viewer: anonymous, locales: [], ...claims })
      .setProtectedHeader({ alg: 'EdDSA', kid: 'gateway', typ })
      .setIssuer('gateway')
      .setSubject('anonymous:')
      .setAudience('practice')
      .setIssuedAt()
      .setExpirationTime('60s'),
  ).sign(await importJWK(gatewayJwk, 'EdDSA'));

describe('over HTTP', () => {
  test('a passport opens it, the health checks need none', async () => {
    expect(await post('{ __typename }', await gateway.viewer('practice', anonymous, []))).toEqual({
      status: 200,
      body: { data: { __typename: 'Query' } },
    });
    expect((await fetch(`${service.url}/livez`)).status).toBe(200);
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });

  test('everything else is 401 without a current viewer’s passport of the gateway for this service', async () => {
    const wrong: Record<string, string | undefined> = {
      none: undefined,
      nonsense: 'nonsense',
      'for another service': await gateway.viewer('region', viewer, []),
      'of another key': await stranger.viewer('practice', viewer, []),
      'a viewer’s, signed by practice': await practice.viewer('practice', viewer, []),
      'a service’s': await gateway.service('practice'),
      expired: await signed({}, (jwt) =>
        jwt.setIssuedAt(Math.floor(Date.now() / 1000) - 120).setExpirationTime(Math.floor(Date.now() / 1000) - 60),
      ),
      'good for a year': await signed({}, (jwt) =>
        jwt.setIssuedAt(Math.floor(Date.now() / 1000) - 300).setExpirationTime('1y'),
      ),
      'of another type': await signed({}, undefined, 'at+jwt'),
      unsigned: `${Buffer.from('{"alg":"none","kid":"gateway","typ":"hub-passport+jwt"}').toString('base64url')}.${Buffer.from('{}').toString('base64url')}.`,
    };
    for (const [name, passport] of Object.entries(wrong))
      for (const query of [
        '{ __typename }',
        '{ _service { sdl } }',
        '{ _entities(representations: []) { __typename } }',
        'not graphql',
      ]) {
        const { status, body } = await post(query, passport);
        expect([name, status, body.data, body.errors?.[0]?.extensions.code]).toEqual([
          name,
          401,
          undefined,
          'UNAUTHENTICATED',
        ]);
      }
    for (const path of ['/', '/graphql', '/metrics', '/internal/log'])
      expect([path, (await fetch(service.url + path)).status]).toEqual([path, 401]);
  });

  test('malformed input is BAD_USER_INPUT with its path, by literal and by variable', async () => {
    const passport = await gateway.viewer('practice', viewer, []);
    const cases: [query: string, variables: object, path: string[]][] = [
      ['{ practices(first: 0) { nodes { id } } }', {}, ['first']],
      ['{ practices(first: 101) { nodes { id } } }', {}, ['first']],
      ['{ practices(last: 0) { nodes { id } } }', {}, ['last']],
      ['{ practices(after: "?") { nodes { id } } }', {}, ['after']],
      ['{ practice(id: "?") { id } }', {}, ['id']],
      ['{ practices(filter: { regions: ["001", "1"] }) { nodes { id } } }', {}, ['filter', 'regions', '1']],
      [
        'query ($f: PracticeFilter) { practices(filter: $f) { nodes { id } } }',
        { f: { memberStates: ['KEN', 'ken'] } },
        ['filter', 'memberStates', '1'],
      ],
      [
        'query ($iso: [Iso3!]) { practices(filter: { memberStates: $iso }) { nodes { id } } }',
        { iso: ['K'] },
        ['filter', 'memberStates', '0'],
      ],
      [
        'query ($d: DateTime) { practices(filter: { submittedSince: $d }) { nodes { id } } }',
        { d: '2026-02-30T00:00:00Z' },
        ['filter', 'submittedSince'],
      ],
      ['{ practices { nodes { title(locale: "english please") { text } } } }', {}, ['locale']],
      [
        'query ($f: PracticeFilter) { practices(filter: $f) { nodes { id } } }',
        { f: { markings: ['PURPLE'] } },
        ['filter', 'markings', '0'],
      ],
      ['query ($f: PracticeFilter) { practices(filter: $f) { nodes { id } } }', { f: { colour: 'red' } }, ['filter']],
      ['{ practices(filter: { concerns: "Not A Slug" }) { nodes { id } } }', {}, ['filter', 'concerns']],
    ];
    for (const [query, variables, path] of cases) {
      const { body } = await post(query, passport, { query, variables });
      expect([query, body.errors?.[0]?.extensions]).toEqual([query, { code: 'BAD_USER_INPUT', path }]);
    }
  });
});

test('a GET asks and does not write', async () => {
  const passport = await gateway.viewer('practice', person('FOCAL_POINT', 's:KEN'), []);
  const get = (query: string) =>
    fetch(`${service.url}/graphql?query=${encodeURIComponent(query)}`, { headers: { [passportHeader]: passport } });
  expect((await get('{ __typename }')).status).toBe(200);
  const draft = 'mutation { createPractice(input: { title: "x", owner: { memberState: "KEN" } }) { practice { id } } }';
  expect((await get(draft)).status).toBe(405);
});

describe('over WebSocket', () => {
  const connect = (passport: () => Promise<string>, more: object = {}): Client =>
    createClient({
      url: `${service.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: async () => ({ passport: await passport() }),
      ...more,
    });
  const subscription = 'subscription { practiceEvents { type } }';

  test('a connection without a service passport closes with 4403', async () => {
    for (const passport of [
      () => gateway.viewer('practice', viewer, []),
      () => gateway.service('region'),
      async () => 'nonsense',
    ]) {
      const client = connect(passport);
      await expect(client.iterate({ query: subscription }).next()).rejects.toMatchObject({ code: 4403 });
      await client.dispose();
    }
  });

  test('an operation without a viewer’s passport is UNAUTHENTICATED', async () => {
    const client = connect(() => gateway.service('practice'));
    await expect(client.iterate({ query: subscription }).next()).rejects.toMatchObject([
      { extensions: { code: 'UNAUTHENTICATED' } },
    ]);
    await client.dispose();
  });

  const shortLived = (asker = viewer, life = '2s') => signed({ viewer: asker }, (jwt) => jwt.setExpirationTime(life));
  /** A stream that has begun, and whose passport can be renewed. */
  const streamed = async (passport: string) => {
    let socket!: WebSocket;
    const client = connect(() => gateway.service('practice'), {
      generateID: () => 'the-stream',
      on: { opened: (opened: WebSocket) => (socket = opened) },
    });
    const stream = client.iterate({ query: subscription, extensions: { passport } });
    expect((await stream.next()).value).toMatchObject({ data: { practiceEvents: { type: 'CAUGHT_UP' } } });
    const ended = stream.next().then(
      () => 'an event',
      (errors: { extensions: { code: string } }[]) => [Date.now(), errors[0]!.extensions.code],
    ) as Promise<[number, string]>;
    /** Resolves with the pong to it. */
    const renew = (renewed: string) =>
      new Promise<unknown>((resolve) => {
        socket.once('message', (data) => resolve(JSON.parse(String(data))));
        socket.send(JSON.stringify({ type: 'ping', payload: { passports: { 'the-stream': renewed } } }));
      });
    return { renew, ended, close: () => client.dispose() };
  };

  test('an idle stream ends when its passport runs out, and lives on when it is renewed by one of the same viewer', async () => {
    const { renew, ended, close } = await streamed(await shortLived());
    const begun = Date.now();
    const renewed = await shortLived(viewer, '5s');
    expect(await renew(renewed)).toEqual({ type: 'pong', payload: { passports: { 'the-stream': renewed } } });
    const [at, code] = await ended;
    expect(code).toBe('UNAUTHENTICATED');
    expect(at - begun).toBeGreaterThan(2_500); // past the first passport
    await close();
  });

  test.each([
    ['somebody else’s', () => signed({ viewer: person('OFFICER', 'b:igad') })],
    ['that is none', async () => 'nonsense'],
  ])('a stream ends at once when it is renewed by a passport %s: whoever renews has a reason', async (_whose, make) => {
    const { renew, ended, close } = await streamed(await signed({ viewer }));
    const begun = Date.now();
    void renew(await make());
    const [at, code] = await ended;
    expect([code, at - begun < 1_000]).toEqual(['UNAUTHENTICATED', true]);
    await close();
  });

  test('a renewal on the heels of its operation counts', async () => {
    const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const frames: { type: string; id?: string }[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data)) as { type: string }));
    await new Promise((resolve) => socket.on('open', resolve));
    const send = (message: object) => socket.send(JSON.stringify(message));
    send({ type: 'connection_init', payload: { passport: await gateway.service('practice') } });
    while (frames.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const [first, second] = [await shortLived(), await shortLived(viewer, '10s')];
    send({ id: '1', type: 'subscribe', payload: { query: subscription, extensions: { passport: first } } });
    send({ type: 'ping', payload: { passports: { 1: second } } });
    await new Promise((resolve) => setTimeout(resolve, 2_200)); // the first has run out
    expect(frames.map(({ type }) => type).toSorted()).toEqual(['connection_ack', 'next', 'pong']);
    socket.terminate();
  });
});
