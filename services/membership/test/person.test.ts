/** Roles given and ended, the directory, and personal data: who may, who may not, and what others see. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import type { Viewer } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { settings } from '../src/person/viewer.settings.js';
import { developmentKey } from '../src/seed/development.js';
import { as, issuer, openMembership, seededDatabase, viewerOf } from './membership.js';

let database: FreshDatabase;
let membership: Awaited<ReturnType<typeof openMembership>>;
const clock = { now: new Date() };
beforeAll(async () => {
  database = await seededDatabase();
  clock.now = new Date(); // after those roles began
  membership = await openMembership(database.url, () => clock.now);
  await as(database.ownerUrl, (owner) =>
    owner.query(
      `insert into person_contact (person_key, name, email)
       select person_key, role || ' ' || coalesce(of, ''), lower(role) || '@example.org' from person_role`,
    ),
  );
});
afterAll(async () => {
  await membership.close();
  await database.drop();
});

const owner = <T>(sql: string, values: unknown[] = []): Promise<T[]> =>
  as(database.ownerUrl, async (client) => (await client.query(sql, values)).rows as T[]);
const person = (subject: string) => globalId('Person', developmentKey(subject));
const viewer = async (subject: string): Promise<Viewer> => (await viewerOf(database.url, subject))!;
const ask = async (subject: string, query: string, variables: object = {}) =>
  membership.ask(query, variables as Record<string, unknown>, { viewer: await viewer(subject) });
/** What came of a mutation: the codes of its error, or of its userErrors with their paths. */
const outcome = async (subject: string, mutation: string, input: object): Promise<string | string[]> => {
  const type = mutation[0]!.toUpperCase() + mutation.slice(1);
  const query = `mutation ($input: ${type}Input!) { ${mutation}(input: $input) { userErrors { code path } } }`;
  const { data, errors } = await ask(subject, query, { input });
  if (errors.length > 0) return String(errors[0]!.code);
  return (data[mutation].userErrors as { code: string; path: string[] }[]).map(
    ({ code, path }) => `${code} ${path.join('.')}`,
  );
};
const rolesOf = async (subject: string) =>
  (await viewer(subject)).roles.map(({ role, of }) => `${role} ${of ?? ''}`.trim()).toSorted();
const [ken, igad] = [{ memberState: 'KEN' }, { regionalBody: 'igad' }];

test('a curator gives and ends every role', async () => {
  const who = 'reviewer:MLI';
  const given = [
    ['CONTRIBUTOR', { memberState: 'MLI' }],
    ['CONTRIBUTOR', igad],
    ['FOCAL_POINT', { memberState: 'MLI' }],
    ['ALTERNATE', ken],
    ['OFFICER', igad],
    ['REVIEWER', igad],
    ['CURATOR', null],
    ['AUDITOR', null],
  ] as const;
  for (const [role, of] of given)
    expect([role, await outcome('curator', 'startRole', { person: person(who), role, of })]).toEqual([role, []]);
  expect(await rolesOf(who)).toEqual([
    'ALTERNATE s:KEN',
    'AUDITOR',
    'CONTRIBUTOR b:igad',
    'CONTRIBUTOR s:MLI',
    'CURATOR',
    'FOCAL_POINT s:MLI',
    'OFFICER b:igad',
    'REVIEWER b:igad',
    'REVIEWER s:MLI',
  ]);
  expect(await outcome('curator', 'startRole', { person: person(who), role: 'CURATOR' })).toEqual(['CONFLICT role']);
  clock.now = new Date(clock.now.getTime() + 1);
  for (const [role, of] of given)
    expect([role, await outcome('curator', 'endRole', { person: person(who), role, of })]).toEqual([role, []]);
  expect(await rolesOf(who)).toEqual(['REVIEWER s:MLI']);
  const events = await owner<{ type: string; role: string; state: string | null; body: string | null }>(
    `select type, role, state, body from membership_event where person = $1 order by position desc limit 2`,
    [developmentKey(who)],
  );
  expect(events).toEqual([
    { type: 'ROLE_ENDED', role: 'AUDITOR', state: null, body: null },
    { type: 'ROLE_ENDED', role: 'CURATOR', state: null, body: null },
  ]);
});

