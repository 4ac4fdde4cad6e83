/**
 * What membership's log does to who is let in: answers are kept while it is heard, and what is taken away is gone
 * within a second, from requests, from streams, and from what waits in their queues.
 */
import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { newSecret } from '@hub/kit/secret';
import type { Viewer } from '@hub/kit/viewer';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type SignIn, type TokenChange, startSignIn, viewer } from './signIn.js';
import { type Result, type World, startGateway, startWorld, until } from './world.js';

let world: World;
let signIn: SignIn;
let gateway: Awaited<ReturnType<typeof startGateway>>;
const key = '11111111-1111-4111-8111-111111111111';
const ann = viewer(key, 'igad', 'au');
const curator: Viewer = { ...ann, roles: [...ann.roles, { role: 'CURATOR', of: null, groups: [] }] };

beforeAll(async () => {
  world = await startWorld();
  signIn = await startSignIn();
  signIn.changes.state = 'heard';
  gateway = await startGateway(world, { identity: signIn.identity, renewEveryMs: 60_000 });
});
const open: { dispose(): unknown }[] = [];
beforeEach(async () => {
  signIn.viewers.clear();
  signIn.dated.clear();
  signIn.signedOut.length = 0;
  signIn.viewers.set('ann', ann).set('bea', viewer('22222222-2222-4222-8222-222222222222', 'asean'));
  signIn.changes.append({ type: 'ANYTHING' }); // of nobody in particular: nothing is kept from the test before
  await until(gatewayHasHeard);
  await kept('ann');
  signIn.lookUps.length = 0;
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
  await until(() => world.stream.readers() === 0, 'the service to have no readers left');
  for (const list of [world.stream.passports, world.stream.renewals, gateway.logged]) list.length = 0;
  world.stream.pongs = 0;
});
afterAll(async () => {
  await gateway.close();
  await signIn.stop();
  await world.stop();
});

const ask = async (subject: string, change?: TokenChange) =>
  gateway.post({ query: '{ book(isbn: "1") { title } }' }, await signIn.as(subject, change));
/** Until the gateway answers for them without asking membership. */
async function kept(subject: string): Promise<void> {
  for (let asked = -1; asked !== signIn.lookUps.length; await ask(subject)) asked = signIn.lookUps.length;
}
const codeOf = ({ json }: Awaited<ReturnType<typeof ask>>) => json.errors?.[0]?.extensions['code'];
/** Whether the hub does not know them: they have what is everybody's. */
async function isStranger(subject: string): Promise<boolean> {
  expect((await ask(subject)).status).toBe(200);
  const passport = await signIn.read(world.subgraphs.books.asked.at(-1)!.passport, 'books');
  return passport.kind === 'viewer' && passport.viewer.kind === 'anonymous';
}
/** Comes about, and in so many ms. */
async function within(ms: number, condition: () => boolean | Promise<boolean>): Promise<void> {
  const begun = performance.now();
  while (!(await condition()))
    if (performance.now() - begun > 8_000) throw new Error('It did not come about at all.');
    else await new Promise((resolve) => setTimeout(resolve, 5));
  expect(performance.now() - begun).toBeLessThan(ms);
}

test('who somebody is is asked once while the log is heard', async () => {
  for (let i = 0; i < 20; i++) expect((await ask('ann')).status).toBe(200);
  expect(signIn.lookUps).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 1_500)); // longer than silence may last: nothing happens, and that is heard
  await ask('ann');
  expect(signIn.lookUps).toEqual([]);
});

