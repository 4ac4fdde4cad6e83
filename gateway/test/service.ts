/** A subgraph on a server of its own that can be told what to do with each request: nothing, something else, or later. */
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { type DocumentNode, graphql, parse } from 'graphql';
import type { Asked } from './world.js';

/** Deals with a request, the `number`th since `asked` was emptied. Leaves it to the service by saying false. */
export type Handle = (response: ServerResponse, number: number, asked: Asked) => boolean | void;

export interface Request extends Asked {
  /** Whether it was given up before it was answered. */
  abandoned: boolean;
}

export interface Service {
  name: string;
  url: string;
  typeDefs: DocumentNode;
  /** Every request, whatever became of it. */
  asked: Request[];
  /** How many of them were given up. */
  abandoned(): number;
  handle: Handle | null;
  /** Requests wait from now on, until `release`. */
  hold(): void;
  release(): void;
  /** Those that wait are dealt with as `handle` says. */
  drop(): void;
  /** All of them, as when it is started anew. */
  closeConnections(): void;
  stop(): Promise<void>;
}

/** `resolvers` as @apollo/subgraph takes them. */
export async function startService(name: string, sdl: string, resolvers: object): Promise<Service> {
  const typeDefs = parse(sdl);
  const schema = buildSubgraphSchema({ typeDefs, resolvers } as never);
  let holds = false;
  let waiting: { response: ServerResponse; asked: Asked; answer: () => void }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { query, variables } = JSON.parse(body) as Asked;
      const passport = request.headers['hub-passport'] as string | undefined;
      const asked = { query, variables, passport, headers: request.headers, abandoned: false };
      service.asked.push(asked);
      response.on('close', () => (asked.abandoned = !response.writableFinished));
      if (service.handle && service.handle(response, service.asked.length, asked) !== false) return;
      const answer = () =>
        void graphql({ schema, source: query, variableValues: variables }).then((result) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result)),
        );
      if (holds) waiting.push({ response, asked, answer });
      else answer();
    });
  });
  const service: Service = {
    name,
    url: '',
    typeDefs,
    asked: [],
    abandoned: () => service.asked.filter(({ abandoned }) => abandoned).length,
    handle: null,
    hold: () => void (holds = true),
    release() {
      holds = false;
      for (const { answer } of waiting.splice(0)) answer();
    },
    drop() {
      for (const { response, asked } of waiting.splice(0)) service.handle!(response, service.asked.length, asked);
    },
    closeConnections: () => server.closeAllConnections(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  return service;
}
