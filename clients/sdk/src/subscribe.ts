/**
 * The subscriber: every event of a subscription, in order, once per process, over breaks, restarts of the hub and new
 * tokens. It knows the hub's public schema (events with a `cursor` and a `type`) and an address.
 *
 *   for await (const event of subscribe({ url, query, authorization: () => token })) …
 *
 * A cursor is the place of an event. What was received last is where the next connection goes on; what was dealt with
 * last is what `store` keeps, and where the next process goes on. An event is dealt with when the next is asked for.
 */
import { type BackOff, backOff as defaultBackOff, pause, waitMs } from './backOff.js';
import { type Answer, type Connection, type SocketClass, connect } from './connection.js';
import { resumable } from './document.js';
import { type Ending, failureOf, nextAfter, pass, reasonOf } from './ending.js';
import { type SentError, SubscriptionFailure } from './failure.js';

/** An event as every subscription of the hub has it; the rest is what the document asks for. */
export interface HubEvent {
  cursor: string;
  type: string;
}

/** Events that tell of the stream and of no practice. */
export type Notice = 'CAUGHT_UP' | 'HEARTBEAT';

/** Keeps the cursor for the next process. */
export interface Store<E> {
  /** The cursor saved last; null when there is none yet. */
  load(): string | null | Promise<string | null>;
  /**
   * Called once an event is dealt with, before the next one is handed out. Who does their work in here, in one
   * transaction with the cursor, has each event's work done once, whatever is killed when. Who does it in the loop and
   * saves the cursor here has it done at least once. A notice has no work, and moves the cursor, too.
   */
  save(cursor: string, event: E): void | Promise<void>;
}

/** What came between, for a log. */
export interface Interruption {
  message: string;
  /** When the next connection is made. */
  inMs: number;
  ending: Ending;
}

export interface SubscribeOptions<E> {
  /** Where the hub answers GraphQL: wss://…/graphql (https:// will do). */
  url: string;
  /** A subscription that takes `$after: Cursor` and asks for `cursor` and `type` of each event. */
  query: string;
  operationName?: string | undefined;
  /** Its variables. The one for the cursor is where to begin when the store has none; without: from now on. */
  variables?: Record<string, unknown> | undefined;
  /**
   * The access token, asked for at each connection. `refused` says that the hub did not take the last one (any more),
   * so that one you kept won't do. When it throws it is asked again later. Without this you are anonymous.
   */
  authorization?: ((refused: boolean) => string | Promise<string>) | undefined;
  /** Languages you read, as in the header Accept-Language. */
  acceptLanguage?: string | undefined;
  store?: Store<E> | undefined;
  /** Ends the subscription when aborted. */
  signal?: AbortSignal | undefined;
  /** The notices handed out; the others move the cursor unseen. CAUGHT_UP alone when left out. */
  notices?: readonly Notice[] | undefined;
  /** Events that may wait here for a slow consumer. Past it the connection is closed until they are dealt with. */
  maxWaiting?: number | undefined;
  /** How long nothing may be heard of the hub before it is taken for lost. */
  silenceMs?: number | undefined;
  backOff?: Partial<BackOff> | undefined;
  /** WebSocket's class where there is no global one: that of npm `ws`, on Node before 22. */
  webSocket?: unknown;
  /**
   * An event came with errors, so that something of it is missing: whether to deliver it so, or to ask for it again.
   * When left out it is asked for again, later, if a service was away, and otherwise the subscription is REFUSED.
   */
  onIncomplete?: ((event: E, errors: readonly SentError[]) => 'deliver' | 'again') | undefined;
  onInterruption?: ((interruption: Interruption) => void) | undefined;
}

/**
 * Begins at the first `next()`. Throws `SubscriptionFailure` at once for a subscription that cannot be resumed, and
 * from `next()` when it is of no use to go on; what `store` throws comes from `next()`, too, and ends it.
 */
export function subscribe<E extends HubEvent = HubEvent & Record<string, unknown>>(
  options: SubscribeOptions<E>,
): AsyncIterableIterator<E> {
  return new Subscriber(options);
}

/** A repeated event is known by its cursor: of so many, the last. More than a hub repeats at any resumption. */
const remembered = 10_000;
const lastingMs = 30_000; // a connection that held so long was a good one, though nothing happened

class Subscriber<E extends HubEvent> implements AsyncIterableIterator<E> {
  readonly #options: SubscribeOptions<E>;
  readonly #field: string;
  readonly #after: string;
  readonly #url: string;
  readonly #webSocket: SocketClass;
  readonly #shown: ReadonlySet<string>;
  readonly #maxWaiting: number;
  readonly #closed = new AbortController();
  readonly #known = new Set<string>();
  readonly #waiting: E[] = [];
  /** Handed out, and not yet known to be dealt with. */
  #taken: E | null = null;
  #saved: string | null = null;
  /** Of what was received last. */
  #cursor: string | null = null;
  /** What it ends with when what waits has been handed out. */
  #failure: { error: unknown } | null = null;
  #begun = false;
  #connection: Connection | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;
  #emptied: () => void = () => undefined;

