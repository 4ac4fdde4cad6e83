/** How services are asked: how often, for how long, until when, by whom together, and which of those that know the same. */
import { type ServerResponse, request } from 'node:http';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type Service, startService } from './service.js';
import { type SignIn, startSignIn, viewer } from './signIn.js';
import { type Result, composed, startGateway, until } from './world.js';

const federation = (more = '') =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable", "@override"${more}])`;
const books = `${federation()}
  type Query { books: [Book]  best: Book  shelf: [Book] }
  type Mutation { add: Book  other: Book }
  type Subscription { added: Book }
  type Book @key(fields: "isbn") { isbn: ID! title: String author: Author readers: [Author] sequel: Book }
  type Author @key(fields: "id") { id: ID! }`;
const people = `${federation()}
  type Query { people: [Author]  first: Author }
  type Author @key(fields: "id") { id: ID! name: String mail: String secret: String }`;
const places = `${federation()}
  type Query { countries: [String] }
  type Mutation { found: String }
  type Author @key(fields: "id") { id: ID! name: String @external greeting: String @requires(fields: "name") born: String }`;

const author = (id: string) => ({ __typename: 'Author', id, name: `Name ${id}`, mail: `${id}@example.org` });
const book = (isbn: string, ...authors: [string, ...string[]]) => ({
  __typename: 'Book',
  isbn,
  title: `Title ${isbn}`,
  author: author(authors[0]),
  readers: authors.map(author),
});
const shelf = [book('1', 'ann', 'bea'), book('2', 'bea', 'ann', 'cid'), book('3', 'ann')];
const firstBook = { ...shelf[0]!, sequel: shelf[1] };

type Services = Record<'books' | 'people' | 'places', Service>;
let services: Services;
let supergraph: string;
let gateway: Awaited<ReturnType<typeof startGateway>>;
const started: { close(): Promise<void> }[] = [];
const another = async (...parameters: Parameters<typeof startGateway>) => {
  const one = await startGateway(...parameters);
  started.push(one);
  return one;
};
beforeAll(async () => {
  const secret = () => {
    throw new GraphQLError('Private.');
  };
  const authors = { Author: { __resolveReference: ({ id }: { id: string }) => author(id), secret } };
  const reference = (known: object) => known;
  services = {
    books: await startService('books', books, {
      Query: { books: () => shelf, best: () => firstBook, shelf: () => shelf },
      Mutation: { add: () => shelf[0], other: () => shelf[1] },
      Book: { __resolveReference: ({ isbn }: { isbn: string }) => shelf.find((one) => one.isbn === isbn) },
    }),
    people: await startService('people', people, {
      ...authors,
      Query: { people: () => [author('ann'), author('cid')], first: () => author('ann') },
    }),
    places: await startService('places', places, {
      Query: { countries: () => ['Kenya'] },
      Mutation: { found: () => 'Atlantis' },
      Author: {
        __resolveReference: reference,
        greeting: ({ name }: { name: string }) => `Hello ${name}`,
        born: () => 'Kenya',
      },
    }),
  };
  supergraph = composed(Object.values(services));
});
/** Each test has its own, since breakers and what retries may cost are remembered. */
const fresh = async (config: Parameters<typeof startGateway>[1] = {}) =>
  (gateway = await another({ supergraph }, { ...config, limits: { fetchTimeoutMs: 30_000, ...config.limits } }));
const open: { dispose(): unknown }[] = [];
afterEach(async () => {
  for (const service of Object.values(services)) {
    service.handle = null;
    service.release();
  }
  for (const one of open.splice(0)) await one.dispose();
  for (const one of started.splice(0)) await one.close();
  for (const service of Object.values(services)) service.asked.length = 0;
  jest.restoreAllMocks();
});
afterAll(async () => {
  await Promise.all(Object.values(services).map((service) => service.stop()));
});

