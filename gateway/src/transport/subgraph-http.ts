/** Reaches services over HTTP: one pool of kept-alive connections per service, each behind a breaker. */
import { setTimeout as wait } from 'node:timers/promises';
import { passportHeader } from '@hub/kit/passport';
import { type Dispatcher, Pool } from 'undici';
import type { SendTo } from '../core.js';
import { type ServiceAnswer, ServiceRefused, ServiceUnavailable, answerIn } from '../execute/service.js';
import type { Limits } from '../limits/limits.js';
import { type Signal } from '../signal.js';
import { Breaker } from './breaker.js';
import { InFlight } from './inFlight.js';

export interface HttpServices {
  send: SendTo;
  /** What a service says of its own readiness. */
  ready(service: string): Promise<boolean>;
  /** Whether a service is not asked just now because it failed too often. */
  spared(service: string): boolean;
  close(): Promise<void>;
}

export interface HttpServicesOptions {
  /** Where each service answers GraphQL. */
  urls: ReadonlyMap<string, string>;
  limits: Limits;
  /** Whether equal queries of one viewer that are under way at the same time are sent once. */
  shareInFlight: boolean;
}

const readyTimeoutMs = 1_000;
const connectTimeoutMs = 2_000;
const mostRetries = 2;
const retryAfterMs = 25; // doubled each time, and up to as much again by chance
const breaker = { failures: 20, openMs: 500, now: () => performance.now() };

interface Service {
  pool: Pool;
  path: string;
  breaker: Breaker;
  /** Whether somebody was turned away by the breaker since it last answered. */
  spared: boolean;
}

interface Response {
  status: number;
  text: string;
}

export function httpServices({ urls, limits, shareInFlight }: HttpServicesOptions): HttpServices {
  const services = new Map<string, Service>(
    [...urls].map(([name, url]) => {
      const { origin, pathname, search } = new URL(url);
      const pool = new Pool(origin, {
        connections: 128,
        connect: { timeout: connectTimeoutMs },
        headersTimeout: 0, // one timer for all of it: `post`
        bodyTimeout: 0,
        maxResponseSize: limits.answerBytes,
      });
      return [name, { pool, path: pathname + search, breaker: new Breaker(breaker), spared: false }];
    }),
  );
  const find = (name: string): Service => {
    const service = services.get(name);
    if (!service) throw new Error(`the plan names a service "${name}" that the supergraph does not have`);
    return service;
  };

  /** One request, tried again when it did not get through and asking twice is the same as asking once. */
  const post = async (
    service: Service,
    body: string,
    headers: string[],
    idempotent: boolean,
    gone: Signal,
    onStatus?: (status: number) => void,
  ): Promise<ServiceAnswer> => {
    const until = performance.now() + limits.fetchTimeoutMs;
    for (let tried = 0; ; tried++) {
      service.spared = !service.breaker.admits();
      if (service.spared) throw new ServiceUnavailable('The service has failed too often just now.');
      let outage: Error;
      try {
        const { status, text } = await exchange(service, body, headers, until - performance.now(), gone);
        onStatus?.(status);
        if (status === 401) throw new ServiceRefused('The service does not accept our passport.');
        const answer = graphqlAnswer(text);
        if (answer) {
          service.breaker.succeeded();
          return answer;
        }
        outage = new ServiceUnavailable(`The service answered ${status} without a GraphQL result.`);
        if (status < 502 || status > 504) {
          service.breaker.failed();
          throw outage;
        }
      } catch (error) {
        if (gone.aborted) throw error;
        if (error instanceof ServiceRefused || error instanceof ServiceUnavailable) throw error;
        outage = new ServiceUnavailable(error instanceof Error ? error.message : String(error));
        if (isFinal(error)) {
          service.breaker.failed();
          throw outage;
        }
      }
      service.breaker.failed();
      const pauseMs = retryAfterMs * 2 ** tried * (1 + Math.random());
      const mayRetry = idempotent && tried < mostRetries && performance.now() + pauseMs < until;
      if (!mayRetry || !service.breaker.mayRetry()) throw outage;
      if (tried > 0) await wait(pauseMs); // a kept-alive connection may turn out closed: at once the first time
    }
  };

  const inFlight = new InFlight();

  return {
    send({ service: name, body, idempotent }, passport, { requestId, signal, trace, onStatus }) {
      const service = find(name);
      const headers = [...always, 'x-request-id', requestId];
      if (passport !== undefined) headers.push(passportHeader, passport);
      if (trace) headers.push('traceparent', trace.traceparent);
      if (trace?.tracestate) headers.push('tracestate', trace.tracestate);
      if (!shareInFlight || !idempotent) return post(service, body, headers, idempotent, signal, onStatus);
      // A passport is one viewer's, so what is equal with it is asked by the same person in the same languages. Each
      // gets a copy of its own, since each goes on to complete it.
      const key = `${name}\n${passport ?? ''}\n${body}`;
      return inFlight
        .ask(key, signal, async (gone) => textOf(await post(service, body, headers, idempotent, gone, onStatus)))
        .then((text) => JSON.parse(text) as ServiceAnswer);
    },
    async ready(service) {
      try {
        const { pool } = find(service);
        const { statusCode, body } = await pool.request({
          method: 'GET',
          path: '/readyz',
          signal: AbortSignal.timeout(readyTimeoutMs),
        });
        await body.dump();
        return statusCode < 500; // a service without this health check says 404, and is there
      } catch {
        return false;
      }
    },
    spared: (service) => services.get(service)?.spared ?? false,
    async close() {
      await Promise.all([...services.values()].map(({ pool }) => pool.destroy()));
    },
  };
}

