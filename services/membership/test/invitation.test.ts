/** Invitations: made by who may give the role, accepted once by whoever holds the token, and nothing else. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { hashOfSecret, newSecret } from '@hub/kit/secret';
import { type Viewer, anonymous } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { settings } from '../src/person/viewer.settings.js';
import { developmentKey } from '../src/seed/development.js';
import { as, issuer, openMembership, seededDatabase, viewerOf } from './membership.js';

const hourMs = 3_600_000;
let database: FreshDatabase;
let membership: Awaited<ReturnType<typeof openMembership>>;
const clock = { now: new Date() };
beforeAll(async () => {
  database = await seededDatabase();
  clock.now = new Date();
  membership = await openMembership(database.url, () => clock.now);
});
afterAll(async () => {
  await membership.close();
  await database.drop();
});

const owner = <T>(sql: string, values: unknown[] = []): Promise<T[]> =>
  as(database.ownerUrl, async (client) => (await client.query(sql, values)).rows as T[]);
const viewer = async (subject: string): Promise<Viewer> => (await viewerOf(database.url, subject))!;
/** Somebody with a good token whom the hub does not know, as the gateway says it. */
const stranger = (subject: string): Viewer => ({ ...anonymous, stranger: { issuer, subject } });

const inviteQuery = `mutation ($input: InvitePersonInput!) { invitePerson(input: $input) { token userErrors { code path }
  invitation { id name email expiresAt role { role memberState { iso3 } regionalBody { id } } invitedBy { id } } } }`;
const invite = async (subject: string, input: object) =>
  (await membership.ask(inviteQuery, { input }, { viewer: await viewer(subject) })).data.invitePerson;
const accept = async (who: Viewer | undefined, token: string) =>
  membership.ask(
    `mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { personId userErrors { code path }
       role { role memberState { iso3 } regionalBody { id } } } }`,
    { input: { token } },
    who && { viewer: who },
  );
const accepted = async (who: Viewer, token: string) => (await accept(who, token)).data.acceptInvitation;
const nothing = { personId: null, role: null, userErrors: [{ code: 'INVALID', path: ['token'] }] };
const kenyan = { role: 'CONTRIBUTOR', of: { memberState: 'KEN' }, email: 'somebody@example.org', name: 'Somebody' };

test('a stranger with an invitation becomes a person with a role, once', async () => {
  const { token, invitation, userErrors } = await invite('curator', { ...kenyan, role: 'FOCAL_POINT' });
  expect(userErrors).toEqual([]);
  expect(token).toMatch(/^gpe_invite_[0-9A-Za-z]{49}$/);
  expect(invitation).toEqual({
    id: expect.any(String),
    name: 'Somebody',
    email: 'somebody@example.org',
    expiresAt: new Date(clock.now.getTime() + 168 * hourMs).toISOString(),
    role: { role: 'FOCAL_POINT', memberState: { iso3: 'KEN' }, regionalBody: null },
    invitedBy: { id: globalId('Person', developmentKey('curator')) },
  });
  expect(await viewerOf(database.url, 'new one')).toBeNull();
  const done = await accepted(stranger('new one'), token);
  const person = (await viewerOf(database.url, 'new one'))!;
  expect(done).toEqual({
    personId: globalId('Person', person.key!),
    role: { role: 'FOCAL_POINT', memberState: { iso3: 'KEN' }, regionalBody: null },
    userErrors: [],
  });
  expect(person).toMatchObject({ kind: 'person', roles: [{ role: 'FOCAL_POINT', of: 's:KEN' }] });
  const me = await membership.ask('{ viewer { person { name email roles { role } } } }', {}, { viewer: person });
  expect(me.data.viewer.person).toEqual({
    name: 'Somebody',
    email: 'somebody@example.org',
    roles: [{ role: 'FOCAL_POINT' }],
  });
  for (const again of ['new one', 'another']) expect(await accepted(stranger(again), token)).toEqual(nothing);
  expect(await viewerOf(database.url, 'another')).toBeNull();
  const events = await owner<{ type: string }>(
    'select type from membership_event where person = $1 order by position',
    [person.key],
  );
  expect(events.map(({ type }) => type)).toEqual(['PERSON_JOINED', 'ROLE_STARTED']);
});