const says = (status: number, body: string) => (response: ServerResponse) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(body);
const cut = (response: ServerResponse) => void response.socket!.destroy();
const cutInside = (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 1_000 });
  response.write('{"data":{', () => response.socket!.destroy());
};
const codes = ({ errors = [] }: Result) => errors.map(({ path, extensions }) => [path, extensions['code']]);
const gone = 'SUBGRAPH_UNAVAILABLE';
const query = '{ best { title } }';

type Fault = [what: string, handle: (response: ServerResponse) => void];
const passing: Fault[] = [
  ['cuts the connection', cut],
  ['cuts the connection inside of the answer', cutInside],
  ['answers 502', says(502, '<html>')],
  ['answers 503', says(503, '')],
  ['answers 504', says(504, 'late')],
];
const lasting: Fault[] = [
  ['answers 500 without a result', says(500, 'oh')],
  ['answers 404', says(404, '{}')],
  ['answers 200 with a page', says(200, '<html>')],
  ['does not accept our passport', says(401, '{"errors":[{"message":"no"}]}')],
];

test.each(passing)('a query is tried again when a service %s, three times in all', async (_what, handle) => {
  await fresh();
  const { books } = services;
  books.handle = handle;
  expect(codes(await gateway.ask(query))).toEqual([[['best'], gone]]);
  expect(books.asked.length).toBe(3);
  expect(new Set(books.asked.map((asked) => asked.query)).size).toBe(1);

  books.asked.length = 0;
  books.handle = (response, number) => number < 3 && (handle(response), true);
  expect(await gateway.ask(query)).toEqual({ data: { best: { title: 'Title 1' } } });
  expect(books.asked.length).toBe(3);
});

test.each(lasting)('a query is not tried again when a service %s', async (_what, handle) => {
  await fresh();
  services.books.handle = handle;
  expect((await gateway.ask(query)).errors!.length).toBe(1);
  expect(services.books.asked.length).toBe(1);
});

test('what has the form of an answer is one, whatever its status', async () => {
  await fresh();
  services.books.handle = says(503, '{"errors":[{"message":"Busy.","extensions":{"code":"CONFLICT"}}],"data":null}');
  expect((await gateway.ask(query)).errors).toMatchObject([{ message: 'Busy.', extensions: { code: 'CONFLICT' } }]);
  expect(services.books.asked.length).toBe(1);
});

test.each([...passing, ...lasting])('a mutation is sent once when a service %s', async (_what, handle) => {
  await fresh();
  const { books } = services;
  books.handle = handle;
  expect((await gateway.ask('mutation { add { title } }')).errors!.length).toBe(1);
  expect(books.asked.length).toBe(1);
});

test('a mutation that takes too long is sent once, and so is a query', async () => {
  await fresh({ limits: { fetchTimeoutMs: 100 } });
  const { books } = services;
  books.handle = () => undefined; // never
  expect(codes(await gateway.ask('mutation { add { title } }'))).toEqual([[['add'], gone]]);
  expect(codes(await gateway.ask(query))).toEqual([[['best'], gone]]);
  expect(books.asked.length).toBe(2);
  await until(() => books.abandoned() === 2, 'the service to be told that nobody waits');
});

test('an answer that comes in drops is given up when its time is over', async () => {
  await fresh({ limits: { fetchTimeoutMs: 200 } });
  const { books } = services;
  books.handle = (response) => {
    const drops = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(drops));
  };
  expect(codes(await gateway.ask(query))).toEqual([[['best'], gone]]);
  expect(books.asked.length).toBe(1);
  await until(() => books.abandoned() === 1, 'the service to be told that nobody waits');
});

test('the time of a fetch is for all of its tries together', async () => {
  await fresh({ limits: { fetchTimeoutMs: 200 } });
  const { books } = services;
  books.handle = (response, number) => void (number === 1 && cut(response)); // and never answers the second
  expect(codes(await gateway.ask(query))).toEqual([[['best'], gone]]);
  expect(books.asked.length).toBe(2);
});

test('what a mutation is joined with is tried again, and the mutation is not', async () => {
  await fresh();
  const { books, people } = services;
  people.handle = (response, number) => number < 2 && (cut(response), true);
  expect(await gateway.ask('mutation { add { author { name } } }')).toEqual({
    data: { add: { author: { name: 'Name ann' } } },
  });
  expect([books.asked.length, people.asked.length]).toEqual([1, 2]);
});