test.each([
  ['INTEGRATOR', ken, 'INVALID role'],
  ['FOCAL_POINT', igad, 'INVALID of'],
  ['ALTERNATE', igad, 'INVALID of'],
  ['OFFICER', ken, 'INVALID of'],
  ['CURATOR', ken, 'INVALID of'],
  ['AUDITOR', igad, 'INVALID of'],
  ['REVIEWER', null, 'REQUIRED of'],
  ['FOCAL_POINT', null, 'REQUIRED of'],
  ['REVIEWER', { memberState: 'XXX' }, 'UNKNOWN of.memberState'],
  ['REVIEWER', { ...ken, ...igad }, 'INVALID of'],
])('%s of %j is no role', async (role, of, fault) => {
  for (const mutation of ['startRole', 'endRole'])
    expect(await outcome('curator', mutation, { person: person('reviewer:KEN'), role, of })).toEqual([fault]);
});

test('a role is given for a time, and holds no longer than that', async () => {
  const until = new Date(clock.now.getTime() + 60_000).toISOString();
  const role = { person: person('reviewer:TGO'), role: 'CONTRIBUTOR', of: { memberState: 'TGO' } };
  expect(await outcome('curator', 'startRole', { ...role, until: clock.now.toISOString() })).toEqual(['INVALID until']);
  expect(await outcome('curator', 'startRole', { ...role, until })).toEqual([]);
  expect(await outcome('curator', 'startRole', role)).toEqual(['CONFLICT role']);
  const at = async (moment: string) =>
    as(database.url, async (client) => {
      const { rows } = await client.query(`select viewer_of($1, 'reviewer:TGO', $2) as viewer`, [issuer, moment]);
      return rows[0].viewer as { roles: { role: string }[]; validUntil: string | null };
    });
  const before = await at(clock.now.toISOString());
  expect([before.roles.map(({ role }) => role), before.validUntil]).toEqual([['CONTRIBUTOR', 'REVIEWER'], until]);
  const after = await at(until);
  expect([after.roles.map(({ role }) => role), after.validUntil]).toEqual([['REVIEWER'], null]);
});

/** Who, besides curators, gives which role of their own State or body. */
const own: Record<string, string[]> = {
  'focal-point:KEN': ['ALTERNATE', 'CONTRIBUTOR'],
  'officer:igad': ['CONTRIBUTOR', 'OFFICER'],
  'reviewer:KEN': [],
  'integrator:ken': [],
};
test.each(Object.entries(own))(
  '%s gives the roles %j of their own State or body, and no other',
  async (subject, may) => {
    const of = subject.includes('igad') ? igad : ken;
    const of2 = subject.includes('igad') ? { regionalBody: 'au' } : { memberState: 'UGA' };
    const colleague = subject.includes('igad') ? 'officer:igad' : 'reviewer:KEN';
    for (const role of ['CONTRIBUTOR', 'ALTERNATE', 'FOCAL_POINT', 'OFFICER', 'REVIEWER', 'CURATOR', 'AUDITOR']) {
      const fits = { ALTERNATE: 's', FOCAL_POINT: 's', OFFICER: 'b', CURATOR: '', AUDITOR: '' }[role];
      const kind = 'memberState' in of ? 's' : 'b';
      if (fits !== undefined && fits !== '' && fits !== kind) continue;
      const secretariat = fits === '';
      const input = { person: person(colleague), role, ...(!secretariat && { of }) };
      const result = await outcome(subject, 'startRole', input);
      if (subject.startsWith('integrator')) expect(result).toBe('FORBIDDEN');
      else if (may.includes(role)) expect([role, result]).toEqual([role, role === 'OFFICER' ? ['CONFLICT role'] : []]);
      else expect([role, result]).toEqual([role, ['NOT_PERMITTED role']]);
      if (!secretariat && !subject.startsWith('integrator'))
        expect(await outcome(subject, 'startRole', { ...input, of: of2 })).toEqual(['NOT_PERMITTED role']);
    }
    clock.now = new Date(clock.now.getTime() + 1);
    for (const role of may.filter((role) => role !== 'OFFICER'))
      // and end them
      expect(await outcome(subject, 'endRole', { person: person(colleague), role, of })).toEqual([]);
  },
);

test('nobody is drawn into a State who is not of it: they are invited', async () => {
  const input = { person: person('reviewer:UGA'), role: 'CONTRIBUTOR', of: ken };
  expect(await outcome('focal-point:KEN', 'startRole', input)).toEqual(['NOT_PERMITTED person']);
  expect((await ask('focal-point:KEN', '{ directory(memberState: "UGA") { nodes { name email } } }')).data).toEqual({
    directory: { nodes: [1, 2].map(() => ({ name: null, email: null })) },
  });
});

