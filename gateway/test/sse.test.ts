/** GraphQL over server-sent events, as real HTTP: what stands on the wire, and how it is resumed. */
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { EventSource } from 'undici';
import { type SignIn, startSignIn, viewer } from './signIn.js';
import {
  type Stream,
  type Subgraph,
  type World,
  composed,
  startGateway,
  startSubgraph,
  startWorld,
  until,
} from './world.js';

let world: World;
let news: News;
let signIn: SignIn;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let supergraph: string;
const settings = () => ({ identity: signIn.identity, limits: { queuedEvents: 50, queuedBytes: 1_000_000 } });

beforeAll(async () => {
  world = await startWorld();
  news = await startNews();
  signIn = await startSignIn();
  supergraph = composed([...Object.values(world.subgraphs), news.subgraph]);
  gateway = await startGateway({ supergraph }, settings());
});
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await until(() => news.readers.size === 0, 'the service to have no readers left');
});
afterAll(async () => {
  await gateway.close();
  await signIn.stop();
  await news.subgraph.stop();
  await world.stop();
});

interface News {
  subgraph: Subgraph;
  readers: Set<{ wake: () => void; ended: boolean }>;
  /** Puts an event into the log; its cursor is its number. */
  tell(title: string): void;
  /** What streams were asked to go on from. */
  asked: (string | null)[];
  endStreams(): void;
}