test('a mutation on connections that the service has closed meanwhile is never sent twice', async () => {
  await fresh();
  const { books } = services;
  for (let i = 0; i < 10; i++) {
    await Promise.all([gateway.ask(query), gateway.ask('{ shelf { isbn } }')]);
    books.asked.length = 0;
    books.closeConnections();
    const { errors = [] } = await gateway.ask('mutation { add { title } }');
    expect(books.asked.length).toBeLessThanOrEqual(1);
    if (errors.length === 0) expect(books.asked.length).toBe(1);
  }
});

test('a service in trouble does not get several times its load', async () => {
  await fresh();
  const { books } = services;
  const wanted = 200;
  // Every second one fails for good: never so many in a row that nobody asks any more.
  const failing = new Set<string>();
  books.handle = (response, _number, { query: text }) =>
    text.includes('lost') && (failing.add(text), cut(response), true);
  for (let i = 0; i < wanted; i++) {
    await gateway.ask('{ best { title } }');
    await gateway.ask('{ best { lost: title } }');
  }
  expect(failing.size).toBe(1);
  expect(books.asked.length).toBeLessThan(2 * wanted * 1.2); // a tenth more, and what was saved up
});

/** Until the service is asked no more: how many it was asked. */
async function breakIt(): Promise<number> {
  services.books.handle = cut;
  for (let i = 0; i < 30; i++) expect(codes(await gateway.ask(query))).toEqual([[['best'], gone]]);
  return services.books.asked.length;
}

