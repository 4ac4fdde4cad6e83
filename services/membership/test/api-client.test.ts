/** API clients and their keys: who makes them, what they are, and that a key does what it was given and no more. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { hashOfSecret } from '@hub/kit/secret';
import type { Viewer, ViewerAnswer } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { settings } from '../src/person/viewer.settings.js';
import { developmentKey } from '../src/seed/development.js';
import { as, openMembership, seededDatabase, viewerOf } from './membership.js';

const hourMs = 3_600_000;
let database: FreshDatabase;
let membership: Awaited<ReturnType<typeof openMembership>>;
const clock = { now: new Date() };
beforeAll(async () => {
  database = await seededDatabase();
  membership = await openMembership(database.url, () => clock.now);
});
afterAll(async () => {
  await membership.close();
  await database.drop();
});

const viewer = async (subject: string): Promise<Viewer> => (await viewerOf(database.url, subject))!;
const owner = <T>(sql: string, values: unknown[] = []): Promise<T[]> =>
  as(database.ownerUrl, async (client) => (await client.query(sql, values)).rows as T[]);
/** Who holds a key at a moment, as the gateway is told. */
const holder = (secret: string, moment = clock.now): Promise<ViewerAnswer | null> =>
  as(
    database.url,
    async (client) =>
      (await client.query('select viewer_of_key($1, $2) as viewer', [hashOfSecret('apiKey', secret), moment])).rows[0]
        .viewer,
  );
const ask = async (subject: string, query: string, variables: object = {}) =>
  membership.ask(query, variables as Record<string, unknown>, { viewer: await viewer(subject) });

const fields = 'id name scopes ceiling expiresAt createdAt endedAt memberState { iso3 } regionalBody { id }';
const keyFields = 'id prefix createdAt expiresAt lastUsedAt revokedAt';
const faults = 'userErrors { code path }';
const createClient = `mutation ($input: CreateApiClientInput!) { createApiClient(input: $input) { apiClient { ${fields} } ${faults} } }`;
const createKey = `mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey { ${keyFields} } secret ${faults} } }`;
const rotateKey = `mutation ($input: RotateApiKeyInput!) { rotateApiKey(input: $input) { apiKey { ${keyFields} } secret replaced { ${keyFields} } ${faults} } }`;
const revokeKey = `mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { ${keyFields} } ${faults} } }`;
const endClient = `mutation ($input: EndApiClientInput!) { endApiClient(input: $input) { apiClient { endedAt keys { id } } ${faults} } }`;

let count = 0;
const kenya = { owner: { memberState: 'KEN' }, scopes: ['practices:read'], ceiling: 'AMBER' };
async function clientOf(subject = 'focal-point:KEN', change: object = {}) {
  const { data } = await ask(subject, createClient, { input: { ...kenya, name: `client ${++count}`, ...change } });
  expect(data.createApiClient.userErrors).toEqual([]);
  return data.createApiClient.apiClient as { id: string };
}
async function keyOf(clientId: string, subject = 'focal-point:KEN', input: object = { lifetimeHours: 24 }) {
  const { data } = await ask(subject, createKey, { input: { clientId, ...input } });
  expect(data.createApiKey.userErrors).toEqual([]);
  return data.createApiKey as { secret: string; apiKey: { id: string; expiresAt: string } };
}