test.each([
  ['the person', { type: 'ROLE_ENDED', person: key }, ['ann']],
  ['the State they act for', { type: 'MEMBERSHIP_ENDED', state: 'KEN', body: 'igad' }, ['ann', 'bea']],
  ['another person', { type: 'ROLE_ENDED', person: '33333333-3333-4333-8333-333333333333', state: 'KEN' }, []],
  ['another State', { type: 'MEMBERSHIP_STARTED', state: 'UGA', body: 'igad' }, []],
  ['a body they do not act for themselves', { type: 'BODY_RENAMED', body: 'igad' }, []],
  ['somebody who signed out', { type: 'SIGNED_OUT', issuer: 'ISSUER', subject: 'ann' }, ['ann']],
  ['a session of theirs', { type: 'SIGNED_OUT', issuer: 'ISSUER', subject: 'ann', session: 'x' }, ['ann']],
  ['a subject of another issuer', { type: 'SIGNED_OUT', issuer: 'https://other.example', subject: 'ann' }, []],
  ['nobody that could be found', { type: 'SOMETHING_NEW', thing: 'x' }, ['ann', 'bea']],
])('an entry of the log about %s drops what is kept of those it concerns', async (_who, entry, dropped) => {
  await kept('bea');
  signIn.lookUps.length = 0;
  signIn.changes.append({ ...entry, ...('issuer' in entry && entry.issuer === 'ISSUER' && { issuer: signIn.issuer }) });
  signIn.changes.append({ type: 'ROLE_ENDED', person: 'the last' }); // heard after the first
  await until(() => gatewayHasHeard(), 'the gateway to have heard');
  for (const subject of ['ann', 'bea']) await ask(subject);
  expect([...new Set(signIn.lookUps)]).toEqual(dropped);
});
/** It asks for what comes after the last. */
const gatewayHasHeard = () => signIn.changes.askedAfter === signIn.changes.entries.length;

test('an answer that was under way when the log told something is not kept', async () => {
  signIn.changes.append({ type: 'ROLE_ENDED', person: key });
  await until(gatewayHasHeard);
  let release = () => {};
  signIn.delayed = new Promise<void>((resolve) => (release = resolve));
  const early = ask('ann'); // membership has read who she is, and says so only later
  await until(() => signIn.lookUps.length === 1);
  signIn.viewers.delete('ann');
  signIn.changes.append({ type: 'ROLE_ENDED', person: key });
  await until(gatewayHasHeard);
  signIn.delayed = null;
  expect(await isStranger('ann')).toBe(true);
  release();
  expect((await early).status).toBe(200);
  expect(await isStranger('ann')).toBe(true);
});

test('new requests of somebody who lost what they had are decided by what they have, within a second', async () => {
  signIn.viewers.delete('ann');
  signIn.changes.append({ type: 'ROLE_ENDED', person: key });
  await within(500, () => isStranger('ann'));
});

test('an answer that is dated is asked for anew when its day has come', async () => {
  signIn.dated.set('ann', { validUntil: new Date(Date.now() + 400).toISOString() });
  signIn.changes.append({ type: 'ROLE_STARTED', person: key });
  await until(gatewayHasHeard);
  await kept('ann');
  signIn.dated.delete('ann');
  signIn.viewers.delete('ann');
  expect(await isStranger('ann')).toBe(false);
  await within(900, () => isStranger('ann'));
});

test.each(['none', 'hangs'] as const)('after a second without the log (%s) each request asks again', async (state) => {
  signIn.changes.state = state;
  signIn.changes.release();
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  signIn.lookUps.length = 0;
  for (let i = 0; i < 3; i++) await ask('ann');
  expect(signIn.lookUps).toEqual(['ann', 'ann', 'ann']);
  signIn.changes.state = 'heard';
  signIn.changes.release();
  await within(4_000, async () => {
    const before = signIn.lookUps.length;
    await ask('ann');
    return signIn.lookUps.length === before;
  });
});

test('what happened while the log was not heard is taken from it before anything kept is used', async () => {
  signIn.changes.state = 'none';
  signIn.changes.release();
  await until(() => gateway.logged.some(({ message }) => message.includes('cannot be heard')), 'silence');
  signIn.viewers.delete('ann');
  signIn.changes.append({ type: 'ROLE_ENDED', person: key });
  signIn.changes.state = 'heard';
  await until(() => gateway.logged.some(({ message }) => message.includes('is heard again')), 'the log');
  expect(await isStranger('ann')).toBe(true);
});

