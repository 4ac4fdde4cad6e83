/**
 * A viewer's stream of events: first what was missed, then CAUGHT_UP, then live; HEARTBEAT when nothing happens.
 * One reader of one log, so there is no hand-over from replay to live in which an event could be lost or doubled.
 *
 * Written by hand and not as an async generator: `return()` would queue behind a pending `next()` and never end a
 * stream that waits.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isConnectionLost } from '@hub/kit/database';
import { AccessChannel } from '../access/access.js';
import { decidedFor } from '@hub/kit/execution';
import type { Viewer } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { type PracticeFilter, checkFilter } from '../practice/practice.filter.js';
import { type Batch, Reader, placeOf, readBatch, readHead } from './event.log.js';
import { PracticeChange, type PracticeEvent, PracticeEventType, StreamNotice } from './event.js';

/** How long a decision on what the reader may see is good for. */
const decisionMs = 250;
/** How long to wait for a passport that is behind. */
const heldMs = 100;
/** The last wait for a database that cannot be reached. */
const lastRetryMs = 1_600;

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
  const start = after ? placeOf(log, { head, epoch }, after) : { position: head, ordinal: 0 };
  const reader = new Reader(start);
  const closed = new AbortController();
  const cursorAt = (position: number, ordinal = 0) => log.cursors.encode(epoch, { position, ordinal });
  let batch: (Batch & { readAt: number; viewer: Viewer }) | null = null;
  let caughtUp = false;

  const next = async (): Promise<IteratorResult<PracticeEvent>> => {
    let idleSince = Date.now();
    const notice = (type: PracticeEventType.CAUGHT_UP | PracticeEventType.HEARTBEAT) => ({
      done: false as const,
      value: new StreamNotice(cursorAt(reader.place), type, now()),
    });
    while (!closed.signal.aborted) {
      // What was decided a while ago, for a slow reader, or for who they were before their rights changed, is decided anew.
      if (
        batch &&
        batch.events.length > 0 &&
        (Date.now() - batch.readAt > decisionMs || batch.viewer !== context.viewer)
      )
        batch = null;
      const event = batch?.events.shift();
      if (batch && event) {
        const { viewer } = batch;
        reader.told(event);
        const { place, ordinal, type, at, practiceKey } = event;
        const channel = caughtUp ? AccessChannel.SUBSCRIPTION : AccessChannel.REPLAY;
        const change = new PracticeChange(cursorAt(place, ordinal), type, at, practiceKey, channel);
        return { done: false, value: Object.assign(change, { [decidedFor]: viewer }) };
      }
      if (batch) {
        const { head } = batch;
        reader.finished(batch);
        batch = null;
        if (!caughtUp && reader.place >= head) {
          caughtUp = true;
          return notice(PracticeEventType.CAUGHT_UP);
        }
      }
      const { count } = log.wakeUps;
      const { viewer } = context; // taken before it decides: when it changes meanwhile, the batch is read again
      batch = {
        viewer,
        ...(await patiently(() => once(context, (fresh) => readBatch(fresh, reader, filter)))),
        readAt: Date.now(),
      };
      // The next change is one of the viewer's own bodies, and their passport does not say so yet: it will in a moment.
      const held = batch.events.length === 0 && batch.place === reader.place && batch.place < batch.head;
      if (held) {
        batch = null;
        await woken(log, count, heldMs, closed.signal);
        continue;
      }
      if (batch.events.length > 0 || batch.place > reader.place || !caughtUp) continue;
      await woken(log, count, log.heartbeatMs - (Date.now() - idleSince), closed.signal);
      if (Date.now() - idleSince < log.heartbeatMs || closed.signal.aborted) continue;
      idleSince = Date.now();
      return notice(PracticeEventType.HEARTBEAT);
    }
    return { done: true, value: undefined };
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

/** Tries again while the database cannot be reached, for some seconds: the reader has not moved, so nothing is lost. */
async function patiently<T>(step: () => Promise<T>): Promise<T> {
  for (let waitMs = 100; ; waitMs *= 2)
    try {
      return await step();
    } catch (error) {
      if (!isConnectionLost(error) || waitMs > lastRetryMs) throw error;
      await pause(waitMs);
    }
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
