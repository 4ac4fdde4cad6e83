/**
 * Operations that nobody has asked for before, or that mean harm: where they are dealt with, who waits for whom, and
 * what is refused. How long the event loop stands still for them is measured by the benchmark (`npm run bench -- gateway`).
 */
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { limits } from '../src/limits/limits.js';
import { type PlanningLine, watchPlanning } from './planning.js';
import { type World, startGateway, startWorld, until } from './world.js';

let world: World;
let planning: PlanningLine;
let gateway: Awaited<ReturnType<typeof startGateway>>;
const started: { close(): Promise<void> }[] = [];
const another = async (config: Parameters<typeof startGateway>[1]) => {
  const one = await startGateway(world, config);
  started.push(one);
  expect(await one.ask(known)).toEqual(knownAnswer);
  planning.sent.length = 0;
  return one;
};
const known = '{ book(isbn: "1") { title } }';
const knownAnswer = { data: { book: { title: 'One' } } };
const cleared = () => {
  planning.sent.length = 0;
  for (const subgraph of Object.values(world.subgraphs)) subgraph.asked.length = 0;
};
const nobodyAsked = () => Object.values(world.subgraphs).every(({ asked }) => asked.length === 0);

beforeAll(async () => {
  planning = watchPlanning();
  world = await startWorld();
  gateway = await startGateway(world);
  expect(await gateway.ask(known)).toEqual(knownAnswer);
  cleared();
});
afterEach(async () => {
  planning.release();
  for (const one of started.splice(0)) await one.close();
  expect(await gateway.ask(known)).toEqual(knownAnswer);
  cleared();
});
afterAll(async () => {
  await gateway.close();
  planning.stop();
  jest.restoreAllMocks();
  await world.stop();
});

