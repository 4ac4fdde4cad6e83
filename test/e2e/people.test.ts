/** From an invitation to a role, and from a State's client to what its key reads: through the public endpoint alone. */
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { subscribe } from '../events.js';
import { type Answer, type Hub, type Json, startHub } from '../hub.js';
import { submitAs } from '../practices.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const codes = ({ errors = [] }: Answer) => errors.map(({ extensions, path }) => [extensions['code'], path?.join('.')]);
const as = (authorization: string, query: string, variables: object = {}) =>
  hub.ask(undefined, query, variables, { authorization: `Bearer ${authorization}` });
/** Asks until the answer is as wanted: what membership changes is at the gateway within a second. */
async function within<T>(ms: number, ask: () => Promise<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (const end = Date.now() + ms; ; await setTimeout(10)) {
    const answer = await ask();
    if (wanted(answer) || Date.now() > end) return answer;
  }
}

async function keyOf(role: string, owner: object, access: object): Promise<{ secret: string; id: string }> {
  const { createApiClient } = await hub.data(
    role,
    'mutation ($input: CreateApiClientInput!) { createApiClient(input: $input) { apiClient { id } userErrors { path } } }',
    { input: { owner, name: JSON.stringify(access), ...access } },
  );
  const { createApiKey } = await hub.data(
    role,
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } userErrors { path } } }',
    { input: { clientId: createApiClient.apiClient.id, lifetimeHours: 1 } },
  );
  return { secret: createApiKey.secret, id: createApiKey.apiKey.id };
}
const kenya = { memberState: 'KEN' };

test('an integrator’s key reads within its scopes and its ceiling, in every way there is to ask', async () => {
  const [green, amber] = [
    await submitAs(hub, 'KEN', { marking: 'GREEN' }),
    await submitAs(hub, 'KEN', { marking: 'AMBER', audience: { memberStates: ['KEN'] } }),
  ];
  const everything = `query ($green: ID!, $amber: ID!) {
    viewer { kind scopes ceiling client { name } }
    green: practice(id: $green) { id } amber: practice(id: $amber) { id }
    nodes(ids: [$green, $amber]) { id }
    memberState(iso3: "KEN") { practices(filter: { markings: [GREEN, AMBER] }) { nodes { id } } }
    practiceStatistics(filter: { markings: [GREEN, AMBER] }, by: [OWNER]) { total }
  }`;
  const ids = { green: green.id, amber: amber.id };
  const read = async (access: object) => as((await keyOf('focal-point:KEN', kenya, access)).secret, everything, ids);

  const cleared = await read({ scopes: ['practices:read'], ceiling: 'AMBER' });
  expect(cleared.errors).toBeUndefined();
  expect(cleared.data).toEqual({
    viewer: { kind: 'CLIENT', scopes: ['practices:read'], ceiling: 'AMBER', client: { name: expect.any(String) } },
    green: { id: green.id },
    amber: { id: amber.id },
    nodes: [{ id: green.id }, { id: amber.id }],
    memberState: { practices: { nodes: expect.arrayContaining([{ id: green.id }, { id: amber.id }]) } },
    practiceStatistics: { total: 2 },
  });
  const less = await read({ scopes: ['practices:read'], ceiling: 'GREEN' });
  expect(less.data).toMatchObject({
    green: { id: green.id },
    amber: null,
    nodes: [{ id: green.id }, null],
    memberState: { practices: { nodes: [{ id: green.id }] } },
    practiceStatistics: { total: 1 },
  });
  const none = await read({ scopes: ['directory:read'], ceiling: 'AMBER' });
  expect(none.data).toMatchObject({
    green: null,
    amber: null,
    nodes: [null, null], // no scope is asked for here: the rows hold by themselves
    memberState: { practices: null },
    practiceStatistics: null,
  });
  expect(codes(none).toSorted()).toEqual(
    ['amber', 'green', 'memberState.practices', 'practiceStatistics'].map((path) => [
      'UNAUTHORIZED_FIELD_OR_TYPE',
      path,
    ]),
  );
});

test('events ask for a scope of their own, the directory for another, and nothing is changed by a key', async () => {
  const events = '{ practiceEvents(first: 1) { cursor } }';
  const directory = '{ directory(memberState: "KEN", first: 1) { nodes { name roles { role } } } }';
  const key = await keyOf('focal-point:UGA', { memberState: 'UGA' }, { scopes: ['practices:read'], ceiling: 'GREEN' });
  expect(codes(await as(key.secret, events))).toEqual([['UNAUTHORIZED_FIELD_OR_TYPE', 'practiceEvents']]);
  expect(codes(await as(key.secret, directory))).toEqual([['UNAUTHORIZED_FIELD_OR_TYPE', 'directory']]);
  const draft = 'mutation ($input: CreatePracticeInput!) { createPractice(input: $input) { practice { id } } }';
  const input = { owner: kenya, title: 'x', originalLanguage: 'en' };
  expect(codes(await as(key.secret, draft, { input }))).toEqual([['FORBIDDEN', 'createPractice']]);
  const all = { scopes: ['practices:read', 'events:read', 'directory:read'], ceiling: 'GREEN' };
  const { secret } = await keyOf('focal-point:KEN', kenya, all);
  expect(codes(await as(secret, events))).toEqual([]);
  expect((await as(secret, directory)).data).toEqual({
    directory: { nodes: [{ name: null, roles: [expect.anything()] }] },
  });
  expect(codes(await hub.ask(undefined, events))).toEqual([]); // what is published is everybody's
  expect(codes(await hub.ask(undefined, directory))).toEqual([['UNAUTHORIZED_FIELD_OR_TYPE', 'directory']]);
});