test('a log that is another than before, from a back-up, is no word on what is kept', async () => {
  signIn.changes.entries.splice(0);
  signIn.viewers.delete('ann');
  signIn.changes.release();
  await within(1_500, () => isStranger('ann'));
});

interface Reader {
  results: Result[];
  errors: unknown[];
  stop(): void;
}
const connect = async (change?: TokenChange): Promise<Client & { closedWith: number[] }> => {
  const closedWith: number[] = [];
  const client = createClient({
    url: gateway.wsUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: await signIn.token('ann', change) },
    retryAttempts: 0,
    lazy: false, // or it would close by itself after its last operation
    onNonLazyError: () => undefined,
    on: { closed: (event) => void closedWith.push((event as { code: number }).code) },
  });
  open.push(client);
  return Object.assign(client, { closedWith });
};
const follow = async (client: Client, query = 'subscription { added { title author { name } } }'): Promise<Reader> => {
  const reader: Reader = { results: [], errors: [], stop: () => undefined };
  const readers = world.stream.readers();
  reader.stop = client.subscribe<Record<string, unknown>>(
    { query },
    {
      next: (result) => void reader.results.push(result as Result),
      error: (error) => void reader.errors.push(error),
      complete: () => undefined,
    },
  );
  open.unshift({ dispose: reader.stop });
  await until(() => world.stream.readers() > readers, 'the service to have a reader');
  return reader;
};
const event = (title: string) => ({ isbn: title, title, author: { id: 'ann' } });
const ended = (code: string) => [[{ extensions: { code } }]];
const lastRenewal = async () =>
  signIn.read(Object.values(world.stream.renewals.at(-1) ?? {})[0], 'books').catch(() => null);

test('a stream goes on narrowed: the service is shown the changed rights at once', async () => {
  signIn.viewers.set('ann', curator);
  signIn.changes.append({ type: 'ROLE_STARTED', person: key });
  await until(gatewayHasHeard);
  const reader = await follow(await connect());
  signIn.viewers.set('ann', ann);
  signIn.changes.append({ type: 'ROLE_ENDED', person: key });
  await within(500, () => world.stream.renewals.length > 0);
  expect(await lastRenewal()).toMatchObject({ viewer: ann });
  await until(() => world.stream.pongs > 0, 'the service to have taken it on');
  world.stream.push(event('A'));
  await until(() => reader.results.length === 1, 'an event');
  expect([reader.results[0]!.data.added.title, reader.errors]).toEqual(['A', []]);
  expect(await signIn.read(world.subgraphs.people.asked.at(-1)!.passport, 'people')).toMatchObject({ viewer: ann });
});

test('one look-up serves all that somebody has open', async () => {
  const client = await connect();
  for (let i = 0; i < 10; i++) await follow(client);
  signIn.lookUps.length = 0;
  signIn.viewers.set('ann', curator);
  signIn.changes.append({ type: 'ROLE_STARTED', person: key });
  await until(() => world.stream.renewals.length === 10, 'ten renewals');
  expect(signIn.lookUps).toEqual(['ann']);
});

test('an entry that changes nothing for somebody shows nobody anything', async () => {
  const reader = await follow(await connect());
  signIn.changes.append({ type: 'ROLE_STARTED', person: key });
  await until(() => signIn.lookUps.length > 0, 'a look-up');
  world.stream.push(event('A'));
  await until(() => reader.results.length === 1, 'an event');
  expect(world.stream.renewals).toEqual([]);
});

test('a stranger who joins is known at once, and their stream ends so that they resume as who they are', async () => {
  signIn.viewers.delete('ann');
  signIn.changes.append({ type: 'PERSON_REMOVED', person: key });
  await until(gatewayHasHeard);
  const client = await connect();
  const reader = await follow(client);
  signIn.viewers.set('ann', ann);
  signIn.changes.append({ type: 'PERSON_JOINED', person: key });
  await within(700, () => reader.errors.length > 0);
  expect([reader.errors, client.closedWith]).toMatchObject([ended('SUBGRAPH_UNAVAILABLE'), []]);
  expect(await isStranger('ann')).toBe(false);
  await follow(client);
  expect(await signIn.read(world.stream.passports.at(-1), 'books')).toMatchObject({ viewer: ann });
});

