/**
 * The mechanism, without a socket: takes an operation and who asks, yields what to answer. HTTP, WebSocket and
 * tests are callers of it.
 */
import { type DocumentNode, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { Failures } from './execute/failures.js';
import { absorb, runNode } from './execute/plan.js';
import { project } from './execute/projector.js';
import type { ServiceAnswer, ServiceRequest } from './execute/service.js';
import { type Tree, emptyTree } from './execute/tree.js';
import { typeSystem } from './execute/typeSystem.js';
import { coerceVariables } from './execute/variables.js';
import type { Asker } from './identity/identity.js';
import type { Limits } from './limits/limits.js';
import { refuseDeepValue } from './limits/nesting.js';
import { InvalidDocument, type Operations, type Planned, createOperations } from './plan/operations.js';
import type { FetchNode, PlanNode, Planner } from './plan/planner.js';
import { type StreamServices, type SubscribeOptions, subscribe } from './subscribe/subscribe.js';

export interface Operation {
  document: DocumentNode;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** For whom, on what occasion, and until when an operation runs. */
export interface Call {
  asker: Asker;
  requestId: string;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** Sends one request to a service, with the passport its asker has for it. */
export type SendTo = (
  request: ServiceRequest,
  passport: string | undefined,
  call: Pick<Call, 'requestId' | 'signal'>,
) => Promise<ServiceAnswer>;

export interface CoreOptions {
  planner: Planner;
  limits: Limits;
  send: SendTo;
  streams: StreamServices;
  log: Log;
  subscriptions: Pick<SubscribeOptions, 'renewEveryMs' | 'now'>;
}

export interface Core {
  schema: GraphQLSchema;
  operations: Operations;
  /** Answers a query or mutation; rejects only with the abort reason. */
  run(operation: Operation, call: Call): Promise<ExecutionResult>;
  /** Answers a subscription: one result per event. The iterator throws `InvalidDocument` for a wrong request, and
   *  `StreamEnded` when it ends for a reason. `slow` is called when the reader is too slow to be kept. */
  subscribe(operation: Operation, call: Call, slow: () => void): AsyncIterableIterator<ExecutionResult>;
}

export function createCore({ planner, limits, send, streams, log, subscriptions }: CoreOptions): Core {
  const { schema } = planner;
  const operations = createOperations(planner, limits);
  const types = typeSystem(planner.wholeSchema);

  /** Plans and checks, or says what is wrong with the request. */
  const prepare = ({ document, operationName, variables }: Operation): Prepared | { errors: GraphQLError[] } => {
    try {
      const planned = operations.plan(document, operationName);
      refuseDeepValue(variables, limits.nesting);
      const { coerced, errors } = coerceVariables(schema, planned.operation, variables ?? {});
      return errors ? { errors } : { planned, variables: variables ?? {}, coerced };
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      throw error;
    }
  };

  /** Fills one answer: from the plan, or from an event and the rest of the plan. */
  const answer = async (
    { planned, variables, coerced }: Prepared,
    node: PlanNode | undefined,
    call: Call,
    event?: { fetch: FetchNode; answer: ServiceAnswer },
  ): Promise<ExecutionResult> => {
    const { asker, requestId, signal } = call;
    const failures = new Failures();
    const tree: Tree = emptyTree();
    const run = {
      types,
      send: async (request: ServiceRequest) => send(request, await asker.passport(request.service), call),
      variables,
      coerced,
      signal,
      failures,
      onFailure: (service: string, error: Error) =>
        log.error('a service failed', { subgraph: service, requestId, error }),
    };
    const root = [{ path: [], value: tree }];
    if (event) absorb(run, event.fetch, root, event.answer);
    if (node) await runNode(run, node, root);
    const { data, errors, misfits } = project(schema, planned, variables, tree, failures);
    if (misfits.length > 0) log.error('a service sent what does not fit the schema', { requestId, error: misfits[0] });
    const all = [...errors, ...misfits.map(({ path }) => internalError(requestId, path))];
    return all.length > 0 ? { data, errors: all } : { data };
  };

  return {
    schema,
    operations,
    async run(operation, call) {
      try {
        const prepared = prepare(operation);
        if ('errors' in prepared) return prepared;
        const { node } = prepared.planned.plan;
        if (node?.kind === 'Subscription') return { errors: [new HubError('BAD_USER_INPUT', useWebSocket)] };
        return await answer(prepared, node, call);
      } catch (error) {
        if (call.signal.aborted) throw error;
        log.error('an operation failed', { requestId: call.requestId, error });
        return { errors: [internalError(call.requestId)] };
      }
    },
    subscribe(operation, call, slow) {
      const prepared = prepare(operation);
      if ('errors' in prepared) return endedBy(new InvalidDocument(prepared.errors));
      const { node } = prepared.planned.plan;
      if (node?.kind !== 'Subscription') throw new Error('only a subscription can be subscribed to');
      const { primary, rest } = node;
      return subscribe({
        ...subscriptions,
        streams,
        limits,
        log,
        slow,
        call,
        request: {
          service: primary.serviceName,
          query: primary.operation,
          operationName: primary.operationName,
          variables: Object.fromEntries(
            (primary.variableUsages ?? []).flatMap((name) =>
              Object.hasOwn(prepared.variables, name) ? [[name, prepared.variables[name]]] : [],
            ),
          ),
        },
        answer: (event, asker) => answer(prepared, rest, { ...call, asker }, { fetch: primary, answer: event }),
      });
    },
  };
}

const endedBy = (error: Error): AsyncIterableIterator<ExecutionResult> => ({
  next: () => Promise.reject(error),
  return: () => Promise.resolve({ done: true, value: undefined }),
  [Symbol.asyncIterator]() {
    return this;
  },
});

interface Prepared {
  planned: Planned;
  variables: Readonly<Record<string, unknown>>;
  coerced: Readonly<Record<string, unknown>>;
}

export const useWebSocket = 'Subscriptions are answered over a WebSocket (graphql-transport-ws) at this same address.';

/** What a client learns of a bug. */
export const internalError = (requestId: string, path?: GraphQLError['path']): GraphQLError =>
  new GraphQLError('Something went wrong in the gateway.', {
    ...(path && { path }),
    extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
  });
