/** Our core behind Apollo Server, for its plugins: what lies under its HTTP layer runs them, and asks us for the answer. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import {
  ApolloServer,
  type ApolloServerPlugin,
  type BaseContext,
  type GraphQLRequest,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface, GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface';
import {
  type DocumentNode,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  Kind,
} from 'graphql';
import type { Log } from '@hub/kit/log';
import { type Answer, type Call, type Core, internalError } from '../core.js';
import type { Asker } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import { Departure } from '../signal.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { type Answering, runnable } from './answering.js';
import type { Asked } from './graphql-over-http.js';
import { lazyData, untouchedText } from './lazyData.js';
import { BadRequest, refusal, statusOf } from './refusals.js';

/** What Apollo carries from the request to our executor. */
export type ApolloContext = BaseContext & Call;

/** What the server works on just now, where Apollo does not say. */
interface Current {
  requestId: string;
  /** The document, which we have checked. */
  document: DocumentNode;
  /** Why the request cannot be answered, if it cannot. */
  refused: readonly Answered[];
  /** The status of an answer that has errors and no data. */
  statusOf(errors: readonly GraphQLFormattedError[]): number;
}

const current = new AsyncLocalStorage<Current>();

/** Stands in for a document that we do not take: with no operation in it, as for Apollo when it finds none of that name. */
const noDocument: DocumentNode = { kind: Kind.DOCUMENT, definitions: [] };

export interface ApolloOptions {
  core: Core;
  supergraph: () => Supergraph;
  limits: Limits;
  log: Log;
  plugins: readonly ApolloServerPlugin<ApolloContext>[];
  /** Whom an operation runs for that comes from `executeOperation` with no context. */
  anonymous: () => Promise<Asker>;
}

export interface Apollo {
  server: ApolloServer<ApolloContext>;
  /** Answers requests as plugins would have it; null when there are none, so that nothing needs to go through here. */
  answering: Answering | null;
  /** Tells Apollo Server of a changed schema. */
  reload(): void;
}

export async function apolloServer(options: ApolloOptions): Promise<Apollo> {
  const { core, supergraph, limits, log, plugins, anonymous } = options;
  const listeners = new Set<GatewaySchemaLoadOrUpdateCallback>();
  const tell = (listener: GatewaySchemaLoadOrUpdateCallback) =>
    listener({ apiSchema: supergraph().api, coreSupergraphSdl: supergraph().sdl });
  const gateway: GatewayInterface = {
    onSchemaLoadOrUpdate(listener) {
      listeners.add(listener);
      tell(listener);
      return () => void listeners.delete(listener);
    },
    load: () =>
      Promise.resolve({
        executor: async ({ request, context }) => {
          const { query = '', operationName, variables } = request;
          const call = context as unknown as Call;
          // Apollo Server has one answer for its plugins to see, so it is whole.
          const whole = { ...call, inParts: false };
          const { data, errors } = await core
            .run({ query, operationName, variables }, whole)
            .catch((error: unknown) => {
              if (call.signal.aborted) return nobodyWaits;
              throw error;
            });
          if (!errors) return { data: lazyData(data!) };
          const status = data === undefined ? current.getStore()?.statusOf(errors) : undefined;
          return {
            ...(data !== undefined && { data: lazyData(data) }),
            errors: errors.map((error) => new Answered(error, status)),
          };
        },
      }),
    stop: () => Promise.resolve(),
  };
  const server = new ApolloServer<ApolloContext>({
    gateway,
    nodeEnv: 'production',
    introspection: true,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    // We have read and checked the document before Apollo is asked.
    documentStore: {
      get: () => Promise.resolve(current.getStore()?.document),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(false),
    },
    formatError: (formatted, error) =>
      error instanceof Answered ? asSent(formatted, error) : presented(formatted, error, log),
    logger: {
      debug: () => undefined,
      info: (message: string) => log.info(message),
      warn: (message: string) => log.error(message),
      error: (message: string) => log.error(message),
    },
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ours(anonymous),
      ...plugins,
    ],
  });
  await server.start();

  const answering: Answering = {
    async answer(asked, call, reading) {
      const { requestId } = call;
      const { form } = reading;
      const work: Current = {
        requestId,
        document: noDocument,
        refused: [],
        statusOf: (errors) => statusOf(errors, form),
      };
      try {
        work.document = (await runnable(core, asked, reading, call)).document;
      } catch (error) {
        const { status, errors, headers } = refusal(error, requestId, form);
        if (status === 500) throw error;
        work.refused = errors.map((refused) => new Answered(refused, status, headers));
      }
      const { query, operationName, variables } = asked;
      // Apollo would refuse a persisted query, which we do not need: we have the text.
      const { persistedQuery: _persistedQuery, ...extensions } = asked.extensions ?? {};
      const request: GraphQLRequest = {
        query,
        ...(operationName !== undefined && { operationName }),
        ...(variables && { variables }),
        ...(asked.extensions && { extensions }),
        http: httpRequest(reading.request, asked),
      };
      const { http, body } = await current.run(work, () => server.executeOperation(request, { contextValue: call }));
      if (body.kind !== 'single') throw new Error('Apollo Server answered in parts');
      return { status: http.status ?? 200, text: textOf(body.singleResult), headers: [...http.headers].flat() };
    },
    async refused(error) {
      // As Apollo's HTTP layer does, which is where it learns of these.
      const told = plugins.map(async (plugin) =>
        error instanceof BadRequest
          ? plugin.invalidRequestWasReceived?.({ error })
          : plugin.contextCreationDidFail?.({ error }),
      );
      await Promise.all(told);
    },
  };
  return { server, answering: plugins.length > 0 ? answering : null, reload: () => listeners.forEach(tell) };
}

