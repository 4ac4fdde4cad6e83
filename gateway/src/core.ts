/**
 * The mechanism, without a socket: takes an operation and who asks, yields the text of the answer. HTTP, WebSocket
 * and tests are callers of it.
 */
import { GraphQLError, type GraphQLFormattedError, Kind, OperationTypeNode } from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { grants } from './authorize/checks.js';
import type { Engine } from './engine.js';
import type { Path } from './execute/data.js';
import { Failures } from './execute/failures.js';
import type { Run } from './execute/fetch.js';
import type { Program } from './execute/program.js';
import { type Output, createOutput, nullError, tell } from './execute/project.js';
import type { ServiceAnswer, ServiceRequest } from './execute/service.js';
import { coerceVariables } from './execute/variables.js';
import type { Asker } from './identity/identity.js';
import type { Limits } from './limits/limits.js';
import { refuseDeepValue } from './limits/nesting.js';
import { InvalidDocument } from './plan/check.js';
import type { Signal } from './signal.js';
import { type Rest, answerInParts } from './parts.js';
import type { Operation } from './plan/operations.js';
import { type SubscribeOptions, subscribe } from './subscribe/subscribe.js';
import type { Occasion, Telemetry, TraceContext, Watch } from './telemetry/telemetry.js';

export interface Request {
  query: string;
  operationName?: string | null | undefined;
  variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** For whom, on what occasion, and until when an operation runs. */
export interface Call {
  /** Whether the answer may come in parts. */
  inParts?: boolean | undefined;
  asker: Asker;
  requestId: string;
  /** Aborted when nobody waits for the answer any more. */
  signal: Signal;
  /** The W3C trace context to hand on, if there is one. */
  trace?: TraceContext | undefined;
  /** Who watches the request it belongs to, if anybody does since it arrived. */
  watch?: Watch | undefined;
}

/** The text of the data, unless the request was refused; and what went wrong. */
export interface Answer {
  data?: string;
  errors?: readonly GraphQLFormattedError[];
  /** To be called when it has been written to the client. */
  delivered?: () => void;
  /** What follows, where the answer comes in parts. */
  rest?: Rest;
}

/** The JSON text of a GraphQL response, whole. */
export const textOf = ({ data, errors }: Answer): string => {
  if (!errors) return `{"data":${data}}`;
  const text = JSON.stringify(errors);
  return data === undefined ? `{"errors":${text}}` : `{"errors":${text},"data":${data}}`;
};

/** Sends one request to a service, with the passport its asker has for it. */
export type SendTo = (
  request: ServiceRequest,
  passport: string | undefined,
  call: Pick<Call, 'requestId' | 'signal' | 'trace' | 'watch'> & {
    /** Told the HTTP status of each response. */
    onStatus?: ((status: number) => void) | undefined;
  },
) => Promise<ServiceAnswer>;

export interface CoreOptions {
  /** What operations are planned by now; another one after the supergraph has changed. */
  engine: () => Engine;
  limits: Limits;
  log: Log;
  telemetry?: Telemetry | undefined;
  subscriptions: Pick<SubscribeOptions, 'renewEveryMs' | 'now'>;
}

export interface Core {
  /** The operation of a request. Rejects with `InvalidDocument` or a `HubError`. */
  find(request: Request, watch?: Watch): Operation | Promise<Operation>;
  /** Answers a query or mutation; rejects only with the abort reason. */
  run(request: Request, call: Call): Promise<Answer>;
  /** Answers a subscription: one answer per event. The iterator throws `InvalidDocument` for a wrong request, and
   *  `StreamEnded` when it ends for a reason. `slow` is called when the reader is too slow to be kept. */
  subscribe(request: Request, call: Call, slow: () => void): Promise<AsyncIterableIterator<Answer>>;
}

export function createCore({ engine: current, limits, log, telemetry, subscriptions }: CoreOptions): Core {
  const find = ({ operations }: Engine, { query, operationName }: Request, watch: Watch | undefined) => {
    const found = operations.find(query, operationName);
    return watch ? watch.wait('check', found) : found;
  };

  /** What has to be known before anything is fetched. Throws `InvalidDocument` and `HubError`s. */
  const prepare = async (
    engine: Engine,
    request: Request,
    { asker, watch, inParts }: Call,
    streams: boolean,
  ): Promise<Prepared> => {
    const found = find(engine, request, watch);
    const operation = 'then' in found ? await found : found;
    watch?.operation(operation);
    if ((operation.node.operation === OperationTypeNode.SUBSCRIPTION) !== streams)
      throw new HubError('BAD_USER_INPUT', streams ? 'This is no subscription.' : useWebSocket);
    const variables = request.variables ?? {};
    refuseDeepValue(variables, limits.nesting);
    const coerced = coerceVariables(engine.supergraph.api, operation.node, variables);
    const making = operation.program(
      operation.checks.length > 0 ? grants(operation.checks, asker.holder) : [],
      coerced,
      operation.defers && inParts === true && !streams,
    );
    const made = watch ? watch.wait('plan', making) : making;
    const program = 'then' in made ? await made : made;
    const introspection = operation.introspection ? await operation.introspection(variables) : noIntrospection;
    return { engine, operation, program, variables, introspection };
  };

  /** Fills one answer: from the plan, or from an event and the rest of the plan. */
  const answer = async (prepared: Prepared, call: Call, event?: ServiceAnswer): Promise<Answer> => {
    const { program, introspection } = prepared;
    const run = runOf(prepared, call);
    if (event) program.stream!.absorb(run, event);
    await program.fetch(run);
    const output = createOutput(run.failures, introspection);
    const data = program.project(run.root, output);
    for (const failure of run.failures.unraised()) {
      const found = program.clientsPath(failure.path(), run.root);
      if (found) tell(output, failure, found.path); // otherwise of an object of another type than it was asked for
    }
    return written(call, data, output);
  };

  /** What the fetches of an operation run in. */
  const runOf = ({ engine, variables }: Prepared, call: Call): Run => {
    const { asker, requestId, signal } = call;
    return {
      send: async (request) => engine.send(request, await asker.passport(request.service), call),
      variables,
      signal,
      root: {},
      failures: new Failures(),
      onFailure: (service, error) => log.error('a service failed', { subgraph: service, requestId, error }),
    };
  };

  /** Data, and all that went wrong with them. */
  const written = ({ requestId }: Call, data: string, output: Output): Answer => {
    const { errors, misfits } = output;
    if (data === 'null' && errors.length === 0 && misfits.length === 0)
      misfits.push({
        path: output.absentAt ?? output.path.slice(0, output.depth),
        reason: 'nothing came for what may not be null',
        message: nullError(String(output.absentAt?.findLast((step) => typeof step === 'string') ?? 'of the root')),
      });
    if (misfits.length > 0)
      log.error('a service sent what does not fit the schema', { requestId, ...misfits[0], times: misfits.length });
    for (const { path, message } of misfits)
      errors.push({ ...internalError(requestId, path), ...(message && { message }) });
    if (output.untold > 0)
      errors.push({ ...internalError(requestId), message: `There are ${output.untold} more errors.` });
    return errors.length > 0 ? { data, errors } : { data };
  };

  /** A request that cannot be answered, as an answer. */
  const refusal = (error: unknown, { requestId }: Call): Answer => {
    if (error instanceof InvalidDocument) return { errors: error.errors };
    if (error instanceof GraphQLError) return { errors: [error.toJSON()] };
    log.error('an operation failed', { requestId, error });
    return { errors: [internalError(requestId)] };
  };

  const run = async (request: Request, call: Call): Promise<Answer> => {
    const engine = current();
    const release = engine.use();
    let rest: Rest | undefined;
    try {
      const prepared = await prepare(engine, request, call, false);
      const { inParts } = prepared.program;
      if (!inParts) return told(call, await answer(prepared, call));
      const first = await answerInParts({
        ...prepared,
        inParts,
        call,
        runIn: (one) => runOf(prepared, one),
        written,
        bug: internalError,
        log,
      });
      ({ rest } = first);
      return first;
    } catch (error) {
      if (call.signal.aborted) throw error;
      return told(call, refusal(error, call));
    } finally {
      if (rest) void rest.over.then(release);
      else release();
    }
  };

  /** Has watched from here what nobody watches since it arrived. */
  const watched = async (by: Telemetry, occasion: Occasion, call: Call, work: (call: Call) => Promise<Answer>) => {
    const watch = by.begin(occasion, call.trace);
    const end = () => watch.end(call.signal.aborted ? 'gone' : null);
    let rest: Rest | undefined;
    try {
      const answer = await work({ ...call, watch });
      ({ rest } = answer);
      return answer;
    } finally {
      if (rest) void rest.over.then(end);
      else end();
    }
  };

  return {
    find(request, watch) {
      const engine = current();
      const found = find(engine, request, watch);
      return 'then' in found ? found.finally(engine.use()) : found;
    },
    run: (request, call) =>
      !telemetry || call.watch ? run(request, call) : watched(telemetry, 'socket', call, (one) => run(request, one)),
    async subscribe(request, call, slow) {
      const engine = current();
      const release = engine.use();
      try {
        const prepared = await prepare(engine, request, call, true);
        const { stream } = prepared.program;
        if (!stream) throw new InvalidDocument([unauthorizedStream(prepared.operation)]);
        const ended = telemetry?.stream();
        return subscribe({
          ...subscriptions,
          streams: engine.streams,
          limits,
          log,
          slow,
          call,
          request: {
            service: stream.service,
            query: stream.operation,
            variables: Object.fromEntries(
              stream.variables.flatMap((name) =>
                Object.hasOwn(prepared.variables, name) ? [[name, prepared.variables[name]]] : [],
              ),
            ),
          },
          answer(event, asker) {
            if (!telemetry) return answer(prepared, { ...call, asker }, event);
            return watched(telemetry, 'event', { ...call, asker }, async (one) => {
              one.watch!.operation(prepared.operation);
              return told(one, await answer(prepared, one, event));
            });
          },
          onEnd() {
            ended?.();
            release();
          },
        });
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

/** Tells who watches. */
const told = ({ watch }: Call, answer: Answer): Answer => {
  watch?.answered(answer);
  return answer;
};

interface Prepared {
  engine: Engine;
  operation: Operation;
  program: Program;
  variables: Readonly<Record<string, unknown>>;
  introspection: ReadonlyMap<string, string>;
}

const noIntrospection: ReadonlyMap<string, string> = new Map();

/** What is left of a subscription whose field the viewer may not have. */
const unauthorizedStream = ({ node }: Operation): GraphQLFormattedError => {
  const [field] = node.selectionSet.selections;
  const path = field?.kind === Kind.FIELD ? [(field.alias ?? field.name).value] : undefined;
  return {
    message: 'You may not ask for this.',
    ...(path && { path }),
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
  };
};

export const useWebSocket =
  'Subscriptions are answered over a WebSocket (graphql-transport-ws) at this same address, or as server-sent events at /graphql/stream.';

/** What a client learns of a bug. */
export const internalError = (requestId: string, path?: Path): GraphQLFormattedError => ({
  message: 'Something went wrong in the gateway.',
  ...(path && path.length > 0 && { path }),
  extensions: { code: 'INTERNAL_SERVER_ERROR', requestId },
});