test.each([
  ['a focal point', 'focal-point:KEN', { memberState: 'KEN' }, 's:KEN'],
  ['an officer', 'officer:igad', { regionalBody: 'igad' }, 'b:igad'],
])('%s creates a client, gives it a key, and the key is the client', async (_who, subject, of, token) => {
  const client = await clientOf(subject, { owner: of, scopes: ['events:read', 'practices:read', 'events:read'] });
  expect(client).toMatchObject({
    scopes: ['events:read', 'practices:read'],
    ceiling: 'AMBER',
    expiresAt: null,
    createdAt: clock.now.toISOString(),
    endedAt: null,
  });
  const { secret, apiKey } = await keyOf(client.id, subject);
  expect(secret).toMatch(/^gpe_live_[0-9A-Za-z]{49}$/);
  expect(apiKey).toEqual({
    id: expect.any(String),
    prefix: secret.slice(0, 13),
    createdAt: clock.now.toISOString(),
    expiresAt: new Date(clock.now.getTime() + 24 * hourMs).toISOString(),
    lastUsedAt: null,
    revokedAt: null,
  });
  expect(await holder(secret)).toMatchObject({
    kind: 'client',
    scopes: ['events:read', 'practices:read'],
    ceiling: 'AMBER',
    roles: [{ role: 'INTEGRATOR', of: token }],
    validUntil: apiKey.expiresAt,
  });
});

test('an alternate creates clients too; a contributor, a reviewer, a curator and another State do not', async () => {
  const asRole = async (role: string, of: string | null) => {
    const person = { ...(await viewer('focal-point:KEN')), roles: [{ role, of, groups: [] }] } as unknown as Viewer;
    const input = { ...kenya, name: `of ${role} ${of}` };
    const { data } = await membership.ask(createClient, { input }, { viewer: person });
    return data.createApiClient.userErrors;
  };
  const refused = [{ code: 'NOT_PERMITTED', path: ['owner', 'memberState'] }];
  expect(await asRole('ALTERNATE', 's:KEN')).toEqual([]);
  for (const [role, of] of [
    ['CONTRIBUTOR', 's:KEN'],
    ['REVIEWER', 's:KEN'],
    ['CURATOR', null],
    ['FOCAL_POINT', 's:UGA'],
  ] as const)
    expect([role, await asRole(role, of)]).toEqual([role, refused]);
});

test('everything that is wrong with a client is told at once', async () => {
  const input = {
    owner: { memberState: 'KEN', regionalBody: 'igad' },
    name: ' ',
    scopes: ['practices:write', 'practices:read'],
    ceiling: 'AMBER_STRICT',
    expiresAt: clock.now.toISOString(),
  };
  expect((await ask('focal-point:KEN', createClient, { input })).data.createApiClient).toEqual({
    apiClient: null,
    userErrors: [
      { code: 'INVALID', path: ['owner'] },
      { code: 'REQUIRED', path: ['name'] },
      { code: 'UNKNOWN', path: ['scopes', '0'] },
      { code: 'INVALID', path: ['ceiling'] },
      { code: 'INVALID', path: ['expiresAt'] },
    ],
  });
  const wrong = async (change: object) =>
    (await ask('focal-point:KEN', createClient, { input: { ...kenya, name: 'x', ...change } })).data.createApiClient
      .userErrors;
  expect(await wrong({ owner: { memberState: 'XXX' } })).toEqual([{ code: 'UNKNOWN', path: ['owner', 'memberState'] }]);
  expect(await wrong({ owner: { regionalBody: 'x' } })).toEqual([{ code: 'UNKNOWN', path: ['owner', 'regionalBody'] }]);
  expect(await wrong({ owner: {} })).toEqual([{ code: 'INVALID', path: ['owner'] }]);
  expect(await wrong({ name: 'x'.repeat(101) })).toEqual([{ code: 'TOO_LONG', path: ['name'] }]);
  expect(await wrong({ name: 'a\nb' })).toEqual([{ code: 'INVALID', path: ['name'] }]);
  expect(await wrong({ scopes: [] })).toEqual([{ code: 'REQUIRED', path: ['scopes'] }]);
  expect(await wrong({ ceiling: 'RED' })).toEqual([{ code: 'INVALID', path: ['ceiling'] }]);
});

test('a name is taken once among the clients of an owner, until its client is ended', async () => {
  const { id } = await clientOf('focal-point:KEN', { name: 'portal' });
  const again = () => ask('focal-point:KEN', createClient, { input: { ...kenya, name: 'portal' } });
  expect((await again()).data.createApiClient).toEqual({
    apiClient: null,
    userErrors: [{ code: 'CONFLICT', path: ['name'] }],
  });
  await ask('focal-point:KEN', endClient, { input: { clientId: id } });
  expect((await again()).data.createApiClient.userErrors).toEqual([]);
});

