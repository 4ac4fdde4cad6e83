/**
 * Three small real subgraphs that have nothing to do with the hub: books, their authors, and where those live. Each
 * is its own server; the supergraph is composed from what they say.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { composeServices } from '@apollo/composition';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, GraphQLError, graphql, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createGateway } from '../src/gateway.js';
import type { GatewayConfig } from '../src/gateway.js';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable"])`;

const books = `${link}
    type Query {
      books: [Book]
      book(isbn: ID!): Book
      shelf(genre: Genre, size: Isbn10): [Item]
      crash: String
      unnamed: String
      bare: Book!
    }
    type Mutation { add(isbn: ID!): Book  fail: String }
    type Subscription { added(after: Int): Book  ticks(bytes: Int!): String! }
    enum Genre { NOVEL ATLAS }
    scalar Isbn10
    interface Item { isbn: ID! title: String }
    type Book implements Item @key(fields: "isbn") { isbn: ID! title: String author: Author sequel: Book readers(first: Int): [Author] }
    type Atlas implements Item { isbn: ID! title: String scale: Int }
    type Author @key(fields: "id") { id: ID! }
  `;
const people = `${link}
    type Query { author(id: ID!): Author }
    type Author @key(fields: "id") { id: ID! name: String! mail: String born: Country prizes: [Prize] }
    type Prize { name: String year: Int }
    type Country @key(fields: "code") { code: ID! }
  `;
const places = `${link}
    type Query { countries: [Country!] }
    type Country @key(fields: "code") { code: ID! name: String }
    type Author @key(fields: "id") { id: ID! name: String! @external greeting: String @requires(fields: "name") }
  `;

const shelf = [
  { __typename: 'Book', isbn: '1', title: 'One', author: { id: 'ann' }, readers: [{ id: 'bea' }, { id: 'ann' }] },
  { __typename: 'Book', isbn: '2', title: 'Two', author: { id: 'bea' }, readers: [{ id: 'bea' }, { id: 'cid' }] },
  { __typename: 'Book', isbn: '3', title: 'Three', author: { id: 'ann' }, readers: [] },
  { __typename: 'Book', isbn: '4', title: 'Four', author: { id: 'gone' }, readers: null },
];
const known: Record<string, { name: string; mail: string | null; born: { code: string } | null }> = {
  ann: { name: 'Ann', mail: 'ann@example.org', born: { code: 'KE' } },
  bea: { name: 'Bea', mail: null, born: { code: 'UZ' } }, // her mail fails
  cid: { name: 'Cid', mail: 'cid@example.org', born: null },
};

/** What a subgraph was asked. */
export interface Asked {
  query: string;
  variables: Record<string, unknown>;
  passport: string | undefined;
  headers: NodeJS.Dict<string | string[]>;
}

export interface Subgraph {
  name: string;
  typeDefs: DocumentNode;
  url: string;
  asked: Asked[];
  /** Instead of answering, does this. */
  misbehave: ((request: IncomingMessage, socket: Socket) => string | null) | null;
  stop(): Promise<void>;
  /** On the same port again. */
  start(): Promise<void>;
  sockets: WebSocketServer | null;
}

/** What the stream of new books does and hears. */
export interface Stream {
  push(event: unknown): void;
  end(): void;
  /** How many readers the service has now. */
  readers(): number;
  passports: string[];
  renewals: Record<string, string>[];
  links: (string | undefined)[];
  /** How many renewals the service has answered. */
  pongs: number;
  /** Keeps the service from answering them. */
  holdPongs: boolean;
  /** What each event comes with in its extensions, from now on. */
  extensions: Record<string, unknown> | null;
  /** The receipts that were reported, as they came. */
  reports: { receipts: unknown; passport: string | undefined }[];
  /** How reports are answered. */
  reportStatus: number;
}

