/**
 * graphql-transport-ws: turns frames into calls of the core and results into frames. The protocol is graphql-ws's;
 * this file is its socket, so that what waits for a slow reader is bounded and faults go to the log.
 *
 * What it closes with, and what a client does then, stands in gateway/README.md. A token is renewed inside the
 * protocol, by a ping whose payload is `{authorization}`: `connection_init` can be sent once, and a pong answers it.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { CloseCode, MessageType, handleProtocols, makeServer, stringifyMessage } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { type Answer, type Call, type Core, type Request, internalError } from '../core.js';
import type { Asker, Credentials, Identity } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import type { Part } from '../parts.js';
import { InvalidDocument } from '../plan/check.js';
import { Departure } from '../signal.js';
import { StreamEnded } from '../subscribe/subscribe.js';
import { lazyData } from './lazyData.js';

export const closeCodes = { signInAgain: 4403, tooSlow: 4413, tryAgainLater: 1013, goingAway: 1001 } as const;

export interface WsOptions {
  server: Server;
  path: string;
  core: Core;
  /** What clients see just now. */
  schema: () => GraphQLSchema;
  identity: Identity;
  limits: Limits;
  log: Log;
}

const initTimeoutMs = 5_000;
const pingEveryMs = 12_000;
const tellingMs = 50;
const closingMs = 3_000; // what a peer gets to read our close frame before the connection is cut

interface Extra {
  socket: WebSocket;
  request: IncomingMessage;
  asker?: Asker;
  /** Something could not be written: nothing after it was, either. */
  broken?: boolean;
  /** Ends what watches the asker. */
  unwatch?: () => void;
  /** Ends operations that are not streams, by id. */
  running: Map<string, Departure>;
}