test('a role is ended by who may give it or holds it, and by nobody else', async () => {
  const role = { person: person('reviewer:KEN'), role: 'REVIEWER', of: ken };
  expect(await outcome('focal-point:KEN', 'endRole', role)).toBe('FORBIDDEN');
  expect(await outcome('focal-point:UGA', 'endRole', role)).toBe('FORBIDDEN');
  expect(await outcome('focal-point:KEN', 'endRole', { ...role, role: 'ALTERNATE' })).toBe('NOT_FOUND');
  const absent = { ...role, person: globalId('Person', developmentKey('none')) };
  expect(await outcome('curator', 'endRole', absent)).toBe('NOT_FOUND');
  expect(await outcome('curator', 'endRole', { ...role, person: 'nonsense' })).toBe('BAD_USER_INPUT');
  expect(
    await outcome('reviewer:ZMB', 'endRole', {
      person: person('reviewer:ZMB'),
      role: 'REVIEWER',
      of: { memberState: 'ZMB' },
    }),
  ).toEqual([]);
  expect(await rolesOf('reviewer:ZMB')).toEqual([]);
});

test('the hub keeps a curator: the last one stays, also when two end each other at once', async () => {
  const curator = (subject: string) => ({ person: person(subject), role: 'CURATOR' });
  expect(await outcome('curator', 'endRole', curator('curator'))).toEqual(['NOT_PERMITTED person']);
  expect(await outcome('curator', 'removePerson', { person: person('curator') })).toEqual(['NOT_PERMITTED person']);
  expect(await rolesOf('curator')).toEqual(['CURATOR']);
  const until = new Date(clock.now.getTime() + 60_000).toISOString();
  const forATime = { ...curator('reviewer:NAM'), until };
  expect(await outcome('curator', 'startRole', forATime)).toEqual([]);
  expect(await outcome('curator', 'endRole', curator('curator'))).toEqual(['NOT_PERMITTED person']); // that one will go
  for (let round = 0; round < 10; round += 1) {
    expect(await outcome('curator', 'startRole', curator('reviewer:CHE'))).toEqual([]);
    clock.now = new Date(clock.now.getTime() + 1);
    const results = await Promise.all([
      outcome('curator', 'endRole', curator('reviewer:CHE')),
      outcome('reviewer:CHE', 'endRole', curator('curator')),
    ]);
    expect(results.filter((result) => result.length === 0)).toHaveLength(1);
    const left = await owner<{ person: string }>(
      `select person_key as person from person_role where role = 'CURATOR' and valid_until is null`,
    );
    expect(left).toHaveLength(1);
    if (left[0]!.person !== developmentKey('curator')) {
      expect(await outcome('reviewer:CHE', 'startRole', curator('curator'))).toEqual([]);
      clock.now = new Date(clock.now.getTime() + 1);
      expect(await outcome('curator', 'endRole', curator('reviewer:CHE'))).toEqual([]);
    }
    clock.now = new Date(clock.now.getTime() + 1);
  }
});

test('the directory finds people by role, State and body; their names are for their colleagues and curators', async () => {
  const listed = async (subject: string, args: string) =>
    (
      await ask(
        subject,
        `{ directory(${args}) { totalCount nodes { id name email roles { role memberState { iso3 } regionalBody { id } } } } }`,
      )
    ).data.directory;
  const peruvian = (name: string | null, email: string | null) => ({
    id: person('focal-point:PER'),
    name,
    email,
    roles: [{ role: 'FOCAL_POINT', memberState: { iso3: 'PER' }, regionalBody: null }],
  });
  const args = 'role: FOCAL_POINT, memberState: "PER"';
  for (const stranger of ['focal-point:KEN', 'officer:igad', 'reviewer:FRA'])
    expect(await listed(stranger, args)).toEqual({ totalCount: 1, nodes: [peruvian(null, null)] });
  for (const colleague of ['reviewer:PER', 'focal-point:PER', 'curator'])
    expect(await listed(colleague, args)).toEqual({
      totalCount: 1,
      nodes: [peruvian('FOCAL_POINT s:PER', 'focal_point@example.org')],
    });
  expect((await listed('focal-point:KEN', 'memberState: "PER"')).totalCount).toBe(2);
  expect((await listed('focal-point:KEN', 'role: OFFICER, regionalBody: "igad"')).nodes).toMatchObject([
    { id: person('officer:igad'), name: null, roles: [{ role: 'OFFICER', memberState: null }] },
  ]);
  expect(await listed('focal-point:KEN', 'memberState: "PER", regionalBody: "igad"')).toEqual({
    totalCount: 0,
    nodes: [],
  });
  expect(await listed('focal-point:KEN', 'memberState: "XXX"')).toEqual({ totalCount: 0, nodes: [] });
  expect((await listed('focal-point:KEN', 'first: 1')).totalCount).toBeGreaterThan(400);
});