test.each([
  [{ lifetimeHours: 0 }, 'INVALID', 'lifetimeHours'],
  [{ lifetimeHours: -1 }, 'INVALID', 'lifetimeHours'],
  [{ lifetimeHours: 8761 }, 'INVALID', 'lifetimeHours'],
  [{ expiresAt: new Date(Date.now() + 0.5 * hourMs).toISOString() }, 'INVALID', 'expiresAt'],
  [{ expiresAt: new Date(Date.now() + 366 * 24 * hourMs).toISOString() }, 'INVALID', 'expiresAt'],
  [{}, 'REQUIRED', 'lifetimeHours'],
  [{ lifetimeHours: 2, expiresAt: new Date(Date.now() + 2 * hourMs).toISOString() }, 'INVALID', 'lifetimeHours'],
])('a key for %j is refused', async (lifetime, code, field) => {
  const { id } = await clientOf();
  const { data } = await ask('focal-point:KEN', createKey, { input: { clientId: id, ...lifetime } });
  expect(data.createApiKey).toEqual({ apiKey: null, secret: null, userErrors: [{ code, path: [field] }] });
});

test('a key is good for an hour to a year, to the moment', async () => {
  const { id } = await clientOf();
  for (const hours of [1, 8760]) {
    const { secret } = await keyOf(id, 'focal-point:KEN', { lifetimeHours: hours });
    const end = clock.now.getTime() + hours * hourMs;
    expect(await holder(secret, new Date(end - 1))).not.toBeNull();
    expect(await holder(secret, new Date(end))).toBeNull();
  }
});

test('a client has ten working keys at most; one that is revoked makes room', async () => {
  const { id } = await clientOf();
  const keys = [];
  for (let n = 0; n < 10; n += 1) keys.push(await keyOf(id));
  const more = () => ask('focal-point:KEN', createKey, { input: { clientId: id, lifetimeHours: 1 } });
  expect((await more()).data.createApiKey.userErrors).toEqual([{ code: 'TOO_MANY', path: ['clientId'] }]);
  await ask('focal-point:KEN', revokeKey, { input: { keyId: keys[0]!.apiKey.id } });
  expect((await more()).data.createApiKey.userErrors).toEqual([]);
});

test('the secret is nowhere: neither in a table nor in any later answer', async () => {
  const { id } = await clientOf();
  const { secret } = await keyOf(id);
  const random = secret.slice(14);
  const tables = await owner<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  );
  for (const { name } of tables)
    expect([name, await owner(`select 1 from ${name} t where t::text like '%' || $1 || '%'`, [random])]).toEqual([
      name,
      [],
    ]);
  expect(
    await owner('select key from api_key where hash = $1', [createHash('sha256').update(secret).digest('hex')]),
  ).toHaveLength(1);
  const { data } = await ask('curator', `{ apiClients(first: 100) { nodes { keys { ${keyFields} } } } }`);
  expect(JSON.stringify(data)).not.toContain(random);
});

