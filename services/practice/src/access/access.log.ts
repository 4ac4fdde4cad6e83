/**
 * Writes the access log of one process, off the path of reads: what was read waits here for half a second at most, so
 * a killed process loses no more than that. A strict access is written before its answer leaves; those under way at
 * the same time share one insert.
 *
 * *relaxed* accesses wait, and equal ones are counted in one entry. When more wait than may, because the database does
 * not take them, answers wait too: nothing is dropped, and after `patienceMs` the answer is refused.
 * Written at least once: where the connection breaks at the very commit, relaxed accesses may be written twice.
 */
import pg from 'pg';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import type { Access } from './access.js';

export interface AccessLogOptions {
  url: string;
  log: Log;
  now?: () => Date;
  /** How long accesses wait before they are written, and how often the queue is chained. */
  everyMs?: number;
  /** How many may wait. */
  most?: number;
  patienceMs?: number;
}

export interface AccessLog {
  /** Takes accesses in. Resolves at once unless too many wait. */
  note(accesses: readonly Access[]): Promise<void> | undefined;
  /** Resolves when they are in the database; rejects when they cannot be, and then they are not written later either. */
  write(accesses: readonly Access[]): Promise<void>;
  /** Writes what waits, now. */
  flush(): Promise<void>;
  /** Writes and chains what waits. */
  close(): Promise<void>;
}

const chainAtOnce = 5_000;

export function openAccessLog({
  url,
  log,
  now = () => new Date(),
  everyMs = 500,
  most = 20_000,
  patienceMs = 5_000,
}: AccessLogOptions): AccessLog {
  // Connections of its own, one to write and one to chain: it never waits for the requests it logs.
  const pool = new pg.Pool({
    connectionString: url,
    max: 2,
    connectionTimeoutMillis: patienceMs,
    statement_timeout: 10_000,
    application_name: 'good-practice-exchange access log',
  });
  pool.on('error', () => undefined); // an idle connection that breaks is replaced
  let relaxed = new Map<string, Access>();
  let strict: { accesses: readonly Access[]; resolve: () => void; reject: (error: unknown) => void }[] = [];
  const waiting = new Set<() => void>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> | null = null;
  let failing = false;

  const add = (access: Access): void => {
    const { kind, key, role, of, practiceKey, version, sections, channel } = access;
    const same = `${kind} ${key} ${role} ${of} ${practiceKey} ${version} ${channel} ${sections.join()}`;
    const known = relaxed.get(same);
    if (known) known.times += access.times;
    else relaxed.set(same, access);
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = null;
      void flush();
    }, everyMs);
  };
  /** Writes what waits now, in one statement; one at a time. */
  const flush = (): Promise<void> => (writing ??= run());
  const run = async (): Promise<void> => {
    await Promise.resolve(); // so that `writing` is set before it is cleared
    do {
      const taken = relaxed;
      const awaited = strict;
      relaxed = new Map();
      strict = [];
      const accesses = [...taken.values(), ...awaited.flatMap((one) => one.accesses)];
      if (accesses.length === 0) break;
      try {
        await insert(pool, accesses);
        if (failing) log.info('the access log is written again');
        failing = false;
        for (const { resolve } of awaited) resolve();
        for (const go of waiting) go();
      } catch (error) {
        if (!failing) log.error('the access log cannot be written; trying until it can', { error });
        failing = true;
        for (const { reject } of awaited) reject(error);
        const newer = relaxed;
        relaxed = taken;
        for (const access of newer.values()) add(access);
      }
    } while (strict.length > 0);
    writing = null;
    if (relaxed.size > 0) soon();
  };

  let chaining: Promise<void> | null = null;
  let chainFails = false;
  const chain = (): Promise<void> => (chaining ??= chainAll());
  const chainAll = async (): Promise<void> => {
    try {
      for (let chained = chainAtOnce; chained === chainAtOnce;) {
        const { rows } = await pool.query<{ chained: number }>('select chain_accesses($1, $2) as chained', [
          chainAtOnce,
          now(),
        ]);
        chained = rows[0]!.chained;
      }
      chainFails = false;
    } catch (error) {
      if (!chainFails) log.error('the access log cannot be chained; trying until it can', { error });
      chainFails = true;
    }
    chaining = null;
  };
  const chainer = setInterval(() => void chain(), everyMs);

  const room = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (then: () => void) => () => {
        clearTimeout(patience);
        waiting.delete(go);
        then();
      };
      const go = settle(resolve);
      const patience = setTimeout(
        settle(() => reject(cannotBeLogged())),
        patienceMs,
      );
      waiting.add(go);
    });

  return {
    note(accesses) {
      if (accesses.length === 0) return undefined;
      if (relaxed.size >= most) {
        void flush();
        return room().then(() => this.note(accesses));
      }
      for (const access of accesses) add(access);
      soon();
      return undefined;
    },
    async write(accesses) {
      if (accesses.length === 0) return;
      try {
        await new Promise<void>((resolve, reject) => {
          strict.push({ accesses, resolve, reject });
          void flush();
        });
      } catch (cause) {
        throw cannotBeLogged(cause);
      }
    },
    async flush() {
      await writing; // which may have begun before the last was noted
      await flush();
    },
    async close() {
      clearInterval(chainer);
      if (timer) clearTimeout(timer);
      timer = null;
      await this.flush();
      if (timer) clearTimeout(timer);
      if (relaxed.size > 0) log.error('the access log was closed before it could be written', { lost: relaxed.size });
      await chaining;
      await chain();
      await pool.end();
    },
  };
}

const cannotBeLogged = (cause?: unknown): HubError =>
  new HubError('SUBGRAPH_UNAVAILABLE', 'Who reads this has to be logged first, and cannot be just now. Try again.', {
    cause,
  });

const insert = (pool: pg.Pool, accesses: readonly Access[]) =>
  pool.query(
    `insert into access_queue (at, viewer_kind, viewer_key, role, "of", practice_key, version, sections, channel, own, times)
     select at, kind, key, role, "of", practice, version, string_to_array(sections, ','), channel, own, times
       from unnest($1::timestamptz[], $2::text[], $3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::int[], $8::text[],
         $9::text[], $10::boolean[], $11::int[])
         as a (at, kind, key, role, "of", practice, version, sections, channel, own, times)`,
    [
      accesses.map(({ at }) => at),
      accesses.map(({ kind }) => kind),
      accesses.map(({ key }) => key),
      accesses.map(({ role }) => role),
      accesses.map(({ of }) => of),
      accesses.map(({ practiceKey }) => practiceKey),
      accesses.map(({ version }) => version),
      accesses.map(({ sections }) => sections.join()),
      accesses.map(({ channel }) => channel),
      accesses.map(({ own }) => own),
      accesses.map(({ times }) => times),
    ],
  );