test('the directory is walked a page at a time', async () => {
  const seen: string[] = [];
  let after = '';
  for (;;) {
    const { data } = await ask(
      'focal-point:KEN',
      `{ directory(role: OFFICER, first: 10${after}) { totalCount nodes { id } pageInfo { hasNextPage endCursor } } }`,
    );
    const { nodes, pageInfo, totalCount } = data.directory;
    seen.push(...nodes.map(({ id }: { id: string }) => id));
    if (!pageInfo.hasNextPage) {
      expect([seen.length, new Set(seen).size]).toEqual([totalCount, totalCount]);
      break;
    }
    after = `, after: "${pageInfo.endCursor}"`;
  }
  const wrong = await ask('focal-point:KEN', '{ directory(after: "IktFTiI") { totalCount } }');
  expect(wrong.errors).toEqual([{ code: 'BAD_USER_INPUT', path: ['after'] }]);
});

test('the directory is closed to nobody in particular, to who has no role, to auditors, and to clients without it', async () => {
  const codes = async (who: Viewer | undefined) =>
    (await membership.ask('{ directory { totalCount } }', {}, who && { viewer: who })).errors.map(({ code }) => code);
  const kenya = await viewer('focal-point:KEN');
  const client = await viewer('integrator:ken');
  expect(await codes(undefined)).toEqual(['UNAUTHENTICATED']);
  expect(await codes({ ...kenya, roles: [] })).toEqual(['FORBIDDEN']);
  expect(await codes({ ...kenya, roles: [{ role: 'AUDITOR', of: null, groups: [] }] })).toEqual(['FORBIDDEN']);
  expect(await codes(client)).toEqual(['FORBIDDEN']);
  expect(await codes({ ...client, scopes: ['directory:read'] })).toEqual([]);
});

test('a person corrects their own name and address, a field at a time', async () => {
  const update = async (input: object) =>
    (
      await ask(
        'reviewer:GHA',
        'mutation ($input: UpdatePersonInput!) { updatePerson(input: $input) { person { id name email } userErrors { code path } } }',
        { input },
      )
    ).data.updatePerson;
  const me = { id: person('reviewer:GHA') };
  expect(await update({ name: ' New name ' })).toEqual({
    person: { ...me, name: 'New name', email: 'reviewer@example.org' },
    userErrors: [],
  });
  expect(await update({ email: null })).toEqual({ person: { ...me, name: 'New name', email: null }, userErrors: [] });
  expect(await update({ email: 'new@example.org', name: null })).toEqual({
    person: { ...me, name: null, email: 'new@example.org' },
    userErrors: [],
  });
  expect(await update({ name: 'x'.repeat(201), email: 'nonsense' })).toEqual({
    person: null,
    userErrors: [
      { code: 'TOO_LONG', path: ['name'] },
      { code: 'INVALID', path: ['email'] },
    ],
  });
  const others = await asRunTime('focal-point:GHA', `update person_contact set name = 'x' where person_key = $1`, [
    developmentKey('reviewer:GHA'),
  ]);
  expect(others).toBe('0 row');
});

test('a curator removes a person: what they are called and how they sign in goes, the key stays', async () => {
  const subject = 'reviewer:JPN';
  expect(await outcome('focal-point:JPN', 'removePerson', { person: person(subject) })).toBe('FORBIDDEN');
  expect(await outcome('integrator:jpn', 'removePerson', { person: person(subject) })).toBe('FORBIDDEN');
  clock.now = new Date(clock.now.getTime() + 1);
  expect(await outcome('curator', 'removePerson', { person: person(subject) })).toEqual([]);
  expect(await viewerOf(database.url, subject)).toBeNull();
  const key = developmentKey(subject);
  for (const [table, column, count] of [
    ['person', 'key', 1],
    ['person_contact', 'person_key', 0],
    ['identity', 'person_key', 0],
  ] as const)
    expect([table, await owner(`select from ${table} where ${column} = $1`, [key])]).toEqual([
      table,
      Array.from({ length: count }, () => ({})),
    ]);
  const events = await owner<{ type: string }>(
    'select type from membership_event where person = $1 order by position desc limit 2',
    [key],
  );
  expect(events.map(({ type }) => type)).toEqual(['PERSON_REMOVED', 'ROLE_ENDED']);
  expect(await outcome('curator', 'removePerson', { person: person(subject) })).toBe('NOT_FOUND');
  const { data } = await ask('focal-point:JPN', '{ directory(memberState: "JPN") { nodes { id } } }');
  expect(data.directory.nodes).toEqual([{ id: person('focal-point:JPN') }]);
});

