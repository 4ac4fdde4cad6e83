/** A changed supergraph, served without a restart: nobody who asks meanwhile notices, and a bad one changes nothing. */
import { EventEmitter, on } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type PlanningLine, watchPlanning } from './planning.js';
import { type Result, type Subgraph, composed, startGateway, startSubgraph, until } from './world.js';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])`;
/** All that the service can do; a supergraph tells of a part of it. */
const library = (query: string, book: string, more = '') => `${link}
  type Query { books: [Book]  slow: Book  ${query} }
  type Mutation { add: Book }
  type Subscription { added: Book }
  type Book @key(fields: "isbn") { isbn: ID! title: String ${book} }
  ${more}`;
const writers = `${link}
  type Query { writers: [String] }
  type Book @key(fields: "isbn") { isbn: ID! author: String }`;

const books = ['1', '2', '3'].map((isbn) => ({ isbn, title: `Title ${isbn}`, old: 'old', pages: 100 }));
const news = new EventEmitter();
/** Those who wait in `slow`. */
let slow: (() => void)[] = [];
const resolvers = {
  Query: {
    books: () => books,
    slow: () => new Promise((resolve) => slow.push(() => resolve(books[0]))),
    retired: () => 'retired',
    fresh: () => 'fresh',
  },
  Mutation: { add: () => books[1] },
  Subscription: { added: { subscribe: () => on(news, 'added'), resolve: ([book]: unknown[]) => book } },
  Book: { __resolveReference: ({ isbn }: { isbn: string }) => books.find((book) => book.isbn === isbn) },
};
const stream = {
  push: (book: unknown) => void news.emit('added', book),
  end: () => undefined,
  readers: () => news.listenerCount('added'),
  passports: [],
  renewals: [],
  links: [],
  pongs: 0,
  holdPongs: false,
  extensions: null,
  reports: [],
  reportStatus: 200,
};

let service: Subgraph;
let authors: Subgraph;
let planning: PlanningLine;
/** With a field that the next ones do not have, with one that is new, and with another that is new. */
let first: string;
let second: string;
let third: string;
const withLibrary = (...parts: Parameters<typeof library>) =>
  composed([{ ...service, typeDefs: parse(library(...parts)) }, authors]);

beforeAll(async () => {
  planning = watchPlanning();
  const whole = library('retired: String  fresh: String', 'old: String  pages: Int', 'enum Shape { FLAT TALL }');
  service = await startSubgraph('library', whole, resolvers, stream);
  authors = await startSubgraph('authors', writers, {
    Query: { writers: () => ['Ann'] },
    Book: {
      __resolveReference: (book: object) => book,
      author: ({ isbn }: { isbn: string }) => `Author ${isbn}`,
    },
  });
  first = withLibrary('retired: String', 'old: String');
  second = withLibrary('fresh: String', 'pages: Int');
  third = withLibrary('', '', 'enum Shape { FLAT TALL }');
});
let gateway: Awaited<ReturnType<typeof startGateway>>;
const open: { dispose(): unknown }[] = [];
beforeEach(async () => {
  gateway = await startGateway({ supergraph: first });
  planning.sent.length = 0;
});
afterEach(async () => {
  planning.release();
  for (const wake of slow.splice(0)) wake();
  for (const one of open.splice(0)) await one.dispose();
  await gateway.close();
  try {
    await until(() => planning.running().length === 0, 'every planning thread to have ended');
    await until(() => stream.readers() === 0, 'the service to have no readers left');
  } finally {
    planning.forget();
  }
});
afterAll(async () => {
  planning.stop();
  await Promise.all([service.stop(), authors.stop()]);
});

const joined = '{ books { title author } }';
const answer = { data: { books: ['1', '2', '3'].map((n) => ({ title: `Title ${n}`, author: `Author ${n}` })) } };
const isRefused = async (query: string) => {
  const { status, json } = await gateway.post({ query });
  expect([status, json.errors?.[0]!.extensions['code']]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
};

function connect(): Client {
  const client = createClient({ url: gateway.wsUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  open.push(client);
  return client;
}
interface Reader {
  results: Result[];
  errors: unknown[];
  completed: boolean;
  stop(): void;
}
function read(client: Client, query: string): Reader {
  const reader: Reader = { results: [], errors: [], completed: false, stop: () => undefined };
  reader.stop = client.subscribe(
    { query },
    {
      next: (result) => void reader.results.push(result as Result),
      error: (error) => void reader.errors.push(error),
      complete: () => (reader.completed = true),
    },
  );
  open.unshift({ dispose: reader.stop });
  return reader;
}
const once = async (client: Client, query: string): Promise<Result | undefined> => {
  const reader = read(client, query);
  await until(() => reader.completed || reader.errors.length > 0, 'an answer');
  expect(reader.errors).toEqual([]);
  return reader.results[0];
};

test('what is new is answered from then on, what is gone is refused', async () => {
  expect(await gateway.ask('{ retired books { old } }')).toMatchObject({ data: { retired: 'retired' } });
  await isRefused('{ fresh }');
  await gateway.reload(second);
  expect(await gateway.ask('{ fresh books { pages } }')).toEqual({
    data: { fresh: 'fresh', books: books.map(({ pages }) => ({ pages })) },
  });
  await isRefused('{ retired }');
  await isRefused('{ retired books { old } }'); // known before, as it stands
  await isRefused('{ books { old } }');
  const { data } = await gateway.ask('{ __type(name: "Book") { fields { name } } }');
  expect(data.__type.fields.map(({ name }: { name: string }) => name)).toEqual(['isbn', 'author', 'title', 'pages']);
  await gateway.reload(first);
  expect(await gateway.ask('{ retired }')).toEqual({ data: { retired: 'retired' } });
  await isRefused('{ fresh }');
});

test('not one request fails of those that come all the time', async () => {
  const socket = connect();
  let goesOn = true;
  let answered = 0;
  let fresh = 0;
  const wrong: unknown[] = [];
  const hear = (result: Result | undefined, expected: object) => {
    answered++;
    try {
      expect(result).toEqual(expected);
    } catch {
      wrong.push(result);
    }
  };
  const get = async (query: string) => {
    const response = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(query)}`);
    return (await response.json()) as Result;
  };
  const isbns = { data: { books: books.map(({ isbn }) => ({ isbn })) } };
  const neverSeen = () => {
    const key = `a${fresh++}`;
    const expected = { data: { books: books.map(({ isbn }) => ({ [key]: isbn })) } };
    return [`{ books { ${key}: isbn } }`, expected] as const;
  };
  const kinds = [
    async () => hear(await gateway.ask(joined), answer),
    async () => hear(await get('{ books { isbn } }'), isbns),
    async () => hear(await gateway.ask('mutation { add { title author } }'), { data: { add: answer.data.books[1] } }),
    async () => hear(await once(socket, joined), answer),
    async () => {
      const [query, expected] = neverSeen();
      hear(await gateway.ask(query), expected);
    },
    async () => {
      const [query, expected] = neverSeen();
      hear(await get(query), expected);
    },
    async () => {
      const [query, expected] = neverSeen();
      hear(await once(socket, query), expected);
    },
  ];
  const load = kinds.map(async (kind) => {
    while (goesOn) await kind();
  });
  const during: number[] = [];
  try {
    for (const supergraph of [second, 'nonsense', first]) {
      const before = answered;
      await gateway.reload(supergraph).catch(() => undefined);
      const after = answered;
      await until(() => answered > after + 50, 'more answers');
      during.push(answered - before);
    }
  } finally {
    goesOn = false;
    await Promise.all(load);
  }
  expect(wrong).toEqual([]);
  expect(Math.min(...during)).toBeGreaterThan(50);
  expect(gateway.logged.filter(({ level }) => level === 'error')).toEqual([]);
});

