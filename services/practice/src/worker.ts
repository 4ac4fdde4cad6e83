/**
 * What time brings about, written down: consents and grants that have come to their end get their event, so that
 * readers are told. The rules go by the clock and wait for nobody; when this is late or down nothing is shown longer.
 *
 * A loop in the service and no queue: what is due stands in the rows themselves with its time, one statement does all
 * of it, and row locks let any number of processes do it side by side. A job in a queue would be a second copy of
 * that time, to be kept right at each change; where work leaves the database (feeds), a queue has its place.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { clockSetting } from '@hub/kit/database';
import type { Log } from '@hub/kit/log';
import type { DataSource } from 'typeorm';

export interface WorkerOptions {
  database: DataSource;
  now: () => Date;
  /** Called after a commit that appended to the event log. */
  wake: () => void;
  log: Log;
}

export interface Worker {
  close(): Promise<void>;
}

const everyMs = 1_000;

export function startWorker({ database, now, wake, log }: WorkerOptions): Worker {
  const stop = new AbortController();
  const { signal } = stop;
  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      try {
        if ((await noteLapses(database, now())) > 0) wake();
        if (failures > 0) log.info('what runs out is noted again', { failures });
        failures = 0;
      } catch (error) {
        if (failures === 0) log.error('what runs out cannot be noted; trying until it can', { error });
        failures += 1;
      }
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
    }
  };
  const running = run();
  return {
    async close() {
      stop.abort();
      await running;
    },
  };
}

/** Notes everything that has come to its end by `now`; says how many events it appended. */
export async function noteLapses(database: DataSource, now: Date): Promise<number> {
  const [[name, moment]] = Object.entries(clockSetting(now)) as [[string, string]];
  // One statement, and so one transaction, for which alone the clock is set.
  const [row] = await database.query<{ noted: number }[]>(
    'select note_lapses(null) as noted from set_config($1, $2, true)',
    [name, moment],
  );
  return row!.noted;
}
