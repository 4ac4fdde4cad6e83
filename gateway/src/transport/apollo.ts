/** Our core behind Apollo Server: it reads GraphQL over HTTP, we answer. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { ApolloServer, type BaseContext } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { GraphQLError, type GraphQLFormattedError, type OperationDefinitionNode } from 'graphql';
import type { Log } from '@hub/kit/log';
import { type Call, type Core, internalError, useWebSocket } from '../core.js';
import type { Limits } from '../limits/limits.js';

/** What Apollo carries from the request to our executor. */
export type ApolloContext = BaseContext & Call;

/** Which request an error belongs to, where Apollo does not say. */
export const requestIds = new AsyncLocalStorage<string>();

export async function apolloServer(core: Core, supergraphSdl: string, limits: Limits, log: Log) {
  const gateway: GatewayInterface = {
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: core.schema, coreSupergraphSdl: supergraphSdl });
      return () => undefined;
    },
    load: () =>
      Promise.resolve({
        executor: ({ document, request, context }) =>
          core.run(
            { document, operationName: request.operationName, variables: request.variables },
            context as unknown as ApolloContext,
          ),
      }),
    stop: () => Promise.resolve(),
  };
  const apollo = new ApolloServer<ApolloContext>({
    gateway,
    nodeEnv: 'production',
    introspection: true,
    hideSchemaDetailsFromClientErrors: true,
    includeStacktraceInErrorResponses: false,
    csrfPrevention: true,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens: limits.tokens },
    documentStore: {
      get: (key) => Promise.resolve(core.operations.documents.get(hashIn(key))),
      set: (key, document) => Promise.resolve(core.operations.documents.set(hashIn(key), document)),
      delete: () => Promise.resolve(false),
    },
    formatError: (formatted, error) => presented(formatted, error, log),
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
    ],
  });
  await apollo.start();
  return apollo;
}

const hashIn = (key: string) => key.slice(-64); // after the schema's hash, which never changes here

async function refuseSubscription({ operation }: { operation?: OperationDefinitionNode | undefined }): Promise<void> {
  if (operation?.operation === 'subscription')
    throw new GraphQLError(useWebSocket, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** An error as a client may see it: what has a code, or came from a service, as it is; anything else is a bug of ours. */
function presented(formatted: GraphQLFormattedError, error: unknown, log: Log): GraphQLFormattedError {
  if (error instanceof GraphQLError) {
    if (error.extensions['code'] !== undefined) return formatted;
    if (!error.originalError) {
      const { code: _addedByApollo, ...extensions } = formatted.extensions ?? {};
      return { ...formatted, extensions }; // a service's, without a code
    }
  }
  const requestId = requestIds.getStore() ?? '';
  log.error('a request failed', { requestId, error });
  return internalError(requestId).toJSON();
}