test('a revoked key ends what was opened with it, and closes its socket', async () => {
  const apiKey = newSecret('apiKey');
  const hash = createHash('sha256').update(apiKey).digest('hex');
  const client: Viewer = { ...ann, kind: 'client', scopes: ['practices:read'], ceiling: 'AMBER' };
  signIn.holders.set(hash, client);
  const raw = await rawSocket(`Bearer ${apiKey}`);
  raw.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { added { title } }' } });
  await until(() => world.stream.readers() === 1, 'a reader');
  expect(await raw.renew(`Bearer ${apiKey}`)).toEqual({ expiresAt: null });
  signIn.holders.delete(hash);
  signIn.changes.append({ type: 'KEY_REVOKED', client: key, apiKey: key });
  await within(700, () => raw.state.code > 0);
  expect(raw.frames.at(-1)).toMatchObject({ type: 'error', id: '1', payload: ended('UNAUTHENTICATED')[0] });
  expect(raw.state.code).toBe(4403);
  const refused = await gateway.post({ query: '{ __typename }' }, { authorization: `Bearer ${apiKey}` });
  expect(refused.status).toBe(401);
});

test('a stream of somebody the hub does not know any more ends, and their socket says: sign in again', async () => {
  const client = await connect();
  const reader = await follow(client);
  signIn.viewers.delete('ann');
  signIn.changes.append({ type: 'PERSON_REMOVED', person: key });
  await within(700, () => client.closedWith.length > 0);
  expect([reader.errors, client.closedWith]).toMatchObject([ended('UNAUTHENTICATED'), [4403]]);
});

test('what waits for a slow reader is not delivered once they lost the rights it was decided by', async () => {
  const people = world.subgraphs.people;
  const reader = await follow(await connect());
  const held: (() => void)[] = [];
  people.misbehave = (_request, socket) => {
    held.push(() => socket.destroy());
    return null; // the first event hangs there, so that others wait behind it
  };
  for (const title of ['A', 'B', 'C']) world.stream.push(event(title));
  await until(() => held.length > 0, 'an event on its way');
  signIn.viewers.set('ann', viewer(key, 'au'));
  signIn.changes.append({ type: 'MEMBERSHIP_ENDED', state: 'KEN', body: 'igad' });
  await until(() => world.stream.pongs > 0, 'the service to have taken it on');
  people.misbehave = null;
  for (const release of held) release();
  await until(() => reader.errors.length > 0, 'an end');
  expect([reader.results, reader.errors]).toMatchObject([[], ended('SUBGRAPH_UNAVAILABLE')]);
  const again = await follow(await connect());
  world.stream.push(event('D'));
  await until(() => again.results.length === 1, 'an event');
});

test('what comes before the service has taken on narrower rights is not delivered either', async () => {
  const reader = await follow(await connect());
  world.stream.holdPongs = true;
  try {
    signIn.viewers.set('ann', viewer(key, 'au'));
    signIn.changes.append({ type: 'MEMBERSHIP_ENDED', state: 'KEN', body: 'igad' });
    await until(() => world.stream.renewals.length > 0, 'a renewal');
    world.stream.push(event('A'));
    await until(() => reader.errors.length > 0, 'an end');
    expect([reader.results, reader.errors]).toMatchObject([[], ended('SUBGRAPH_UNAVAILABLE')]);
  } finally {
    world.stream.holdPongs = false;
  }
});

test('rights that were added hold nothing up', async () => {
  const reader = await follow(await connect());
  world.stream.holdPongs = true;
  try {
    signIn.viewers.set('ann', curator);
    signIn.changes.append({ type: 'ROLE_STARTED', person: key });
    await until(() => world.stream.renewals.length > 0, 'a renewal');
    world.stream.push(event('A'));
    await until(() => reader.results.length === 1, 'an event');
    expect(reader.errors).toEqual([]);
  } finally {
    world.stream.holdPongs = false;
  }
});

