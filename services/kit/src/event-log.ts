/**
 * An event log in a service's own database, and the wake-ups of its readers.
 *
 * *position*: an event's place, dense and in commit order. An identity column follows allocation order, so a reader
 * resuming after 41 could miss a slower 40; here the position is given last, at commit, by a deferred constraint
 * trigger that counts up a one-row head table. Cost: commits that append queue on that row.
 * *wake-up*: a hint that there is more to read. Losing one costs a moment (`pollMs`), never an event.
 */
import pg from 'pg';
import type { Log } from './log.js';

export interface EventLogRoles {
  owner: string;
  app: string;
  definer: string;
}

/**
 * The SQL that turns `table` (with columns `id uuid` and `position bigint null`) into an event log: the head table
 * `<table>_head`, the position trigger, and row-level security under which the run-time role may append events
 * without a position and read nothing directly. Runs in a migration, as the owner; who may append is said apart, by
 * `eventAppendSql`.
 */
export const eventLogSql = (table: string, { owner, app, definer }: EventLogRoles): string[] => [
  `create table ${table}_head (
     one_row boolean primary key default true check (one_row),
     epoch bigint not null default floor(random() * 4294967296)::bigint,
     last bigint not null default 0)`,
  `insert into ${table}_head default values`,
  `create unique index ${table}_position on ${table} (position)`,
  `create function ${table}_place() returns trigger language plpgsql security definer set search_path = pg_catalog, public as $$
   declare place bigint;
   begin
     update public.${table}_head set last = last + 1 returning last into place;
     if place is null then raise exception 'the head of the event log is out of reach'; end if;
     update public.${table} set position = place where id = new.id and position is null;
     if not found then raise exception 'event % has a position already', new.id; end if;
     return null;
   end $$`,
  `create constraint trigger ${table}_place after insert on ${table}
     deferrable initially deferred for each row execute function ${table}_place()`,
  // While it is still the owner's: afterwards a revoke only warns that there is nothing to revoke.
  `revoke all on function ${table}_place() from public`,
  `alter function ${table}_place() owner to ${definer}`,
  `grant select, update on ${table}, ${table}_head to ${definer}`,
  ...[table, `${table}_head`].flatMap((name) => [
    `alter table ${name} enable row level security`,
    `alter table ${name} force row level security`,
    `create policy ${name}_owner on ${name} for all to ${owner} using (true) with check (true)`,
    `create policy ${name}_definer on ${name} for all to ${definer} using (true) with check (true)`,
  ]),
  `create policy ${table}_head_read on ${table}_head for select to ${app} using (true)`,
  `grant select on ${table}_head to ${app}`,
];

/** Lets the run-time role append: `mayAppend` is what the viewer of the transaction must be for it, as SQL over the new
 *  row. May be run again with another rule. */
export const eventAppendSql = (table: string, { app }: EventLogRoles, mayAppend = 'true'): string[] => [
  `drop policy if exists ${table}_append on ${table}`,
  `create policy ${table}_append on ${table} for insert to ${app} with check (position is null and (${mayAppend}))`,
  `grant insert on ${table} to ${app}`,
];

export const pollMs = 1_000;
const coalesceMs = 10;
const reconnectMs = 1_000;

export interface WakeUpOptions {
  url: string;
  /** The NOTIFY channel; one per log. */
  channel: string;
  log: Log;
  /** The head of the log: asked once per poll and process, so that idle readers ask nothing. */
  head: () => Promise<number>;
}

/**
 * Wakes the readers of a log: those in this process at once, those in others through NOTIFY from a connection of its
 * own, at most once per 10 ms and after the commit (inside the transaction it would take a global lock). When the
 * connection is lost, readers poll until it is back.
 */
export class WakeUps {
  #client: pg.Client | null = null;
  #count = 0;
  #head = -1;
  #waiting = new Set<() => void>();
  #notifyTimer: NodeJS.Timeout | null = null;
  #reconnectTimer: NodeJS.Timeout | null = null;
  readonly #pollTimer: NodeJS.Timeout;
  #closed = false;

  private constructor(private readonly options: WakeUpOptions) {
    this.#pollTimer = setInterval(() => void this.#poll(), pollMs);
  }

  static async open(options: WakeUpOptions): Promise<WakeUps> {
    const wakeUps = new WakeUps(options);
    await wakeUps.#connect();
    return wakeUps;
  }

  /** How often readers were woken so far: take it before reading, hand it to `after`. */
  get count(): number {
    return this.#count;
  }

  /** Call after a commit that appended. */
  wake(): void {
    this.#ring();
    this.#notifyTimer ??= setTimeout(() => {
      this.#notifyTimer = null;
      this.#client?.query(`select pg_notify($1, '')`, [this.options.channel]).catch(() => undefined); // readers poll
    }, coalesceMs);
  }

  /** Resolves at the first wake-up past `count`, or when `signal` aborts. */
  after(count: number, signal?: AbortSignal): Promise<void> {
    if (this.#count > count || this.#closed || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#pollTimer);
    if (this.#notifyTimer) clearTimeout(this.#notifyTimer);
    if (this.#reconnectTimer) clearTimeout(this.#reconnectTimer);
    this.#ring();
    await this.#client?.end().catch(() => undefined);
  }

  #ring(): void {
    this.#count += 1;
    for (const done of [...this.#waiting]) done();
  }

  async #poll(): Promise<void> {
    try {
      const head = await this.options.head();
      if (head !== this.#head) this.#ring();
      this.#head = head;
    } catch (error) {
      this.options.log.error('the head of the log cannot be read', { error });
    }
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.options.url,
      application_name: 'good-practice-exchange wake-ups',
    });
    const lost = (error?: unknown) => {
      if (this.#client !== client && error === undefined) return;
      client.removeAllListeners();
      client.on('error', () => undefined);
      client.end().catch(() => undefined);
      this.#client = null;
      if (this.#closed || this.#reconnectTimer) return;
      this.options.log.error('the wake-up connection is lost; readers poll until it is back', { error });
      this.#reconnectTimer = setTimeout(() => {
        this.#reconnectTimer = null;
        void this.#connect();
      }, reconnectMs);
    };
    client.on('error', lost);
    client.on('end', () => lost());
    client.on('notification', () => this.#ring());
    try {
      await client.connect();
      await client.query(`listen ${pg.escapeIdentifier(this.options.channel)}`);
      this.#client = client;
      if (this.#closed) await client.end();
    } catch (error) {
      lost(error);
    }
  }
}