test('rotation: the new key works at once, the old one for the overlap and no longer', async () => {
  const { id } = await clientOf();
  const old = await keyOf(id, 'focal-point:KEN', { lifetimeHours: 1000 });
  const rotated = await ask('focal-point:KEN', rotateKey, { input: { keyId: old.apiKey.id, overlapHours: 48 } });
  const { apiKey, secret, replaced, userErrors } = rotated.data.rotateApiKey;
  const stopsAt = new Date(clock.now.getTime() + 48 * hourMs);
  expect(userErrors).toEqual([]);
  expect(secret).not.toBe(old.secret);
  expect(apiKey.expiresAt).toBe(old.apiKey.expiresAt); // for as long as the old one was given
  expect(replaced).toMatchObject({ id: old.apiKey.id, revokedAt: stopsAt.toISOString() });
  expect(await holder(secret)).toMatchObject({ kind: 'client' });
  expect(await holder(old.secret)).toMatchObject({ validUntil: stopsAt.toISOString() });
  expect(await holder(old.secret, new Date(stopsAt.getTime() - 1))).not.toBeNull();
  expect(await holder(old.secret, stopsAt)).toBeNull();
  const events = await owner<{ type: string; effective_at: Date | null }>(
    `select type, effective_at from membership_event where client = (select client_key from api_key where hash = $1) order by position`,
    [hashOfSecret('apiKey', secret)],
  );
  expect(events).toEqual([
    { type: 'CLIENT_CREATED', effective_at: null },
    { type: 'KEY_CREATED', effective_at: null },
    { type: 'KEY_CREATED', effective_at: null },
    { type: 'KEY_REVOKED', effective_at: stopsAt },
  ]);
});

test.each([-1, 721])('an overlap of %i hours is refused, and makes no key', async (overlapHours) => {
  const { id } = await clientOf();
  const { apiKey } = await keyOf(id);
  const { data } = await ask('focal-point:KEN', rotateKey, { input: { keyId: apiKey.id, overlapHours } });
  expect(data.rotateApiKey).toMatchObject({ secret: null, userErrors: [{ code: 'INVALID', path: ['overlapHours'] }] });
  const { data: after } = await ask('focal-point:KEN', `{ apiClients(first: 100) { nodes { id keys { id } } } }`);
  expect(after.apiClients.nodes.find((node: { id: string }) => node.id === id).keys).toEqual([{ id: apiKey.id }]);
});

test('a key that was revoked, or whose client was ended, is nobody’s from that moment', async () => {
  const { id } = await clientOf();
  const [first, second] = [await keyOf(id), await keyOf(id)];
  const revoked = await ask('focal-point:KEN', revokeKey, { input: { keyId: first.apiKey.id } });
  expect(revoked.data.revokeApiKey.apiKey.revokedAt).toBe(clock.now.toISOString());
  expect([await holder(first.secret), await holder(second.secret)]).toEqual([null, expect.anything()]);
  clock.now = new Date(clock.now.getTime() + 1000);
  const again = await ask('focal-point:KEN', revokeKey, { input: { keyId: first.apiKey.id } });
  expect(again.data.revokeApiKey).toEqual(revoked.data.revokeApiKey); // once is enough
  const rotate = await ask('focal-point:KEN', rotateKey, { input: { keyId: first.apiKey.id, overlapHours: 1 } });
  expect(rotate.data.rotateApiKey.userErrors).toEqual([{ code: 'INVALID', path: ['keyId'] }]);
  const ended = await ask('focal-point:KEN', endClient, { input: { clientId: id } });
  expect(ended.data.endApiClient.apiClient).toMatchObject({ endedAt: clock.now.toISOString() });
  expect(await holder(second.secret)).toBeNull();
  const more = await ask('focal-point:KEN', createKey, { input: { clientId: id, lifetimeHours: 1 } });
  expect(more.data.createApiKey.userErrors).toEqual([{ code: 'INVALID', path: ['clientId'] }]);
  const types = await owner<{ type: string }>(
    `select type from membership_event where client::text = $1 order by position`,
    [Buffer.from(id, 'base64url').toString().slice('ApiClient:'.length)],
  );
  expect(types.map(({ type }) => type)).toEqual([
    'CLIENT_CREATED',
    'KEY_CREATED',
    'KEY_CREATED',
    'KEY_REVOKED',
    'CLIENT_ENDED',
  ]);
});

test('a client that expires is nobody from that moment, whatever its keys say', async () => {
  const expiresAt = new Date(clock.now.getTime() + 2 * hourMs);
  const { id } = await clientOf('focal-point:KEN', { expiresAt: expiresAt.toISOString() });
  const { secret } = await keyOf(id);
  expect(await holder(secret)).toMatchObject({ validUntil: expiresAt.toISOString() });
  expect(await holder(secret, expiresAt)).toBeNull();
});