/** The line the database holds by itself: as the run-time role, with a viewer set, past every resolver. */
async function asRunTime(subject: string, sql: string, values: unknown[] = []): Promise<string> {
  const who = await viewer(subject);
  return as(database.url, async (client) => {
    await client.query('begin');
    for (const [name, value] of Object.entries(settings(who)))
      await client.query('select set_config($1, $2, true)', [name, value]);
    try {
      return `${(await client.query(sql, values)).rowCount} row`;
    } catch (error) {
      return (error as { code: string }).code;
    } finally {
      await client.query('rollback');
    }
  });
}

test('the database refuses roles that the viewer may not give, and ends that are taken back', async () => {
  const give = (subject: string, who: string, role: string, of: string | null) =>
    asRunTime(
      subject,
      'insert into person_role (key, person_key, role, of, valid_from) values (gen_random_uuid(), $1, $2, $3, now())',
      [developmentKey(who), role, of],
    );
  expect(await give('focal-point:KEN', 'reviewer:KEN', 'CONTRIBUTOR', 's:KEN')).toBe('1 row');
  expect(await give('curator', 'reviewer:UGA', 'FOCAL_POINT', 's:KEN')).toBe('1 row');
  for (const [subject, who, role, of] of [
    ['focal-point:KEN', 'reviewer:UGA', 'CONTRIBUTOR', 's:KEN'],
    ['focal-point:KEN', 'reviewer:KEN', 'FOCAL_POINT', 's:KEN'],
    ['focal-point:KEN', 'reviewer:KEN', 'CURATOR', null],
    ['focal-point:KEN', 'reviewer:UGA', 'CONTRIBUTOR', 's:UGA'],
    ['officer:igad', 'officer:igad', 'CONTRIBUTOR', 's:KEN'],
    ['reviewer:KEN', 'reviewer:KEN', 'CONTRIBUTOR', 's:KEN'],
    ['integrator:ken', 'reviewer:KEN', 'CONTRIBUTOR', 's:KEN'],
  ] as const)
    expect([subject, role, await give(subject, who, role, of)]).toEqual([subject, role, '42501']);
  const end = (subject: string, who: string, until = 'now()') =>
    asRunTime(
      subject,
      `update person_role set valid_until = ${until} where person_key = $1 and (valid_until is null) = ${until !== 'null'}`,
      [developmentKey(who)],
    );
  expect(await end('curator', 'focal-point:UGA')).toBe('1 row');
  expect(await end('reviewer:UGA', 'reviewer:UGA')).toBe('1 row');
  expect(await end('focal-point:UGA', 'reviewer:UGA')).toBe('0 row');
  expect(await end('curator', 'curator')).toBe('23514');
  expect(await end('curator', 'reviewer:ZMB', 'null')).toBe('42501'); // ended above
  expect(await asRunTime('focal-point:KEN', 'select remove_person($1, now())', [developmentKey('curator')])).toBe(
    '42501',
  );
  const event = `insert into membership_event (id, type, state, person, role) values (gen_random_uuid(), 'ROLE_ENDED', 'KEN', $1, $2)`;
  expect(await asRunTime('focal-point:KEN', event, [developmentKey('reviewer:KEN'), 'CONTRIBUTOR'])).toBe('1 row');
  expect(await asRunTime('focal-point:KEN', event, [developmentKey('reviewer:KEN'), 'REVIEWER'])).toBe('42501');
  expect(await asRunTime('focal-point:UGA', event, [developmentKey('reviewer:KEN'), 'CONTRIBUTOR'])).toBe('42501');
  expect(await asRunTime('reviewer:KEN', event, [developmentKey('reviewer:KEN'), 'REVIEWER'])).toBe('1 row');
});
