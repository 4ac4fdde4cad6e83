/** The subscriber against a real graphql-ws server, one rule at a time. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import type { Interruption, SubscribeOptions } from '../src/subscribe.js';
import { subscribe } from '../src/subscribe.js';
import { type Hub, cursorOf, startHub } from './hub.js';

interface Event {
  cursor: string;
  type: string;
  n: number | null;
  title: string | null;
}

let hub: Hub;
let ending: AbortController;
let interruptions: Interruption[];
beforeEach(async () => {
  hub = await startHub();
  ending = new AbortController();
  interruptions = [];
});
afterEach(async () => {
  ending.abort();
  await hub.stop();
});

const query = 'subscription ($after: Cursor) { practiceEvents(after: $after) { cursor type n title } }';
const start = (options: Partial<SubscribeOptions<Event>> = {}) =>
  subscribe<Event>({
    url: hub.url,
    query,
    webSocket: WebSocket,
    signal: ending.signal,
    backOff: { soonMs: 1, firstMs: 2, mostMs: 20 },
    onInterruption: (interruption) => void interruptions.push(interruption),
    ...options,
  });
type Events = ReturnType<typeof start>;

const told = ({ n, type }: Event) => n ?? type;
const next = async (events: Events) => {
  const { done, value } = await events.next();
  return done ? 'the end' : told(value);
};
/** The numbers of the next so many events; notices are left out. */
async function numbers(events: Events, count: number): Promise<number[]> {
  const all: number[] = [];
  while (all.length < count) {
    const one = await next(events);
    if (one === 'the end') throw new Error(`it ended after ${all.length}`);
    if (typeof one === 'number') all.push(one);
  }
  return all;
}
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 8_000) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('without a cursor it begins now, with CAUGHT_UP; then each event comes in order', async () => {
  hub.append(3);
  const events = start();
  expect(await next(events)).toBe('CAUGHT_UP');
  hub.append(2);
  expect([await next(events), await next(events)]).toEqual([4, 5]);
  expect(hub.asked).toEqual([{ after: null, authorization: undefined }]);
});

test('with one it begins behind it, under whatever name the document has for it', async () => {
  hub.append(5);
  const events = start({
    query: 'subscription ($from: Cursor) { news: practiceEvents(after: $from) { cursor type n title } }',
    variables: { from: cursorOf(2) },
  });
  expect([await next(events), await next(events), await next(events)]).toEqual([3, 4, 5]);
  expect(await next(events)).toBe('CAUGHT_UP');
});

test.each<[string, () => void]>([
  ...[1000, 1001, 1011, 1012, 1013, 4408, 4413, 4500, 4999].map((code): [string, () => void] => [
    `the socket closes with ${code}`,
    () => hub.sockets().forEach((socket) => socket.close(code)),
  ]),
  ['the connection breaks', () => hub.sockets().forEach((socket) => socket.terminate())],
  ['the stream ends', () => hub.endStreams()],
  ['it is lost', () => hub.endStreams('SUBGRAPH_UNAVAILABLE')],
  ['there is a bug', () => hub.endStreams('INTERNAL_SERVER_ERROR')],
  ['it is asked too often', () => hub.endStreams('RATE_LIMITED')],
])('when %s, it resumes behind what it received last', async (_what, interrupt) => {
  const events = start();
  expect(await next(events)).toBe('CAUGHT_UP');
  hub.append(2);
  expect(await numbers(events, 2)).toEqual([1, 2]);
  interrupt();
  const reading = numbers(events, 2);
  await until(() => hub.asked.length === 2, 'a second subscription');
  hub.append(2);
  expect(await reading).toEqual([3, 4]);
  expect(hub.asked.map(({ after }) => after)).toEqual([null, cursorOf(2)]);
  expect(interruptions).toHaveLength(1);
});

test.each([[1002, 1003, 1008, 1009, 4400, 4406, 4409, 4429].map((code): [number] => [code])].flat())(
  'when the socket closes with %i, it gives up and says so',
  async (code) => {
    const events = start();
    await next(events);
    hub.append();
    await next(events);
    const failed = expect(events.next()).rejects.toMatchObject({
      name: 'SubscriptionFailure',
      code: 'REFUSED',
      closeCode: code,
    });
    hub.sockets().forEach((socket) => socket.close(code));
    await failed;
    expect(await next(events)).toBe('the end');
    expect(hub.connections).toBe(1);
  },
);

