/** Who is let in, and what services are told of them. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { newSecret } from '@hub/kit/secret';
import { anonymous } from '@hub/kit/viewer';
import { type SignIn, startSignIn, viewer } from './signIn.js';
import { type World, startGateway, startWorld } from './world.js';

let world: World;
let signIn: SignIn;
let gateway: Awaited<ReturnType<typeof startGateway>>;
beforeAll(async () => {
  world = await startWorld();
  signIn = await startSignIn();
  signIn.viewers.set('ann', viewer('11111111-1111-4111-8111-111111111111', 'igad'));
  gateway = await startGateway(world, { identity: signIn.identity });
});
afterEach(() => {
  for (const subgraph of Object.values(world.subgraphs)) subgraph.asked.length = 0;
  signIn.lookUps.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await signIn.stop();
  await world.stop();
});

const body = { query: '{ book(isbn: "1") { title author { name } } }' };
const answer = { book: { title: 'One', author: { name: 'Ann' } } };

test.each(['RS256', 'ES256', 'EdDSA'] as const)('a token signed with %s opens the door', async (algorithm) => {
  const { status, json } = await gateway.post(body, await signIn.as('ann', { algorithm }));
  expect([status, json]).toEqual([200, { data: answer }]);
});

test('the media type of a token may be written out', async () => {
  const { status } = await gateway.post(body, await signIn.as('ann', { type: 'application/at+jwt' }));
  expect(status).toBe(200);
});

test('each service gets a passport of its own that says who asks, in which languages', async () => {
  await gateway.post(body, { ...(await signIn.as('ann')), 'accept-language': 'fr;q=0.5, SW-ke, xx_bad, *, en;q=0' });
  const { books, people } = world.subgraphs;
  for (const { name, asked } of [books, people]) {
    const passport = await signIn.read(asked[0]!.passport, name);
    expect(passport).toMatchObject({ kind: 'viewer', viewer: signIn.viewers.get('ann'), locales: ['sw-KE', 'fr'] });
  }
  await expect(signIn.read(books.asked[0]!.passport, 'people')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('nobody’s passport says anonymous, and membership is not asked', async () => {
  await gateway.post(body);
  const passport = await signIn.read(world.subgraphs.books.asked[0]!.passport, 'books');
  expect(passport).toMatchObject({ kind: 'viewer', viewer: { kind: 'anonymous', key: null, roles: [] }, locales: [] });
  expect(signIn.lookUps).toEqual([]);
});

test('a passport serves the same viewer again; membership is asked for each request', async () => {
  const headers = await signIn.as('ann');
  await gateway.post(body, headers);
  await gateway.post(body, headers);
  const [first, second] = world.subgraphs.books.asked;
  expect(first!.passport).toBe(second!.passport);
  expect(signIn.lookUps).toEqual(['ann', 'ann']);
});

const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = () => ({
  iss: signIn.issuer,
  aud: signIn.identity.audience,
  sub: 'ann',
  exp: Math.floor(Date.now() / 1000) + 300,
});
const bad: [string, () => Promise<string>][] = [
  [
    'without a signature (alg none)',
    async () => `Bearer ${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(claims())}.`,
  ],
  ['signed with a shared secret (HS256)', async () => `Bearer ${await signIn.token('ann', { algorithm: 'HS256' })}`],
  ['of another issuer', async () => `Bearer ${await signIn.token('ann', { issuer: 'https://elsewhere.example' })}`],
  ['for another audience', async () => `Bearer ${await signIn.token('ann', { audience: 'https://other.example' })}`],
  ['for no audience', async () => `Bearer ${await signIn.token('ann', { audience: null })}`],
  ['of another type (an ID token)', async () => `Bearer ${await signIn.token('ann', { type: 'JWT' })}`],
  ['that has run out', async () => `Bearer ${await signIn.token('ann', { expiresAt: new Date(Date.now() - 60_000) })}`],
  ['that never runs out', async () => `Bearer ${await signIn.token('ann', { expiresAt: null })}`],
  ['signed by somebody else', async () => `Bearer ${await signIn.token('ann', { foreignKey: true })}`],
  [
    'that was tampered with',
    async () => {
      const [header, , signature] = (await signIn.token('bea')).split('.');
      return `Bearer ${header}.${encoded(claims())}.${signature}`;
    },
  ],
  ['that is an API key nobody has', async () => `Bearer ${newSecret('apiKey')}`],
  ['that is an API key cut off', async () => `Bearer ${newSecret('apiKey').slice(0, -1)}`],
  ['that is an API key of another scheme', async () => `Basic ${newSecret('apiKey')}`],
  ['that is no token', async () => 'Bearer nonsense'],
  ['of another scheme', async () => `Basic ${await signIn.token('ann')}`],
  ['without a scheme', async () => signIn.token('ann')],
  ['that is empty', async () => ''],
];
test.each(bad)('a token %s is refused, whatever is asked, and tells nothing', async (_how, authorization) => {
  const { status, json, headers } = await gateway.post(
    { query: '{ __typename }' },
    { authorization: await authorization() },
  );
  expect([status, json.errors![0]!.extensions]).toEqual([401, { code: 'UNAUTHENTICATED' }]);
  expect(json.data).toBeUndefined();
  expect(headers.get('www-authenticate')).toBe('Bearer');
  expect(world.subgraphs.books.asked).toEqual([]);
});

test('an API key opens the door for its client; membership is asked by its hash, and services see neither', async () => {
  const key = newSecret('apiKey');
  const client = { ...viewer('22222222-2222-4222-8222-222222222222'), kind: 'client', ceiling: 'AMBER' } as const;
  signIn.holders.set(createHash('sha256').update(key).digest('hex'), client);
  const { status, json } = await gateway.post(body, { authorization: `Bearer ${key}` });
  expect([status, json]).toEqual([200, { data: answer }]);
  expect(signIn.lookUps).toEqual([...signIn.holders.keys()]);
  const { headers, passport } = world.subgraphs.books.asked[0]!;
  expect(await signIn.read(passport, 'books')).toMatchObject({ viewer: client });
  expect(JSON.stringify([headers, gateway.logged])).not.toContain(key.slice(9, 30));
  expect(JSON.stringify(headers)).not.toContain(signIn.lookUps[0]);
});

test('an API key that is misspelt is refused without asking anybody', async () => {
  const key = newSecret('apiKey');
  const misspelt = key.slice(0, 20) + (key[20] === 'x' ? 'y' : 'x') + key.slice(21);
  expect((await gateway.post(body, { authorization: `Bearer ${misspelt}` })).status).toBe(401);
  expect(signIn.lookUps).toEqual([]);
});

test('a key that was revoked and one that never was get the same answer', async () => {
  const revoked = newSecret('apiKey');
  const hash = createHash('sha256').update(revoked).digest('hex');
  signIn.holders.set(hash, viewer('22222222-2222-4222-8222-222222222222'));
  expect((await gateway.post(body, { authorization: `Bearer ${revoked}` })).status).toBe(200);
  signIn.holders.delete(hash);
  const [first, second] = await Promise.all(
    [revoked, newSecret('apiKey')].map((key) => gateway.post(body, { authorization: `Bearer ${key}` })),
  );
  expect(first!.status).toBe(401);
  expect([second!.status, second!.json]).toEqual([first!.status, first!.json]);
});

test('somebody the hub does not know is anonymous to every service, and is not taken for signed in', async () => {
  const { status, json } = await gateway.post(body, await signIn.as('stranger'));
  expect([status, json]).toEqual([200, { data: answer }]);
  for (const { name, asked } of [world.subgraphs.books, world.subgraphs.people])
    expect((await signIn.read(asked[0]!.passport, name)) as object).toMatchObject({ viewer: anonymous });
  expect(world.subgraphs.books.asked[0]!.passport).not.toContain(encoded('stranger').slice(0, -1));
});

test('without membership signed-in requests fail, anonymous ones work, and all do once it is back', async () => {
  const headers = await signIn.as('ann');
  await signIn.membership.stop();
  const { status, json } = await gateway.post(body, headers);
  expect([status, json.errors![0]!.extensions['code']]).toEqual([503, 'SUBGRAPH_UNAVAILABLE']);
  expect((await gateway.post(body)).json).toEqual({ data: answer });
  const ready = await fetch(`${gateway.url}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([200, { services: { books: true, 'sign-in': false } }]);
  await signIn.membership.start();
  expect((await gateway.post(body, headers)).json).toEqual({ data: answer });
});

test('without the provider’s keys nobody can sign in, and a gateway that has them goes on', async () => {
  await signIn.provider.stop();
  const fresh = await startGateway(world, { identity: signIn.identity });
  const headers = await signIn.as('ann');
  try {
    const { status, json } = await fresh.post(body, headers);
    expect([status, json.errors![0]!.extensions['code']]).toEqual([503, 'SUBGRAPH_UNAVAILABLE']);
    expect((await fresh.post(body)).status).toBe(200);
    expect((await gateway.post(body, headers)).status).toBe(200);
    await signIn.provider.start();
    expect((await fresh.post(body, headers)).status).toBe(200);
  } finally {
    await fresh.close();
  }
});

test('another gateway gets a passport per service from the internal listener, and only there', async () => {
  const ask = (url: string, headers: Record<string, string>) => fetch(`${url}/passport`, { method: 'POST', headers });
  const given = await ask(gateway.internalUrl!, { ...(await signIn.as('ann')), 'accept-language': 'fr' });
  const passports = (await given.json()) as Record<string, string>;
  expect(Object.keys(passports).sort()).toEqual(['books', 'people', 'places']);
  expect(await signIn.read(passports['people'], 'people')).toMatchObject({
    viewer: signIn.viewers.get('ann'),
    locales: ['fr'],
  });
  const refused = await ask(gateway.internalUrl!, { authorization: 'Bearer x' });
  expect([refused.status, await refused.json()]).toMatchObject([
    401,
    { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  ]);
  expect((await ask(gateway.url, {})).status).toBe(404);
  expect((await fetch(`${gateway.internalUrl}/graphql?query={__typename}`)).status).toBe(404);
});
