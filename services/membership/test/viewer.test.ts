/** Who an issuer's subject is, as the database answers and as the API shows it. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { scopeNames } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { developmentKey } from '../src/seed/development.js';
import { readBodies } from '../src/seed/data.js';
import { as, issuer, openMembership, seededDatabase, viewerOf } from './membership.js';

let database: FreshDatabase;
let membership: Awaited<ReturnType<typeof openMembership>>;
beforeAll(async () => {
  database = await seededDatabase();
  membership = await openMembership(database.url);
});
afterAll(async () => {
  await membership.close();
  await database.drop();
});

const bodiesOf = (iso3: string) =>
  readBodies()
    .bodies.filter(({ members }) => members.includes(iso3))
    .map(({ id }) => `b:${id}`)
    .toSorted();

test.each([
  ['focal-point:KEN', 'FOCAL_POINT', 's:KEN', ['s:KEN', ...bodiesOf('KEN')]],
  ['reviewer:NRU', 'REVIEWER', 's:NRU', ['s:NRU', ...bodiesOf('NRU')]],
  ['officer:igad', 'OFFICER', 'b:igad', ['b:igad']],
  ['curator', 'CURATOR', null, []],
  ['auditor', 'AUDITOR', null, []],
])('%s holds the role %s of %s and reaches these groups', async (subject, role, of, groups) => {
  expect(await viewerOf(database.url, subject)).toEqual({
    kind: 'person',
    key: developmentKey(subject),
    roles: [{ role, of, groups }],
    scopes: [...scopeNames],
    ceiling: 'RED',
    validUntil: null,
  });
});

test.each([
  ['integrator:igad', 'b:igad', 'AMBER', ['b:igad']],
  ['integrator:ken', 's:KEN', 'AMBER', ['s:KEN', ...bodiesOf('KEN')]],
  ['integrator:dashboard', 's:KEN', 'GREEN', ['s:KEN', ...bodiesOf('KEN')]],
])('%s is a client of %s up to %s', async (subject, of, ceiling, groups) => {
  expect(await viewerOf(database.url, subject)).toEqual({
    kind: 'client',
    key: developmentKey(subject),
    roles: [{ role: 'INTEGRATOR', of, groups }],
    scopes: ['practices:read', 'events:read'],
    ceiling,
    validUntil: null,
  });
});

test('an unknown subject, or a known one of another issuer, is nobody', async () => {
  expect(await viewerOf(database.url, 'focal-point:XXX')).toBeNull();
  expect(await viewerOf(database.url, 'focal-point:KEN', 'https://other.test/')).toBeNull();
  expect(await viewerOf(database.url, 'focal-point:KEN', issuer.slice(0, -1))).toBeNull();
});

test('an API client that has expired or was ended is nobody', async () => {
  await as(database.ownerUrl, async (owner) => {
    await owner.query(`update api_client set expires_at = now() + interval '1 hour' where name = 'uga'`);
    await owner.query(`update api_client set expires_at = now() where name = 'tza'`);
    await owner.query(`update api_client set ended_at = now() where name = 'rwa'`);
  });
  expect(await viewerOf(database.url, 'integrator:uga')).toMatchObject({ kind: 'client' });
  expect(await viewerOf(database.url, 'integrator:tza')).toBeNull();
  expect(await viewerOf(database.url, 'integrator:rwa')).toBeNull();
});

test('only what is current counts: roles and memberships of the past and of the future do not', async () => {
  await as(database.ownerUrl, async (owner) => {
    const key = developmentKey('officer:eu');
    await owner.query(
      `insert into person_role (key, person_key, role, of, valid_from, valid_until) values
         (gen_random_uuid(), $1, 'REVIEWER', 's:FRA', now() - interval '2 days', now() - interval '1 day'),
         (gen_random_uuid(), $1, 'REVIEWER', 's:DEU', now() + interval '1 hour', null),
         (gen_random_uuid(), $1, 'CONTRIBUTOR', 's:MUS', now() - interval '1 hour', now() + interval '1 hour')`,
      [key],
    );
    await owner.query(
      `update membership set valid_until = current_date where iso3 = 'MUS' and body = 'sadc';
       update membership set valid_until = current_date + 2 where iso3 = 'MUS' and body = 'au';
       insert into membership (key, iso3, body, valid_from) values (gen_random_uuid(), 'MUS', 'eac', current_date + 2)`,
    );
  });
  expect(await viewerOf(database.url, 'officer:eu')).toMatchObject({
    roles: [
      { role: 'CONTRIBUTOR', of: 's:MUS', groups: ['s:MUS', ...bodiesOf('MUS').filter((body) => body !== 'b:sadc')] },
      { role: 'OFFICER', of: 'b:eu', groups: ['b:eu'] },
    ],
  });
});

test('an answer says until when it holds when nothing happens: to the next start or end of a role or membership', async () => {
  const key = developmentKey('focal-point:FJI');
  const until = async () => (await viewerOf(database.url, 'focal-point:FJI'))!.validUntil;
  const at = (seconds: number) => new Date(Math.ceil(Date.now() / 1000 + seconds) * 1000).toISOString();
  const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const change = (sql: string, values: unknown[]) => as(database.ownerUrl, (owner) => owner.query(sql, values));
  expect(await until()).toBeNull();
  await change(`insert into membership (key, iso3, body, valid_from) values (gen_random_uuid(), 'FJI', 'eac', $1)`, [
    day(30),
  ]);
  expect(await until()).toBe(`${day(30)}T00:00:00.000Z`);
  await change(`update membership set valid_until = $1 where iso3 = 'FJI' and body = 'pif'`, [day(20)]);
  expect(await until()).toBe(`${day(20)}T00:00:00.000Z`);
  const [starts, ends] = [at(7200), at(3600)];
  const role = `insert into person_role (key, person_key, role, of, valid_from, valid_until) values (gen_random_uuid(), $1, 'REVIEWER', 's:TON', $2, $3)`;
  await change(role, [key, starts, null]);
  expect(await until()).toBe(starts);
  await change(role, [key, at(-3600), ends]);
  expect(await until()).toBe(ends);
  const { rows } = await as(database.url, (app) =>
    app.query(`select viewer_of($1, 'focal-point:FJI', $2) as viewer`, [issuer, ends]),
  );
  expect(rows[0].viewer).toMatchObject({ roles: [{ role: 'FOCAL_POINT' }], validUntil: starts });
});

const whoAmI = `{ viewer { kind ceiling scopes person { id name email roles { role } } client { name memberState { iso3 } regionalBody { id } expiresAt }
  memberState { iso3 } regionalBody { id } roles { role memberState { iso3 } regionalBody { id } } } }`;

test('the API says who asks: an anonymous viewer', async () => {
  expect(await membership.ask(whoAmI)).toEqual({
    data: {
      viewer: {
        kind: 'ANONYMOUS',
        ceiling: 'CLEAR',
        scopes: ['practices:read', 'events:read'],
        person: null,
        client: null,
        memberState: null,
        regionalBody: null,
        roles: [],
      },
    },
    errors: [],
  });
});

test('a person', async () => {
  const viewer = (await viewerOf(database.url, 'focal-point:KEN'))!;
  expect((await membership.ask(whoAmI, {}, { viewer })).data.viewer).toEqual({
    kind: 'PERSON',
    ceiling: 'RED',
    scopes: [...scopeNames],
    person: {
      id: globalId('Person', developmentKey('focal-point:KEN')),
      name: null,
      email: null,
      roles: [{ role: 'FOCAL_POINT' }],
    },
    client: null,
    memberState: { iso3: 'KEN' },
    regionalBody: null,
    roles: [{ role: 'FOCAL_POINT', memberState: { iso3: 'KEN' }, regionalBody: null }],
  });
});

test('and an API client', async () => {
  const viewer = (await viewerOf(database.url, 'integrator:igad'))!;
  const igad = { id: globalId('RegionalBody', 'igad') };
  expect((await membership.ask(whoAmI, {}, { viewer })).data.viewer).toMatchObject({
    kind: 'CLIENT',
    ceiling: 'AMBER',
    scopes: ['practices:read', 'events:read'],
    person: null,
    client: { name: 'igad', memberState: null, regionalBody: igad, expiresAt: null },
    memberState: null,
    regionalBody: igad,
    roles: [{ role: 'INTEGRATOR', memberState: null, regionalBody: igad }],
  });
});

test('a reference to a person or client is null to whom it is not for', async () => {
  const references = [
    { __typename: 'Person', id: globalId('Person', developmentKey('focal-point:KEN')) },
    { __typename: 'ApiClient', id: globalId('ApiClient', developmentKey('integrator:ken')) },
  ];
  const seenBy = async (subject: string | null) => {
    const viewer = subject ? { viewer: (await viewerOf(database.url, subject))! } : {};
    const query = `query ($references: [_Any!]!) { _entities(representations: $references) { __typename } }`;
    const { data, errors } = await membership.ask(query, { references }, viewer);
    expect(errors).toEqual([]);
    return data._entities;
  };
  const both = [{ __typename: 'Person' }, { __typename: 'ApiClient' }];
  expect(await seenBy('reviewer:KEN')).toEqual(both);
  expect(await seenBy('curator')).toEqual(both);
  expect(await seenBy('integrator:ken')).toEqual([null, { __typename: 'ApiClient' }]);
  expect(await seenBy('focal-point:UGA')).toEqual([{ __typename: 'Person' }, null]); // listed in the directory
  expect(await seenBy(null)).toEqual([null, null]);
});