test.each(['FORBIDDEN', 'BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED', 'COST_EXCEEDED', 'SOMETHING_NEW'])(
  'when the hub answers %s, it gives up with what the hub said',
  async (code) => {
    hub.errors.push(code);
    await expect(start().next()).rejects.toMatchObject({ code: 'REFUSED', errors: [{ extensions: { code } }] });
    expect(hub.connections).toBe(1);
  },
);

test.each(['CURSOR_EXPIRED', 'CURSOR_INVALID'])('%s says how to begin again, and doing so works', async (code) => {
  hub.append(3);
  hub.errors.push(code);
  const events = start({ variables: { after: cursorOf(1) } });
  await expect(events.next()).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/without a cursor.*`practices`.*CAUGHT_UP/),
  });
  const again = start();
  expect(await next(again)).toBe('CAUGHT_UP'); // the snapshot is taken here
  hub.append();
  expect(await next(again)).toBe(4);
});

test('what was received before it fails is handed out first', async () => {
  hub.append(3);
  const events = start({ variables: { after: cursorOf(0) } });
  expect(await next(events)).toBe(1);
  hub.endStreams('FORBIDDEN');
  expect(await numbers(events, 2)).toEqual([2, 3]);
  expect(await next(events)).toBe('CAUGHT_UP');
  await expect(events.next()).rejects.toMatchObject({ code: 'REFUSED' });
});

test('an event that is repeated is known by its cursor', async () => {
  hub.repeats = 4;
  hub.append(6);
  const events = start({ variables: { after: cursorOf(4) } });
  expect(await numbers(events, 6)).toEqual(upTo(6));
  for (let first = 7; first < 20; first += 3) {
    hub.sockets().forEach((socket) => socket.terminate());
    hub.append(3);
    expect(await numbers(events, 3)).toEqual(upTo(first + 2, first));
  }
});

test('a hub that is not there is tried again, less and less often, and in time after it came back', async () => {
  const events = start();
  expect(await next(events)).toBe('CAUGHT_UP');
  hub.append();
  expect(await next(events)).toBe(1);
  await hub.stop();
  const reading = next(events);
  await until(() => interruptions.length > 6, 'some attempts');
  const waits = interruptions.map(({ inMs }) => inMs);
  expect(waits[0]).toBeLessThanOrEqual(2);
  expect(Math.min(...waits.slice(5))).toBeGreaterThanOrEqual(10);
  expect(Math.max(...waits)).toBeLessThanOrEqual(20);
  hub.append();
  await hub.start();
  expect(await reading).toBe(2);
  interruptions.length = 0;
  hub.sockets().forEach((socket) => socket.terminate());
  hub.append();
  expect(await next(events)).toBe('CAUGHT_UP');
  expect(await next(events)).toBe(3);
  expect(interruptions[0]!.inMs).toBeLessThanOrEqual(2); // what came in between was progress
});

test('a hub that is not there at the beginning is waited for', async () => {
  await hub.stop();
  const events = start();
  const reading = next(events);
  await until(() => interruptions.length > 1, 'some attempts');
  await hub.start();
  expect(await reading).toBe('CAUGHT_UP');
});

test('a token is asked for at each connection; one that is refused is asked for anew', async () => {
  const refusals: boolean[] = [];
  let number = 0;
  const authorization = (refused: boolean) => {
    refusals.push(refused);
    return Promise.resolve(`token ${++number}`);
  };
  hub.refused.add('token 1');
  const events = start({ authorization });
  expect(await next(events)).toBe('CAUGHT_UP'); // with token 2
  hub.append();
  expect(await next(events)).toBe(1);
  hub.sockets().forEach((socket) => socket.close(1001));
  expect(await next(events)).toBe('CAUGHT_UP'); // 3
  hub.endStreams('UNAUTHENTICATED');
  expect(await next(events)).toBe('CAUGHT_UP'); // 4
  hub.append();
  expect(await next(events)).toBe(2);
  expect(hub.asked.map(({ authorization }) => authorization)).toEqual(['token 2', 'token 3', 'token 4']);
  expect(refusals).toEqual([false, true, false, true]);
});

