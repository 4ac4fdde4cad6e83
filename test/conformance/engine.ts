/** The engine under test, and the only file here that knows it. */
import { type Call, createCore, textOf } from '@hub/gateway/core';
import { createEngine as createGatewayEngine } from '@hub/gateway/engine';
import { type ServiceAnswer, ServiceUnavailable } from '@hub/gateway/execute/service';
import { noIdentity } from '@hub/gateway/identity/identity';
import { limits as gatewayLimits } from '@hub/gateway/limits/limits';
import { firstTextOf, partTextOf } from '@hub/gateway/parts';
import { createPlanner } from '@hub/gateway/plan/planner';

export { type ServiceAnswer, ServiceUnavailable };

/** What a service is asked. */
export interface ServiceRequest {
  service: string;
  query: string;
  variables: Readonly<Record<string, unknown>>;
  operationName: string | undefined;
}

/** Answers for a subgraph; throws `ServiceUnavailable` for one that is out. */
export type Send = (request: ServiceRequest) => Promise<ServiceAnswer>;

export interface EngineRequest {
  query: string;
  variables: Readonly<Record<string, unknown>>;
  operationName: string | undefined;
}

/** As a client reads it out of the JSON text. */
export interface EngineAnswer {
  data?: unknown;
  errors?: readonly { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
}

/** One part of an answer (@defer), as a client reads it. */
export interface EnginePart extends EngineAnswer {
  incremental?: readonly (EngineAnswer & { path: (string | number)[]; label?: string })[];
  hasNext?: boolean;
}

export interface Engine {
  /** `send` answers for the services during this operation. */
  run(request: EngineRequest, send: Send): Promise<EngineAnswer>;
  /** The same for a client that takes the answer in parts. */
  runInParts(request: EngineRequest, send: Send): Promise<EnginePart[]>;
  /** What the planner makes of it, for people to read. */
  explain(request: EngineRequest): Promise<string>;
  close(): Promise<void>;
}

export async function createEngine(supergraphSdl: string): Promise<Engine> {
  const asker = await noIdentity.ask({});
  const sends = new Map<string, Send>();
  const limits = { ...gatewayLimits, nesting: 100, depth: 100, planMs: 20_000 }; // others may have the machine
  const engine = await createGatewayEngine({
    supergraph: supergraphSdl,
    limits,
    services: () => ({
      send({ service, body }, _passport, { requestId }) {
        const { query, variables = {} } = JSON.parse(body) as Pick<ServiceRequest, 'query'> & Partial<ServiceRequest>;
        return sends.get(requestId)!({ service, query, variables, operationName: undefined });
      },
      streams: {
        open() {
          throw new Error('no operation here subscribes');
        },
        receipts: { report: () => undefined, room: () => undefined, close: () => Promise.resolve() },
      },
      ready: () => Promise.resolve(true),
      close: () => Promise.resolve(),
    }),
  });
  const core = createCore({
    engine: () => engine,
    limits,
    log: { info: () => {}, error: () => {} },
    subscriptions: { renewEveryMs: 1e9, now: () => new Date() },
  });
  const planner = createPlanner(supergraphSdl);
  let runs = 0;
  const during = async <T>(send: Send, work: (call: Call) => Promise<T>): Promise<T> => {
    const requestId = String(++runs);
    sends.set(requestId, send);
    try {
      return await work({ asker, requestId, signal: new AbortController().signal });
    } finally {
      sends.delete(requestId);
    }
  };
  return {
    run: (request, send) =>
      during(send, async (call) => JSON.parse(textOf(await core.run(request, call))) as EngineAnswer),
    runInParts: (request, send) =>
      during(send, async (call) => {
        const answer = await core.run(request, { ...call, inParts: true });
        const { rest } = answer;
        if (!rest) return [JSON.parse(textOf(answer)) as EnginePart];
        const texts = [firstTextOf(textOf(answer), true)];
        for await (const part of rest.parts) texts.push(partTextOf(part));
        return texts.map((text) => JSON.parse(text) as EnginePart);
      }),
    async explain({ query }) {
      const request = { document: query, labels: [], percentage: 0 };
      return JSON.stringify(planner.plan(request), null, 1);
    },
    close: () => engine.close(),
  };
}