test('a body’s key subscribes over WebSocket, is told until it is revoked, and opens nothing after', async () => {
  const access = { scopes: ['practices:read', 'events:read'], ceiling: 'GREEN' };
  const { secret, id } = await keyOf('officer:igad', { regionalBody: 'igad' }, access);
  const open = () =>
    createClient({
      url: hub.wsUrl,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization: `Bearer ${secret}` },
    });
  const client = open();
  const events = subscribe(client, { filter: { concerns: 'igad' } });
  await events.replay();
  const { id: submitted } = await submitAs(hub, 'KEN', { marking: 'GREEN' });
  expect(await events.next()).toMatchObject({ type: 'SUBMITTED', practiceId: submitted });

  const revokeApiKey = `mutation ($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { apiKey { revokedAt } } }`;
  await hub.data('officer:igad', revokeApiKey, { input: { keyId: id } });
  await expect(events.next()).rejects.toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
  await client.dispose();
  const refused = await as(secret, '{ viewer { kind } }');
  expect([refused.status, codes(refused)]).toEqual([401, [['UNAUTHENTICATED', undefined]]]);
  const again = open();
  await expect(subscribe(again).next()).rejects.toMatchObject({ code: 4403 });
  await again.dispose();
  expect(JSON.stringify(hub.logged)).not.toContain(secret.slice(13));
});

test('somebody is invited, signs in, accepts, works for their State, and is forgotten', async () => {
  const token = await hub.tokenSaying({ sub: 'a newcomer' });
  const who = () => as(token, '{ viewer { kind roles { role memberState { iso3 } } person { id name } } }');
  const nobody = { viewer: { kind: 'UNKNOWN', roles: [], person: null } };
  expect((await who()).data).toEqual(nobody);
  const { invitePerson } = await hub.data(
    'focal-point:KEN',
    'mutation ($input: InvitePersonInput!) { invitePerson(input: $input) { token userErrors { path } } }',
    { input: { role: 'CONTRIBUTOR', of: kenya, email: 'newcomer@example.org', name: 'Newcomer' } },
  );
  const acceptance =
    'mutation ($input: AcceptInvitationInput!) { acceptInvitation(input: $input) { personId userErrors { code } role { role memberState { iso3 } } } }';
  const input = { token: invitePerson.token };
  expect(codes(await hub.ask(undefined, acceptance, { input }))).toEqual([['UNAUTHENTICATED', 'acceptInvitation']]);
  const { acceptInvitation } = (await as(token, acceptance, { input })).data;
  const role = { role: 'CONTRIBUTOR', memberState: { iso3: 'KEN' } };
  expect(acceptInvitation).toEqual({ personId: expect.any(String), userErrors: [], role });
  const known = ({ data }: Answer) => data.viewer.kind === 'PERSON';
  expect((await within(1_000, who, known)).data).toEqual({
    viewer: { kind: 'PERSON', roles: [role], person: { id: acceptInvitation.personId, name: 'Newcomer' } },
  });
  const again = (await as(token, acceptance, { input })).data;
  expect(again.acceptInvitation.userErrors).toEqual([{ code: 'INVALID' }]);

  const draft =
    'mutation ($input: CreatePracticeInput!) { createPractice(input: $input) { practice { id } userErrors { path } } }';
  const drafted = (await as(token, draft, { input: { owner: kenya, title: 'A first draft', originalLanguage: 'en' } }))
    .data;
  expect(drafted.createPractice).toEqual({ practice: { id: expect.any(String) }, userErrors: [] });
  const nameFor = async (reader: string) => {
    const { directory } = await hub.data(
      reader,
      '{ directory(role: CONTRIBUTOR, memberState: "KEN") { nodes { id name email } } }',
    );
    return directory.nodes.find(({ id }: Json) => id === acceptInvitation.personId);
  };
  const contact = { name: 'Newcomer', email: 'newcomer@example.org' };
  expect(await nameFor('focal-point:KEN')).toMatchObject(contact);
  expect(await nameFor('curator')).toMatchObject(contact);
  expect(await nameFor('focal-point:UGA')).toMatchObject({ name: null, email: null });

  const removal =
    'mutation ($input: RemovePersonInput!) { removePerson(input: $input) { removedId userErrors { path } } }';
  const forgotten = await hub.data('curator', removal, { input: { person: acceptInvitation.personId } });
  expect(forgotten.removePerson).toEqual({ removedId: acceptInvitation.personId, userErrors: [] });
  expect((await within(1_000, who, (answer) => !known(answer))).data).toEqual(nobody);
  expect(await nameFor('curator')).toBeUndefined();
});
