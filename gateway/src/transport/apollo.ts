/** Our core behind Apollo Server: it reads GraphQL over HTTP and runs plugins, we answer. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApolloServer, type ApolloServerPlugin, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface, GatewaySchemaLoadOrUpdateCallback } from '@apollo/server-gateway-interface';
import { type DocumentNode, GraphQLError, type GraphQLFormattedError, type OperationDefinitionNode } from 'graphql';
import type { Log } from '@hub/kit/log';
import { type Call, type Core, internalError, useWebSocket } from '../core.js';
import type { Limits } from '../limits/limits.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { lazyData, untouchedText } from './lazyData.js';

/** What Apollo carries from the request to our executor. */
export type ApolloContext = BaseContext & Call;

/** What the server works on just now, where Apollo does not say: whose request it is, and its document, which we have checked. */
export const current = new AsyncLocalStorage<{ requestId: string; document: DocumentNode }>();

export interface ApolloOptions {
  core: Core;
  supergraph: () => Supergraph;
  limits: Limits;
  log: Log;
  plugins: readonly ApolloServerPlugin<ApolloContext>[];
}

export interface Apollo {
  server: ApolloServer<ApolloContext>;
  /** Tells Apollo Server of a changed schema. */
  reload(): void;
}

export async function apolloServer({ core, supergraph, limits, log, plugins }: ApolloOptions): Promise<Apollo> {
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
          const answer = await core.run({ query, operationName, variables }, context as unknown as ApolloContext);
          return {
            ...(answer.data !== undefined && { data: lazyData(answer.data) }),
            ...(answer.errors && { errors: answer.errors.map((error) => new Answered(error)) }),
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
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    // We have read and checked the document before Apollo is asked.
    documentStore: {
      get: () => Promise.resolve(current.getStore()?.document),
      set: () => Promise.resolve(),
      delete: () => Promise.resolve(false),
    },
    formatError: (formatted, error) => (error instanceof Answered ? error.formatted : presented(formatted, error, log)),
    stringifyResult(result) {
      const text = untouchedText(result.data);
      if (text === undefined) return JSON.stringify(result);
      const { data: _data, ...rest } = result;
      const start = JSON.stringify(rest);
      return start === '{}' ? `{"data":${text}}` : `${start.slice(0, -1)},"data":${text}}`;
    },
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
      { requestDidStart: () => Promise.resolve({ didResolveOperation: refuseSubscription }) },
      ...plugins,
    ],
  });
  await server.start();
  return { server, reload: () => listeners.forEach(tell) };
}

/** An error as we answer it, for plugins to see. */
class Answered extends GraphQLError {
  readonly formatted: GraphQLFormattedError;
  constructor(formatted: GraphQLFormattedError) {
    super(formatted.message, { path: formatted.path, extensions: formatted.extensions });
    this.formatted = formatted;
  }
}

async function refuseSubscription({ operation }: { operation?: OperationDefinitionNode | undefined }): Promise<void> {
  if (operation?.operation === 'subscription')
    throw new GraphQLError(useWebSocket, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** An error of Apollo Server's or a plugin's: what has a code as it is; anything else is a bug. */
function presented(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  if (error instanceof GraphQLError && error.extensions['code'] !== undefined) return formatted;
  const requestId = current.getStore()?.requestId ?? '';
  log.error('a request failed', { requestId, error });
  return internalError(requestId);
}