test('another State’s clients and keys are as if they were not; who sees and may not change them is told', async () => {
  const { id } = await clientOf();
  const { apiKey } = await keyOf(id);
  const tries: [string, object][] = [
    [createKey, { clientId: id, lifetimeHours: 1 }],
    [rotateKey, { keyId: apiKey.id, overlapHours: 0 }],
    [revokeKey, { keyId: apiKey.id }],
    [endClient, { clientId: id }],
  ];
  const codes = async (subject: string) =>
    Promise.all(tries.map(async ([query, input]) => (await ask(subject, query, { input })).errors[0]!.code));
  expect(await codes('focal-point:UGA')).toEqual(Array(4).fill('NOT_FOUND'));
  expect(await codes('reviewer:KEN')).toEqual(Array(4).fill('FORBIDDEN'));
  expect(await codes('curator')).toEqual(Array(4).fill('FORBIDDEN'));
  expect(await codes('integrator:ken')).toEqual(Array(4).fill('FORBIDDEN'));
  const absent = globalId('ApiKey', developmentKey('none'));
  expect((await ask('focal-point:KEN', revokeKey, { input: { keyId: absent } })).errors[0]).toMatchObject({
    code: 'NOT_FOUND',
  });
  for (const wrong of ['nonsense', id])
    expect((await ask('focal-point:KEN', revokeKey, { input: { keyId: wrong } })).errors[0]).toMatchObject({
      code: 'BAD_USER_INPUT',
      path: ['input', 'keyId'],
    });
  const anonymously = await membership.ask(endClient, { input: { clientId: id } });
  expect(anonymously.errors[0]).toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('clients are listed for their owner’s people and curators, with keys, a page at a time', async () => {
  const names = async (subject: string, args = 'first: 100') =>
    (await ask(subject, `{ apiClients(${args}) { totalCount nodes { name } } }`)).data.apiClients;
  expect(await names('officer:au')).toEqual({ totalCount: 1, nodes: [{ name: 'au' }] });
  expect(await names('reviewer:UGA')).toEqual({ totalCount: 1, nodes: [{ name: 'uga' }] });
  expect((await names('curator', 'first: 1')).totalCount).toBeGreaterThan(222);
  expect((await ask('integrator:ken', '{ apiClients { totalCount } }')).errors).toMatchObject([{ code: 'FORBIDDEN' }]);
  expect((await membership.ask('{ apiClients { totalCount } }')).errors).toMatchObject([{ code: 'UNAUTHENTICATED' }]);

  const all: string[] = (await names('focal-point:KEN')).nodes.map(({ name }: { name: string }) => name);
  const walk = async (forward: boolean) => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const args: string = `${forward ? 'first' : 'last'}: 3${cursor ? `, ${forward ? 'after' : 'before'}: "${cursor}"` : ''}`;
      const { data } = await ask(
        'focal-point:KEN',
        `{ apiClients(${args}) { nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
      );
      const { nodes, pageInfo } = data.apiClients;
      const page = nodes.map(({ name }: { name: string }) => name);
      if (forward) seen.push(...page);
      else seen.unshift(...page);
      cursor = (forward ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)
        ? forward
          ? pageInfo.endCursor
          : pageInfo.startCursor
        : null;
    } while (cursor);
    return seen;
  };
  expect(all.length).toBeGreaterThan(6);
  expect(await walk(true)).toEqual(all);
  expect(await walk(false)).toEqual(all);
  const ended = (await names('focal-point:KEN', 'first: 100, ended: true')).nodes.length;
  expect(ended).toBeGreaterThan(all.length);
});

/** The line the database holds by itself: as the run-time role, with a viewer set, past every resolver. */
async function asRunTime(subject: string, sql: string, values: unknown[]): Promise<string> {
  const who = await viewer(subject);
  return as(database.url, async (client) => {
    await client.query('begin');
    for (const [name, value] of Object.entries(settings(who)))
      await client.query('select set_config($1, $2, true)', [name, value]);
    try {
      const { rowCount } = await client.query(sql, values);
      return `${rowCount} row`;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await client.query('rollback');
    }
  });
}

test('the database refuses what breaks the rules, whoever asks it', async () => {
  const client =
    'insert into api_client (key, name, owner, scopes, ceiling) values (gen_random_uuid(), $1, $2, $3, $4)';
  const kenyan = ['direct', 's:KEN', ['practices:read'], 'AMBER'];
  const [refused, broken] = ['42501', '23514'];
  expect(await asRunTime('focal-point:KEN', client, kenyan)).toBe('1 row');
  for (const subject of ['focal-point:UGA', 'reviewer:KEN', 'curator', 'integrator:ken'])
    expect([subject, await asRunTime(subject, client, kenyan)]).toEqual([subject, refused]);
  for (const ceiling of ['RED', 'AMBER_STRICT'])
    expect(await asRunTime('focal-point:KEN', client, kenyan.with(3, ceiling))).toBe(broken);
  expect(await asRunTime('focal-point:KEN', client, kenyan.with(2, ['practices:write']))).toBe(broken);

  const key = `insert into api_key (key, client_key, hash, start, created_at, expires_at)
    values (gen_random_uuid(), $1, $2, 'gpe_live_abcd', now(), now() + $3::interval)`;
  const of = (name: string, lifetime: string) => [developmentKey(`integrator:${name}`), 'a'.repeat(64), lifetime];
  expect(await asRunTime('focal-point:KEN', key, of('ken', '1 hour'))).toBe('1 row');
  expect(await asRunTime('focal-point:KEN', key, of('ken', '365 days'))).toBe('1 row');
  for (const lifetime of ['59 minutes', '366 days', '-1 day'])
    expect(await asRunTime('focal-point:KEN', key, of('ken', lifetime))).toBe(broken);
  for (const subject of ['focal-point:UGA', 'reviewer:KEN', 'curator', 'integrator:ken'])
    expect([subject, await asRunTime(subject, key, of('ken', '1 hour'))]).toEqual([subject, refused]);
});

test('nor does it let anybody take back an end, reach further, or say what did not happen', async () => {
  const { id } = await clientOf();
  const { apiKey } = await keyOf(id);
  const keyOfId = (global: string) => Buffer.from(global, 'base64url').toString().split(':')[1]!;
  const [client, key] = [keyOfId(id), keyOfId(apiKey.id)];
  await ask('focal-point:KEN', revokeKey, { input: { keyId: apiKey.id } });
  const update = (sql: string, value: string, subject = 'focal-point:KEN') => asRunTime(subject, sql, [value]);
  expect(await update('update api_key set revoked_at = null where key = $1', key)).toBe('42501');
  expect(await update(`update api_key set revoked_at = now() + interval '1 day' where key = $1`, key)).toBe('42501');
  expect(await update(`update api_key set expires_at = now() where key = $1`, key)).toBe('42501');
  expect(await update(`update api_client set ceiling = 'AMBER' where key = $1`, client)).toBe('42501');
  expect(await update(`update api_client set ended_at = now() where key = $1`, client)).toBe('1 row');
  expect(await update(`update api_client set ended_at = now() where key = $1`, client, 'curator')).toBe('0 row');
  expect(await update(`delete from api_key where key = $1`, key)).toBe('42501');
  const event = `insert into membership_event (id, type, client, api_key) values (gen_random_uuid(), 'KEY_REVOKED', $1, $1)`;
  expect(await update(event, client)).toBe('1 row');
  expect(await update(event, client, 'focal-point:UGA')).toBe('42501');
  expect(await update(event, client, 'integrator:ken')).toBe('42501');
});