test('a scope that was taken ends the stream: what its operation may ask for is settled anew', async () => {
  const client: Viewer = { ...ann, kind: 'client', scopes: ['practices:read', 'events:read'], ceiling: 'AMBER' };
  signIn.viewers.set('ann', client);
  signIn.changes.append({ type: 'CLIENT_CREATED', client: key });
  await until(gatewayHasHeard);
  const reader = await follow(await connect());
  signIn.viewers.set('ann', { ...client, scopes: ['practices:read'] });
  signIn.changes.append({ type: 'CLIENT_CHANGED', client: key });
  await within(500, () => reader.errors.length > 0);
  expect(reader.errors).toMatchObject(ended('SUBGRAPH_UNAVAILABLE'));
});

test('when membership is away streams of the signed-in end resumably after a second, anonymous ones go on', async () => {
  const reader = await follow(await connect());
  const nobody = createClient({ url: gateway.wsUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  open.push(nobody);
  const anonymous = await follow(nobody);
  await signIn.membership.stop();
  try {
    await within(2_500, () => reader.errors.length > 0);
    expect(reader.errors).toMatchObject(ended('SUBGRAPH_UNAVAILABLE'));
    world.stream.push(event('A'));
    await until(() => anonymous.results.length === 1, 'an event');
    expect(codeOf(await ask('ann'))).toBe('SUBGRAPH_UNAVAILABLE');
    expect((await gateway.post({ query: '{ book(isbn: "1") { title } }' })).status).toBe(200);
  } finally {
    await signIn.membership.start();
  }
  await within(3_000, async () => (await ask('ann')).status === 200);
});

test('nothing is delivered on the word of a log that was not heard for a second', async () => {
  const reader = await follow(await connect());
  signIn.changes.state = 'hangs';
  await new Promise((resolve) => setTimeout(resolve, 1_050));
  signIn.viewers.set('ann', viewer(key, 'au')); // nobody tells
  world.stream.push(event('A'));
  await until(() => reader.errors.length > 0, 'an end');
  expect([reader.results, reader.errors]).toMatchObject([[], ended('SUBGRAPH_UNAVAILABLE')]);
  signIn.changes.state = 'heard';
  signIn.changes.release();
});

/** A socket without a client library. */
async function rawSocket(token: string) {
  const socket = new WebSocket(gateway.wsUrl, 'graphql-transport-ws');
  const frames: { type: string; id?: string; payload?: Record<string, unknown> }[] = [];
  const state = { code: 0 };
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as (typeof frames)[number]));
  socket.on('close', (code) => (state.code = code));
  open.push({ dispose: () => socket.terminate() });
  await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
  const send = (message: unknown) => socket.send(JSON.stringify(message));
  send({ type: 'connection_init', payload: { authorization: token } });
  await until(() => frames.length === 1 || state.code > 0, 'an acknowledgement');
  return {
    frames,
    state,
    send,
    async renew(authorization: unknown) {
      const pongs = () => frames.filter(({ type }) => type === 'pong');
      const before = pongs().length;
      send({ type: 'ping', payload: { authorization } });
      await until(() => pongs().length > before || state.code > 0, 'a pong');
      return pongs()[before]?.payload;
    },
  };
}
const inSeconds = (seconds: number) => new Date((Math.floor(Date.now() / 1000) + seconds) * 1000);

