/** One connection with one subscription on it, from the handshake to its ending. It never connects again by itself. */
import { createClient } from 'graphql-ws';
import type { Ending } from './ending.js';
import type { SentError } from './failure.js';

/** What comes for each event. */
export interface Answer {
  data?: Readonly<Record<string, unknown>> | null | undefined;
  errors?: readonly SentError[] | undefined;
}

/** What we need of a WebSocket, a browser's or that of npm `ws`. */
export interface Socket {
  close(code?: number, reason?: string): void;
  /** Only `ws` can do without a closing handshake. */
  terminate?: () => void;
  addEventListener(type: 'error', listener: () => void): void;
}
export type SocketClass = new (url: string, protocols?: string | string[]) => Socket;

export interface ConnectionOptions {
  url: string;
  webSocket: SocketClass;
  connectionParams: Record<string, unknown>;
  query: string;
  operationName?: string | undefined;
  variables: Record<string, unknown>;
  /** Ended when nothing is heard for so long, though the hub is asked for a sign of life meanwhile. */
  silenceMs: number;
  /** Takes an answer; what it returns ends the connection. */
  onAnswer(answer: Answer): Ending | undefined;
}

export interface Connection {
  ended: Promise<Ending>;
  close(): void;
}

/** Signs of life asked for within `silenceMs`, and how often is looked whether anything came. */
const pings = 3;
const looks = 6;

export function connect(options: ConnectionOptions): Connection {
  const { url, webSocket, connectionParams, query, operationName, variables, silenceMs, onAnswer } = options;
  let end: (ending: Ending) => void;
  const ended = new Promise<Ending>((resolve) => (end = resolve));
  let over = false;
  let opened = false;
  let quietLooks = 0;
  let socket: Socket | undefined;

  const client = createClient({
    url,
    webSocketImpl: class extends webSocket {
      constructor(address: string, protocols?: string | string[]) {
        super(address, protocols);
        socket = this; // eslint-disable-line typescript/no-this-alias -- it is ours to end, also before it is open
        this.addEventListener('error', () => undefined); // a close event follows, and is what we go by
      }
    },
    connectionParams,
    retryAttempts: 0,
    keepAlive: silenceMs / pings,
    on: {
      opened: () => (opened = true),
      message: () => (quietLooks = 0),
      // Before the library hears of it: it would subscribe again after 1000, with the cursor this one began with.
      closed: (event) => {
        const { code, reason } = event as { code: number; reason: string };
        finish({ kind: 'closed', code, reason });
      },
    },
  });
  const finish = (ending: Ending): void => {
    if (over) return;
    over = true;
    clearInterval(watchdog);
    unsubscribe();
    // Whoever is silent, or not there yet, does not answer a closing handshake either.
    if (ending.kind === 'silent' || !opened) cut();
    end(ending);
  };
  const cut = (): void => (socket?.terminate ? socket.terminate() : socket?.close());
  // Looks are counted, not time: a program that was busy for a minute has not listened, so it was no silence.
  const watchdog = setInterval(() => {
    if (++quietLooks >= looks) finish({ kind: 'silent' });
  }, silenceMs / looks);
  const unsubscribe = client.subscribe<Record<string, unknown>>(
    { query, variables, ...(operationName !== undefined && { operationName }) },
    {
      next(answer) {
        if (over) return;
        const ending = onAnswer(answer as Answer);
        if (ending) finish(ending);
      },
      error(error) {
        // Anything else is a connection that broke, of which `closed` tells.
        if (Array.isArray(error)) finish({ kind: 'errors', errors: error as SentError[] });
      },
      complete: () => finish({ kind: 'completed' }),
    },
  );
  return { ended, close: () => finish({ kind: 'closed', code: 1000, reason: 'Closed here' }) };
}