type Gateway = Pick<typeof gateway, 'post' | 'wsUrl'>;
const codeOf = async (query: string, variables?: Record<string, unknown>, of: Gateway = gateway) => {
  const { status, json } = await of.post({ query, variables });
  return [status, json.errors?.[0]!.extensions['code']];
};
/** The code with which a socket refuses it. */
const codeOnSocket = async (query: string, of: Gateway = gateway) => {
  const client = createClient({ url: of.wsUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  const errors: unknown[] = [];
  let done = false;
  client.subscribe(
    { query },
    { next: () => undefined, error: (error) => void errors.push(error), complete: () => (done = true) },
  );
  await until(() => done || errors.length > 0, 'an answer');
  await client.dispose();
  return (errors as { extensions: Record<string, unknown> }[][])[0]?.[0]!.extensions['code'];
};

const long = limits.documentCharacters;
test.each<[string, (size: number) => string]>([
  ['a comment', (size) => `${known} #`.padEnd(size, 'x')],
  ['commas', (size) => `${known} `.padEnd(size, ',')],
  ['white space', (size) => `${known} `.padEnd(size, ' ')],
  ['lines', (size) => `${known} `.padEnd(size / 2, '\n').padEnd(size, ' ')], // as JSON a line break takes two characters
])(
  'a document of as many characters as are read is answered, one of more is refused unread: %s',
  async (_of, written) => {
    expect(await gateway.ask(written(long))).toEqual(knownAnswer);
    expect(planning.kinds()).toEqual([]); // what it says is known
    cleared();
    expect(await codeOf(written(long + 1))).toEqual([400, 'BAD_REQUEST']);
    expect(await codeOnSocket(written(long + 1))).toBe('BAD_REQUEST');
    expect([planning.kinds(), nobodyAsked()]).toEqual([[], true]);
  },
);

const deep = 5_000;
const nested = (open: string, close: string, inside = '') => open.repeat(deep) + inside + close.repeat(deep);
test.each<[string, string]>([
  ['selections', `{ ${nested('sequel{', '}', 'isbn')} }`],
  ['selections of one letter', nested('{a', '}')],
  ['selections that never end', '{a'.repeat(deep)],
  ['selections that do not even begin', '{'.repeat(deep)],
  ['conditions', `{ ${nested('...{', '}', 'books{isbn}')} }`],
  ['conditions with types', `{ ${nested('...on Query{', '}', 'books{isbn}')} }`],
  ['a list', `{ book(isbn: ${nested('[', ']')}) { title } }`],
  ['an object', `{ book(isbn: ${nested('{a:', '}', '1')}) { title } }`],
  ['lists and objects', `{ book(isbn: ${nested('[{a:', '}]', '1')}) { title } }`],
  ['the type of a variable', `query ($v: ${nested('[', ']', 'ID')}) { book(isbn: $v) { title } }`],
  ['the default of a variable', `query ($v: ID = ${nested('[', ']')}) { book(isbn: $v) { title } }`],
  ['parentheses', `{ book${nested('(', ')')} }`],
  ['a fragment', `{ books { ...F } } fragment F on Book { ${nested('sequel{', '}', 'isbn')} }`],
  ['a directive', `{ books @skip(if: ${nested('[', ']')}) { isbn } }`],
])('5,000 levels are refused before anything goes through them: %s', async (_of, query) => {
  expect(await codeOf(query)).toEqual([400, 'BAD_REQUEST']);
  expect(await codeOnSocket(query)).toBe('BAD_REQUEST');
  expect([planning.kinds(), nobodyAsked()]).toEqual([[], true]);
});

test('5,000 levels behind a letter that is none are refused for that', async () => {
  expect(await codeOf(`{ books { ? } ${nested('{a', '}')} }`)).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
});

test('5,000 levels in an address are refused', async () => {
  const response = await fetch(`${gateway.url}/graphql?query=${'{a'.repeat(deep)}`);
  expect(response.status).toBe(400);
});

test.each<[string, string]>([
  ['a string', `{ book(isbn: "${nested('{', '}')}") { title } }`],
  ['a block', `{ book(isbn: """${nested('[', ']')}""") { title } }`],
  ['a comment', `${known} # ${nested('{', '}')}`],
])('what only looks like levels is none: %s', async (_of, query) => {
  const { status, json } = await gateway.post({ query });
  expect([status, json.errors]).toEqual([200, undefined]);
});

test.each<[string, string]>([
  ['lists', nested('[', ']')],
  ['objects', nested('{"a":', '}', '1')],
])('5,000 levels in variables are refused, whoever asks for them or not: %s', async (_of, value) => {
  for (const query of ['query ($v: ID!) { book(isbn: $v) { title } }', known]) {
    const { status, json } = await gateway.post(`{"query":${JSON.stringify(query)},"variables":{"v":${value}}}`);
    expect([status, json.errors![0]!.extensions['code']]).toEqual([400, 'BAD_REQUEST']);
  }
  expect(nobodyAsked()).toBe(true);
  const elsewhere = await gateway.post(`{"query":${JSON.stringify(known)},"extensions":{"v":${value}}}`);
  expect([200, 400]).toContain(elsewhere.status); // read or not, nobody goes through it
});

const spreads = (count: number, fragment: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => fragment(i)).join(' ');
test.each<[string, string, unknown]>([
  ['more words than are read', `{ ${'books{isbn} '.repeat(limits.tokens / 3)} }`, 'GRAPHQL_PARSE_FAILED'],
  [
    'fragments that multiply',
    `{ books { ...F0 } } ${spreads(60, (i) => `fragment F${i} on Book { a: sequel { ...F${i + 1} } b: sequel { ...F${i + 1} } }`)} fragment F60 on Book { isbn }`,
    'COST_EXCEEDED',
  ],
  [
    'fragments that multiply side by side',
    `{ books { ...F0 } } ${spreads(40, (i) => `fragment F${i} on Book { ...F${i + 1} ...F${i + 1} }`)} fragment F40 on Book { isbn }`,
    'COST_EXCEEDED',
  ],
  [
    'fragments one in the other',
    `{ books { ...F0 } } ${spreads(400, (i) => `fragment F${i} on Book { sequel { ...F${i + 1} } }`)} fragment F400 on Book { isbn }`,
    'COST_EXCEEDED',
  ],
  [
    'fragments in a circle',
    `{ books { ...F0 } } ${spreads(20, (i) => `fragment F${i} on Book { sequel { ...F${(i + 1) % 20} } }`)}`,
    'GRAPHQL_VALIDATION_FAILED',
  ],
])('what is larger than it looks is refused, and nobody is asked: %s', async (_what, query, code) => {
  expect(await codeOf(query)).toEqual([400, code]);
  expect(nobodyAsked()).toBe(true);
  expect(planning.kinds()).not.toContain('plan');
});

const conflicting = (letters: number, times: number) => {
  const name = 'x'.repeat(letters);
  return `{ ${['isbn', 'title'].map((field) => `books { ${`${name}:${field} `.repeat(times)} }`).join(' ')} }`;
};
test.each<[string, object]>([
  ['fields that do not exist', { query: `{ ${spreads(4_000, (i) => `x${i}`)} }` }],
  ['variables that are not used', { query: `query (${spreads(1_200, (i) => `$v${i}: Int`)}) { books { isbn } }` }],
  ['a name of a hundred thousand letters', { query: `{ ${'x'.repeat(100_000)} }` }],
  ['an operation name of as many', { query: known, operationName: 'x'.repeat(100_000) }],
  ['fields that conflict, each with each', { query: conflicting(100, 400) }],
  ['fields that conflict, of long names', { query: conflicting(2_000, 50) }],
  [
    'a variable of the wrong type, of as many',
    {
      query: 'query ($n: Int) { book(isbn: "1") { readers(first: $n) { id } } }',
      variables: { n: 'x'.repeat(100_000) },
    },
  ],
  [
    'many variables of the wrong type',
    {
      query: 'query ($n: [Int]) { book(isbn: "1") { title } }',
      variables: { n: Array.from({ length: 50_000 }, () => 'x') },
    },
  ],
])('a refusal is not much larger than what it is about: %s', async (_what, body) => {
  const { status, json, text } = await gateway.post(body);
  expect(status).toBe(400);
  expect(json.errors!.length).toBeGreaterThan(0);
  expect(text.length).toBeLessThan(2 * JSON.stringify(body).length + 64 * 1024); // names are told, and may be quoted
  expect(nobodyAsked()).toBe(true);
});

test('what is new is checked and planned in the thread; what is known needs no thread', async () => {
  const query = '{ books { isbn one: title } }';
  const first = await gateway.ask(query);
  expect(first.errors).toBeUndefined();
  expect(planning.kinds()).toEqual(['check', 'plan']);
  const variants = [query, `query ${query}`, query.replaceAll(' ', '\n\t,'), `# again\n${query}`];
  for (const text of [...variants, ...variants]) expect(await gateway.ask(text)).toEqual(first);
  expect(planning.kinds()).toEqual(['check', 'plan']);
});

test('what is refused is checked in the thread, once', async () => {
  const query = '{ books { nothing } }';
  for (let i = 0; i < 3; i++) expect(await codeOf(query)).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  expect(planning.kinds()).toEqual(['check']);
});

test('introspection is worked out in the thread, once', async () => {
  const query = '{ __schema { types { name fields { name } } } }';
  const first = await gateway.ask(query);
  expect(first.data.__schema.types.length).toBeGreaterThan(5);
  expect(await gateway.ask(query)).toEqual(first);
  expect(planning.kinds()).toEqual(['check', 'introspect']);
});

test('other values of variables need no other plan, unless they decide what is asked for: then one for each', async () => {
  const query =
    'query ($isbn: ID!, $with: Boolean!) { book(isbn: $isbn) { title @include(if: $with) author { name } } }';
  for (const isbn of ['1', '2', '3'])
    for (const withTitle of [true, false]) {
      const { data } = await gateway.ask(query, { isbn, with: withTitle });
      expect(Object.hasOwn(data.book, 'title')).toBe(withTitle);
    }
  expect(planning.kinds()).toEqual(['check', 'plan', 'plan']);
});

test.each<['check' | 'plan', string]>([
  ['check', '{ books { shared: isbn } }'],
  ['plan', '{ books { shared2: isbn } }'],
])('who asks for the same at the same time waits for one and the same %s', async (kind, query) => {
  planning.hold(kind);
  const texts = [query, query, query.replaceAll(' ', '  '), `${query} # once more`, query];
  const asked = Promise.all(Array.from({ length: 20 }, (_, i) => gateway.ask(texts[i % texts.length]!)));
  // One that is new in another way shows that those before it have come.
  await until(() => planning.held() === 1, 'the first to be under way');
  expect(await gateway.ask(known)).toEqual(knownAnswer);
  planning.release();
  for (const result of await asked) {
    expect(result.errors).toBeUndefined();
    expect(result).toEqual((await asked)[0]);
  }
  expect(planning.kinds()).toEqual(['check', 'plan']);
});

test('what is known is answered while something new is checked and planned', async () => {
  for (const kind of ['check', 'plan'] as const) {
    planning.hold(kind);
    const asked = gateway.ask(`{ books { ${kind}: isbn } }`);
    await until(() => planning.held() === 1, 'it to be under way');
    for (let i = 0; i < 10; i++) expect(await gateway.ask(known)).toEqual(knownAnswer);
    expect((await gateway.post('{')).status).toBe(400);
    planning.release();
    expect((await asked).errors).toBeUndefined();
  }
});

test.each(['check', 'plan', 'introspect'] as const)(
  'what takes too long is given up (%s); what is known is answered meanwhile, and what is new after it',
  async (kind) => {
    const one = await another({ limits: { planMs: 700 } });
    const query = kind === 'introspect' ? '{ __schema { types { name } } }' : '{ books { lost: isbn } }';
    planning.hold(kind); // as if the thread were lost in it
    let settled = false;
    const asked = codeOf(query, undefined, one).finally(() => (settled = true));
    await until(() => planning.held() === 1, 'it to have begun');
    const { thread } = planning.sent.at(-1)!;
    planning.hold();
    const next = one.ask('{ books { waits: isbn } }');
    let meanwhile = 0;
    for (; !settled; meanwhile++) expect(await one.ask(known)).toEqual(knownAnswer);
    expect(await asked).toEqual([400, 'COST_EXCEEDED']);
    expect(meanwhile).toBeGreaterThan(1);
    expect((await next).errors).toBeUndefined();
    expect(planning.sent.at(-1)!.thread === thread).toBe(false); // nothing else ends what runs there
    cleared();
    expect(await codeOf(query, undefined, one)).toEqual([400, 'COST_EXCEEDED']);
    expect(await codeOnSocket(query, one)).toBe('COST_EXCEEDED');
    expect(planning.kinds()).toEqual([]); // it is not tried again
    await until(() => thread.threadId === -1, 'the thread that was lost to have ended');
  },
);

test('only so many wait for the thread: the next one is told to come again, and those who wait are answered', async () => {
  const one = await another({ limits: { planQueue: 3, planMs: 60_000 } });
  const fresh = (i: number) => `{ books { queued${i}: isbn } }`;
  planning.hold('check');
  const asked = [one.ask(fresh(0))];
  await until(() => planning.held() === 1, 'the first to be checked');
  asked.push(...[1, 2, 3].map((i) => one.ask(fresh(i))));
  // Until the queue is full one may get into it: then that one waits with the others.
  let refused: unknown[] = [];
  for (let i = 4; refused.length === 0; i++) {
    const outcome = codeOf(fresh(i), undefined, one);
    const known = one.ask('{ book(isbn: "1") { title } }'); // comes after it, and does not wait
    refused = await Promise.race([outcome, known.then(() => [])]);
    if (refused.length === 0) void outcome;
    if (i > 20) break;
  }
  expect(refused).toEqual([429, 'RATE_LIMITED']);
  expect(await codeOnSocket(fresh(100), one)).toBe('RATE_LIMITED');
  const same = one.ask(fresh(1)); // waits with who asked for it first, and takes no place
  expect(await one.ask(known)).toEqual(knownAnswer);
  planning.release();
  for (const result of await Promise.all([...asked, same])) expect(result.errors).toBeUndefined();
  expect((await one.ask(fresh(100))).errors).toBeUndefined(); // it was no fault of its own
});

test('the thread comes back when it has ended, as often as that happens', async () => {
  const thread = () => planning.sent.at(-1)!.thread;
  for (let i = 0; i < 3; i++) {
    expect((await gateway.ask(`{ books { before${i}: isbn } }`)).errors).toBeUndefined();
    const ended = thread();
    await ended.terminate();
    expect(await gateway.ask(known)).toEqual(knownAnswer);
    expect((await gateway.ask(`{ books { after${i}: isbn } }`)).errors).toBeUndefined();
    expect(thread() === ended).toBe(false);
  }
});

test('the thread ending under a job costs that one, and none of those who wait', async () => {
  planning.hold('check');
  const unlucky = gateway.post({ query: '{ books { unlucky: isbn } }' });
  await until(() => planning.held() === 1, 'it to be checked');
  const others = [1, 2, 3].map((i) => gateway.ask(`{ books { lucky${i}: isbn } }`));
  expect(await gateway.ask(known)).toEqual(knownAnswer);
  planning.hold();
  await planning.sent.at(-1)!.thread.terminate();
  const { status, json, text } = await unlucky;
  if (status !== 200) {
    expect([status, json.errors![0]!.extensions['code']]).toEqual([500, 'INTERNAL_SERVER_ERROR']);
    expect(text).not.toContain('thread');
  }
  for (const result of await Promise.all(others)) expect(result.errors).toBeUndefined();
  expect((await gateway.ask('{ books { unlucky: isbn } }')).errors).toBeUndefined(); // it was no fault of its own
});

test('what is kept of operations is bounded by what it weighs, and what was let go is checked anew', async () => {
  const operationCacheBytes = 160_000;
  const one = await another({ limits: { operationCacheBytes } });
  const fresh = (i: number) => `{ books { kept${i}: isbn } }`;
  const asked = 200;
  for (let i = 0; i < asked; i++) expect((await one.ask(fresh(i))).errors).toBeUndefined();
  planning.sent.length = 0;
  let kept = 0;
  while (kept < asked) {
    expect((await one.ask(fresh(asked - 1 - kept))).errors).toBeUndefined();
    if (planning.kinds().includes('check')) break;
    kept++;
  }
  expect(kept).toBeGreaterThan(0);
  const treeOf = (text: string) => 60 * text.length; // bytes, from heap snapshots
  expect(kept * treeOf(fresh(0))).toBeLessThanOrEqual(operationCacheBytes);
});

test('clients that leave while what they ask for is checked leave nothing undone for the others', async () => {
  planning.hold('check');
  const leaving = new AbortController();
  const query = '{ books { left: isbn } }';
  const left = fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  }).catch(() => undefined);
  await until(() => planning.held() === 1, 'it to be checked');
  const stays = gateway.ask(query);
  leaving.abort();
  await left;
  expect(await gateway.ask(known)).toEqual(knownAnswer);
  planning.release();
  expect((await stays).data.books.length).toBe(4);
  expect(planning.kinds()).toEqual(['check', 'plan']);
});