const schema = (text: string) => `schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  ${text}`;
test.each<[string, () => string]>([
  ['is empty', () => ''],
  ['is no GraphQL', () => 'type Query {'],
  ['is a page of HTML', () => '<!doctype html><title>502 Bad Gateway</title>'],
  ['is a schema and no supergraph', () => 'type Query { books: [String] }'],
  ['is one subgraph', () => library('', '')],
  ['was cut off in the middle', () => second.slice(0, second.length / 2)],
  ['asks for what nobody here would do', () => second.replace('schema', schema('').replace(/join/g, 'secrecy'))],
  ['names no services', () => second.replaceAll(/@join__graph\([^)]*\)/g, '')],
  ['names a service at what is no address', () => second.replaceAll(service.url, 'not an address')],
  ['has a type that is nowhere', () => second.replace('pages: Int', 'pages: Missing')],
  ['names a service that is nowhere', () => second.replaceAll('graph: AUTHORS', 'graph: NOBODY')],
  ['defines a type twice', () => `${second}\ntype Book { isbn: ID! }`],
  ['has a join that nobody knows', () => second.replace('join/v0.5', 'join/v9.0')],
  ['has no queries', () => second.replace('query: Query', '')],
])('a supergraph that %s is refused, and the one there is served on', async (_what, text) => {
  const bad = text();
  expect(bad).not.toBe(second); // the case is one
  expect(await gateway.ask(joined)).toEqual(answer);
  await expect(gateway.reload(bad)).rejects.toThrow();
  expect(await gateway.ask(joined)).toEqual(answer);
  expect(await gateway.ask('{ retired }')).toEqual({ data: { retired: 'retired' } });
  await isRefused('{ fresh }');
  await until(() => planning.running().length === 1, 'no planning thread but the one that serves');
  await gateway.reload(second); // and a good one is taken after it
  expect(await gateway.ask('{ fresh }')).toEqual({ data: { fresh: 'fresh' } });
});