/** Answers WebSockets on an HTTP server until closed. */
export function listenForSockets({ server, path, core, schema, identity, limits, log }: WsOptions) {
  const sockets = new WebSocketServer({
    server,
    path,
    maxPayload: limits.bodyBytes,
    perMessageDeflate: false,
    handleProtocols,
  });
  const protocol = makeServer<Record<string, unknown>, Extra>({
    connectionInitWaitTimeout: initTimeoutMs,
    async onConnect({ connectionParams, extra }) {
      try {
        const asker = await identity.ask(credentialsIn(connectionParams, extra.request));
        extra.asker = asker;
        extra.unwatch = asker.watch({
          changed: () => undefined, // each operation looks for itself
          ended({ code }) {
            if (code === 'UNAUTHENTICATED') closeAfterErrors(extra.socket, closeCodes.signInAgain, 'Sign in again');
            else closeAfterErrors(extra.socket, closeCodes.tryAgainLater, 'Try again later');
          },
        });
        if (extra.socket.readyState !== extra.socket.OPEN) extra.unwatch(); // gone meanwhile
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        if (error.code === 'UNAUTHENTICATED') return false; // closes 4403
        log.error('a socket could not be opened', { error });
        throw new Refusal(closeCodes.tryAgainLater, 'Try again later');
      }
      return true;
    },
    async onSubscribe({ extra, subscriptions }, id, { query, operationName, variables }) {
      if (Object.keys(subscriptions).length > limits.operationsPerSocket)
        return show([
          new HubError('RATE_LIMITED', `At most ${limits.operationsPerSocket} operations run on one socket.`).toJSON(),
        ]);
      try {
        const { document } = await core.find({ query, operationName });
        const departure = new Departure();
        const call = {
          requestId: randomUUID(),
          signal: departure,
          asker: await extra.asker!.renewed(),
          inParts: true,
        };
        extra.running.set(id, departure);
        return {
          schema: schema(),
          document,
          operationName,
          contextValue: { request: { query, operationName, variables }, call, extra },
        };
      } catch (error) {
        return show(faults(error));
      }
    },
    execute: (args) => single(core, args as Args),
    subscribe: (args) => stream(core, args as Args),
    // What onSubscribe returned is fit to be sent; what an iterator threw comes wrapped.
    onError: (_context, _id, _payload, errors) =>
      errors.flatMap((error) => (error instanceof Shown ? error.formatted : faults(error.originalError ?? error))),
    onComplete({ extra }, id) {
      extra.running.get(id)?.abort();
      extra.running.delete(id);
    },
  });
  const show = (errors: readonly GraphQLFormattedError[]) => errors.map((error) => new Shown(error));
  const faults = (error: unknown): readonly GraphQLFormattedError[] => {
    if (error instanceof InvalidDocument || error instanceof StreamEnded) return error.errors;
    if (error instanceof HubError || (error instanceof GraphQLError && !error.originalError)) return [error.toJSON()];
    const requestId = randomUUID();
    log.error('an operation on a socket failed', { requestId, error });
    return [internalError(requestId)];
  };

  /** Answers a ping; with one that brings a token, all that runs on the socket goes on with that. */
  const pong = async ({ socket, asker }: Extra, payload: Readonly<Record<string, unknown>> | undefined) => {
    const send = (answer: object | undefined) => socket.send(stringifyMessage({ type: MessageType.Pong, ...answer }));
    const authorization = authorizationIn(payload);
    if (!asker || authorization === undefined) return send(payload && { payload });
    try {
      send({ payload: { expiresAt: await asker.prolong(authorization) } });
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      const { code, message } = error;
      if (code === 'FORBIDDEN') return closeSoon(socket, closeCodes.signInAgain, 'The token is somebody else’s');
      if (code !== 'UNAUTHENTICATED') log.error('a token could not be renewed', { error });
      send({ payload: { error: { message, extensions: { code } } } });
    }
  };

  sockets.on('connection', (socket, request) => {
    const extra: Extra = { socket, request, running: new Map() };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (data) =>
          new Promise((resolve) => {
            const slow = socket.bufferedAmount > limits.queuedBytes;
            if (slow) closeSoon(socket, closeCodes.tooSlow, 'Too slow');
            if (socket.readyState !== socket.OPEN) {
              extra.broken = true;
              return resolve();
            }
            socket.send(data, (error) => {
              extra.broken ||= Boolean(error); // which is followed by 'close'
              resolve();
            });
          }),
        close: (code, reason) => closeSoon(socket, code ?? 1000, reason ?? ''),
        onPing: (payload) => pong(extra, payload),
        onMessage: (receive) =>
          socket.on('message', (data) => {
            receive(String(data)).catch((error: unknown) => {
              if (error instanceof Refusal) return closeSoon(socket, error.closeCode, error.message);
              log.error('a socket failed', { error });
              closeSoon(socket, CloseCode.InternalServerError, 'Internal server error');
            });
          }),
      },
      extra,
    );
    let answered = true;
    const heartbeat = setInterval(() => {
      if (!answered) return socket.terminate();
      answered = false;
      socket.ping();
    }, pingEveryMs);
    socket.on('pong', () => (answered = true));
    socket.on('error', (error) => log.info('a socket broke', { reason: error.message })); // the peer's fault; closes
    socket.on('close', (code, reason) => {
      clearInterval(heartbeat);
      extra.unwatch?.();
      for (const departure of extra.running.values()) departure.abort();
      closed(code, String(reason)).catch((error: unknown) => log.error('a socket did not close well', { error }));
    });
  });

  return {
    /** Tells everybody to come back elsewhere, and waits until they are gone. */
    async close() {
      for (const socket of sockets.clients) closeSoon(socket, closeCodes.goingAway, 'Going away');
      await new Promise<void>((resolve) => sockets.close(() => resolve()));
    },
  };
}

type Args = ExecutionArgs & { contextValue: { request: Request; call: Call; extra: Extra } };

