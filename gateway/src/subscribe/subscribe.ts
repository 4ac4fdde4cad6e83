/**
 * One subscription: its first fetch is a stream from a service, the rest of its plan runs once per event.
 *
 * While it lives, the asker's passport at the service is renewed before it runs out, and at once when what they may do
 * has changed. Each event is of the rights under which the service decided on it: until it says that it took on a
 * newer passport, of the older. One whose rights have been cut since then does not leave, wherever it waits: the
 * subscription ends, the reader resumes with their last cursor, and the service decides anew.
 *
 * It ends with an error when the asker's token runs out, was signed out or they are no longer known (UNAUTHENTICATED);
 * when the stream is lost, their rights were cut while events were on their way, or they cannot be looked up
 * (SUBGRAPH_UNAVAILABLE): the reader resumes with their last cursor.
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
  /** Shows the service a newer passport for it. `taken` is called when no event decided under an older one can come. */
  renew(passport: string, taken: () => void): void;
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

/** An event, and whose rights the service decided on it by. */
interface Decided {
  event: ServiceAnswer;
  rights: Asker;
}

export function subscribe(options: SubscribeOptions): AsyncIterableIterator<Answer> {
  const { request, streams, call, limits, log, now } = options;
  let asker = call.asker;
  let rights = asker; // what the service decides by
  let stream: Stream | null = null;
  let renewal: NodeJS.Timeout | undefined;
  let ended = false;

  const queue = new EventQueue<Decided>({
    maxEvents: limits.queuedEvents,
    maxBytes: limits.queuedBytes,
    onEnd() {
      ended = true;
      clearTimeout(renewal);
      unwatch();
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
  /** Ends it for what membership, or its not answering, says of the asker: what waits was decided for who they were. */
  const refuse = (error: unknown) => {
    queue.drop();
    if (error instanceof HubError) endWith(error.toJSON());
    else lost(error);
  };

  const listener: StreamListener = {
    event: (event, characters) => queue.push({ event, rights }, characters),
    failed: (errors) => endWith(...errors.map(fromService)),
    lost,
    completed: () => queue.end(),
  };
  const start = async () => {
    let passport: string | undefined;
    do {
      rights = asker;
      passport = await rights.passport(request.service);
    } while (rights !== asker);
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
          if (error instanceof HubError && error.code === 'UNAUTHENTICATED') refuse(error);
          else if (now().getTime() < giveUpAt) scheduleRenewal(options.renewEveryMs / 8, giveUpAt);
          else lost(error);
        },
      );
    }, inMs);
  };
  const renew = async () => take(await asker.renewed());
  const take = (current: Asker) => {
    // What the operation may ask for was settled by its scopes when it began, and a stranger who became somebody is
    // somebody else to the service.
    for (const scope of asker.holder.scopes) if (!current.holder.scopes.has(scope)) return refuse(rightsWereCut());
    if (asker.viewer.key !== current.viewer.key) return refuse(rightsWereCut());
    asker = current;
    return show(current);
  };
  /** Shows the service who they are now. */
  const show = async (current: Asker) => {
    const passport = await current.passport(request.service);
    if (ended || current !== asker || passport === undefined) return;
    stream?.renew(passport, () => (rights = current));
  };
  const unwatch = call.asker.watch({
    changed(current) {
      if (!ended) take(current)?.catch(lost);
    },
    ended: refuse,
  });
  /** The asker as they are now, if all that was decided for `earlier` is still theirs; throws what ends the stream. */
  const stillFor = async (...earlier: Asker[]): Promise<Asker> => {
    let current: Asker;
    try {
      current = await asker.renewed();
      if (!earlier.every((one) => current.covers(one))) throw rightsWereCut();
    } catch (error) {
      refuse(error);
      await queue.next(); // throws how it ended
      throw error;
    }
    return current;
  };

  call.signal.addEventListener('abort', abandon);
  if (call.signal.aborted) abandon();
  start().catch(lost);

  return {
    async next() {
      await streams.receipts.room(request.service);
      const { done, value } = await queue.next();
      if (done) return { done, value: undefined };
      const current = await stillFor(value.rights);
      const answer = await options.answer(value.event, current);
      await stillFor(value.rights, current);
      const { receipt } = value.event;
      if (receipt === undefined) return { done: false, value: answer };
      const { viewer } = current;
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

const rightsWereCut = () =>
  new HubError('SUBGRAPH_UNAVAILABLE', 'What you may see has changed. Resume with your last cursor.');