test('the same supergraph again changes nothing', async () => {
  const [thread] = planning.running();
  await gateway.reload(first);
  expect(planning.running().map((one) => one === thread)).toEqual([true]);
});

test('what is under way is answered by the supergraph it began with, down to its last fetch', async () => {
  const first = gateway.ask('{ slow { title old author } }');
  await until(() => slow.length === 1, 'the service to work on it');
  await gateway.reload(second);
  expect(await gateway.ask('{ fresh }')).toEqual({ data: { fresh: 'fresh' } });
  expect(planning.running().length).toBe(2); // the old one is there as long as somebody needs it
  slow[0]!();
  expect(await first).toEqual({ data: { slow: { title: 'Title 1', old: 'old', author: 'Author 1' } } });
  await until(() => planning.running().length === 1, 'the old one to be let go');
});

const neverSeen = '{ books { unseen: title } }';
test.each<[string, () => Promise<Result | undefined>]>([
  ['posted', () => gateway.ask(neverSeen)],
  ['posted with a word in it that has it looked at first', () => gateway.ask(`${neverSeen} # no subscription`)],
  [
    'in an address',
    async () => {
      const response = await fetch(`${gateway.url}/graphql?query=${encodeURIComponent(neverSeen)}`);
      return (await response.json()) as Result;
    },
  ],
  ['over a socket', () => once(connect(), neverSeen)],
])('a request %s that is being checked when the supergraph changes is answered', async (_how, ask) => {
  planning.hold('check');
  const asked = ask();
  asked.catch(() => undefined);
  await until(() => planning.held() === 1, 'the check to have begun');
  await gateway.reload(second);
  planning.release();
  expect(await asked).toEqual({ data: { books: books.map(({ title }) => ({ unseen: title })) } });
});