/** A service with a log that can be resumed, and one that cannot. */
async function startNews(): Promise<News> {
  const log: string[] = [];
  const readers: News['readers'] = new Set();
  const asked: News['asked'] = [];
  const wake = () => readers.forEach((reader) => reader.wake());
  const eventsAfter = (place: number, field: string) => {
    let at = place;
    const reader = { wake: () => {}, ended: false };
    readers.add(reader);
    const next = async (): Promise<IteratorResult<unknown>> => {
      while (at >= log.length && !reader.ended) await new Promise<void>((resolve) => (reader.wake = resolve));
      if (reader.ended) return { done: true, value: undefined };
      const title = log[at++]!;
      return {
        done: false,
        value: { [field]: { __typename: 'Arrival', cursor: `c${at}`, title, author: { id: 'ann' } } },
      };
    };
    const end = () => {
      reader.ended = true;
      readers.delete(reader);
      reader.wake();
      return Promise.resolve({ done: true as const, value: undefined });
    };
    return { next, return: end, [Symbol.asyncIterator]: () => ({ next, return: end }) };
  };
  const follow = (field: string) => ({
    subscribe(_: unknown, { after }: { after?: string | null }) {
      asked.push(after ?? null);
      return eventsAfter(after ? Number(after.slice(1)) : log.length, field);
    },
  });
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
    scalar Cursor
    type Query { latest: String }
    type Mutation { tell(title: String!): String }
    type Subscription {
      news(after: Cursor, topic: String): News!
      arrivals(after: Cursor): Arrival!
      titles(after: String): Arrival!
      plain(after: Cursor): Plain!
    }
    interface News { cursor: Cursor! title: String author: Author }
    type Arrival implements News { cursor: Cursor! title: String author: Author }
    type Plain { title: String }
    type Author @key(fields: "id") { id: ID! }`;
  const stream = { passports: [], renewals: [], links: [] } as unknown as Stream;
  const resolvers = {
    Query: { latest: () => log.at(-1) },
    Mutation: { tell: (_: unknown, { title }: { title: string }) => title },
    Subscription: Object.fromEntries(['news', 'arrivals', 'titles', 'plain'].map((name) => [name, follow(name)])),
  };
  const subgraph = await startSubgraph('news', sdl, resolvers, stream);
  return {
    subgraph,
    readers,
    asked,
    tell(title) {
      log.push(title);
      wake();
    },
    endStreams() {
      for (const reader of readers) {
        reader.ended = true;
        reader.wake();
      }
      readers.clear();
    },
  };
}

interface Frame {
  event: string;
  id?: string;
  data: any; // eslint-disable-line typescript/no-explicit-any -- whatever was asked for
}

interface Opened {
  status: number;
  headers: IncomingMessage['headers'];
  /** The events so far; comments are counted. */
  frames: Frame[];
  comments(): number;
  text(): string;
  ended(): boolean;
  response: IncomingMessage;
  close(): void;
}

interface Asking {
  query?: string;
  variables?: object;
  operationName?: string;
  headers?: Record<string, string>;
  method?: string;
  /** Asks by address. */
  get?: boolean;
  body?: string;
  port?: number;
}

function ask({ query, variables, operationName, headers = {}, method, get, body, port }: Asking): Promise<Opened> {
  const url = new URL(`${gateway.url}/graphql/stream`);
  if (port) url.port = String(port);
  if (get && query) {
    url.searchParams.set('query', query);
    if (variables) url.searchParams.set('variables', JSON.stringify(variables));
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, {
      method: method ?? (get ? 'GET' : 'POST'),
      agent: false,
      headers: { accept: 'text/event-stream', ...(!get && { 'content-type': 'application/json' }), ...headers },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      let text = '';
      let ended = false;
      const frames: Frame[] = [];
      response.on('data', (chunk: Buffer) => {
        text += String(chunk);
        frames.splice(0, Infinity, ...framesIn(text));
      });
      response.on('close', () => (ended = true));
      response.on('error', () => undefined); // cut
      const opened: Opened = {
        status: response.statusCode!,
        headers: response.headers,
        frames,
        comments: () => text.split('\n').filter((line) => line.startsWith(':')).length,
        text: () => text,
        ended: () => ended,
        response,
        close: () => request.destroy(),
      };
      open.push(opened);
      resolve(opened);
    });
    request.end(get ? undefined : (body ?? JSON.stringify({ query, variables, operationName })));
  });
}

/** As a browser reads them; what is not whole yet is left. */
const framesIn = (text: string): Frame[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((block): Frame[] => {
      const fields = new Map(
        block.split('\n').map((line): [string, string] => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
        }),
      );
      const event = fields.get('event');
      if (!event) return [];
      const id = fields.get('id');
      const data = fields.get('data')!;
      return [{ event, ...(id !== undefined && { id }), data: data === '' ? '' : (JSON.parse(data) as unknown) }];
    });

const told = async (stream: Opened, count: number) => {
  await until(() => stream.frames.length >= count, `${count} events`);
  return stream.frames;
};
const ended = (stream: Opened) => until(stream.ended, 'the end');
const following = (count = 1) => until(() => news.readers.size === count, 'the service to have its readers');
const complete = { event: 'complete', data: '' };

const titles = 'subscription { news { title } }';

describe('a stream', () => {
  test.each([
    ['POST', false],
    ['GET', true],
  ])('by %s carries what all services know of each event, and its cursor as the id', async (_method, get) => {
    const stream = await ask({ query: 'subscription { news { title author { name } } }', get });
    expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(stream.headers['cache-control']).toContain('no-cache');
    await following();
    news.tell('A');
    news.tell('B');
    const [first, second] = await told(stream, 2);
    expect(first).toMatchObject({ event: 'next', id: expect.stringMatching(/^c\d+$/) });
    expect(first!.data).toEqual({ data: { news: { title: 'A', author: { name: 'Ann' } } } });
    expect(Number(second!.id!.slice(1))).toBe(Number(first!.id!.slice(1)) + 1);
    news.endStreams();
    await ended(stream);
    expect(stream.frames.slice(2)).toEqual([complete]);
  });

  test('opens before anything happens, is kept alive by comments, and tells when to come back', async () => {
    const quick = await startGateway({ supergraph }, { ...settings(), heartbeatMs: 20 });
    open.push(quick);
    const streams = await Promise.all(
      Array.from({ length: 8 }, () => ask({ query: titles, port: Number(new URL(quick.url).port) })),
    );
    await until(() => streams.every((stream) => stream.comments() > 2), 'comments');
    const retries = streams.map((stream) => Number(/^retry: (\d+)$/m.exec(stream.text())![1]));
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...retries)).toBeLessThanOrEqual(4_000);
    expect(new Set(retries).size).toBeGreaterThan(1); // spread
    for (const stream of streams) stream.close();
  });

  test('is stopped at the service when the client goes', async () => {
    const stream = await ask({ query: titles });
    await following();
    stream.close();
    await following(0);
  });

  test.each<[string, Asking, object]>([
    ['a query', { query: '{ latest book(isbn: "2") { title } }' }, { data: { book: { title: 'Two' } } }],
    ['one by address', { query: '{ book(isbn: "2") { title } }', get: true }, { data: { book: { title: 'Two' } } }],
    ['a mutation', { query: 'mutation { tell(title: "x") }' }, { data: { tell: 'x' } }],
    ['what is none', { query: '{ books { ' }, { errors: [{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }] }],
    [
      'a wrong one',
      { query: 'subscription { news { titel } }' },
      { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] },
    ],
    [
      'wrong variables',
      { query: 'subscription ($t: String!) { news(topic: $t) { title } }' },
      { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] },
    ],
    [
      'no operation of that name',
      { query: titles, operationName: 'X' },
      { errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }] },
    ],
  ])('of %s is one answer, and complete', async (_what, asking, answer) => {
    const stream = await ask(asking);
    expect(stream.status).toBe(200);
    await ended(stream);
    expect(stream.frames).toMatchObject([{ event: 'next', data: answer }, complete]);
  });

  test.each<[string, number, Asking]>([
    ['an answer in another form', 406, { query: titles, headers: { accept: 'application/json' } }],
    ['a bad token', 401, { query: titles, headers: { authorization: 'Bearer nonsense' } }],
    ['a mutation by address', 405, { query: 'mutation { tell(title: "x") }', get: true }],
    ['a reservation', 405, { method: 'PUT', query: titles }],
    ['a head alone', 405, { method: 'HEAD', query: titles, get: true }],
    ['a page of another site', 403, { query: titles, get: true, headers: { 'sec-fetch-site': 'cross-site' } }],
    ['a body that is no JSON', 415, { query: titles, headers: { 'content-type': 'text/plain' } }],
    ['no query', 400, { body: '{}' }],
    ['a body that is too large', 413, { body: 'x'.repeat(600_000) }],
  ])('%s is refused with %i', async (_what, status, asking) => {
    const refused = await ask(asking);
    expect(refused.status).toBe(status);
    expect(refused.headers['content-type']).toContain('application/json');
    await ended(refused);
    if (asking.method !== 'HEAD')
      expect(JSON.parse(refused.text())).toMatchObject({ errors: [{ message: expect.any(String) }] });
  });

  test.each(['*/*', 'text/*', 'application/json, text/event-stream;q=0.5'])('accept: %s will do', async (accept) => {
    const stream = await ask({ query: '{ latest }', headers: { accept } });
    expect(stream.status).toBe(200);
  });
});

describe('resuming', () => {
  beforeAll(() => ['one', 'two', 'three', 'four'].forEach((title) => news.tell(title)));
  const all = async () => {
    news.asked.length = 0;
    const stream = await ask({ query: 'subscription { news(after: "c0") { cursor title } }' });
    await until(() => stream.frames.at(-1)?.data.data.news.title === 'four', 'the last');
    const { frames } = stream;
    stream.close();
    await following(0);
    return frames.slice(-4);
  };

  test.each<[string, Asking]>([
    ['without after', { query: titles }],
    ['by address', { query: titles, get: true }],
    ['over its own', { query: 'subscription { news(after: "c1") { title } }' }],
    ['over null', { query: 'subscription { news(after: null, topic: "x") { title } }' }],
    [
      'over its variable',
      { query: 'subscription ($from: Cursor) { news(after: $from) { title } }', variables: { from: 'c1' } },
    ],
    ['over its variable, not given', { query: 'subscription ($from: Cursor) { news(after: $from) { title } }' }],
    [
      'with other variables',
      { query: 'subscription ($after: String) { news(topic: $after) { title } }', variables: { after: 'x' } },
    ],
    ['with a cursor of its own', { query: 'subscription { news { cursor title } }' }],
    ['with one under another name', { query: 'subscription { news { at: cursor title } }' }],
    ['under another name', { query: 'subscription { fresh: news { title } }' }],
    ['of an object type', { query: 'subscription { arrivals { title } }' }],
    [
      'through fragments',
      { query: 'subscription { ...R } fragment R on Subscription { news { ...T } } fragment T on News { title }' },
    ],
    ['written in parts', { query: 'subscription { news { title } news { author { id } } }' }],
    [
      'one of several',
      {
        query: 'query Q { latest } subscription S { news { title } } subscription T { plain { title } }',
        operationName: 'S',
      },
    ],
    ['of a name that we would give', { query: 'subscription { news { place: title title } }' }],
  ])('goes on behind the header Last-Event-ID: %s', async (_how, asking) => {
    const [, , third, fourth] = await all();
    const stream = await ask({ ...asking, headers: { 'last-event-id': (await all())[1]!.id! } });
    const frames = await told(stream, 2);
    expect(frames.map(({ id }) => id)).toEqual([third!.id, fourth!.id]);
    const events = frames.map(({ data }) => Object.values(data.data as object)[0] as Record<string, unknown>);
    expect(events.map(({ title }) => title)).toEqual(['three', 'four']);
    for (const event of events)
      expect(Object.keys(event).filter((key) => !['title', 'cursor', 'at', 'author', 'place'].includes(key))).toEqual(
        [],
      );
    if (!asking.query!.includes('cursor')) for (const event of events) expect(event).not.toHaveProperty('cursor');
    if (!asking.query!.includes('place')) for (const event of events) expect(event).not.toHaveProperty('place');
  });

  test.each([
    ['gives no cursor', 'subscription { plain { title } }'],
    ['takes another kind of place', 'subscription { titles { title } }'],
  ])('what %s has no ids, and says so to who would resume it', async (_what, query) => {
    const stream = await ask({ query });
    await following();
    news.tell('five');
    const [frame] = await told(stream, 1);
    expect(frame).toMatchObject({ event: 'next', data: { data: expect.any(Object) } });
    expect(frame).not.toHaveProperty('id');
    const resuming = await ask({ query, headers: { 'last-event-id': 'c1' } });
    await ended(resuming);
    expect(resuming.frames).toMatchObject([
      { data: { errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] } },
      complete,
    ]);
  });

  test('a browser’s EventSource resumes by itself and misses nothing', async () => {
    const source = new EventSource(`${gateway.url}/graphql/stream?query=${encodeURIComponent(titles)}`);
    open.push({ close: () => source.close() });
    const heard: string[] = [];
    source.addEventListener('next', (event) => {
      const { data } = event as unknown as { data: string };
      const answer = JSON.parse(data) as { data?: { news: { title: string } } };
      if (answer.data) heard.push(answer.data.news.title); // otherwise it says that the service is away
    });
    await following();
    news.tell('while it is there');
    await until(() => heard.length === 1, 'the first');
    await news.subgraph.stop(); // ends the stream without complete
    news.endStreams();
    await news.subgraph.start();
    news.tell('while it is away');
    await until(() => heard.length === 2, 'what it missed');
    expect(heard).toEqual(['while it is there', 'while it is away']);
  });
});

describe('how it ends', () => {
  test('a token that runs out ends it with an error, and for good', async () => {
    signIn.viewers.set('ann', viewer('11111111-1111-4111-8111-111111111111'));
    const expiresAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 1000);
    const stream = await ask({ query: titles, headers: await signIn.as('ann', { expiresAt }) });
    await following();
    await ended(stream);
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 5);
    expect(stream.frames).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] } },
      complete,
    ]);
  });

  test('a service that is lost ends it with an error, not for good: it is resumed', async () => {
    const stream = await ask({ query: titles });
    await following();
    news.tell('before');
    const [{ id } = {}] = await told(stream, 1);
    await news.subgraph.stop();
    news.endStreams();
    await ended(stream);
    expect(stream.frames.slice(1)).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] } },
    ]);
    await news.subgraph.start();
    news.tell('meanwhile');
    const resumed = await ask({ query: titles, headers: { 'last-event-id': id! } });
    expect((await told(resumed, 1))[0]!.data.data.news.title).toBe('meanwhile');
  });

  test('when nobody can tell who asks, it says so in a way that browsers come back from', async () => {
    await signIn.membership.stop();
    const stream = await ask({ query: titles, headers: await signIn.as('bea') });
    await ended(stream);
    await signIn.membership.start();
    expect([stream.status, stream.frames]).toMatchObject([
      200,
      [{ event: 'next', data: { errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] } }],
    ]);
  });

  test('a gateway that stops ends it at once, to be resumed at another', async () => {
    const other = await startGateway({ supergraph }, settings());
    const stream = await ask({ query: titles, port: Number(new URL(other.url).port) });
    await following();
    news.tell('last');
    await told(stream, 1);
    const since = performance.now();
    await other.close();
    expect(performance.now() - since).toBeLessThan(2_500);
    await ended(stream);
    expect(stream.frames.map(({ event }) => event)).toEqual(['next']);
  });

  test('a reader who is too slow is cut off, others are not harmed, and it resumes where it was', async () => {
    const slow = await ask({ query: 'subscription { news { title } }' });
    const quick = await ask({ query: 'subscription { news { cursor } }' });
    await following(2);
    slow.response.pause();
    let sent = 0;
    while (news.readers.size === 2) {
      news.tell(`${'x'.repeat(100_000)}${sent++}`);
      await told(quick, sent);
      expect(sent).toBeLessThan(300);
    }
    slow.response.resume();
    await ended(slow);
    const last = slow.frames.at(-1)?.id;
    expect(slow.frames.length).toBeLessThan(sent);
    const resumed = await ask({ query: titles, headers: { ...(last && { 'last-event-id': last }) } });
    if (last) {
      const missed = sent - slow.frames.length;
      await told(resumed, Math.min(missed, 20));
      expect(resumed.frames[0]!.data.data.news.title.slice(100_000)).toBe(String(slow.frames.length));
    }
    resumed.close();
    news.tell('on');
    await told(quick, sent + 1);
  });
});
