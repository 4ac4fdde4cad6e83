/**
 * A viewer's stream of events: first what was missed, then CAUGHT_UP, then live; HEARTBEAT when nothing happens.
 * One reader of one log, so there is no hand-over from replay to live in which an event could be lost or doubled.
 *
 * Written by hand and not as an async generator: `return()` would queue behind a pending `next()` and never end a
 * stream that waits.
 */
import type { PracticeContext } from '../context.js';
import { type PracticeFilter, checkFilter } from '../practice/practice.filter.js';
import { type Batch, type Reader, placeOf, readBatch, readHead } from './event.log.js';
import { PracticeChange, type PracticeEvent, PracticeEventType, StreamNotice } from './event.js';

export interface StreamArgs {
  after?: string | null;
  filter?: PracticeFilter | null;
}

/** Opens the stream; throws `CURSOR_INVALID` or `BAD_USER_INPUT` at once when the arguments are wrong. */
export async function openStream(
  context: PracticeContext,
  { after, filter }: StreamArgs,
): Promise<AsyncIterableIterator<PracticeEvent>> {
  const { events: log, now } = context;
  checkFilter(filter);
  const { head, epoch } = await once(context, readHead);
  const start = after ? placeOf(log, { head, epoch }, after) : head;
  const reader: Reader = { place: start, origin: start, announced: new Set() };
  const closed = new AbortController();
  const pending: PracticeEvent[] = [];
  const cursorAt = (place: number) => log.cursors.encode(epoch, { position: place, ordinal: 0 });
  let caughtUp = false;

  const take = ({ events, place, head }: Batch): void => {
    for (const event of events)
      pending.push(new PracticeChange(cursorAt(event.place), event.type, event.at, event.practiceKey));
    if (!caughtUp && place >= head) {
      caughtUp = true;
      pending.push(new StreamNotice(cursorAt(place), PracticeEventType.CAUGHT_UP, now()));
    }
  };

  const next = async (): Promise<IteratorResult<PracticeEvent>> => {
    let idleSince = Date.now();
    for (;;) {
      if (closed.signal.aborted) return { done: true, value: undefined };
      const event = pending.shift();
      if (event) return { done: false, value: event };
      const { count } = log.wakeUps;
      const before = reader.place;
      take(await once(context, (fresh) => readBatch(fresh, reader, filter)));
      if (pending.length > 0 || reader.place > before) continue;
      await woken(log, count, log.heartbeatMs - (Date.now() - idleSince), closed.signal);
      if (Date.now() - idleSince < log.heartbeatMs || closed.signal.aborted) continue;
      idleSince = Date.now();
      pending.push(new StreamNotice(cursorAt(reader.place), PracticeEventType.HEARTBEAT, now()));
    }
  };

  const stream: AsyncIterableIterator<PracticeEvent> = {
    next,
    return: async () => {
      closed.abort();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

/** Runs one step in a transaction of its own, with the viewer's rights as of now. */
async function once<T>(context: PracticeContext, step: (fresh: PracticeContext) => Promise<T>): Promise<T> {
  const fresh = context.fresh();
  try {
    return await step(fresh);
  } finally {
    await fresh.db.close();
  }
}

/** Resolves at a wake-up, at the end of the stream, or after `ms`. */
async function woken(
  { wakeUps }: PracticeContext['events'],
  count: number,
  ms: number,
  closed: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  const end = () => ended.abort();
  const timer = setTimeout(end, Math.max(0, ms));
  closed.addEventListener('abort', end);
  await wakeUps.after(count, ended.signal);
  clearTimeout(timer);
  closed.removeEventListener('abort', end);
}