test('a request that is being planned when the supergraph changes is answered', async () => {
  planning.hold('plan');
  const asked = gateway.ask(neverSeen);
  await until(() => planning.held() === 1, 'planning to have begun');
  // What is warmed is planned in the new thread, which is not held up.
  const reloading = gateway.reload(second);
  await until(() => planning.running().length === 2, 'the new thread');
  planning.release();
  await reloading;
  expect(await asked).toEqual({ data: { books: books.map(({ title }) => ({ unseen: title })) } });
});

test('with plugins, too, a request that is being checked is answered, and they see the new schema', async () => {
  const seen: string[] = [];
  const other = await startGateway(
    { supergraph: first },
    {
      plugins: [
        {
          async serverWillStart() {
            return {
              schemaDidLoadOrUpdate({ apiSchema }) {
                seen.push(Object.keys(apiSchema.getQueryType()!.getFields()).join());
              },
            };
          },
        },
      ],
    },
  );
  try {
    planning.hold('check');
    const asked = other.ask(neverSeen);
    await until(() => planning.held() === 1, 'the check to have begun');
    await other.reload(second);
    planning.release();
    expect(await asked).toEqual({ data: { books: books.map(({ title }) => ({ unseen: title })) } });
    expect(await other.ask('{ fresh }')).toEqual({ data: { fresh: 'fresh' } });
    expect(seen.map((fields) => [fields.includes('retired'), fields.includes('fresh')])).toEqual([
      [true, false],
      [false, true],
    ]);
  } finally {
    planning.release();
    await other.close();
  }
});

test('a subscription that was open before is fed and joined as before, and one opened after it by the new one', async () => {
  const client = connect();
  const before = read(client, 'subscription { added { title old author } }');
  await until(() => stream.readers() === 1, 'the service to have a reader');
  await gateway.reload(second);
  const after = read(client, 'subscription { added { title pages author } }');
  await until(() => stream.readers() === 2, 'the service to have another reader');
  stream.push(books[2]);
  await until(() => before.results.length === 1 && after.results.length === 1, 'both to be told');
  await gateway.reload(third);
  stream.push(books[0]);
  await until(() => before.results.length === 2 && after.results.length === 2, 'both to be told again');
  const told = (n: string, own: object) => ({
    data: { added: { title: `Title ${n}`, ...own, author: `Author ${n}` } },
  });
  expect(before.results).toEqual([told('3', { old: 'old' }), told('1', { old: 'old' })]);
  expect(after.results).toEqual([told('3', { pages: 100 }), told('1', { pages: 100 })]);
  expect([before.errors, after.errors, before.completed, after.completed]).toEqual([[], [], false, false]);
  expect(planning.running().length).toBe(3);
  before.stop();
  await until(() => planning.running().length === 2, 'the first to be let go with its last reader');
  await until(() => stream.readers() === 1, 'the service to have one reader');
  after.stop();
  await until(() => planning.running().length === 1, 'the second to be let go with its last reader');
});

test('what was asked lately is planned before the new one serves, so that nobody waits for it', async () => {
  const named = { query: 'query A { books { title } } query B { books { isbn } }', operationName: 'B' };
  await gateway.ask(joined);
  await gateway.post(named);
  await gateway.ask('{ retired }'); // does not fit any more: left out
  await gateway.post({ query: '{ nonsense }' });
  await gateway.reload(second);
  planning.sent.length = 0;
  expect(await gateway.ask(joined)).toEqual(answer);
  expect((await gateway.post(named)).json).toEqual({ data: { books: books.map(({ isbn }) => ({ isbn })) } });
  expect(planning.sent).toEqual([]);
});