  constructor(options: SubscribeOptions<E>) {
    const { field, after } = resumable(options.query, options.operationName);
    this.#options = options;
    this.#field = field;
    this.#after = after;
    this.#url = webSocketUrl(options.url);
    this.#webSocket = socketClass(options.webSocket);
    this.#shown = new Set<string>(options.notices ?? ['CAUGHT_UP']);
    this.#maxWaiting = options.maxWaiting ?? 1_000;
    const { signal } = options;
    if (signal?.aborted) this.#close();
    else signal?.addEventListener('abort', this.#close);
  }

  next(): Promise<IteratorResult<E, undefined>> {
    const next = this.#last.then(() => this.#next());
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Ends it at once, also while `next` waits. What was handed out last is not saved: nobody said it was dealt with. */
  return(): Promise<IteratorResult<E, undefined>> {
    this.#close();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async #next(): Promise<IteratorResult<E, undefined>> {
    try {
      for (;;) {
        if (this.#taken) {
          await this.#save(this.#taken);
          this.#taken = null;
        }
        if (this.#closed.signal.aborted) return { done: true, value: undefined };
        const event = this.#waiting.shift();
        if (event) {
          this.#taken = event;
          if (isNotice(event) && !this.#shown.has(event.type)) continue;
          return { done: false, value: event };
        }
        if (this.#failure) throw this.#failure.error;
        this.#emptied();
        this.#begin();
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } catch (error) {
      this.#taken = null;
      this.#close();
      throw error;
    }
  }

  #begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#run().catch((error: unknown) => {
      this.#failure = { error };
      this.#wake();
    });
  }

  async #save(event: E): Promise<void> {
    if (isNotice(event) && event.cursor === this.#saved) return;
    await this.#options.store?.save(event.cursor, event);
    this.#saved = event.cursor;
  }

  /** Connects, and connects again, until there is no use in it. */
  async #run(): Promise<void> {
    const { store, variables, authorization, onInterruption } = this.#options;
    const { signal } = this.#closed;
    const given = variables?.[this.#after] as string | null | undefined;
    this.#cursor = this.#saved = (await store?.load()) ?? null;
    this.#cursor ??= given ?? null;
    let failures = 0;
    let refusals = 0;
    while (!signal.aborted) {
      const from = this.#cursor;
      const since = performance.now();
      let heard = false;
      const ending = await this.#connect(refusals > 0, () => (heard = true));
      if (signal.aborted) return;
      const next = nextAfter(ending);
      const isGood = this.#cursor !== from || performance.now() - since > lastingMs;
      failures = isGood ? 1 : failures + 1;
      if (heard) refusals = 0;
      if (next === 'signIn') refusals++;
      if (next === 'never' || refusals > (authorization ? 1 : 0)) throw failureOf(ending);
      const inMs = waitMs(next !== 'later', failures, { ...defaultBackOff, ...this.#options.backOff });
      onInterruption?.({ message: reasonOf(ending), inMs, ending });
      if (ending.kind === 'full') await this.#room();
      await pause(inMs, signal);
    }
  }

  async #connect(refused: boolean, onHeard: () => void): Promise<Ending> {
    const { authorization, acceptLanguage, query, operationName, variables, silenceMs = 30_000 } = this.#options;
    let token: string | undefined;
    try {
      token = await authorization?.(refused);
    } catch (error) {
      return { kind: 'unsigned', error };
    }
    if (this.#closed.signal.aborted) return { kind: 'completed' };
    this.#connection = connect({
      url: this.#url,
      webSocket: this.#webSocket,
      connectionParams: {
        ...(token !== undefined && { authorization: token }),
        ...(acceptLanguage !== undefined && { acceptLanguage }),
      },
      query,
      operationName,
      variables: { ...variables, [this.#after]: this.#cursor },
      silenceMs,
      onAnswer: (answer) => {
        onHeard();
        return this.#receive(answer);
      },
    });
    return this.#connection.ended;
  }

  #receive({ data, errors }: Answer): Ending | undefined {
    const event = data?.[this.#field] as E | null | undefined;
    if (errors) {
      const wanted = event && this.#options.onIncomplete?.(event, errors);
      if (wanted !== 'deliver') return { kind: wanted || pass(errors) ? 'incomplete' : 'errors', errors };
    }
    if (typeof event?.cursor !== 'string')
      return { kind: 'errors', errors: [{ message: 'An event came without a cursor.' }] };
    this.#cursor = event.cursor;
    if (isNotice(event)) {
      // The newest of several heartbeats says all that they do.
      if (event.type === 'HEARTBEAT' && this.#waiting.at(-1)?.type === 'HEARTBEAT') this.#waiting.pop();
    } else {
      if (this.#known.has(event.cursor)) return undefined;
      this.#known.add(event.cursor);
      if (this.#known.size > remembered) this.#known.delete(this.#known.values().next().value!);
    }
    this.#waiting.push(event);
    this.#wake();
    return this.#waiting.length >= this.#maxWaiting ? { kind: 'full' } : undefined;
  }

  /** Resolves when nothing waits, or it ended. */
  #room(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#emptied = resolve;
      this.#closed.signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  readonly #close = (): void => {
    this.#closed.abort();
    this.#options.signal?.removeEventListener('abort', this.#close);
    this.#connection?.close();
    this.#waiting.length = 0;
    this.#wake();
  };
}

const isNotice = ({ type }: HubEvent): boolean => type === 'CAUGHT_UP' || type === 'HEARTBEAT';

function webSocketUrl(address: string): string {
  try {
    const url = new URL(address);
    url.protocol = url.protocol.replace(/^http/, 'ws');
    if (/^wss?:$/.test(url.protocol)) return url.href;
  } catch {} // said below
  throw new SubscriptionFailure('BAD_SUBSCRIPTION', `"${address}" is no address of a hub: wss://…/graphql.`);
}

function socketClass(given: unknown): SocketClass {
  const found = given ?? (globalThis as { WebSocket?: unknown }).WebSocket;
  if (typeof found === 'function') return found as SocketClass;
  throw new SubscriptionFailure(
    'BAD_SUBSCRIPTION',
    'There is no WebSocket here: give the class of npm `ws` as `webSocket`.',
  );
}
