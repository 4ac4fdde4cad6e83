/**
 * Spans, written by hand into the text that OpenTelemetry's collectors take (OTLP, https://opentelemetry.io/docs/specs/otlp/,
 * its JSON form). A span of the official SDK costs some 15 µs from its start to the wire, and a request that costs us
 * 75 µs has two. What is told, and by which names, is the specification's: https://opentelemetry.io/docs/specs/semconv/
 */
import { randomFillSync } from 'node:crypto';
import type { SamplerSetting, TraceContext } from './telemetry.js';

/** As OTLP numbers them. */
export const kinds = { internal: 1, server: 2, client: 3, consumer: 5 } as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

/** Takes a span that has ended. */
export type Deliver = (span: Span) => void;

export class Tracer {
  readonly deliver: Deliver;
  readonly #sampler: SamplerSetting;
  readonly #parentBased: boolean;

  constructor(sampler: SamplerSetting, deliver: Deliver) {
    this.deliver = deliver;
    this.#sampler = sampler;
    this.#parentBased = sampler.name.startsWith('parentbased_');
  }

  /** The first span of ours; below the client's, if its context is given. That has been checked (transport/traceContext.ts). */
  begin(name: string, kind: Kind, given: TraceContext | undefined): Span {
    const traceId = given ? given.traceparent.slice(3, 35) : hex(16);
    const decided = given && this.#parentBased;
    const sampled = decided ? (parseInt(given.traceparent.slice(53, 55), 16) & 1) === 1 : this.#samples(traceId);
    return new Span(this, traceId, given?.traceparent.slice(36, 52) ?? '', given?.tracestate, sampled, name, kind);
  }

  #samples(traceId: string): boolean {
    const { name, ratio } = this.#sampler;
    if (name.endsWith('always_on')) return true;
    if (name.endsWith('always_off')) return false;
    return parseInt(traceId.slice(-randomDigits), 16) < ratio * 16 ** randomDigits;
  }
}

const randomDigits = 13; // 52 bits, as many as a number holds exactly

export class Span {
  readonly begunAt = performance.now();
  readonly sampled: boolean;
  readonly #tracer: Tracer;
  readonly #traceId: string;
  readonly #parentId: string;
  readonly #state: string | undefined;
  readonly #id = hex(8);
  readonly #kind: Kind;
  #name: string;
  readonly #attributes: string[] = [];
  #endedAt = 0;
  #status = '';

  constructor(
    tracer: Tracer,
    traceId: string,
    parentId: string,
    state: string | undefined,
    sampled: boolean,
    name: string,
    kind: Kind,
  ) {
    this.#tracer = tracer;
    this.#traceId = traceId;
    this.#parentId = parentId;
    this.#state = state;
    this.sampled = sampled;
    this.#name = name;
    this.#kind = kind;
  }

  /** One below it. Where nothing is written down the parent stands for it. */
  child(name: string, kind: Kind): Span {
    if (!this.sampled) return this;
    return new Span(this.#tracer, this.#traceId, this.#id, this.#state, true, name, kind);
  }

  /** What a service has to be sent, so that its spans are below this one. */
  context(): TraceContext {
    return {
      traceparent: `00-${this.#traceId}-${this.#id}-${this.sampled ? '01' : '00'}`,
      tracestate: this.#state,
    };
  }

  rename(name: string): void {
    this.#name = name;
  }

  /** Adds what `attribute` has written. */
  tell(attributes: string): void {
    this.#attributes.push(attributes);
  }

  fail(type: string, message?: string): void {
    if (!this.sampled || this.#status !== '') return;
    this.tell(attribute('error.type', type));
    this.#status = `,"status":{"code":2${message === undefined ? '' : `,"message":${quoted(message)}`}}`;
  }

  end(now = performance.now()): void {
    if (!this.sampled) return;
    this.#endedAt = now;
    this.#tracer.deliver(this);
  }

  /** Writes it into a buffer that has room; answers where it ends. All of it is ASCII. */
  write(into: Buffer, at: number): number {
    let end = at + into.write(this.#head(), at, 'latin1');
    for (const [i, one] of this.#attributes.entries()) {
      if (i > 0) into[end++] = comma;
      end += into.write(one, end, 'latin1');
    }
    return end + into.write(`]${this.#status}}`, end, 'latin1');
  }

  /** Bytes it takes at most. */
  get size(): number {
    let size = headSize + (this.#state?.length ?? 0) + this.#status.length;
    for (const one of this.#attributes) size += one.length + 1;
    return size;
  }

  #head(): string {
    const parent = this.#parentId === '' ? '' : `,"parentSpanId":"${this.#parentId}"`;
    const state = this.#state === undefined ? '' : `,"traceState":${JSON.stringify(this.#state)}`;
    return (
      `{"traceId":"${this.#traceId}","spanId":"${this.#id}"${parent}${state},"name":"${this.#name}","kind":${this.#kind},` +
      `"startTimeUnixNano":"${nanos(this.begunAt)}","endTimeUnixNano":"${nanos(this.#endedAt)}","attributes":[`
    );
  }
}

const headSize = 512; // twice what it is; names are ours
const comma = 44;

/** An attribute as it is written. Those that never change are written once. */
export const attribute = (key: string, value: string | number): string =>
  typeof value === 'string'
    ? `{"key":"${key}","value":{"stringValue":${quoted(value)}}}`
    : `{"key":"${key}","value":{"intValue":"${value}"}}`;

const quoted = (value: string): string =>
  JSON.stringify(value.slice(0, longest)).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
const longest = 256; // characters; names of operations are the client's

/** The time since the process began as time since 1970. The clock may be set while we run: looked at anew now and then. */
let offsetMs = performance.timeOrigin;
let lookAgainAt = 0;
function nanos(sinceStartMs: number): string {
  if (sinceStartMs >= lookAgainAt) {
    offsetMs = Date.now() - performance.now();
    lookAgainAt = sinceStartMs + 60_000;
  }
  return `${Math.round((offsetMs + sinceStartMs) * 1_000)}000`; // microseconds still fit a number exactly
}

const pool = Buffer.allocUnsafe(16_384);
let used = pool.length;
function hex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool.toString('hex', used, (used += bytes));
}