test('a token is renewed on an open socket: streams and socket outlive the first', async () => {
  const soon = inSeconds(2);
  const raw = await rawSocket(await signIn.token('ann', { expiresAt: soon }));
  raw.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { added { title } }' } });
  await until(() => world.stream.readers() === 1, 'a reader');
  const later = inSeconds(4);
  expect(await raw.renew(`Bearer ${await signIn.token('ann', { expiresAt: later })}`)).toEqual({
    expiresAt: later.toISOString(),
  });
  await until(() => Date.now() > soon.getTime() + 500);
  world.stream.push(event('A'));
  await until(() => raw.frames.some(({ type }) => type === 'next'), 'an event');
  await until(() => raw.state.code > 0, 'the end of the second');
  expect(Date.now() - later.getTime()).toBeLessThan(1_000);
  expect(Date.now()).toBeGreaterThanOrEqual(later.getTime());
  expect(raw.frames.at(-1)).toMatchObject({ type: 'error', id: '1', payload: ended('UNAUTHENTICATED')[0] });
  expect(raw.state.code).toBe(4403);
});

test('a bad token is refused in the pong, and the socket keeps the one it has', async () => {
  const raw = await rawSocket(await signIn.token('ann'));
  for (const bad of ['nonsense', '', 7, await signIn.token('ann', { foreignKey: true })])
    expect(await raw.renew(bad)).toMatchObject({ error: { extensions: { code: 'UNAUTHENTICATED' } } });
  raw.send({ id: '1', type: 'subscribe', payload: { query: '{ book(isbn: "1") { title } }' } });
  await until(() => raw.frames.some(({ type }) => type === 'next'), 'an answer');
  raw.send({ type: 'ping', payload: { other: 1 } });
  await until(() => raw.frames.at(-1)!.type === 'pong' && raw.frames.at(-1)!.payload?.['other'] === 1, 'a plain pong');
});

test('somebody else’s token closes the socket', async () => {
  const raw = await rawSocket(await signIn.token('ann'));
  expect(await raw.renew(await signIn.token('bea'))).toBeUndefined();
  expect(raw.state.code).toBe(4403);
});

test('a token cannot be renewed while it cannot be checked; the pong says so, and the socket lives', async () => {
  const raw = await rawSocket(await signIn.token('ann'));
  const other = await signIn.token('ann', { claims: { sid: 'another session' } }); // nothing is kept of it
  await signIn.membership.stop();
  const answer = await raw.renew(other);
  await signIn.membership.start();
  expect(answer).toMatchObject({ error: { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } } });
  expect(raw.state.code).toBe(0);
});

test('a signed-out person’s tokens are refused, their streams end and their sockets close; a new sign-in works', async () => {
  const client = await connect({ issuedAt: inSeconds(-10) });
  const reader = await follow(client);
  const logout = await logOut({ logout_token: await signIn.logoutToken({ sub: 'ann' }) });
  expect([logout.status, logout.headers.get('cache-control')]).toEqual([200, 'no-store']);
  await within(700, () => client.closedWith.length > 0);
  expect([reader.errors, client.closedWith]).toMatchObject([ended('UNAUTHENTICATED'), [4403]]);
  expect(codeOf(await ask('ann', { issuedAt: inSeconds(-10) }))).toBe('UNAUTHENTICATED');
  expect((await ask('bea', { issuedAt: inSeconds(-10) })).status).toBe(200);
  expect((await ask('ann', { issuedAt: inSeconds(2) })).status).toBe(200);
});

test('a sign-out told to one gateway reaches every other', async () => {
  const other = await startGateway(world, { identity: signIn.identity });
  open.push({ dispose: other.close });
  const headers = await signIn.as('ann', { issuedAt: inSeconds(-10) });
  const body = { query: '{ __typename }' };
  expect((await other.post(body, headers)).status).toBe(200);
  const socket = new WebSocket(other.wsUrl, 'graphql-transport-ws');
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init', payload: headers }));
  await new Promise((resolve) => socket.once('message', resolve));
  const begun = performance.now();
  expect((await logOut({ logout_token: await signIn.logoutToken({ sub: 'ann' }) })).status).toBe(200);
  expect(await closed).toBe(4403);
  expect(performance.now() - begun).toBeLessThan(1_000);
  expect((await other.post(body, headers)).status).toBe(401);
});

