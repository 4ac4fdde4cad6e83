/**
 * Answers requests for GraphQL. What can be refused by its head is refused before anything is read, what cannot be
 * answered in a form the client takes before anything is run. A framework's part in a request would cost more than
 * ours, so this is Node's own interface.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Log } from '@hub/kit/log';
import type { Identity } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import { firstTextOf } from '../parts.js';
import { Departure } from '../signal.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import type { Answering, HttpAnswer } from './answering.js';
import { compressed, worthCompressing } from './compression.js';
import { askedInAddress, askedInBody, refuseForgery, refuseOtherBody } from './graphql-over-http.js';
import { IncomingBody, tooLarge } from './incomingBody.js';
import { type Form, defaultForm, encodingFor, formFor, partsType } from './negotiate.js';
import { writeParts } from './partsBody.js';
import { BadRequest, refusal } from './refusals.js';
import { traceIn } from './traceContext.js';

export interface DoorOptions {
  answering: Answering;
  identity: Identity;
  limits: Limits;
  log: Log;
  telemetry?: Telemetry | undefined;
  /** Where it is, for who watches. */
  route: string;
  /** Whether the gateway is about to stop, so that connections are not kept. */
  stopping: () => boolean;
}

/** One request on its way to its answer. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  form: Form;
}

export function graphqlDoor(options: DoorOptions): RequestListener {
  const { answering, identity, limits, log, telemetry, route, stopping } = options;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { headers, method = '' } = request;
    const trace = traceIn(headers);
    const watch = telemetry?.begin('http', trace, { method, route });
    const departure = new Departure();
    response.on('close', () => {
      const gone = !response.writableFinished;
      watch?.end(gone ? 'gone' : response.statusCode);
      if (gone) departure.abort();
    });
    const form = formFor(headers.accept);
    const exchange = { request, response, requestId: requestIdIn(headers), form: form ?? defaultForm };
    try {
      if (!form) throw new BadRequest('An answer can be application/graphql-response+json or application/json.', 406);
      const safe = refuseByHead(request, limits);
      const body = safe ? null : new IncomingBody(request, limits.bodyBytes);
      const asker = await identity.ask({
        authorization: headers.authorization,
        acceptLanguage: headers['accept-language'],
      });
      const asked = body ? askedInBody(await body.text()) : askedInAddress(searchIn(request));
      const inParts = form.parts !== 'no';
      const call = { asker, requestId: exchange.requestId, signal: departure, trace, watch, inParts };
      await send(exchange, await answering.answer(asked, call, { request, form, safe }));
    } catch (error) {
      if (!departure.aborted) await refuse(exchange, error);
    }
  };

  const refuse = async (exchange: Exchange, error: unknown): Promise<void> => {
    const { requestId, form } = exchange;
    const { status, errors, headers } = refusal(error, requestId, form);
    if (status === 500) log.error('a request failed', { requestId, error });
    else await answering.refused(error as Error);
    if (status === 503) log.error('a request could not be answered', { requestId, error });
    const text = JSON.stringify({ errors });
    if (status === 413) sendUnread(exchange, text);
    else await send(exchange, { status, text, headers });
  };

  const send = async (exchange: Exchange, answer: HttpAnswer): Promise<void> => {
    const { request, response, requestId, form } = exchange;
    const { status, text, headers, rest } = answer;
    if (rest || (form.parts === 'only' && status === 200)) return sendParts(exchange, answer);
    const head = headOf(requestId, form.contentType, headers);
    if (stopping()) response.shouldKeepAlive = false;
    const encoding = text.length < worthCompressing ? null : encodingFor(request.headers['accept-encoding']);
    if (!encoding) {
      head.push('content-length', String(Buffer.byteLength(text)));
      response.writeHead(status, head).end(text);
      return;
    }
    const bytes = await compressed(text, encoding);
    head.push('content-encoding', encoding, 'content-length', String(bytes.length));
    response.writeHead(status, head).end(bytes);
  };

  const sendParts = async ({ request, response, requestId }: Exchange, answer: HttpAnswer): Promise<void> => {
    const { status, text, headers, rest } = answer;
    if (stopping()) response.shouldKeepAlive = false;
    const encoding = encodingFor(request.headers['accept-encoding']);
    const head = headOf(requestId, partsType, withoutType(headers));
    if (encoding) head.push('content-encoding', encoding);
    response.writeHead(status, head);
    await writeParts(response, encoding, firstTextOf(text, rest !== undefined), rest);
  };

  return (request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.error('a request could not be refused', { error });
      response.destroy();
    });
  };
}

/** Throws `BadRequest` for what need not be read further. Whether it may only read is what is left to know. */
export function refuseByHead({ method, headers }: IncomingMessage, { bodyBytes }: Limits): boolean {
  const safe = method === 'GET' || method === 'HEAD';
  if (safe) refuseForgery(headers);
  else if (method === 'POST') refuseOtherBody(headers);
  else throw new BadRequest(`${method} asks nothing here.`, 405, ['allow', 'GET, HEAD, POST']);
  if (Number(headers['content-length']) > bodyBytes) throw tooLarge(bodyBytes);
  return safe;
}

/** An answer depends on all of these. */
const vary = 'Accept, Accept-Encoding, Accept-Language, Authorization';

/** Of what plugins want to say in a head, not ours to let them. */
const framing: ReadonlySet<string> = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'x-request-id',
]);

function headOf(requestId: string, contentType: string, headers: readonly string[]): string[] {
  if (headers.length === 0) return ['content-type', contentType, 'x-request-id', requestId, 'vary', vary];
  let type = contentType;
  let varies = vary;
  const others: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    if (name === 'content-type') type = value;
    else if (name === 'vary') varies += `, ${value}`;
    else if (!framing.has(name)) others.push(name, value);
  }
  return ['content-type', type, 'x-request-id', requestId, 'vary', varies, ...others];
}

/** Parts have a type of their own. */
const withoutType = (headers: readonly string[]): string[] =>
  headers.filter((_, i) => headers[i - (i % 2)] !== 'content-type');

const lingerMs = 1_000;

/**
 * Answers that a body is too large while it is still coming. To close at once would break the connection under a
 * client that writes, and it would never read why: so what comes is thrown away for a while.
 */
export function sendUnread({ request, response, requestId, form }: Exchange, text: string): void {
  response.shouldKeepAlive = false;
  response.writeHead(413, [
    ...headOf(requestId, form.contentType, []),
    'content-length',
    String(Buffer.byteLength(text)),
  ]);
  response.write(text);
  const close = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(close, lingerMs);
  if (request.complete) return close();
  request.on('end', close);
  request.on('error', close);
  request.resume();
}

export function searchIn({ url = '' }: IncomingMessage): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}

/** The client's own id of its request, if it is one that can stand in a log, or a new one. */
export function requestIdIn(headers: IncomingHttpHeaders): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
}