/** An error in the form in which it is sent. */
class Shown extends GraphQLError {
  readonly formatted: GraphQLFormattedError;
  constructor(formatted: GraphQLFormattedError) {
    super(formatted.message);
    this.formatted = formatted;
  }
  override toJSON(): GraphQLFormattedError {
    return this.formatted;
  }
}

/** What the protocol's server puts into a frame. */
const resultOf = ({ data = 'null', errors, rest }: Answer): ExecutionResult => ({
  data: lazyData(data),
  ...(errors && { errors: errors.map((error) => new Shown(error)) }),
  ...(rest && { hasNext: true }),
});

/** The same of a part that follows; it has the form of HTTP's. */
const partOf = ({ incremental, hasNext }: Part): ExecutionResult =>
  ({ incremental: incremental.map((one) => ({ ...one, data: lazyData(one.data) })), hasNext }) as ExecutionResult;

/** A query or mutation as a stream of its parts, mostly one, so that the protocol's `complete` reaches it while it runs. */
function single(core: Core, args: Args): AsyncIterableIterator<ExecutionResult> {
  const { request, call, extra } = args.contextValue;
  let done = false;
  let rest: Answer['rest'];
  return {
    async next() {
      try {
        if (rest) {
          const part = await rest.parts.next();
          return part.done ? { done: true, value: undefined } : { done: false, value: partOf(part.value) };
        }
        if (done) return { done, value: undefined };
        done = true;
        const answer = await core.run(request, call);
        if (answer.data === undefined) throw new InvalidDocument(answer.errors ?? []);
        ({ rest } = answer);
        return { done: false, value: resultOf(answer) };
      } catch (error) {
        if (call.signal.aborted) return { done: true, value: undefined };
        throw error;
      }
    },
    async return() {
      for (const departure of extra.running.values()) if (departure === call.signal) departure.abort();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function stream(core: Core, args: Args): AsyncIterableIterator<ExecutionResult> {
  const { request, call, extra } = args.contextValue;
  const opening = core.subscribe(request, call, () => closeSoon(extra.socket, closeCodes.tooSlow, 'Too slow'));
  opening.catch(() => undefined); // told to whoever reads
  let delivered: (() => void) | undefined; // of the answer handed out last
  return {
    async next() {
      // The protocol asks for the next one when it has written the last.
      if (!extra.broken) delivered?.();
      delivered = undefined;
      const { done, value } = await (await opening).next();
      if (done) return { done, value: undefined };
      delivered = value.delivered;
      return { done: false, value: resultOf(value) };
    },
    async return() {
      const answers = await opening.catch(() => null);
      await answers?.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Closes before the protocol acknowledges. */
class Refusal extends Error {
  readonly closeCode: number;
  constructor(closeCode: number, reason: string) {
    super(reason);
    this.closeCode = closeCode;
  }
}

function closeSoon(socket: WebSocket, code: number, reason: string): void {
  if (socket.readyState !== socket.OPEN) return;
  socket.close(code, reason);
  const cut = setTimeout(() => socket.terminate(), closingMs);
  socket.once('close', () => clearTimeout(cut));
}

/** Streams that end at the same moment tell why first. */
function closeAfterErrors(socket: WebSocket, code: number, reason: string): void {
  setTimeout(() => closeSoon(socket, code, reason), tellingMs);
}

/** The token may come with or without its scheme: browsers cannot set headers on a WebSocket, people paste tokens. */
function authorizationIn(parameters: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const token = parameters?.['authorization'] ?? parameters?.['Authorization'];
  if (token === undefined || token === null) return undefined;
  return typeof token === 'string' && !/\s/.test(token.trim()) ? `Bearer ${token.trim()}` : String(token);
}

function credentialsIn(
  parameters: Readonly<Record<string, unknown>> | undefined,
  request: IncomingMessage,
): Credentials {
  const language = parameters?.['acceptLanguage'];
  return {
    authorization: authorizationIn(parameters),
    acceptLanguage: typeof language === 'string' ? language : request.headers['accept-language'],
  };
}
