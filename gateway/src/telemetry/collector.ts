/** Brings spans to a collector, in batches and off the way of requests. What it cannot take in time is dropped. */
import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'undici';
import type { Log } from '@hub/kit/log';
import type { Deliver } from './spans.js';
import type { TracesConfig } from './telemetry.js';

export interface Collector {
  deliver: Deliver;
  /** Brings what is left, for a second at most. */
  close(): Promise<void>;
}

const batchBytes = 256 * 1024; // some 600 spans
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
  /** One is filled while the other is on its way: written at once, so that nothing is left for the garbage collector. */
  let [filling, other] = [Buffer.allocUnsafe(batchBytes), Buffer.allocUnsafe(batchBytes)];
  const from = filling.write(start);
  let at = from;
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
  const bring = async (body: Buffer): Promise<void> => {
    for (let tried = 1; ; tried++) {
      try {
        const status = await post(body);
        if (status >= 300) throw Object.assign(new Error(`the collector answered ${status}`), { final: true });
        if (failing) log.info('traces are delivered again', { dropped });
        failing = false;
        dropped = 0;
        return;
      } catch (error) {
        if (closed) return;
        if (!failing) log.error('traces cannot be delivered', { error });
        failing = true;
        if (tried === tries || (error as { final?: true }).final) return;
      }
      await wait(retryMs * 2 ** (tried - 1), undefined, { ref: false });
    }
  };
  const flush = (): void => {
    if (sending || at === from) return;
    clearTimeout(timer);
    timer = undefined;
    const length = at + filling.write(end, at);
    const full = filling;
    [filling, other] = [other, filling];
    at = filling.write(start);
    sending = bring(full.subarray(0, length)).finally(() => {
      sending = null;
      if (at > from) timer ??= setTimeout(flush, everyMs).unref();
    });
  };

  return {
    deliver(span) {
      if (closed) return;
      if (at + span.length * 3 + room > batchBytes) {
        flush();
        if (sending && at + span.length * 3 + room > batchBytes) return void dropped++;
      }
      if (at > from) filling[at++] = comma;
      at += filling.write(span, at);
      timer ??= setTimeout(flush, everyMs).unref();
    },
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
const room = 16; // for the comma and the end
