/** Reaches services over HTTP: one pool of kept-alive connections per service. */
import { setMaxListeners } from 'node:events';
import { passportHeader } from '@hub/kit/passport';
import { Pool } from 'undici';
import type { SendTo } from '../core.js';
import { type ServiceAnswer, type ServiceRequest, ServiceRefused, ServiceUnavailable } from '../execute/service.js';
import type { Limits } from '../limits/limits.js';

export interface HttpServices {
  send: SendTo;
  /** What a service says of its own readiness. */
  ready(service: string): Promise<boolean>;
  close(): Promise<void>;
}

const readyTimeoutMs = 1_000;
const connectTimeoutMs = 2_000;

/** `urls`: where each service answers GraphQL. */
export function httpServices(urls: ReadonlyMap<string, string>, limits: Limits): HttpServices {
  const services = new Map(
    [...urls].map(([name, url]) => {
      const { origin, pathname, search } = new URL(url);
      const pool = new Pool(origin, {
        connections: 128,
        connect: { timeout: connectTimeoutMs },
        headersTimeout: limits.fetchTimeoutMs,
        bodyTimeout: limits.fetchTimeoutMs,
        maxResponseSize: limits.answerBytes,
      });
      return [name, { pool, path: pathname + search }];
    }),
  );
  const find = (name: string) => {
    const service = services.get(name);
    if (!service) throw new Error(`the plan names a service "${name}" that the supergraph does not have`);
    return service;
  };

  const post = async (
    { service, query, operationName, variables }: ServiceRequest,
    headers: Record<string, string>,
    signal: AbortSignal,
  ): Promise<ServiceAnswer> => {
    const { pool, path } = find(service);
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify({ query, variables, ...(operationName && { operationName }) }),
      signal,
    });
    const text = await body.text();
    if (statusCode === 401) throw new ServiceRefused('The service does not accept our passport.');
    const answer = graphqlAnswer(text);
    if (!answer) throw new ServiceUnavailable(`The service answered ${statusCode} without a GraphQL result.`);
    return answer;
  };

  return {
    async send(request, passport, { requestId, signal: gone }) {
      const headers = { 'x-request-id': requestId, ...(passport !== undefined && { [passportHeader]: passport }) };
      const controller = new AbortController();
      const abort = () => controller.abort();
      const timer = setTimeout(abort, limits.fetchTimeoutMs);
      gone.addEventListener('abort', abort);
      if (gone.aborted) abort();
      setMaxListeners(0, gone); // one request may make many fetches
      try {
        return await post(request, headers, controller.signal).catch((error: unknown) => {
          // A kept-alive connection may turn out closed: nothing was answered, and asking twice changes nothing.
          if (!isBrokenConnection(error) || /^\s*mutation\b/.test(request.query)) throw error;
          return post(request, headers, controller.signal);
        });
      } catch (error) {
        if (!isOutage(error)) throw error;
        throw new ServiceUnavailable(controller.signal.aborted ? 'The service took too long.' : error.message);
      } finally {
        clearTimeout(timer);
        gone.removeEventListener('abort', abort);
      }
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
    async close() {
      await Promise.all([...services.values()].map(({ pool }) => pool.destroy()));
    },
  };
}

function graphqlAnswer(text: string): ServiceAnswer | null {
  try {
    const { data, errors } = (JSON.parse(text) ?? {}) as Record<string, unknown>;
    const validData = data === undefined || (typeof data === 'object' && !Array.isArray(data));
    const validErrors =
      errors === undefined || (Array.isArray(errors) && errors.every((e) => e && typeof e === 'object'));
    if (!validData || !validErrors || (data === undefined && errors === undefined)) return null;
    return { data, errors } as ServiceAnswer;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const isBrokenConnection = (error: unknown): boolean =>
  ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));

/** What undici and the network throw; anything else is a bug of ours. By code and name: they may be of another realm. */
const isOutage = (error: unknown): error is Error =>
  (error as Error | null)?.name === 'AbortError' || /^(?!ERR_INVALID)./.test(codeOf(error));

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};