export interface World {
  subgraphs: Record<'books' | 'people' | 'places', Subgraph>;
  stream: Stream;
  supergraph: string;
  stop(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const readers = new Map<object, { push: (event: unknown) => void; end: () => void }>();
  const stream: Stream = {
    push: (event) => readers.forEach((reader) => reader.push(event)),
    end: () => readers.forEach((reader) => reader.end()),
    readers: () => readers.size,
    passports: [],
    renewals: [],
    links: [],
    pongs: 0,
    holdPongs: false,
    extensions: null,
    reports: [],
    reportStatus: 200,
  };
  const follow = (field: string) => ({
    subscribe: () => eventsOf(readers, field),
  });
  const resolvers = {
    books: {
      Query: {
        books: () => shelf,
        book: (_: unknown, { isbn }: { isbn: string }) => shelf.find((book) => book.isbn === isbn) ?? null,
        shelf: () => [shelf[0], { __typename: 'Atlas', isbn: '9', title: 'World', scale: 1000 }],
        crash: () => {
          throw new GraphQLError('Out of paper.', { extensions: { code: 'CONFLICT', stacktrace: ['at secret'] } });
        },
        unnamed: () => {
          throw new Error('No code here.');
        },
        bare: () => ({ isbn: '7', title: null }),
      },
      Mutation: {
        add: (_: unknown, { isbn }: { isbn: string }) => ({ isbn, title: `New ${isbn}`, author: { id: 'bea' } }),
        fail: () => {
          throw new GraphQLError('Not yours.', { extensions: { code: 'FORBIDDEN' } });
        },
      },
      Subscription: { added: follow('added'), ticks: follow('ticks') },
      Item: { __resolveType: (item: { __typename: string }) => item.__typename },
      Book: {
        __resolveReference: ({ isbn }: { isbn: string }) => shelf.find((book) => book.isbn === isbn) ?? null,
        sequel: ({ isbn }: { isbn: string }) => shelf.find((book) => book.isbn === String(Number(isbn) + 1)) ?? null,
      },
    },
    people: {
      Query: { author: (_: unknown, { id }: { id: string }) => (known[id] ? { id, ...known[id] } : null) },
      Author: {
        __resolveReference: ({ id }: { id: string }) => (known[id] ? { id, ...known[id] } : null),
        mail: ({ mail }: { mail: string | null }) => {
          if (mail) return mail;
          throw new GraphQLError('This mail is private.', { extensions: { code: 'FORBIDDEN', path: ['mail'] } });
        },
        prizes: ({ id }: { id: string }) => [
          { name: `${id} prize`, year: 1999 },
          {
            name: () => {
              throw new GraphQLError('No name.', { extensions: { code: 'NOT_FOUND' } });
            },
            year: 2000,
          },
        ],
      },
    },
    places: {
      Query: { countries: () => [{ code: 'KE' }, { code: 'UZ' }] },
      Country: {
        __resolveReference: ({ code }: { code: string }) => ({ code }),
        name: ({ code }: { code: string }) => ({ KE: 'Kenya', UZ: 'Uzbekistan' })[code],
      },
      Author: {
        __resolveReference: (author: object) => author,
        greeting: ({ name }: { name: string }) => `Hello ${name}`,
      },
    },
  };
  const subgraphs = {
    books: await startSubgraph('books', books, resolvers.books, stream),
    people: await startSubgraph('people', people, resolvers.people),
    places: await startSubgraph('places', places, resolvers.places),
  };
  return {
    subgraphs,
    stream,
    supergraph: composed(Object.values(subgraphs)),
    stop: async () => void (await Promise.all(Object.values(subgraphs).map((subgraph) => subgraph.stop()))),
  };
}

export function composed(services: { name: string; url: string; typeDefs: DocumentNode }[]): string {
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

function eventsOf(readers: Map<object, { push: (event: unknown) => void; end: () => void }>, field: string) {
  const events: unknown[] = [];
  let ended = false;
  let wake = () => {};
  const key = {};
  const finish = () => {
    ended = true;
    readers.delete(key);
    wake();
  };
  readers.set(key, {
    push(event) {
      events.push(event);
      wake();
    },
    end: finish,
  });
  return {
    async next(): Promise<IteratorResult<unknown>> {
      while (events.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
      return events.length > 0 ? { done: false, value: { [field]: events.shift() } } : { done: true, value: undefined };
    },
    return() {
      finish();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A subgraph of its own server. `resolvers` as @apollo/subgraph takes them. */
export async function startSubgraph(
  name: string,
  sdl: string | DocumentNode,
  resolvers: object,
  stream?: Stream,
): Promise<Subgraph> {
  const typeDefs = typeof sdl === 'string' ? parse(sdl) : sdl;
  const schema = buildSubgraphSchema({ typeDefs, resolvers } as never);
  let server: Server;
  let port = 0;
  const subgraph: Subgraph = {
    name,
    typeDefs,
    url: '',
    asked: [],
    misbehave: null,
    sockets: null,
    async start() {
      server = createServer((request, response) => {
        if (stream && request.url === '/internal/receipts') return void takeReport(stream, request, response);
        if (request.url !== '/graphql') return void response.writeHead(request.url === '/readyz' ? 200 : 404).end('{}');
        if (subgraph.misbehave) {
          const body = subgraph.misbehave(request, request.socket);
          if (body !== null) response.end(body);
          return;
        }
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { query, variables } = JSON.parse(Buffer.concat(chunks).toString()) as Asked;
          const { headers } = request;
          subgraph.asked.push({ query, variables, passport: headers['hub-passport'] as string | undefined, headers });
          void graphql({ schema, source: query, variableValues: variables }).then((result) =>
            response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result)),
          );
        });
      });
      if (stream) {
        subgraph.sockets = new WebSocketServer({ server, path: '/graphql' });
        useServer(
          {
            schema,
            onConnect: ({ connectionParams }) => void stream.links.push(connectionParams?.['passport'] as string),
            onNext: (_context, _id, _payload, _args, result) =>
              stream.extensions ? { ...result, extensions: stream.extensions } : undefined,
            onSubscribe: (_context, _id, payload) =>
              void stream.passports.push(payload.extensions?.['passport'] as string),
            async onPing(_context, payload) {
              stream.renewals.push(payload?.['passports'] as Record<string, string>);
              while (stream.holdPongs) await new Promise((resolve) => setTimeout(resolve, 5));
              stream.pongs += 1;
            },
          },
          subgraph.sockets,
        );
      }
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
      ({ port } = server.address() as AddressInfo);
      subgraph.url = `http://127.0.0.1:${port}/graphql`;
    },
    async stop() {
      for (const client of subgraph.sockets?.clients ?? []) client.terminate();
      subgraph.sockets?.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await subgraph.start();
  return subgraph;
}

function takeReport(stream: Stream, request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => (body += text));
  request.on('end', () => {
    const { receipts } = JSON.parse(body) as { receipts: unknown };
    stream.reports.push({ receipts, passport: request.headers['hub-passport'] as string | undefined });
    response.writeHead(stream.reportStatus, { 'content-type': 'application/json' }).end('{}');
  });
}

export interface Logged {
  level: string;
  message: string;
  [field: string]: unknown;
}

/** A gateway in this process over a world, and what it logged. */
export async function startGateway(world: Pick<World, 'supergraph'>, config: Partial<GatewayConfig> = {}) {
  const logged: Logged[] = [];
  const gateway = await createGateway({
    supergraph: world.supergraph,
    host: '127.0.0.1',
    port: 0,
    log: {
      info: (message, fields) => void logged.push({ level: 'info', message, ...fields }),
      error: (message, fields) => void logged.push({ level: 'error', message, ...fields }),
    },
    ...config,
  });
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
  return {
    ...gateway,
    logged,
    post,
    /** The result of a query. */
    ask: async (query: string, variables?: Record<string, unknown>, headers?: Record<string, string>) =>
      (await post({ query, variables }, headers)).json,
  };
}

export interface Result {
  data?: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- whatever was asked for
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[];
}

const parsed = (text: string): Result => {
  try {
    return JSON.parse(text) as Result;
  } catch {
    return {};
  }
};

/** Waits for a condition, never for a time. */
export async function until(condition: () => boolean, what = 'a condition'): Promise<void> {
  for (let waited = 0; !condition(); waited += 5) {
    if (waited > 8_000) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
