/** Over HTTP: GraphQL for viewers' passports, the internal endpoints for services', the health checks for all. */
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { passportHeader } from '@hub/kit/passport';
import { hashOfSecret, newSecret, startOfSecret } from '@hub/kit/secret';
import type { Running } from '@hub/kit/process';
import { anonymous } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { developmentKey } from '../src/seed/development.js';
import { start } from '../src/service.js';
import { as, failing, issuer, seededDatabase, viewerOf } from './membership.js';
import { gateway, passportKeys, practice, stranger } from './passports.js';

let database: FreshDatabase;
let service: Running;
const config = () => ({ host: '127.0.0.1', port: 0, databaseUrl: database.url, passportKeys, log: failing });
beforeAll(async () => {
  database = await seededDatabase();
  service = await start(config());
});
afterAll(async () => {
  await service.close();
  await database.drop();
});

const request = async (path: string, passport: string | undefined, body?: string, type = 'application/json') => {
  const response = await fetch(service.url + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      connection: 'close',
      ...(body !== undefined && { 'content-type': type }),
      ...(passport && { [passportHeader]: passport }),
    },
    ...(body !== undefined && { body }),
  });
  return { status: response.status, body: await response.json() };
};
const ask = (query: string, passport: string | undefined, variables = {}) =>
  request('/graphql', passport, JSON.stringify({ query, variables }));
const kenya = JSON.stringify({ issuer, subject: 'focal-point:KEN' });
const refused = { status: 401, body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } };

test.each([
  ['no passport', async () => undefined],
  ['a passport for another service', () => gateway.viewer('practice', anonymous, [])],
  ['a service’s passport', () => gateway.service('membership')],
  ['a viewer invented with practice’s key', () => practice.viewer('membership', anonymous, [])],
  ['a passport under a stranger’s key', () => stranger.viewer('membership', anonymous, [])],
])('GraphQL with %s is 401, _service and _entities too', async (_name, passport) => {
  for (const query of ['{ viewer { kind } }', '{ _service { sdl } }', '{ __typename }'])
    expect(await ask(query, await passport())).toMatchObject(refused);
  const references = [{ __typename: 'MemberState', id: globalId('MemberState', 'KEN') }];
  const query = 'query ($references: [_Any!]!) { _entities(representations: $references) { __typename } }';
  expect(await ask(query, await passport(), { references })).toMatchObject(refused);
});

test('GraphQL with a viewer’s passport answers for that viewer', async () => {
  const viewer = (await viewerOf(database.url, 'focal-point:KEN'))!;
  const query = '{ viewer { kind person { id } memberState { iso3 } } }';
  expect(await ask(query, await gateway.viewer('membership', viewer, []))).toEqual({
    status: 200,
    body: {
      data: {
        viewer: {
          kind: 'PERSON',
          person: { id: globalId('Person', developmentKey('focal-point:KEN')) },
          memberState: { iso3: 'KEN' },
        },
      },
    },
  });
});

test.each([
  ['no passport', async () => undefined],
  ['a viewer’s passport', async () => gateway.viewer('membership', (await viewerOf(database.url, 'curator'))!, [])],
  ['a service’s passport for another service', () => gateway.service('practice')],
  ['a passport under a stranger’s key', () => stranger.service('membership')],
])('the internal endpoints with %s are 401', async (_name, passport) => {
  expect(await request('/internal/viewer', await passport(), kenya)).toMatchObject(refused);
  expect(await request('/internal/viewer', await passport(), '{')).toMatchObject(refused);
  expect(await request('/internal/audience', await passport(), '{"tokens":["s:KEN"]}')).toMatchObject(refused);
  expect(await request('/internal/log', await passport())).toMatchObject(refused);
  expect(await request('/internal/log?after=x', await passport())).toMatchObject(refused);
});

test.each([
  ['gateway', () => gateway.service('membership')],
  ['practice', () => practice.service('membership')],
])('%s learns who a subject is', async (_name, passport) => {
  expect(await request('/internal/viewer', await passport(), kenya)).toEqual({
    status: 200,
    body: await viewerOf(database.url, 'focal-point:KEN'),
  });
});

test('practice may ask for a person by key, the gateway for who holds an API key, and neither for the other’s', async () => {
  const person = JSON.stringify({ person: developmentKey('focal-point:KEN') });
  const apiKey = JSON.stringify({ apiKey: '0'.repeat(64) });
  const as = async (signer: typeof gateway, body: string) =>
    request('/internal/viewer', await signer.service('membership'), body);
  expect(await as(practice, person)).toEqual({ status: 200, body: await viewerOf(database.url, 'focal-point:KEN') });
  expect((await as(practice, JSON.stringify({ person: developmentKey('nobody') }))).status).toBe(404);
  expect((await as(gateway, apiKey)).status).toBe(404);
  for (const refusal of [await as(gateway, person), await as(practice, apiKey)])
    expect(refusal).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } });
});

