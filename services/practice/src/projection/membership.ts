/**
 * Follows membership's log into the tables `membership` and `membership_progress`, which filters read and nothing
 * authorises by. A dated change also becomes a MEMBERSHIP_CHANGED event: that gives it a place among the practices'
 * events. What membership knew from the start has no dates, and changes nothing for anybody.
 *
 * Each batch is one transaction with its progress, so every entry counts exactly once, also when several processes
 * follow: the row of `membership_progress` is their lock. While membership is away this waits and asks again.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '@hub/kit/log';
import type { PassportSigner } from '@hub/kit/passport';
import type { DataSource, EntityManager } from 'typeorm';
import { Agent } from 'undici';
import { type MembershipBatch, type MembershipEntry, readMembershipLog } from './membership.log.js';

export interface FollowOptions {
  database: DataSource;
  membershipUrl: string;
  signer: PassportSigner;
  log: Log;
  /** Called after a commit that appended to the event log. */
  wake: () => void;
}

export interface Projection {
  close(): Promise<void>;
}

const limit = 500;
const waitMs = 5_000; // as long as membership lets a reader wait
const firstRetryMs = 100; // an ended membership is to end the view within a second, also right after an outage
const lastRetryMs = 2_000;
const quickAnswerMs = 100; // an empty answer sooner than this means that membership does not wait: don't spin

export function followMembership({ database, membershipUrl, signer, log, wake }: FollowOptions): Projection {
  const stop = new AbortController();
  const { signal } = stop;
  const dispatcher = new Agent({ connections: 1 });

  const step = async (): Promise<void> => {
    const after = await progress(database.manager);
    const asked = Date.now();
    const passport = await signer.service('membership');
    const batch = await readMembershipLog({ membershipUrl, passport, after, limit, waitMs, dispatcher, signal });
    if (batch.head < after) {
      log.error('membership’s log is another than before: reading it again from its start', {
        after,
        head: batch.head,
      });
      await database.query('update membership_progress set position = 0 where position = $1', [after]);
    } else if (batch.entries.length > 0) {
      if (await database.transaction((tx) => apply(tx, after, batch))) wake();
    } else if (Date.now() - asked < quickAnswerMs) await pause(quickAnswerMs, undefined, { signal });
  };

  const run = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted)
      try {
        await step();
        if (failures > 0) log.info('membership’s log is followed again', { failures });
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (failures === 0) log.error('membership’s log cannot be followed; trying until it can', { error });
        await pause(Math.min(firstRetryMs * 2 ** failures, lastRetryMs), undefined, { signal }).catch(() => undefined);
        failures += 1;
      }
  };

  const running = run();
  return {
    async close() {
      stop.abort();
      await running;
      await dispatcher.destroy();
    },
  };
}

async function progress(db: EntityManager, lock = ''): Promise<number> {
  const rows = await db.query<{ position: string }[]>(`select position from membership_progress ${lock}`);
  return Number(rows[0]!.position);
}

interface Period {
  from: string | null;
  until: string | null;
}

interface Change extends MembershipEntry {
  joined: boolean;
}

/** Writes a batch read after `after`; false when there was nothing to tell readers, or another process was first. */
async function apply(tx: EntityManager, after: number, { entries }: MembershipBatch): Promise<boolean> {
  if ((await progress(tx, 'for update')) !== after) return false;
  const changes = entries.filter(({ type }) => isChange(type));
  const before = await tx.query<({ state: string; body: string } & Period)[]>(
    `select state, body, "from"::text, until::text from membership
      where (state, body) in (select * from unnest($1::text[], $2::text[]))`,
    [changes.map(({ state }) => state), changes.map(({ body }) => body)],
  );
  const periods = new Map<string, Period>(before.map(({ state, body, ...period }) => [pair(state, body), period]));
  const events: Change[] = [];
  for (const change of changes) {
    const known = periods.get(pair(change.state, change.body));
    const joined = change.type === 'MEMBERSHIP_STARTED';
    const period = joined
      ? { from: change.from, until: change.until }
      : { from: change.from ?? known?.from ?? null, until: change.until ?? change.at.slice(0, 10) };
    if (known?.from === period.from && known.until === period.until) continue; // heard before
    periods.set(pair(change.state, change.body), period);
    const isBaseline = joined && period.from === null && known === undefined;
    if (!isBaseline) events.push({ ...change, joined });
  }
  await write(tx, periods);
  await append(tx, events);
  await tx.query('update membership_progress set position = $1', [entries.at(-1)!.position]);
  return events.length > 0;
}

const isChange = (type: string): boolean => type === 'MEMBERSHIP_STARTED' || type === 'MEMBERSHIP_ENDED';
const pair = (state: string, body: string): string => `${state} ${body}`;

const write = (tx: EntityManager, periods: ReadonlyMap<string, Period>) =>
  tx.query(
    `insert into membership (state, body, "from", until)
     select state, body, "from", until from jsonb_populate_recordset(null::membership, $1::jsonb)
     on conflict (state, body) do update set "from" = excluded."from", until = excluded.until`,
    [
      JSON.stringify(
        [...periods].map(([key, period]) => {
          const [state, body] = key.split(' ');
          return { state, body, ...period };
        }),
      ),
    ],
  );

/** One row per change, in the order of membership's log. */
const append = async (tx: EntityManager, events: readonly Change[]): Promise<void> => {
  if (events.length === 0) return;
  await tx.query(
    `insert into event (id, type, at, state, body, joined)
     select id, 'MEMBERSHIP_CHANGED', at, state, body, joined from jsonb_to_recordset($1::jsonb)
       as changed (id uuid, at timestamptz, state text, body text, joined boolean)`,
    [JSON.stringify(events.map(({ at, state, body, joined }) => ({ id: randomUUID(), at, state, body, joined })))],
  );
};
