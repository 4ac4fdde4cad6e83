/**
 * One subscription: its first fetch is a stream from a service, the rest of its plan runs once per event.
 *
 * While it lives, the asker's passport at the service is renewed before it runs out, each time with what membership
 * says of them now. It ends with an error when the asker's token runs out or they are no longer known
 * (UNAUTHENTICATED), and when the stream is lost (SUBGRAPH_UNAVAILABLE): the reader resumes with their last cursor.
 */
import type { GraphQLFormattedError } from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { passportSeconds } from '@hub/kit/passport';
import type { Answer, Call } from '../core.js';
import { fromService, unavailable } from '../execute/failures.js';
import type { SentError, ServiceAnswer } from '../execute/service.js';
import type { Asker } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import { EventQueue } from './queue.js';
import type { Receipts } from './receipts.js';

/** What a service's stream tells of itself. One of `failed`, `lost` and `completed` comes last, once. */
export interface StreamListener {
  /** `characters`: how long its frame was. */
  event(answer: ServiceAnswer, characters: number): void;
  /** The service ended it with errors. */
  failed(errors: readonly SentError[]): void;
  /** The connection broke, or could not be made. */
  lost(error: Error): void;
  completed(): void;
}

/** An operation to be streamed. */
export interface StreamRequest {
  service: string;
  query: string;
  variables: Readonly<Record<string, unknown>>;
}

/** An operation that streams from a service. */
export interface Stream {
  /** Shows the service a newer passport for it. */
  renew(passport: string): void;
  /** Ends it at the service; the listener hears no more. */
  stop(): void;
}

/** How streams are opened. Over what, is the transport's (transport/subgraph-ws.ts). */
export interface StreamServices {
  open(request: StreamRequest, passport: string | undefined, listener: StreamListener): Stream;
  /** Where it is reported that an event which came with a receipt was delivered. */
  receipts: Receipts;
}

/** Thrown by a subscription's iterator when it ends for a reason. */
export class StreamEnded extends Error {
  override readonly name = 'StreamEnded';
  readonly errors: readonly GraphQLFormattedError[];
  constructor(errors: readonly GraphQLFormattedError[]) {
    super(errors[0]?.message ?? 'The subscription ended.');
    this.errors = errors;
  }
}

export interface SubscribeOptions {
  request: StreamRequest;
  streams: StreamServices;
  call: Call;
  limits: Limits;
  log: Log;
  /** Fills an answer from an event, on behalf of the asker as last looked up. */
  answer: (event: ServiceAnswer, asker: Asker) => Promise<Answer>;
  slow: () => void;
  /** Called once, when it is over for whatever reason. */
  onEnd: () => void;
  renewEveryMs: number;
  now: () => Date;
}

/** A passport may be half used when it is shown, so it is renewed well before the other half is over. */
export const renewEveryMs = (passportSeconds / 3) * 1000;
const longestTimerMs = 2 ** 31 - 1;

export function subscribe(options: SubscribeOptions): AsyncIterableIterator<Answer> {
  const { request, streams, call, limits, log, now } = options;
  let asker = call.asker;
  let stream: Stream | null = null;
  let renewal: NodeJS.Timeout | undefined;
  let expiry: NodeJS.Timeout | undefined;
  let ended = false;

  const queue = new EventQueue<ServiceAnswer>({
    maxEvents: limits.queuedEvents,
    maxBytes: limits.queuedBytes,
    onEnd() {
      ended = true;
      clearTimeout(renewal);
      clearTimeout(expiry);
      call.signal.removeEventListener('abort', abandon);
      stream?.stop();
      options.onEnd();
    },
    onOverflow: options.slow,
  });
  const abandon = () => void queue.return();
  const endWith = (...errors: GraphQLFormattedError[]) => queue.end(new StreamEnded(errors));
  const lost = (error: unknown) => {
    if (ended) return;
    log.error('a stream was lost', { subgraph: request.service, requestId: call.requestId, error });
    endWith(unavailable(request.service));
  };

  const listener: StreamListener = {
    event: (answer, characters) => queue.push(answer, characters),
    failed: (errors) => endWith(...errors.map(fromService)),
    lost,
    completed: () => queue.end(),
  };
  const start = async () => {
    const passport = await asker.passport(request.service);
    if (ended) return;
    stream = streams.open(request, passport, listener);
    if (passport !== undefined) scheduleRenewal(options.renewEveryMs, now().getTime() + 2 * options.renewEveryMs);
  };
  /** Tries again while the passport shown last still holds: membership may be away for a moment. */
  const scheduleRenewal = (inMs: number, giveUpAt: number) => {
    renewal = setTimeout(() => {
      renew().then(
        () => !ended && scheduleRenewal(options.renewEveryMs, now().getTime() + 2 * options.renewEveryMs),
        (error: unknown) => {
          if (ended) return;
          if (error instanceof HubError && error.code === 'UNAUTHENTICATED') endWith(error.toJSON());
          else if (now().getTime() < giveUpAt) scheduleRenewal(options.renewEveryMs / 8, giveUpAt);
          else lost(error);
        },
      );
    }, inMs);
  };
  const renew = async () => {
    const current = await asker.renewed();
    const passport = await current.passport(request.service);
    if (ended) return;
    asker = current;
    if (passport !== undefined) stream?.renew(passport);
  };

  call.signal.addEventListener('abort', abandon);
  if (call.signal.aborted) abandon();
  if (asker.expiresAt) {
    const inMs = Math.min(Math.max(0, asker.expiresAt.getTime() - now().getTime()), longestTimerMs);
    expiry = setTimeout(
      () =>
        endWith(new HubError('UNAUTHENTICATED', 'The access token has run out. Sign in again and resume.').toJSON()),
      inMs,
    );
  }
  start().catch(lost);

  return {
    async next() {
      await streams.receipts.room(request.service);
      const { done, value } = await queue.next();
      if (done) return { done, value: undefined };
      const answer = await options.answer(value, asker);
      const { receipt } = value;
      if (receipt === undefined) return { done: false, value: answer };
      const { viewer } = asker;
      return {
        done: false,
        value: { ...answer, delivered: () => streams.receipts.report(request.service, receipt, viewer) },
      };
    },
    async return() {
      await queue.return();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