const always = ['content-type', 'application/json', 'accept', 'application/json'];

/** Sends and receives. Rejects with what the network gave, a `TookTooLong`, or because the client went. */
function exchange(
  { pool, path }: Service,
  body: string,
  headers: string[],
  timeoutMs: number,
  gone: Signal,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
    let controller: Dispatcher.DispatchController | undefined;
    let ended = false;
    const end = (): boolean => {
      if (ended) return false;
      ended = true;
      clearTimeout(timer);
      gone.removeEventListener('abort', abandon);
      return true;
    };
    const stop = (error: Error): void => {
      if (!end()) return;
      controller?.abort(error);
      reject(error);
    };
    const abandon = (): void => stop(new Error('nobody waits for the answer any more'));
    const timer = setTimeout(() => stop(new TookTooLong('The service took too long.')), Math.max(0, timeoutMs));
    if (gone.aborted) return abandon();
    gone.addEventListener('abort', abandon);
    pool.dispatch(
      { method: 'POST', path, headers, body },
      {
        onRequestStart(given) {
          controller = given;
          if (ended) given.abort(new Error('nobody waits for the answer any more'));
        },
        onResponseStart(_controller, code) {
          status = code;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          if (!end()) return;
          const [only] = chunks;
          resolve({ status, text: (chunks.length === 1 ? only! : Buffer.concat(chunks)).toString() });
        },
        onResponseError(_controller, error) {
          if (end()) reject(error);
        },
      },
    );
  });
}

class TookTooLong extends Error {
  readonly code = 'TOOK_TOO_LONG';
}

function textOf(answer: ServiceAnswer): string {
  try {
    return JSON.stringify(answer);
  } catch (error) {
    if (error instanceof RangeError) throw new ServiceUnavailable('The answer nests too deep.');
    throw error;
  }
}

function graphqlAnswer(text: string): ServiceAnswer | null {
  try {
    return answerIn(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Asking again would take as long, or bring as much. */
const isFinal = (error: unknown): boolean => ['TOOK_TOO_LONG', 'UND_ERR_RES_EXCEEDED_MAX_SIZE'].includes(codeOf(error));

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};