/**
 * Turns down what we do not take where Apollo would after it has checked a document itself, so that the plugins'
 * didEncounterErrors and willSendResponse hear of it. Being the first plugin, it tells the others of all the errors
 * there are where Apollo itself has room for one. And it gives a context to operations that come without.
 */
const ours = (anonymous: () => Promise<Asker>): ApolloServerPlugin<ApolloContext> => ({
  async requestDidStart({ contextValue }) {
    const work = current.getStore();
    if (!work)
      Object.assign(contextValue, {
        asker: contextValue.asker ?? (await anonymous()),
        requestId: contextValue.requestId ?? randomUUID(),
        signal: contextValue.signal ?? new Departure(),
      });
    const { refused } = work ?? { refused: [] };
    const [first] = refused;
    if (!first) return undefined;
    return {
      async didResolveOperation() {
        throw first;
      },
      async didEncounterErrors(context) {
        if (context.errors[0] === first) Object.assign(context, { errors: refused });
      },
      async willSendResponse({ errors, response: { body } }) {
        if (body.kind === 'single' && errors === refused && refused.length > 1)
          body.singleResult.errors = refused.map((error) => asSent(error.toJSON(), error));
      },
    };
  },
});

const nobodyWaits: Answer = {
  errors: [{ message: 'Nobody waits for the answer any more.', extensions: { code: 'BAD_REQUEST' } }],
};

/** An error as we answer it, for plugins to see and to change. */
class Answered extends GraphQLError {
  constructor(
    { message, locations, path, extensions }: GraphQLFormattedError,
    status?: number,
    headers: readonly string[] = [],
  ) {
    const http = { status, headers: headerMap(headers) };
    super(message, { path, extensions: { ...extensions, ...(status !== undefined && { http }) } });
    if (locations) Object.assign(this, { locations });
  }
}

/** Less what Apollo adds to an error, and what we add for it. */
function asSent(formatted: GraphQLFormattedError, error: Answered): GraphQLFormattedError {
  const { http: _http, code, ...rest } = formatted.extensions ?? {};
  return { ...formatted, extensions: error.extensions['code'] === undefined ? rest : { code, ...rest } };
}

/** An error of Apollo Server's or a plugin's: what has a code as it is; anything else is a bug. */
function presented(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  if (error instanceof GraphQLError && error.extensions['code'] !== undefined) return formatted;
  const requestId = current.getStore()?.requestId ?? '';
  log.error('a request failed', { requestId, error });
  return internalError(requestId);
}

/** The JSON text of a result, in the order of `textOf` in core.ts. */
function textOf({ errors, data, extensions }: FormattedExecutionResult): string {
  const text = untouchedText(data);
  if (text === undefined) return JSON.stringify({ errors, data, extensions });
  const before = errors ? `"errors":${JSON.stringify(errors)},` : '';
  const after = extensions ? `,"extensions":${JSON.stringify(extensions)}` : '';
  return `{${before}"data":${text}${after}}`;
}

function httpRequest(
  { method = '', headers, url = '' }: IncomingMessage,
  asked: Asked,
): GraphQLRequest['http'] & object {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  const search = url.indexOf('?');
  return {
    method,
    headers: map,
    search: search < 0 ? '' : url.slice(search),
    body: method === 'POST' ? asked : undefined,
  };
}

const headerMap = (headers: readonly string[]): HeaderMap => {
  const map = new HeaderMap();
  for (let i = 0; i < headers.length; i += 2) map.set(headers[i]!, headers[i + 1]!);
  return map;
};
