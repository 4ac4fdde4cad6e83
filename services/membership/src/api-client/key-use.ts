/** Notes when keys are used: after the answer, to the minute, and never in anybody's way. */
import type { Log } from '@hub/kit/log';
import type { DataSource } from 'typeorm';

export interface KeyUse {
  /** The key with this hash was used. Returns at once; what cannot be written is logged and forgotten. */
  note(hash: string, moment: Date): void;
  /** Resolves when what was noted is written. */
  close(): Promise<void>;
}

const everyMs = 60_000;
const most = 10_000; // hashes that are remembered

export function createKeyUse(database: DataSource, log: Log): KeyUse {
  const noted = new Map<string, number>(); // the longest ago first
  const writing = new Set<Promise<unknown>>();
  return {
    note(hash, moment) {
      const last = noted.get(hash);
      if (last !== undefined && moment.getTime() - last < everyMs) return;
      noted.delete(hash);
      noted.set(hash, moment.getTime());
      if (noted.size > most) noted.delete(noted.keys().next().value!);
      const write = database
        .query('select note_key_use($1, $2)', [hash, moment])
        .catch((error: unknown) => {
          noted.delete(hash);
          log.error('the last use of a key cannot be noted', { error });
        })
        .finally(() => writing.delete(write));
      writing.add(write);
    },
    async close() {
      await Promise.all(writing);
    },
  };
}