test('a service that has moved is asked where it is now', async () => {
  const other = await startSubgraph('authors', writers, {
    Query: { writers: () => ['Bea'] },
    Book: { __resolveReference: (book: object) => book, author: () => 'Bea' },
  });
  try {
    expect(await gateway.ask(joined)).toEqual(answer);
    await gateway.reload(first.replaceAll(authors.url, other.url));
    authors.asked.length = 0;
    expect((await gateway.ask('{ writers books { author } }')).data).toEqual({
      writers: ['Bea'],
      books: books.map(() => ({ author: 'Bea' })),
    });
    expect(authors.asked).toEqual([]);
  } finally {
    await other.stop();
  }
});

test('of several at once the last one serves in the end, and who asked for a bad one is told', async () => {
  const outcomes = await Promise.allSettled([
    gateway.reload(second),
    gateway.reload('nonsense'),
    gateway.reload(first),
    gateway.reload(third),
    gateway.reload(second),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
  expect(await gateway.ask('{ fresh }')).toEqual({ data: { fresh: 'fresh' } });
  await isRefused('{ retired }');
  await until(() => planning.running().length === 1, 'the others to be let go');
});

test('the one that serves now, asked for while another one is on its way, serves in the end', async () => {
  await Promise.all([gateway.reload(second), gateway.reload(first)]);
  expect(await gateway.ask('{ retired }')).toEqual({ data: { retired: 'retired' } });
});

test('when planning breaks down under what was asked lately, nothing is left of it, and the next change is taken', async () => {
  expect(await gateway.ask(joined)).toEqual(answer);
  planning.sent.length = 0;
  planning.hold('plan');
  const settled = gateway.reload(second).catch(() => undefined);
  await until(() => planning.held() === 1, 'planning to have begun');
  await planning.sent.at(-1)!.thread.terminate();
  await settled;
  planning.release();
  expect(await gateway.ask(joined)).toEqual(answer);
  await until(() => planning.running().length === 1, 'no planning thread but the one that serves');
  await gateway.reload(third);
  await isRefused('{ retired }');
});

/** How many of each kind keep this process busy. */
const resources = (): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

test('changing again and again leaves no thread, socket or timer behind', async () => {
  const work = async () => {
    expect(await gateway.ask(joined)).toEqual(answer);
    expect((await gateway.ask('mutation { add { author } }')).errors).toBeUndefined();
  };
  const change = async (supergraph: string) => {
    await gateway.reload(supergraph);
    await work();
    await gateway.reload('nonsense').catch(() => undefined);
    await until(() => planning.running().length === 1, 'the old one to be let go');
  };
  await work();
  await change(second);
  await change(first);
  const before = resources();
  for (let i = 0; i < 5; i++) for (const supergraph of [second, first]) await change(supergraph);
  const kinds = ['TCPSocketWrap', 'MessagePort', 'Worker', 'Timeout', 'StatWatcher', 'FSReqPromise'];
  const leaks = () => kinds.filter((kind) => (resources()[kind] ?? 0) > (before[kind] ?? 0) + 1); // one may just begin
  await until(() => leaks().length === 0, `nothing to be left over`).catch(() => undefined);
  expect([leaks(), before, resources()]).toEqual([[], before, resources()]);
});

test.each([
  ['at once', () => Promise.resolve()],
  ['when the new thread runs', () => until(() => planning.running().length === 2, 'the new thread')],
  ['while what was asked lately is planned', () => until(() => planning.held() === 1, 'planning to have begun')],
])('closing while another supergraph is on its way ends everything: %s', async (_when, moment) => {
  expect(await gateway.ask(joined)).toEqual(answer);
  planning.hold('plan');
  const reloading = gateway.reload(second);
  const settled = reloading.then(
    () => 'settled',
    () => 'settled',
  );
  await moment();
  const closed = gateway.close();
  planning.release();
  await closed;
  expect(await settled).toBe('settled');
  await until(() => planning.running().length === 0, 'every thread to have ended');
});

test('after it has closed, a gateway takes no other supergraph, and starts nothing for one', async () => {
  await gateway.close();
  await gateway.reload(second).catch(() => undefined);
  await until(() => planning.running().length === 0, 'no thread');
});