test('tokens of another session stay good when one session is signed out', async () => {
  const session = (sid: string | undefined) => ({ issuedAt: inSeconds(-10), ...(sid && { claims: { sid } }) });
  for (const sid of ['one', 'two', undefined]) expect((await ask('ann', session(sid))).status).toBe(200);
  expect((await logOut({ logout_token: await signIn.logoutToken({ sub: 'ann', sid: 'one' }) })).status).toBe(200);
  const statuses = async () =>
    Promise.all(['one', 'two', undefined].map(async (sid) => (await ask('ann', session(sid))).status));
  await until(gatewayHasHeard);
  expect(await statuses()).toEqual([401, 200, 401]);
});

const logOut = (form: Record<string, string> | [string, string][], type = 'application/x-www-form-urlencoded') =>
  fetch(`${gateway.url}/backchannel-logout`, {
    method: 'POST',
    headers: { 'content-type': type },
    body: new URLSearchParams(form).toString(),
  });

test.each<[string, { header?: object; [claim: string]: unknown }]>([
  ['of another issuer', { iss: 'https://elsewhere.example' }],
  ['for another audience', { aud: 'https://other.example' }],
  ['without an audience', { aud: undefined }],
  ['that has run out', { exp: Math.floor(Date.now() / 1000) - 60 }],
  ['that never runs out', { exp: undefined }],
  ['without the time it was issued', { iat: undefined }],
  ['of the future', { iat: Math.floor(Date.now() / 1000) + 600 }],
  ['without an id', { jti: undefined }],
  ['with a nonce', { nonce: 'n' }],
  ['that tells of no logout', { events: { 'http://schemas.openid.net/event/other': {} } }],
  ['without events', { events: undefined }],
  ['whose event is no object', { events: { 'http://schemas.openid.net/event/backchannel-logout': true } }],
  ['that names nobody', { sub: undefined }],
  ['whose subject is no text', { sub: 7 }],
  ['whose session is empty', { sid: '' }],
  ['that says to be an access token', { header: { typ: 'at+jwt' } }],
  ['of no key', { header: { kid: 'another' } }],
])('a logout token %s is refused with 400, and nobody is signed out', async (_what, { header, ...claims }) => {
  const token = await signIn.logoutToken({ sub: 'ann', ...claims }, header);
  const answer = await logOut({ logout_token: token });
  expect([answer.status, await answer.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect((await ask('ann')).status).toBe(200);
});

test.each([
  ['no form', async () => logOut({ logout_token: await signIn.logoutToken({ sub: 'ann' }) }, 'application/json'), 415],
  ['a form without a token', async () => logOut({ other: 'x' }), 400],
  ['an empty token', async () => logOut({ logout_token: '' }), 400],
  ['an access token', async () => logOut({ logout_token: await signIn.token('ann') }), 400],
  ['something huge', async () => logOut({ logout_token: 'x'.repeat(20_000) }), 413],
  [
    'two tokens',
    async () => {
      const token = await signIn.logoutToken({ sub: 'ann' });
      return logOut([
        ['logout_token', token],
        ['logout_token', token],
      ]);
    },
    400,
  ],
])('%s is no logout', async (_what, send, status) => {
  expect((await send()).status).toBe(status);
  expect((await ask('ann')).status).toBe(200);
});

test('a logout token counts once, and one that cannot be noted is not taken', async () => {
  const token = await signIn.logoutToken({ sub: 'bea' });
  await signIn.membership.stop();
  const away = await logOut({ logout_token: token });
  await signIn.membership.start();
  expect([away.status, await away.json()]).toMatchObject([503, { error: 'temporarily_unavailable' }]);
  expect((await logOut({ logout_token: token })).status).toBe(200);
  expect((await logOut({ logout_token: token })).status).toBe(400);
});

test('a gateway where nobody signs in takes no sign-outs', async () => {
  const other = await startGateway(world);
  open.push({ dispose: other.close });
  expect((await fetch(`${other.url}/backchannel-logout`, { method: 'POST' })).status).toBe(404);
});