test('somebody the hub knows gets a further role by an invitation, and keeps their name', async () => {
  const { token } = await invite('officer:igad', { ...kenyan, of: { regionalBody: 'igad' } });
  const before = await viewer('reviewer:UGA');
  expect((await accepted(before, token)).userErrors).toEqual([]);
  expect(await viewer('reviewer:UGA')).toMatchObject({
    key: before.key,
    roles: [
      { role: 'CONTRIBUTOR', of: 'b:igad' },
      { role: 'REVIEWER', of: 's:UGA' },
    ],
  });
});

test('of many who accept at once one does', async () => {
  const { token } = await invite('curator', kenyan);
  const subjects = Array.from({ length: 8 }, (_, n) => `racer ${n}`);
  const results = await Promise.all(subjects.map((subject) => accepted(stranger(subject), token)));
  expect(results.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  expect((await Promise.all(subjects.map((subject) => viewerOf(database.url, subject)))).filter(Boolean)).toHaveLength(
    1,
  );
});

test('one for an identity is for that one alone', async () => {
  const input = { role: 'REVIEWER', of: { memberState: 'KEN' }, identity: { issuer, subject: 'the right one' } };
  const { token } = await invite('curator', input);
  for (const wrong of [
    stranger('a wrong one'),
    await viewer('reviewer:KEN'),
    { ...anonymous, stranger: { issuer: 'http://elsewhere.test/', subject: 'the right one' } },
  ])
    expect(await accepted(wrong, token)).toEqual(nothing);
  expect((await accepted(stranger('the right one'), token)).userErrors).toEqual([]);
  const known = await invite('curator', { ...input, identity: { issuer, subject: 'reviewer:TZA' } });
  expect((await accepted(await viewer('reviewer:TZA'), known.token)).userErrors).toEqual([]);
});

test('an invitation that has expired, was withdrawn, or whose inviter may no longer give the role, accepts nothing', async () => {
  const short = await invite('curator', { ...kenyan, lifetimeHours: 1 });
  const began = clock.now;
  clock.now = new Date(began.getTime() + hourMs);
  expect(await accepted(stranger('too late'), short.token)).toEqual(nothing);
  clock.now = new Date(began.getTime() + hourMs - 1);
  expect((await accepted(stranger('just in time'), short.token)).userErrors).toEqual([]);
  clock.now = began;

  const { token, invitation } = await invite('focal-point:KEN', kenyan);
  const withdraw = async (subject: string) =>
    membership.ask(
      'mutation ($input: WithdrawInvitationInput!) { withdrawInvitation(input: $input) { invitation { withdrawnAt name email } userErrors { code path } } }',
      { input: { invitationId: invitation.id } },
      { viewer: await viewer(subject) },
    );
  for (const other of ['focal-point:UGA', 'reviewer:KEN', 'integrator:ken'])
    expect((await withdraw(other)).errors[0]).toMatchObject({
      code: other.startsWith('integrator') ? 'FORBIDDEN' : 'NOT_FOUND',
    });
  const withdrawn = { invitation: { withdrawnAt: clock.now.toISOString(), name: null, email: null }, userErrors: [] };
  expect((await withdraw('focal-point:KEN')).data.withdrawInvitation).toEqual(withdrawn);
  expect((await withdraw('focal-point:KEN')).data.withdrawInvitation).toEqual(withdrawn);
  expect(await accepted(stranger('withdrawn'), token)).toEqual(nothing);

  const last = await invite('focal-point:RWA', { ...kenyan, of: { memberState: 'RWA' } });
  await owner(`update person_role set valid_until = $2 where person_key = $1`, [
    developmentKey('focal-point:RWA'),
    clock.now,
  ]);
  expect(await accepted(stranger('of one who left'), last.token)).toEqual(nothing);
});

test('one that was accepted is not withdrawn: the role is ended instead', async () => {
  const { token, invitation } = await invite('focal-point:KEN', kenyan);
  await accepted(stranger('quick'), token);
  const { data } = await membership.ask(
    'mutation ($input: WithdrawInvitationInput!) { withdrawInvitation(input: $input) { invitation { acceptedAt acceptedBy { id } name email } userErrors { code path } } }',
    { input: { invitationId: invitation.id } },
    { viewer: await viewer('focal-point:KEN') },
  );
  expect(data.withdrawInvitation).toEqual({
    invitation: {
      acceptedAt: clock.now.toISOString(),
      acceptedBy: { id: globalId('Person', (await viewerOf(database.url, 'quick'))!.key!) },
      name: null, // theirs now
      email: null,
    },
    userErrors: [{ code: 'CONFLICT', path: ['invitationId'] }],
  });
});

test('who is nobody in particular, and a program, cannot accept; nor does a wrong token', async () => {
  const { token } = await invite('curator', kenyan);
  expect((await accept(undefined, token)).errors[0]).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect((await accept(await viewer('integrator:ken'), token)).errors[0]).toMatchObject({ code: 'FORBIDDEN' });
  expect(await accepted(stranger('integrator:ken'), token)).toEqual(nothing); // a client's subject, however it came here
  for (const wrong of ['', 'nonsense', newSecret('invitation'), newSecret('apiKey'), token.slice(0, -1)])
    expect(await accepted(stranger('guesser'), wrong)).toEqual(nothing);
  expect(await viewerOf(database.url, 'guesser')).toBeNull();
});

test.each([
  ['curator', ['CONTRIBUTOR', 'ALTERNATE', 'FOCAL_POINT', 'REVIEWER', 'CURATOR', 'AUDITOR'], ['CONTRIBUTOR']],
  ['focal-point:KEN', ['CONTRIBUTOR', 'ALTERNATE'], []],
  ['reviewer:KEN', [], []],
])('%s invites to %j of Kenya, and to %j of another State', async (subject, may, elsewhere) => {
  for (const role of ['CONTRIBUTOR', 'ALTERNATE', 'FOCAL_POINT', 'REVIEWER', 'CURATOR', 'AUDITOR']) {
    const of = ['CURATOR', 'AUDITOR'].includes(role) ? {} : { of: { memberState: 'KEN' } };
    const { userErrors } = await invite(subject, { role, ...of, email: 'x@example.org' });
    expect([role, userErrors]).toEqual([
      role,
      (may as string[]).includes(role) ? [] : [{ code: 'NOT_PERMITTED', path: ['role'] }],
    ]);
  }
  const { userErrors } = await invite(subject, { ...kenyan, of: { memberState: 'UGA' } });
  expect(userErrors.length === 0).toBe((elsewhere as string[]).includes('CONTRIBUTOR'));
});

test('everything that is wrong with an invitation is told at once', async () => {
  const input = { role: 'OFFICER', of: { memberState: 'KEN' }, email: 'x', name: '', lifetimeHours: 721 };
  expect((await invite('curator', input)).userErrors).toEqual([
    { code: 'INVALID', path: ['of'] },
    { code: 'INVALID', path: ['name'] },
    { code: 'INVALID', path: ['email'] },
    { code: 'INVALID', path: ['lifetimeHours'] },
  ]);
  const both = { ...kenyan, identity: { issuer: '', subject: 's'.repeat(256) } };
  expect((await invite('curator', both)).userErrors).toEqual([
    { code: 'INVALID', path: ['identity'] },
    { code: 'INVALID', path: ['identity', 'issuer'] },
    { code: 'INVALID', path: ['identity', 'subject'] },
  ]);
  expect((await invite('curator', { role: 'AUDITOR' })).userErrors).toEqual([{ code: 'REQUIRED', path: ['email'] }]);
});

test('invitations are listed for who may give their roles; the token is nowhere', async () => {
  const { token, invitation } = await invite('focal-point:KEN', { ...kenyan, role: 'ALTERNATE' });
  const listed = async (subject: string, args = 'first: 100') =>
    (
      await membership.ask(
        `{ invitations(${args}) { nodes { id role { role } } totalCount } }`,
        {},
        { viewer: await viewer(subject) },
      )
    ).data.invitations;
  const ids = async (subject: string, args?: string) =>
    (await listed(subject, args)).nodes.map(({ id }: { id: string }) => id);
  expect(await ids('focal-point:KEN')).toContain(invitation.id);
  expect(await ids('curator')).toContain(invitation.id);
  expect(await ids('focal-point:TZA')).toEqual([]);
  expect(await ids('reviewer:KEN')).toEqual([]);
  const kenyas = (await listed('focal-point:KEN')).nodes.map(({ role }: { role: { role: string } }) => role.role);
  expect(new Set(kenyas)).toEqual(new Set(['CONTRIBUTOR', 'ALTERNATE'])); // not whom the curators invite
  expect((await listed('focal-point:KEN', 'first: 100, open: false')).totalCount).toBeGreaterThan(kenyas.length);
  expect((await membership.ask('{ invitations { totalCount } }')).errors[0]).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await owner(`select from invitation t where t::text like '%' || $1 || '%'`, [token.slice(15)])).toEqual([]);
  expect(await owner('select from invitation where hash = $1', [hashOfSecret('invitation', token)])).toHaveLength(1);
});