test('an audience is counted by role and ceiling, a body with the States that are in it, and nobody is named', async () => {
  const ask = async (tokens: unknown) =>
    request('/internal/audience', await practice.service('membership'), JSON.stringify({ tokens }));
  const of = (token: string, roles: object, clients: object = {}) => ({
    of: token,
    roles,
    clients: { CLEAR: 0, GREEN: 0, AMBER: 1, ...clients },
  });
  const state = { FOCAL_POINT: 1, REVIEWER: 1 };
  expect(await ask(['s:KEN', 's:XXX', 'b:nobody'])).toEqual({
    status: 200,
    body: { groups: [of('s:KEN', state, { GREEN: 1 })] },
  });
  const members = ['DJI', 'ETH', 'KEN', 'SDN', 'SOM', 'SSD', 'UGA'];
  const { body } = await ask(['b:igad', 's:KEN']);
  expect(body).toEqual({
    groups: [
      of('b:igad', { OFFICER: 1 }),
      ...members.map((iso3) => of(`s:${iso3}`, state, iso3 === 'KEN' ? { GREEN: 1 } : {})),
    ],
  });
  expect(await ask([])).toEqual({ status: 200, body: { groups: [] } });
  for (const wrong of [null, 'x', ['p:x'], ['KEN'], [5], Array(501).fill('s:KEN')])
    expect((await ask(wrong)).status).toBe(400);
});

test('a key’s last use is noted to the minute, after the answer and in nobody’s way', async () => {
  const secret = newSecret('apiKey');
  const hash = hashOfSecret('apiKey', secret)!;
  await as(database.ownerUrl, (owner) =>
    owner.query(
      `insert into api_key (key, client_key, hash, start, created_at, expires_at)
       values (gen_random_uuid(), $1, $2, $3, now(), now() + interval '1 day')`,
      [developmentKey('integrator:ken'), hash, startOfSecret('apiKey', secret)],
    ),
  );
  const clock = { now: new Date() };
  const { url, close } = await start({ ...config(), now: () => clock.now });
  const ask = async () => {
    const headers = { [passportHeader]: await gateway.service('membership'), 'content-type': 'application/json' };
    const body = JSON.stringify({ apiKey: hash });
    const answer = await fetch(`${url}/internal/viewer`, {
      method: 'POST',
      headers: { connection: 'close', ...headers },
      body,
    });
    return (await answer.json()) as { key: string; validUntil: string };
  };
  const lastUse = async () =>
    as(
      database.ownerUrl,
      async (owner) =>
        (await owner.query('select last_used_at from api_key where hash = $1', [hash])).rows[0].last_used_at as Date,
    );
  const first = clock.now;
  await as(database.ownerUrl, async (other) => {
    await other.query('begin');
    await other.query('select from api_key where hash = $1 for update', [hash]); // whoever writes has to wait
    expect(await ask()).toMatchObject({
      key: developmentKey('integrator:ken'),
      validUntil: new Date(first.getTime() + 60_000).toISOString(), // to be asked again while it is used
    });
    await other.query('commit');
  });
  while ((await lastUse()) === null) await setImmediate();
  expect(await lastUse()).toEqual(first);
  clock.now = new Date(first.getTime() + 59_000);
  await ask();
  const later = (clock.now = new Date(first.getTime() + 61_000));
  await ask();
  await close(); // what was noted is written first
  expect(await lastUse()).toEqual(later);
});

test('nobody is 404', async () => {
  for (const subject of ['focal-point:XXX', `x' or true --`, '🦒'])
    expect(
      await request('/internal/viewer', await gateway.service('membership'), JSON.stringify({ issuer, subject })),
    ).toMatchObject({ status: 404, body: { errors: [{ extensions: { code: 'NOT_FOUND' } }] } });
});

test.each([
  ['{'],
  ['""'],
  ['null'],
  ['[]'],
  ['{}'],
  ['{"issuer":"i"}'],
  ['{"subject":"s"}'],
  ['{"issuer":"i","subject":""}'],
  ['{"issuer":"i","subject":5}'],
  ['{"issuer":["i"],"subject":"s"}'],
  ['{"issuer":"i","subject":"s","also":1}'],
  ['{"issuer":"i","subject":"s\\u0000"}'],
  ['{"issuer":"i","subject":"\\ud800"}'],
  ['{"issuer":"i","subject":{"__proto__":1}}'],
  [JSON.stringify({ issuer: 'i', subject: 's'.repeat(256) })],
  [JSON.stringify({ issuer: 'i'.repeat(2049), subject: 's' })],
])('a malformed question for a viewer is 400: %s', async (body) => {
  const answer = await request('/internal/viewer', await gateway.service('membership'), body);
  expect(answer).toMatchObject({ status: 400, body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } });
  expect(JSON.stringify(answer.body)).not.toMatch(/select|stack|node_modules/i);
});

test('a body of another type is refused', async () => {
  expect((await request('/internal/viewer', await gateway.service('membership'), kenya, 'text/xml')).status).toBe(415);
  expect((await request('/internal/viewer', await gateway.service('membership'), kenya, 'text/plain')).status).toBe(
    400,
  );
});

test.each([
  'after=-1',
  'after=x',
  'after=',
  'after=1.5',
  'after=99999999999999999',
  'limit=0',
  'limit=1001',
  'waitMs=5001',
  'after=1&after=2',
  'from=1',
])('a malformed question for the log is 400: %s', async (query) => {
  expect(await request(`/internal/log?${query}`, await gateway.service('membership'))).toMatchObject({
    status: 400,
    body: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
  });
});

test('health checks need no passport, and there is nothing else', async () => {
  for (const [path, status] of [
    ['/livez', 200],
    ['/readyz', 200],
    ['/internal', 401],
    ['/metrics', 401],
  ] as const)
    expect([path, (await request(path, undefined)).status]).toEqual([path, status]);
});