test('a service that fails again and again is spared, costs its own fields only, and is found when it is back', async () => {
  await fresh();
  const { books } = services;
  expect(await breakIt()).toBeLessThan(30);
  books.asked.length = 0;
  const begun = performance.now();
  const results: Result[] = [];
  for (let i = 0; i < 40; i++) results.push(await gateway.ask('{ best { title } countries }'));
  const probes = 1 + (performance.now() - begun) / 500;
  expect(books.asked.length).toBeLessThanOrEqual(probes); // one now and then goes to see
  for (const result of results) {
    expect(result.data).toEqual({ best: null, countries: ['Kenya'] });
    expect(codes(result)).toEqual([[['best'], gone]]);
  }
  // A mutation is spared, too: it has not been sent, and the client may try again.
  books.asked.length = 0;
  books.handle = null;
  let back: Result = {};
  let asked = 0;
  while (back.data?.best == null && asked++ < 1_000) {
    back = await gateway.ask(query);
    if (back.errors) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(back).toEqual({ data: { best: { title: 'Title 1' } } });
  expect(books.asked.length).toBe(1); // the one that saw
  const many = await Promise.all(Array.from({ length: 30 }, () => gateway.ask(query)));
  expect(many.filter(({ errors }) => errors)).toEqual([]);
});

test('of many who come when it may be back, one goes to see', async () => {
  await fresh({ limits: { fetchTimeoutMs: 1_000 } });
  const { books } = services;
  await breakIt();
  books.asked.length = 0;
  books.handle = () => undefined; // does not say yet
  const results: Promise<Result>[] = [];
  while (books.asked.length === 0) {
    results.push(gateway.ask(query));
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const others = await Promise.all(Array.from({ length: 20 }, () => gateway.ask(query)));
  expect(others.every(({ errors }) => errors?.length === 1)).toBe(true);
  expect(books.asked.length).toBe(1);
  await Promise.all(results);
});

test.each<[string, string]>([
  ['errors', '{"errors":[{"message":"no"}],"data":{"best":null}}'],
  ['nothing', '{"data":{"best":null}}'],
])('a service that answers with %s is not down', async (_what, body) => {
  await fresh();
  services.books.handle = says(200, body);
  for (let i = 0; i < 40; i++) await gateway.ask(query);
  expect(services.books.asked.length).toBe(40);
});

test('clients that leave do not make a service one that is down', async () => {
  await fresh();
  const { books } = services;
  books.handle = () => undefined;
  for (let i = 0; i < 40; i++) {
    const leaving = new AbortController();
    const asked = leave(query, leaving);
    await until(() => books.asked.length === i + 1, 'the service to be asked');
    leaving.abort();
    await asked;
  }
  books.handle = null;
  expect(await gateway.ask(query)).toEqual({ data: { best: { title: 'Title 1' } } });
});

/** A request whose client goes, connection and all. (`fetch` would open another one at once, for nothing.) */
const leave = (text: string, leaving: AbortController): Promise<void> =>
  new Promise((resolve) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(`${gateway.url}/graphql`, { method: 'POST', headers, agent: false, signal: leaving.signal });
    sent.on('response', (response) => void response.resume().on('end', resolve));
    sent.on('error', () => resolve());
    sent.end(JSON.stringify({ query: text }));
  });

function connect(): Client {
  const client = createClient({ url: gateway.wsUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  open.push(client);
  return client;
}

type Name = keyof Services;
/** Who hangs, what is asked, whom that reaches in the end, and who is never asked. */
const plans: [what: string, text: string, hanging: Name[], never: Name[]][] = [
  ['one fetch', query, ['books'], []],
  ['the first of two fetches', '{ best { author { name } } }', ['books'], ['people']],
  ['the second of two fetches', '{ best { author { name } } }', ['people'], []],
  ['the second of three fetches', '{ best { author { greeting } } }', ['people'], ['places']],
  ['the third of three fetches', '{ best { author { greeting } } }', ['places'], []],
  ['fetches side by side', '{ best { title } people { name } countries }', ['books', 'people', 'places'], []],
  ['joins side by side', '{ best { author { name born } } }', ['people', 'places'], []],
  ['a mutation', 'mutation { add { title } }', ['books'], []],
  ['the first of two mutations', 'mutation { add { title } found }', ['books'], ['places']],
  ['the second of two mutations', 'mutation { add { title } found }', ['places'], []],
  ['what a mutation is joined with', 'mutation { add { author { name } } found }', ['people'], ['places']],
];
test.each(plans)(
  'when the client goes, %s: services are told, and nobody is asked any more',
  async (_what, text, hanging, never) => {
    await fresh();
    for (const name of hanging) services[name].handle = () => undefined;
    for (const how of ['over HTTP', 'over a socket that stays', 'over a socket that closes']) {
      for (const service of Object.values(services)) service.asked.length = 0;
      let go: () => unknown;
      if (how === 'over HTTP') {
        const leaving = new AbortController();
        void leave(text, leaving);
        go = () => leaving.abort();
      } else {
        const client = connect();
        const stop = client.subscribe(
          { query: text },
          { next: () => undefined, error: () => undefined, complete: () => undefined },
        );
        go = how === 'over a socket that stays' ? stop : () => client.terminate();
      }
      await until(() => hanging.every((name) => services[name].asked.length === 1), `services to be asked ${how}`);
      go();
      for (const name of hanging) await until(() => services[name].abandoned() === 1, `${name} to be told ${how}`);
      for (const name of hanging) expect(services[name].asked.length).toBe(1); // and not tried again
      for (const name of never) expect(services[name].asked).toEqual([]);
    }
  },
);

test('while it waits to try again, a client that goes is not asked for again', async () => {
  await fresh();
  const { books } = services;
  const leaving = new AbortController();
  books.handle = (response, number) => {
    if (number === 2) leaving.abort();
    cut(response);
  };
  await leave(query, leaving);
  books.handle = null;
  expect((await gateway.ask('{ shelf { isbn } }')).errors).toBeUndefined();
  await new Promise((resolve) => setTimeout(resolve, 150)); // what must not come would have come: a pause is 50 to 100 ms
  expect(books.asked.filter((asked) => asked.query.includes('best')).length).toBe(2);
});

/** Asks several things; resolves once all of them are under way at `places`, whose answers wait. */
async function together(...asks: (() => Promise<Result>)[]): Promise<Promise<Result>[]> {
  services.books.hold();
  services.places.hold();
  const asked: Promise<Result>[] = [];
  for (const [i, ask] of asks.entries()) {
    asked.push(ask());
    await until(() => services.places.asked.length === i + 1, 'it to be under way');
  }
  await until(() => services.books.asked.length > 0, 'the books to be asked for');
  return asked;
}
/** Each asks `places` something of its own, so that one sees it coming. */
const alike = (i: number, selection = 'title') => `{ best { ${selection} } own${i}: countries }`;
const release = () => Object.values(services).forEach((service) => service.release());

test('equal queries at the same time are sent each for itself, unless it is wished otherwise', async () => {
  await fresh();
  const results = await together(
    () => gateway.ask(alike(1)),
    () => gateway.ask(alike(2)),
  );
  await until(() => services.books.asked.length === 2, 'both to be sent');
  release();
  for (const result of await Promise.all(results)) expect(result.data.best).toEqual({ title: 'Title 1' });
});

test('equal queries at the same time are sent once if that is wished; one that comes later is sent anew', async () => {
  await fresh({ shareInFlight: true });
  const { books } = services;
  const results = await together(
    () => gateway.ask(alike(1)),
    () => gateway.ask(alike(2)),
    () => gateway.ask(alike(3)),
  );
  release();
  expect(await Promise.all(results)).toEqual(
    [1, 2, 3].map((i) => ({ data: { best: { title: 'Title 1' }, [`own${i}`]: ['Kenya'] } })),
  );
  expect(books.asked.length).toBe(1);
  expect((await gateway.ask(alike(1))).errors).toBeUndefined();
  expect(books.asked.length).toBe(2);
});

test('what differs in its variables or its text is not shared', async () => {
  await fresh({ shareInFlight: true });
  const results = await together(
    () => gateway.ask(alike(1)),
    () => gateway.ask(alike(2, 'title isbn')),
    () => gateway.ask(alike(3, 'other: title')),
  );
  await until(() => services.books.asked.length === 3, 'each to be sent');
  release();
  expect((await Promise.all(results)).map(({ data }) => data.best)).toEqual([
    { title: 'Title 1' },
    { title: 'Title 1', isbn: '1' },
    { other: 'Title 1' },
  ]);
});

test('a shared answer is completed by each for itself: what one joins, loses or is told of is not the other’s', async () => {
  await fresh({ shareInFlight: true });
  const { books, places } = services;
  const selections = ['author { x: name }', 'author { x: secret }', 'author { x: born }', 'author { x: greeting }'];
  const results = await together(...selections.map((selection, i) => () => gateway.ask(alike(i, selection))));
  books.release();
  places.release();
  const answers = await Promise.all(results);
  expect(books.asked.length).toBe(1);
  expect(answers.map(({ data }) => data.best.author.x)).toEqual(['Name ann', null, 'Kenya', 'Hello Name ann']);
  expect(answers.map(({ errors }) => errors?.map(({ message, path }) => [message, path]))).toEqual([
    undefined,
    [['Private.', ['best', 'author', 'x']]],
    undefined,
    undefined,
  ]);
});

test('a shared query that fails is told to each, at their own places', async () => {
  await fresh({ shareInFlight: true });
  const { books } = services;
  const results = await together(
    () => gateway.ask(alike(1)),
    () => gateway.ask(alike(2)),
  );
  books.handle = says(500, 'oh');
  books.drop();
  release();
  for (const result of await Promise.all(results)) expect(codes(result)).toEqual([[['best'], gone]]);
});

test('mutations are never shared', async () => {
  await fresh({ shareInFlight: true });
  const { books } = services;
  books.hold();
  const results = [1, 2].map(() => gateway.ask('mutation { add { title } }'));
  await until(() => books.asked.length === 2, 'both to be sent');
  release();
  for (const result of await Promise.all(results)) expect(result).toEqual({ data: { add: { title: 'Title 1' } } });
});

test('one of those who share may go, and the others are answered; when all have gone the service is told', async () => {
  await fresh({ shareInFlight: true });
  const { books } = services;
  const leaving = [new AbortController(), new AbortController(), new AbortController()];
  const stays = leaving.map((one, i) => () => leave(alike(i), one).then((): Result => ({})));
  const results = await together(
    stays[0]!,
    () => gateway.ask(alike(8)),
    () => gateway.ask(alike(9)),
  );
  expect(books.asked.length).toBe(1);
  leaving[0]!.abort();
  await results[0];
  release();
  for (const result of await Promise.all(results.slice(1))) expect(result.data.best).toEqual({ title: 'Title 1' });
  expect(books.asked.length).toBe(1);

  for (const service of Object.values(services)) service.asked.length = 0;
  const going = await together(stays[1]!, stays[2]!);
  expect(books.asked.length).toBe(1);
  leaving[1]!.abort();
  leaving[2]!.abort();
  await Promise.all(going);
  await until(() => books.abandoned() === 1, 'the service to be told that nobody waits');
});

test('queries are shared by one viewer in one language, and never with another', async () => {
  const signIn: SignIn = await startSignIn();
  try {
    signIn.viewers.set('ann', viewer('11111111-1111-4111-8111-111111111111'));
    signIn.viewers.set('bea', viewer('22222222-2222-4222-8222-222222222222'));
    await fresh({ shareInFlight: true, identity: signIn.identity });
    const { books } = services;
    const [ann, bea] = [await signIn.as('ann'), await signIn.as('bea')];
    const french = { ...ann, 'accept-language': 'fr' };
    const askers = [ann, bea, ann, {}, french, bea, {}, french, { 'accept-language': 'fr' }];
    const results = await together(
      ...askers.map((headers, i) => () => gateway.ask(alike(i), undefined, headers as Record<string, string>)),
    );
    await until(() => books.asked.length >= 5, 'each to be sent');
    release();
    for (const result of await Promise.all(results)) expect(result.data.best).toEqual({ title: 'Title 1' });
    const passports = await Promise.all(
      books.asked.map(async ({ passport }) => {
        const read = await signIn.read(passport, 'books');
        return read.kind === 'viewer' ? [read.viewer.kind, read.viewer.key, read.locales] : [];
      }),
    );
    const told = passports.map((one) => JSON.stringify(one));
    expect(new Set(told).size).toBe(5);
    expect(told.length).toBe(5); // ann, bea, nobody, ann in French, nobody in French
  } finally {
    for (const one of started.splice(0)) await one.close();
    await signIn.stop();
  }
});

const asked = () => Object.fromEntries(Object.entries(services).map(([name, service]) => [name, service.asked.length]));

test('fetches that need nothing of each other are under way at the same time', async () => {
  await fresh();
  for (const service of Object.values(services)) service.hold();
  const result = gateway.ask('{ best { title } people { name } countries }');
  await until(() => Object.values(asked()).every((count) => count === 1), 'all three to be asked');
  release();
  expect((await result).errors).toBeUndefined();

  for (const service of Object.values(services)) service.asked.length = 0;
  services.people.hold();
  services.places.hold();
  const joined = gateway.ask('{ best { author { name born } } }');
  await until(() => services.people.asked.length === 1 && services.places.asked.length === 1, 'both joins to be asked');
  release();
  expect((await joined).data).toEqual({ best: { author: { name: 'Name ann', born: 'Kenya' } } });
});

test('a join waits for what it needs and for nothing else', async () => {
  await fresh();
  const { books, people, places } = services;
  places.hold();
  const result = gateway.ask('{ countries best { author { name } } }');
  await until(() => people.asked.length === 1, 'the join to be asked while another service has not answered');
  expect(books.asked.length).toBe(1);
  release();
  expect((await result).data).toEqual({ countries: ['Kenya'], best: { author: { name: 'Name ann' } } });
});

test('what one service is to be asked at the same time is asked at once, and of each thing once', async () => {
  await fresh();
  const { people } = services;
  const result = await gateway.ask(
    '{ books { author { name } readers { name mail } } shelf { readers { mail } } best { sequel { author { name } } } }',
  );
  expect(result.errors).toBeUndefined();
  expect(result.data.books[1]).toEqual({
    author: { name: 'Name bea' },
    readers: ['bea', 'ann', 'cid'].map((id) => ({ name: `Name ${id}`, mail: `${id}@example.org` })),
  });
  expect(result.data.best).toEqual({ sequel: { author: { name: 'Name bea' } } });
  expect(asked()).toEqual({ books: 1, people: 1, places: 0 });
  for (const representations of Object.values(people.asked[0]!.variables) as object[][]) {
    const ids = representations.map((one) => JSON.stringify(one));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeLessThanOrEqual(3);
  }
});

test('nobody is asked about nothing', async () => {
  await fresh();
  services.books.handle = says(200, '{"data":{"books":[],"best":null}}');
  expect(await gateway.ask('{ books { author { name } } best { author { name } } }')).toEqual({
    data: { books: [], best: null },
  });
  expect(asked()).toEqual({ books: 1, people: 0, places: 0 });
});

/** A field that moves from one service to another by and by. */
async function moving(label: string, config: Parameters<typeof startGateway>[1]) {
  const old = await startService(
    'old',
    `${federation()} type Query { item: Item } type Item @key(fields: "id") { id: ID! price: Int }`,
    {
      Query: { item: () => ({ id: '1', price: 1 }) },
      Item: { __resolveReference: ({ id }: { id: string }) => ({ id, price: 1 }) },
    },
  );
  const newer = await startService(
    'newer',
    `${federation()} type Item @key(fields: "id") { id: ID! price: Int @override(from: "old", label: "${label}") }`,
    { Item: { __resolveReference: ({ id }: { id: string }) => ({ id, price: 2 }) } },
  );
  const one = await another({ supergraph: composed([old, newer]) }, config);
  return {
    price: async () => {
      const { data, errors } = await one.ask('{ item { price } }');
      expect(errors).toBeUndefined();
      return data.item.price as number;
    },
    ask: one.ask,
    asked: () => [old.asked.length, newer.asked.length],
    async stop() {
      await one.close();
      await Promise.all([old.stop(), newer.stop()]);
    },
  };
}

test.each<[string, string[], number]>([
  ['is off', [], 1],
  ['is off while others are on', ['other', 'mov', 'moving2', 'percent(100)'], 1],
  ['is on', ['other', 'moving'], 2],
])('a field whose label %s is asked for where that says', async (_how, overrideLabels, price) => {
  const world = await moving('moving', { overrideLabels });
  try {
    for (let i = 0; i < 3; i++) expect(await world.price()).toBe(price);
    expect(world.asked()).toEqual([3, price === 2 ? 3 : 0]); // who has left it off is not asked for it
  } finally {
    await world.stop();
  }
});

test.each<[string, number, number]>([
  ['percent(0)', 0, 1],
  ['percent(100)', 0.9999, 2],
  ['percent(25)', 0, 2],
  ['percent(25)', 0.249, 2],
  ['percent(25)', 0.251, 1],
  ['percent(25)', 0.9999, 1],
  ['percent(0.5)', 0.004, 2],
  ['percent(0.5)', 0.006, 1],
])('of requests so many as are written go to the new service: %s at %d', async (label, at, price) => {
  jest.spyOn(Math, 'random').mockReturnValue(at);
  const world = await moving(label, {});
  try {
    for (let i = 0; i < 3; i++) expect(await world.price()).toBe(price);
  } finally {
    await world.stop();
  }
});

test('each request falls anew, and every field of it alike', async () => {
  const world = await moving('percent(50)', { overrideLabels: ['percent(50)'] });
  try {
    const prices: number[] = [];
    for (let i = 0; i < 200; i++) {
      const { data } = await world.ask('{ a: item { price } b: item { price } }');
      expect(data.a).toEqual(data.b);
      prices.push(data.a.price as number);
    }
    const moved = prices.filter((price) => price === 2).length;
    expect(moved).toBeGreaterThan(50); // seven standard deviations
    expect(moved).toBeLessThan(150);
  } finally {
    await world.stop();
  }
});