test('what was never accepted is forgotten a month after it expired', async () => {
  await invite('curator', { ...kenyan, email: 'forgotten@example.org', lifetimeHours: 1 });
  const count = async () => (await owner(`select from invitation where email = 'forgotten@example.org'`)).length;
  const began = clock.now;
  clock.now = new Date(began.getTime() + 30 * 24 * hourMs);
  await invite('curator', kenyan);
  expect(await count()).toBe(1);
  clock.now = new Date(began.getTime() + 30 * 24 * hourMs + 2 * hourMs);
  await invite('curator', kenyan);
  expect(await count()).toBe(0);
  clock.now = began;
});

test('the database refuses invitations to roles that the viewer may not give, or in another’s name', async () => {
  const insert = async (subject: string, by: string, role: string, of: string | null, lifetime = '1 day') =>
    as(database.url, async (client) => {
      await client.query('begin');
      for (const [name, value] of Object.entries(settings(await viewer(subject))))
        await client.query('select set_config($1, $2, true)', [name, value]);
      try {
        await client.query(
          `insert into invitation (key, hash, role, of, invited_by, created_at, expires_at)
           values (gen_random_uuid(), $1, $2, $3, $4, now(), now() + $5::interval)`,
          ['b'.repeat(64), role, of, developmentKey(by), lifetime],
        );
        return 'done';
      } catch (error) {
        return (error as { code: string }).code;
      } finally {
        await client.query('rollback');
      }
    });
  expect(await insert('focal-point:KEN', 'focal-point:KEN', 'ALTERNATE', 's:KEN')).toBe('done');
  for (const [by, role, of] of [
    ['curator', 'ALTERNATE', 's:KEN'],
    ['focal-point:KEN', 'FOCAL_POINT', 's:KEN'],
    ['focal-point:KEN', 'CURATOR', null],
    ['focal-point:KEN', 'ALTERNATE', 's:UGA'],
  ] as const)
    expect([role, await insert('focal-point:KEN', by, role, of)]).toEqual([role, '42501']);
  expect(await insert('curator', 'curator', 'OFFICER', 's:KEN')).toBe('23514');
  expect(await insert('curator', 'curator', 'CURATOR', null, '31 days')).toBe('23514');
});
