/**
 * Follows membership's log, and knows whether it is heard. Heard means: all that was in it a second ago is known here.
 * It is asked again and again with a short wait, so that a line that is dead without saying so is told from a log in
 * which nothing happens.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@hub/kit/log';
import type { LogBatch, LogEntry, Membership } from './membership.js';

export interface MembershipLogOptions {
  read: Membership['readLog'];
  log: Log;
  /** What happened since. */
  onEntries: (entries: readonly LogEntry[]) => void;
  /** What was known may be wrong: the log is followed from here on, or it is another than before. */
  onRestart: () => void;
  /** Nothing has been heard for a second; said each second while it lasts. */
  onSilence: () => void;
}

export interface MembershipLog {
  /** Whether what was asked since then still holds, unless `onEntries` has told. */
  heard(): boolean;
  close(): Promise<void>;
}

const silenceMs = 1_000;
const waitMs = 300; // two of these and what they take on the way are well within the second
const limit = 500;
const quickMs = 100; // an empty answer sooner than this means that membership does not wait: don't spin
const firstRetryMs = 50;
const lastRetryMs = 1_000;

export function followMembershipLog(options: MembershipLogOptions): MembershipLog {
  const { read, log, onEntries, onRestart, onSilence } = options;
  const stop = new AbortController();
  const { signal } = stop;
  let after: number | null = null;
  /** When what was heard last was asked for: it covers all that was committed before. */
  let heardAt = -Infinity;
  const heard = () => performance.now() - heardAt < silenceMs;

  const take = ({ head, entries }: LogBatch, asked: number) => {
    if (after === null || head < after) {
      after = head;
      onRestart();
    } else if (entries.length > 0) {
      after = entries.at(-1)!.position;
      onEntries(entries);
    }
    if (after >= head) heardAt = asked;
  };
  const step = async () => {
    const asked = performance.now();
    const batch = await read(after === null ? { after: 0, limit: 1, waitMs: 0 } : { after, limit, waitMs }, signal);
    const first = after === null;
    take(batch, asked);
    if (!first && batch.entries.length === 0 && performance.now() - asked < quickMs)
      await pause(quickMs, null, { signal });
  };
  const run = async () => {
    let failures = 0;
    while (!signal.aborted)
      try {
        await step();
        if (failures > 0) log.info('membership’s log is heard again', { failures });
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        heardAt = -Infinity; // a line that is known to be broken is not trusted for the rest of the second
        if (failures === 0) log.error('membership’s log cannot be heard; it is asked each time until it is', { error });
        await pause(Math.min(firstRetryMs * 2 ** failures, lastRetryMs), null, { signal }).catch(() => undefined);
        failures += 1;
      }
  };
  let quietSince = performance.now();
  const listening = setInterval(() => {
    const now = performance.now();
    if (heard()) quietSince = now;
    else if (now - quietSince >= silenceMs) {
      quietSince = now;
      onSilence();
    }
  }, silenceMs / 10);
  const running = run();
  return {
    heard,
    async close() {
      clearInterval(listening);
      stop.abort();
      await running;
    },
  };
}
