/** Runs operations on a subgraph for a viewer: parse and validate once per document, a fresh context per operation. */
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type OperationDefinitionNode,
  createSourceEventStream,
  execute,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import type { DataSource } from 'typeorm';
import { Session, clockSetting, databaseCode, isConnectionLost } from './database.js';
import { HubError, badInput } from './errors.js';
import { variableFaults, withInputPath } from './input-path.js';
import type { Log } from './log.js';
import type { Base, Subgraph } from './subgraph.js';
import type { Viewer } from './viewer.js';

/** On whose behalf an operation runs. Mutable where a passport is renewed. */
export interface Asker {
  viewer: Viewer;
  locales: readonly string[];
}

export interface Operation {
  query: string;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * Marks an event with the viewer it was decided for. Rights may change while its result is made; then the result does
 * not leave, the stream ends, and the reader resumes: from where is theirs to know.
 */
export const decidedFor = Symbol('the viewer an event was decided for');

/** A resolver's context. `fresh` opens another for the same asker: a subscription takes one per batch of events. */
export type Context<L extends object> = Base & L & { fresh(): Context<L> };

/** An operation that fits the schema. */
export interface Prepared {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  operationName: string | null | undefined;
  variables: Readonly<Record<string, unknown>>;
}

export interface Executor {
  /** Parses and validates; answers every fault of the request. */
  prepare(operation: Operation): Prepared | readonly GraphQLError[];
  /** Runs a query or mutation. */
  run(prepared: Prepared, asker: Asker): Promise<ExecutionResult>;
  /** The results of a subscription, one per event; or what is wrong with it. The stream throws what ends it. */
  subscribe(prepared: Prepared, asker: Asker): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult>;
}

export const isPrepared = (prepared: Prepared | readonly GraphQLError[]): prepared is Prepared =>
  'document' in prepared;

export interface ExecutorOptions<L extends object, P> {
  subgraph: Subgraph<L, P>;
  /** What the process made once and every request shares. */
  parts?: P;
  database: DataSource;
  log: Log;
  now?: () => Date;
}

/** Parsed documents take some eighty times their text: so much text is kept, and nothing of long ones. */
const maxCachedText = 2_000_000;
const maxCachedDocument = 32_000;

export function createExecutor<L extends object, P>({
  subgraph,
  parts,
  database,
  log,
  now = () => new Date(),
}: ExecutorOptions<L, P>): Executor {
  const { schema } = subgraph;
  const documents = new Map<string, DocumentNode | readonly GraphQLError[]>(); // the least recently used first
  let cachedText = 0;

  const documentOf = (query: string): DocumentNode | readonly GraphQLError[] => {
    const known = documents.get(query);
    if (known) {
      documents.delete(query);
      documents.set(query, known);
      return known;
    }
    let result: DocumentNode | readonly GraphQLError[];
    try {
      const document = parse(query);
      const errors = validate(schema, document);
      result = errors.length > 0 ? errors.map((error) => withInputPath(document, error)) : document;
    } catch (error) {
      if (error instanceof GraphQLError) result = [error];
      else if (error instanceof RangeError) result = [badInput(['query'], 'The document is nested too deeply.')];
      else throw error;
    }
    if (query.length <= maxCachedDocument) {
      documents.set(query, result);
      cachedText += query.length;
      for (const oldest of documents.keys()) {
        if (cachedText <= maxCachedText) break;
        documents.delete(oldest);
        cachedText -= oldest.length;
      }
    }
    return result;
  };

  const prepare = ({ query, operationName, variables }: Operation): Prepared | readonly GraphQLError[] => {
    const document = documentOf(query);
    if (!('kind' in document)) return document;
    const operation = getOperationAST(document, operationName);
    if (!operation)
      return [badInput(['operationName'], 'The document has no such operation, or several and no name is given.')];
    const faults = variableFaults(schema, document, operation, variables ?? {});
    return faults.length > 0 ? faults : { document, operation, operationName, variables: variables ?? {} };
  };

  const contextFor = (asker: Asker): Context<L> => {
    const base = {
      get viewer() {
        return asker.viewer;
      },
      get locales() {
        return asker.locales;
      },
      db: new Session(database, () => ({ ...subgraph.settings(asker.viewer), ...clockSetting(now()) })),
      now,
      fresh: () => contextFor(asker),
    };
    const loaders = subgraph.loaders(base, parts as P);
    base.db.afterWrite(() => {
      for (const loader of Object.values(loaders)) (loader as { clearAll?: () => void } | null)?.clearAll?.();
    });
    // Loaders are defined on the base itself: a spread would freeze the viewer's getter.
    return Object.assign(base, loaders) as Context<L>;
  };

  const runPrepared = async (prepared: Prepared, asker: Asker, rootValue?: unknown): Promise<ExecutionResult> => {
    const contextValue = contextFor(asker);
    let result: ExecutionResult;
    try {
      result = await execute({
        schema,
        document: prepared.document,
        operationName: prepared.operationName,
        variableValues: prepared.variables,
        contextValue,
        rootValue,
      });
    } finally {
      await contextValue.db.close();
    }
    const extensions = await subgraph.beforeAnswer?.(contextValue, prepared.operation.operation);
    return masked(extensions ? { ...result, extensions } : result, log);
  };

  return {
    prepare,
    async run(prepared, asker) {
      if (prepared.operation.operation === 'subscription')
        return { errors: [badInput(['query'], 'Subscriptions are answered over a WebSocket.')] };
      try {
        return await runPrepared(prepared, asker);
      } catch (error) {
        return { data: null, errors: [maskedError(error, log)] }; // what was owed before the answer failed
      }
    },
    async subscribe(prepared, asker) {
      const source = await createSourceEventStream({
        schema,
        document: prepared.document,
        operationName: prepared.operationName,
        variableValues: prepared.variables,
        contextValue: contextFor(asker),
      });
      if (!(Symbol.asyncIterator in source)) return masked(source, log);
      const events = source[Symbol.asyncIterator]();
      const results: AsyncIterableIterator<ExecutionResult> = {
        // By hand: an async generator would queue `return()` behind a pending `next()`, and never reach the source.
        async next() {
          try {
            const { done, value } = await events.next();
            if (done) return { done, value: undefined };
            const result = await runPrepared(prepared, asker, value);
            const viewer = (value as { [decidedFor]?: Viewer })[decidedFor];
            if (viewer && viewer !== asker.viewer)
              throw new HubError('SUBGRAPH_UNAVAILABLE', 'What you may see has changed. Resume with your last cursor.');
            return { done: false, value: result };
          } catch (error) {
            throw maskedError(error, log);
          }
        },
        async return() {
          await events.return?.();
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]: () => results,
      };
      return results;
    },
  };
}

function masked(result: ExecutionResult, log: Log): ExecutionResult {
  return result.errors ? { ...result, errors: result.errors.map((error) => maskedError(error, log)) } : result;
}

/** SQLSTATE of a refusal by privileges, policies or guards. */
const notPermitted = '42501';

/** SQLSTATEs of a text PostgreSQL cannot hold, such as U+0000. */
const notText = /^(22021|22P05)$/;

/** An error as it may leave the service. What is neither meant for clients nor a fault of the request is logged and hidden. */
function maskedError(thrown: unknown, log: Log): GraphQLError {
  const error =
    thrown instanceof GraphQLError
      ? thrown
      : new GraphQLError(String((thrown as Error)?.message ?? thrown), { originalError: thrown as Error });
  const cause = rootOf(error);
  if (cause instanceof GraphQLError) return error;
  const code = databaseCode(cause);
  if (notText.test(code)) return badInput(error.path ?? [], 'A text holds characters that cannot be stored.');
  if (code === notPermitted) {
    log.error('the database refused what the service let through', { error: cause, path: error.path?.join('.') });
    return new GraphQLError('This is not permitted.', {
      ...(error.path && { path: error.path }),
      extensions: { code: 'FORBIDDEN' },
    });
  }
  const lost = isConnectionLost(cause);
  log.error(lost ? 'the database is out of reach' : 'an operation failed', {
    error: cause,
    path: error.path?.join('.'),
  });
  return new GraphQLError(lost ? 'The service cannot reach its database.' : 'Something went wrong in the service.', {
    ...(error.nodes && { nodes: error.nodes }),
    ...(error.path && { path: error.path }),
    extensions: { code: lost ? 'SUBGRAPH_UNAVAILABLE' : 'INTERNAL_SERVER_ERROR' },
  });
}

/** What was thrown first: a HubError stops the search, since its cause is for the log alone. */
function rootOf(error: unknown): unknown {
  let current = error;
  while (current instanceof GraphQLError && !(current instanceof HubError) && current.originalError)
    current = current.originalError;
  return current;
}