test('it gives up when the hub refuses a fresh token, and does not go on asking', async () => {
  let asked = 0;
  hub.refused.add('old').add('new');
  const events = start({ authorization: (refused) => (asked++, refused ? 'new' : 'old') });
  await expect(events.next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', closeCode: 4403 });
  expect([asked, hub.connections]).toEqual([2, 2]);
});

test('who is refused by the stream, not by the socket, gives up as well', async () => {
  hub.errors.push('UNAUTHENTICATED', 'UNAUTHENTICATED');
  await expect(start({ authorization: () => 'token' }).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(hub.connections).toBe(2);
});

test('who has no token to show gives up at once', async () => {
  hub.refused.add(undefined);
  await expect(start().next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(hub.connections).toBe(1);
});

test('a token that cannot be had now is asked for later', async () => {
  let attempts = 0;
  const events = start({
    authorization() {
      if (++attempts < 3) throw new Error('The provider is away.');
      return 'token';
    },
  });
  expect(await next(events)).toBe('CAUGHT_UP');
  expect([attempts, hub.connections]).toEqual([3, 1]);
  expect(interruptions[0]!.message).toContain('The provider is away.');
});

/** A store in memory that tells in which order things happened. */
const storeOf = (saved: string | null = null) => {
  const store = {
    saved,
    happened: [] as (string | number)[],
    load: () => store.saved,
    save: async (cursor: string, event: Event) => {
      await Promise.resolve();
      store.saved = cursor;
      store.happened.push(`saved ${told(event)}`);
    },
  };
  return store;
};

test('a cursor is saved when its event was dealt with, before the next is handed out', async () => {
  hub.append(4);
  const store = storeOf(cursorOf(1));
  const events = start({ store, variables: { after: cursorOf(3) } });
  for await (const event of events) {
    store.happened.push(told(event));
    if (event.n === 4) break;
  }
  expect(store.happened).toEqual([2, 'saved 2', 3, 'saved 3', 4]);
  expect(store.saved).toBe(cursorOf(3)); // nobody said that 4 was dealt with
  const again = start({ store });
  expect(await next(again)).toBe(4);
});

test('who asks for the next has dealt with the last, also when it ends then', async () => {
  hub.append(2);
  const store = storeOf(cursorOf(0));
  const events = start({ store });
  for await (const event of events) if (event.n === 2) ending.abort();
  expect(store.saved).toBe(cursorOf(2));
});

test('what the store throws ends it, and the cursor stays', async () => {
  hub.append(3);
  const store = storeOf(cursorOf(0));
  const events = start({
    store: {
      ...store,
      save: (cursor, event) => (event.n === 2 ? Promise.reject(new Error('no room')) : store.save(cursor, event)),
    },
  });
  expect(await numbers(events, 2)).toEqual([1, 2]);
  await expect(events.next()).rejects.toThrow('no room');
  expect(store.saved).toBe(cursorOf(1));
  expect(await next(events)).toBe('the end');
  const unread = start({ store: { ...store, load: () => Promise.reject(new Error('no disk')) } });
  await expect(unread.next()).rejects.toThrow('no disk');
});

test('heartbeats move the saved cursor unseen, and are seen by who wants them', async () => {
  const store = storeOf();
  const events = start({ store });
  expect(await next(events)).toBe('CAUGHT_UP');
  const reading = next(events);
  await until(() => store.happened.length === 1, 'CAUGHT_UP to be saved');
  hub.heartbeat(); // at the place that is saved already
  hub.skip(); // an event that this reader may not see
  hub.heartbeat();
  await until(() => store.happened.length === 2, 'the heartbeat to be saved');
  expect([store.saved, store.happened]).toEqual([cursorOf(1), ['saved CAUGHT_UP', 'saved HEARTBEAT']]);
  hub.append();
  expect(await reading).toBe(2);

  const wanted = start({ notices: ['CAUGHT_UP', 'HEARTBEAT'] });
  const silent = start({ notices: [] });
  expect(await next(wanted)).toBe('CAUGHT_UP');
  const first = next(silent);
  await until(() => hub.asked.length === 3, 'the third to have subscribed');
  hub.heartbeat();
  expect(await next(wanted)).toBe('HEARTBEAT');
  hub.append();
  expect([await first, await next(wanted)]).toEqual([3, 3]);
});

test('while it waits, what was dealt with is saved', async () => {
  const store = storeOf(cursorOf(0));
  hub.append();
  const events = start({ store, notices: [] });
  expect(await next(events)).toBe(1);
  const waiting = next(events);
  await until(() => store.saved === cursorOf(1), 'the event to be saved');
  hub.sockets().forEach((socket) => socket.terminate());
  hub.append();
  expect(await waiting).toBe(2);
});

test('what waits for a slow consumer is bounded: it closes, and goes on behind what was dealt with', async () => {
  const store = storeOf(cursorOf(0));
  const events = start({ store, maxWaiting: 10 });
  hub.append(95);
  expect(await next(events)).toBe(1);
  await until(() => hub.sockets().length === 0, 'the connection to be closed');
  expect(interruptions).toMatchObject([{ ending: { kind: 'full' } }]);
  const connections = hub.connections;
  expect(await numbers(events, 9)).toEqual(upTo(10, 2));
  expect(hub.connections).toBe(connections); // until all is dealt with
  expect(await numbers(events, 85)).toEqual(upTo(95, 11));
  const resumed = hub.asked.map(({ after }) => after);
  expect(resumed).toEqual([...new Set(resumed)]);
  expect(resumed.length).toBeGreaterThanOrEqual(9);
});

test('heartbeats do not fill what waits', async () => {
  hub.append();
  const events = start({ variables: { after: cursorOf(0) }, maxWaiting: 5, notices: ['HEARTBEAT'], silenceMs: 300 });
  expect(await next(events)).toBe(1);
  for (let beat = 0; beat < 50; beat++) hub.heartbeat();
  hub.append();
  await until(() => hub.sent === 53, 'all to be sent'); // with CAUGHT_UP
  const { pings } = hub;
  await until(() => hub.pings > pings + 1, 'all to have been received');
  while ((await next(events)) !== 2); // after one heartbeat, or two with CAUGHT_UP between them
  expect(hub.connections).toBe(1);
});

test('a hub that has gone silent is left for another; one that only has nothing to tell is not', async () => {
  const events = start({ silenceMs: 300 });
  expect(await next(events)).toBe('CAUGHT_UP');
  await until(() => hub.pings > 6, 'twice the time that may be silent');
  expect(hub.connections).toBe(1);
  hub.freeze();
  hub.append();
  await until(() => hub.connections === 2, 'another connection');
  expect(interruptions).toMatchObject([{ ending: { kind: 'silent' } }]);
});

test('a hub that takes connections and does not answer is left, too', async () => {
  const { createServer } = await import('node:net');
  const held = new Set<{ destroy(): void }>();
  const deaf = createServer((socket) => void held.add(socket));
  await new Promise<void>((resolve) => deaf.listen(0, '127.0.0.1', resolve));
  const { port } = deaf.address() as { port: number };
  const events = start({ url: `ws://127.0.0.1:${port}/graphql`, silenceMs: 60 });
  const reading = next(events);
  await until(() => held.size > 2, 'some attempts');
  expect(interruptions[0]).toMatchObject({ ending: { kind: 'silent' } });
  ending.abort();
  expect(await reading).toBe('the end');
  for (const socket of held) socket.destroy();
  await new Promise((resolve) => deaf.close(resolve));
});

test('an event of which something is missing is asked for again until it is whole', async () => {
  hub.append(2);
  hub.fieldErrors.set(1, ['SUBGRAPH_UNAVAILABLE', 'INTERNAL_SERVER_ERROR']);
  const events = start({ variables: { after: cursorOf(0) } });
  const { value } = await events.next();
  expect(value).toMatchObject({ n: 1, title: 'Practice 1' });
  expect(await next(events)).toBe(2);
  expect(interruptions.map(({ ending: { kind } }) => kind)).toEqual(['incomplete', 'incomplete']);
});

test('what the reader may not have is no reason to ask again', async () => {
  hub.append();
  hub.fieldErrors.set(1, ['FORBIDDEN']);
  await expect(start({ variables: { after: cursorOf(0) } }).next()).rejects.toMatchObject({
    code: 'REFUSED',
    errors: [{ extensions: { code: 'FORBIDDEN' }, path: ['practiceEvents', 'title'] }],
  });
});

test('the consumer may decide what becomes of an incomplete event', async () => {
  hub.append(2);
  hub.fieldErrors.set(1, ['FORBIDDEN', 'FORBIDDEN']).set(2, ['FORBIDDEN', 'FORBIDDEN']); // 2 was on its way when 1 was sent back
  const missed: unknown[] = [];
  const events = start({
    variables: { after: cursorOf(0) },
    onIncomplete({ n }, [error]) {
      missed.push([n, error!.extensions!['code']]);
      return missed.length === 1 ? 'again' : 'deliver';
    },
  });
  expect((await events.next()).value).toMatchObject({ n: 1, title: null });
  expect((await events.next()).value).toMatchObject({ n: 2, title: null });
  expect(missed).toEqual([
    [1, 'FORBIDDEN'],
    [1, 'FORBIDDEN'],
    [2, 'FORBIDDEN'],
  ]);
});

test.each<[string, (events: Events) => unknown]>([
  ['an abort', () => ending.abort()],
  ['return', (events) => events.return!()],
])('%s ends it at once while it waits, for an event, a hub or a token', async (_what, end) => {
  const live = start();
  expect(await next(live)).toBe('CAUGHT_UP');
  const url = hub.url;
  const away = start({ url: url.replace(/:\d+/, ':1'), backOff: { firstMs: 60_000, mostMs: 60_000 } });
  const unsigned = start({ authorization: () => new Promise(() => undefined) });
  const waiting = [live, away, unsigned].map((events) => next(events));
  await until(() => interruptions.length > 0, 'one to wait for its hub');
  for (const events of [live, away, unsigned]) await end(events);
  expect(await Promise.all(waiting)).toEqual(['the end', 'the end', 'the end']);
  await until(() => hub.sockets().length === 0, 'the hub to have no reader');
});

test('one that was aborted before it began does nothing', async () => {
  ending.abort();
  expect(await next(start())).toBe('the end');
  expect(hub.connections).toBe(0);
});

test('it takes the global WebSocket, as browsers have it, and an address of HTTP', async () => {
  const given = (globalThis as { WebSocket?: unknown }).WebSocket;
  const url = hub.url.replace('ws:', 'http:');
  try {
    delete (globalThis as { WebSocket?: unknown }).WebSocket;
    expect(() => start({ webSocket: undefined })).toThrow(expect.objectContaining({ code: 'BAD_SUBSCRIPTION' }));
    Object.assign(globalThis, { WebSocket });
    expect(await next(start({ url, webSocket: undefined }))).toBe('CAUGHT_UP');
  } finally {
    Object.assign(globalThis, { WebSocket: given });
  }
});

test.each(['nowhere', 'ftp://hub.example/graphql', ''])('%j is no address', (url) => {
  expect(() => start({ url })).toThrow(expect.objectContaining({ code: 'BAD_SUBSCRIPTION' }));
});

test('whatever breaks when, each event comes once and in order', async () => {
  const store = storeOf(cursorOf(0));
  hub.repeats = 2;
  let breaks = 0;
  let last = 0;
  const breaking = setInterval(() => {
    breaks++;
    const added = 1 + Math.floor(Math.random() * 5);
    hub.append(added);
    last += added;
    const sockets = hub.sockets();
    const chance = Math.random();
    if (chance < 0.4) sockets.forEach((socket) => socket.terminate());
    else if (chance < 0.6) sockets.forEach((socket) => socket.close(1001));
    else if (chance < 0.8) hub.endStreams('SUBGRAPH_UNAVAILABLE');
    else if (chance < 0.9) hub.fieldErrors.set(last + 1, ['SUBGRAPH_UNAVAILABLE']);
  }, 7);
  try {
    const events = start({ store, maxWaiting: 7 });
    expect(await numbers(events, 400)).toEqual(upTo(400));
  } finally {
    clearInterval(breaking);
  }
  expect(breaks).toBeGreaterThan(20);
  expect(store.happened.filter((what) => /saved \d/.test(String(what)))).toEqual(upTo(399).map((n) => `saved ${n}`));
});
