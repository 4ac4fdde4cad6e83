/**
 * Streams from services: graphql-transport-ws, one connection per service for all viewers, opened by the first
 * operation and closed after the last.
 *
 * The connection is opened in the gateway's own name; each operation shows its viewer's passport in
 * `extensions.passport`, renewed by a ping whose payload is `{passports: {<operation id>: <passport>}}`. The pong that
 * repeats it says that the service has taken it on, and that nothing decided under the older one follows. Written on
 * `ws` rather than with graphql-ws's client, which has no such ping and silently subscribes anew after a close with
 * 1000: here a lost connection ends its operations, and the reader resumes where they know they were.
 */
import { MessageType, type SubscribeMessage, parseMessage, stringifyMessage } from 'graphql-ws';
import { WebSocket } from 'ws';
import { answerIn } from '../execute/service.js';
import type { Receipts } from '../subscribe/receipts.js';
import type { Stream, StreamListener, StreamRequest, StreamServices } from '../subscribe/subscribe.js';

export interface UpstreamOptions {
  /** Where each service answers GraphQL over HTTP; its WebSocket is at the same address. */
  urls: ReadonlyMap<string, string>;
  /** The gateway's own passport for a service. */
  ownPassport: (service: string) => Promise<string | undefined>;
  maxPayload: number;
  receipts: Receipts;
}

export interface Upstreams extends StreamServices {
  close(): void;
}

const ackTimeoutMs = 5_000;
const pingEveryMs = 12_000;

export function upstreams({ urls, ownPassport, maxPayload, receipts }: UpstreamOptions): Upstreams {
  const open = new Map<string, Connection>();
  return {
    receipts,
    open(request, passport, listener) {
      const { service } = request;
      let connection = open.get(service);
      if (!connection) {
        const url = urls.get(service);
        if (!url) throw new Error(`the plan names a service "${service}" that the supergraph does not have`);
        connection = new Connection(
          url.replace(/^http/, 'ws'),
          maxPayload,
          () => ownPassport(service),
          (gone) => {
            if (open.get(service) === gone) open.delete(service);
          },
        );
        open.set(service, connection);
      }
      return connection.start(request, passport, listener);
    },
    close() {
      for (const connection of open.values()) connection.close();
    },
  };
}

class Connection {
  readonly #socket: WebSocket;
  readonly #listeners = new Map<string, StreamListener>();
  readonly #onGone: (connection: Connection) => void;
  readonly #unsent = new Map<string, SubscribeMessage>(); // until the service has acknowledged the connection
  readonly #renewals = new Map<string, { passport: string; taken: () => void }[]>(); // in the order of their pings
  readonly #ackTimer: NodeJS.Timeout;
  readonly #pingTimer: NodeJS.Timeout;
  #acknowledged = false;
  #answered = true;
  #lastId = 0;
  #failure: Error | null = null;

  constructor(
    url: string,
    maxPayload: number,
    ownPassport: () => Promise<string | undefined>,
    onGone: (connection: Connection) => void,
  ) {
    this.#onGone = onGone;
    this.#socket = new WebSocket(url, 'graphql-transport-ws', {
      maxPayload,
      perMessageDeflate: false,
      handshakeTimeout: ackTimeoutMs,
    });
    this.#ackTimer = setTimeout(
      () => this.#fail(new Error('the service did not acknowledge the connection')),
      ackTimeoutMs,
    );
    this.#pingTimer = setInterval(() => {
      if (!this.#answered) return this.#fail(new Error('the service does not answer pings'));
      if (this.#socket.readyState !== WebSocket.OPEN) return;
      this.#answered = false;
      this.#socket.ping();
    }, pingEveryMs);
    this.#socket.on('open', () => {
      ownPassport().then(
        (passport) => this.#send({ type: MessageType.ConnectionInit, ...(passport && { payload: { passport } }) }),
        (error: Error) => this.#fail(error),
      );
    });
    this.#socket.on('message', (data) => this.#receive(String(data)));
    this.#socket.on('pong', () => (this.#answered = true));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', (code) => this.#fail(new Error(`the service closed the connection with ${code}`)));
  }

  start({ query, variables }: StreamRequest, passport: string | undefined, listener: StreamListener): Stream {
    const id = String(++this.#lastId);
    this.#listeners.set(id, listener);
    const subscribe: SubscribeMessage = {
      id,
      type: MessageType.Subscribe,
      payload: { query, variables, ...(passport !== undefined && { extensions: { passport } }) },
    };
    if (this.#acknowledged) this.#send(subscribe);
    else this.#unsent.set(id, subscribe);
    return {
      renew: (renewed, taken) => {
        if (!this.#listeners.has(id)) return;
        if (this.#unsent.has(id)) {
          this.#unsent.set(id, { ...subscribe, payload: { query, variables, extensions: { passport: renewed } } });
          return taken();
        }
        this.#renewals.set(id, [...(this.#renewals.get(id) ?? []), { passport: renewed, taken }]);
        this.#send({ type: MessageType.Ping, payload: { passports: { [id]: renewed } } });
      },
      stop: () => {
        if (!this.#listeners.delete(id)) return;
        this.#renewals.delete(id);
        if (!this.#unsent.delete(id)) this.#send({ id, type: MessageType.Complete });
        this.#closeIfIdle();
      },
    };
  }

  close(): void {
    this.#fail(new Error('the gateway is closing'));
  }

  #send(message: Parameters<typeof stringifyMessage>[0]): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(stringifyMessage(message));
  }

  #receive(data: string): void {
    let message: ReturnType<typeof parseMessage>;
    try {
      message = parseMessage(data);
    } catch (error) {
      return this.#fail(error as Error);
    }
    switch (message.type) {
      case MessageType.ConnectionAck:
        this.#acknowledged = true;
        clearTimeout(this.#ackTimer);
        for (const unsent of this.#unsent.values()) this.#send(unsent);
        this.#unsent.clear();
        return;
      case MessageType.Next:
        return this.#listeners.get(message.id)?.event(answerIn(message.payload) ?? {}, data.length);
      case MessageType.Error:
      case MessageType.Complete: {
        const listener = this.#listeners.get(message.id);
        this.#listeners.delete(message.id);
        this.#renewals.delete(message.id);
        if (message.type === MessageType.Complete) listener?.completed();
        else listener?.failed(message.payload);
        return this.#closeIfIdle();
      }
      case MessageType.Ping:
        return this.#send({ type: MessageType.Pong, ...(message.payload && { payload: message.payload }) });
      case MessageType.Pong:
        return this.#taken(message.payload?.['passports']);
      default:
        return;
    }
  }

  /** Those shown before the one that was taken on have been, too. */
  #taken(passports: unknown): void {
    if (typeof passports !== 'object' || passports === null) return;
    for (const [id, passport] of Object.entries(passports)) {
      const renewals = this.#renewals.get(id) ?? [];
      const index = renewals.findIndex((renewal) => renewal.passport === passport);
      for (const { taken } of renewals.splice(0, index + 1)) taken();
      if (renewals.length === 0) this.#renewals.delete(id);
    }
  }

  #closeIfIdle(): void {
    if (this.#listeners.size === 0) this.#end(() => this.#socket.close(1000));
  }

  #fail(error: Error): void {
    if (this.#failure) return;
    this.#end(() => this.#socket.terminate());
    this.#failure = error;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.lost(error);
  }

  /** Nobody starts an operation on it from now on. */
  #end(closeSocket: () => void): void {
    this.#onGone(this);
    clearTimeout(this.#ackTimer);
    clearInterval(this.#pingTimer);
    closeSocket();
  }
}
