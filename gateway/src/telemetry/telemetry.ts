/**
 * What the gateway tells of its work to those who run it: spans and metrics. Here are only the words; what does it
 * (watching.ts and what it needs) is loaded when it is wanted. Where it is not, there is `undefined`, and each place
 * that would tell something costs one check.
 *
 * *Watch*: follows one request from its arrival to the end of its answer. *Fetch watch*: the same for one request to a
 * service on its behalf. Nobody is told of documents, variables, tokens, passports, or who asks.
 */
import type { Answer, SendTo } from '../core.js';
import type { Operation } from '../plan/operations.js';
import type { Planning } from '../plan/planning.js';

/** The headers of https://www.w3.org/TR/trace-context/. */
export interface TraceContext {
  traceparent: string;
  tracestate?: string | undefined;
}

/** What is watched: a request over HTTP, an operation on a socket that is answered once, an event of a stream. */
export type Occasion = 'http' | 'socket' | 'event';

export interface Watch {
  /** Follows the wait for an operation to be checked or planned; what is there already is handed back as it is. */
  wait<T extends object>(job: 'check' | 'plan', made: T | Promise<T>): T | Promise<T>;
  /** It is known what is asked for. */
  operation(operation: Pick<Operation, 'node'>): void;
  /** It is known what is answered. */
  answered(answer: Answer): void;
  /** It is over, with this HTTP status if there is one; 'gone': nobody waited for the answer any more. Only the first call counts. */
  end(status: number | 'gone' | null): void;
}

export interface Telemetry {
  /** Begins to watch; `trace` is what the client's trace is known by, if it sent that well. */
  begin(occasion: Occasion, trace: TraceContext | undefined, door?: HttpDoor): Watch;
  /** The same way to send to services, watched. */
  watchSending(send: SendTo): SendTo;
  watchPlanning(planning: Planning): Planning;
  /** Services by name, before anything is sent to them: where they are, and whether they are spared just now. */
  services(urls: ReadonlyMap<string, string>, spared: (service: string) => boolean): void;
  /** How many WebSockets are open, whenever asked. */
  sockets(count: () => number): void;
  /** A stream was opened; what it gives is called when it has ended. */
  stream(): () => void;
  /** Another supergraph was loaded, or refused. */
  reloaded(outcome: 'served' | 'refused'): void;
  /** The metrics as text for Prometheus, and of which media type that is; null when there are none. */
  metrics(): Promise<{ type: string; text: string }> | null;
  /** Delivers what is left, for a second at most. */
  close(): Promise<void>;
}

/** How an HTTP request came in. */
export interface HttpDoor {
  method: string;
  route: string;
}

/** Where spans go, and which. */
export interface TracesConfig {
  /** The collector, which takes OTLP over HTTP at `<endpoint>/v1/traces`. */
  endpoint: string;
  /** What the collector wants to see besides, such as a key. */
  headers?: Readonly<Record<string, string>>;
  serviceName: string;
  sampler: SamplerSetting;
}

/** Which requests are traced; `parentbased_…` do as the client's trace does, and this where there is none. */
export interface SamplerSetting {
  name: SamplerName;
  /** The share of requests, 0 to 1, where the name says `traceidratio`. */
  ratio: number;
}

/**
 * Not all, as OpenTelemetry's own default has it: a request that is written down costs a sixth more. Whoever wants to
 * see one of theirs sends a `traceparent` that says so.
 */
export const usualSampler: SamplerSetting = { name: 'parentbased_traceidratio', ratio: 0.1 };

/** As OTEL_TRACES_SAMPLER has them. */
export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type SamplerName = (typeof samplerNames)[number];
