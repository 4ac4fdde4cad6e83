/** Brings spans to a collector, in batches and off the way of requests. What it cannot take in time is dropped. */
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Log } from '@hub/kit/log';
import type { Deliver } from './spans.js';
import type { TracesConfig } from './telemetry.js';

export interface Collector {
  deliver: Deliver;
  /** How many spans were not delivered. */
  dropped: () => number;
  /** Brings what is left, for a second at most. */
  close(): Promise<void>;
}

const batchBytes = 256 * 1024; // some 500 spans
const everyMs = 5_000; // as the SDKs do
const timeoutMs = 10_000;
const closeMs = 1_000;
const tries = 3;
const retryMs = 1_000; // doubled each time
const worthRetrying = new Set([429, 502, 503, 504]); // https://opentelemetry.io/docs/specs/otlp/#retryable-response-codes

export function createCollector({ endpoint, headers, serviceName }: TracesConfig, log: Log): Collector {
  const { origin, pathname } = new URL(endpoint);
  const pool = new Pool(origin, { connections: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  const path = `${pathname.replace(/\/+$/, '')}/v1/traces`;
  const resource = `{"attributes":[{"key":"service.name","value":{"stringValue":${JSON.stringify(serviceName)}}}]}`;
  const start = `{"resourceSpans":[{"resource":${resource},"scopeSpans":[{"scope":{"name":"@hub/gateway"},"spans":[`;
  const end = ']}]}]}';
  /** One is filled while the other is on its way. A span is written down at once, so that it does not outlive its request. */
  let [filling, other] = [Buffer.allocUnsafe(batchBytes), Buffer.allocUnsafe(batchBytes)];
  const from = filling.write(start);
  let at = from;
  let spans = 0;
  let dropped = 0;
  let failing = false;
  let sending: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  /** Throws for what may go better next time; answers the status otherwise. */
  const post = async (body: Buffer): Promise<number> => {
    const response = await pool.request({
      method: 'POST',
      path,
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    await response.body.dump();
    if (worthRetrying.has(response.statusCode)) throw new Error(`the collector answered ${response.statusCode}`);
    return response.statusCode;
  };
  const bring = async (body: Buffer, count: number): Promise<void> => {
    for (let tried = 1; ; tried++) {
      try {
        const status = await post(body);
        if (status >= 300) throw Object.assign(new Error(`the collector answered ${status}`), { final: true });
        if (failing) log.info('traces are delivered again', { dropped });
        failing = false;
        return;
      } catch (error) {
        if (closed) return;
        if (!failing) log.error('traces cannot be delivered', { error });
        failing = true;
        if (tried === tries || (error as { final?: true }).final) return void (dropped += count);
      }
      await wait(retryMs * 2 ** (tried - 1), undefined, { ref: false });
    }
  };
  const flush = (): void => {
    if (sending || spans === 0) return;
    clearTimeout(timer);
    timer = undefined;
    const body = filling.subarray(0, at + filling.write(end, at));
    const count = spans;
    [filling, other] = [other, filling];
    at = filling.write(start);
    spans = 0;
    sending = bring(body, count).finally(() => {
      sending = null;
      if (spans > 0) soon();
    });
  };
  const soon = (): void => void (timer ??= setTimeout(flush, everyMs).unref());

  return {
    deliver(span) {
      const room = batchBytes - span.size - end.length - 1;
      if (at > room) flush();
      if (closed || at > room) return void dropped++;
      if (spans++ > 0) filling[at++] = comma;
      at = span.write(filling, at);
      soon();
    },
    dropped: () => dropped,
    async close() {
      clearTimeout(timer);
      const rest = async (): Promise<void> => {
        await sending;
        flush();
        await sending;
      };
      let enough: NodeJS.Timeout | undefined;
      await Promise.race([rest(), new Promise<void>((resolve) => (enough = setTimeout(resolve, closeMs)))]);
      closed = true;
      clearTimeout(enough);
      clearTimeout(timer);
      await pool.destroy();
    },
  };
}

const comma = 44;
