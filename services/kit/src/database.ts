/**
 * The database of one service, opened for one viewer at a time.
 *
 * A *session* belongs to one request. Reads share one lazily opened REPEATABLE READ READ ONLY transaction, so an
 * answer is of one moment; each write is a READ COMMITTED transaction of its own, committed before its payload
 * resolves. The viewer is set inside each transaction (`set_config(…, true)`), never on the connection, and without
 * it the row-level policies show nothing. One request never holds two connections: a pool of N would deadlock at N.
 */
import { DataSource, type EntityManager, type MixedList, type QueryRunner } from 'typeorm';
import type { Log } from './log.js';

export interface DatabaseOptions {
  url: string;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- TypeORM's own type for entity classes
  entities?: MixedList<Function>;
  poolSize?: number;
}

const statementTimeoutMs = 10_000;

/** Connects as the run-time role and refuses a role that could step over the row-level policies. */
export async function openDatabase({ url, entities = [], poolSize = 10 }: DatabaseOptions): Promise<DataSource> {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: entities as never,
    extra: {
      max: poolSize,
      connectionTimeoutMillis: 5_000,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 3 * statementTimeoutMs,
      application_name: 'good-practice-exchange',
    },
    poolErrorHandler: () => undefined, // an idle connection that breaks is replaced; the request that meets one says so
  });
  await source.initialize();
  try {
    await refuseUnsafeRole(source);
  } catch (error) {
    await source.destroy();
    throw error;
  }
  return source;
}

async function refuseUnsafeRole(source: DataSource): Promise<void> {
  const [role] = await source.query<{ name: string; superuser: boolean; bypass: boolean; owns: string | null }[]>(
    `select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as bypass,
            (select min(c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
              where n.nspname = 'public' and c.relkind in ('r', 'p') and pg_has_role(r.oid, c.relowner, 'usage')) as owns
       from pg_roles r where r.rolname = current_user`,
  );
  if (!role || role.superuser || role.bypass || role.owns)
    throw new Error(
      `The database role ${role?.name} is ${role?.superuser ? 'a superuser' : role?.bypass ? 'BYPASSRLS' : `an owner of table ${role?.owns}`}: row-level security would not hold. Use the service's run-time role.`,
    );
}

/** What a session sets in each transaction: `{ 'hub.person': '…' }`. */
export type Settings = Record<string, string>;

/** The clock of the process, per transaction: rules compare with it and never with now(), so that tests can set it. */
export const clockSetting = (now: Date): Settings => ({ 'hub.now': now.toISOString() });

/** The same as SQL, read once per statement; PostgreSQL's own clock where nobody set one. */
export const nowSql = `(select coalesce(nullif(current_setting('hub.now', true), '')::timestamptz, now()))`;

/** A PostgreSQL array literal, for a setting that a policy casts to `text[]`. */
export const arrayLiteral = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

export class Session {
  #runner: QueryRunner | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #afterWrite: (() => void)[] = [];

  constructor(
    private readonly source: DataSource,
    private readonly settings: () => Settings,
  ) {}

  /** Runs `work` in the request's read transaction. Calls queue up: one connection answers one question at a time. */
  read<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#enqueue(async () => {
      const runner = this.#runner ?? (await this.#begin('begin isolation level repeatable read read only'));
      return work(runner.manager);
    });
  }

  /** Runs `work` in a transaction of its own and commits it. What was read before is forgotten (`afterWrite`). */
  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#enqueue(async () => {
      await this.#end('commit');
      const runner = await this.#begin('begin isolation level read committed read write');
      const result = await work(runner.manager);
      await this.#end('commit');
      return result;
    }).finally(() => {
      for (const forget of this.#afterWrite) forget();
    });
  }

  /** Registers what must be forgotten after a write: the loaders' caches. */
  afterWrite(forget: () => void): void {
    this.#afterWrite.push(forget);
  }

  /** Ends the read transaction and gives the connection back. The session may be used again. */
  close(): Promise<void> {
    return this.#enqueue(() => this.#end('commit'));
  }

  #enqueue<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(async () => {
      try {
        return await work();
      } catch (error) {
        const isLost = this.#runner?.isReleased ?? false;
        await this.#end('rollback');
        throw isLost ? connectionLostBy(error) : error;
      }
    });
    this.#queue = run.catch(() => undefined);
    return run;
  }

  async #begin(statement: string): Promise<QueryRunner> {
    const runner = this.source.createQueryRunner();
    try {
      await runner.connect();
      await runner.query(statement);
      const settings = this.settings();
      await runner.query('select set_config(name, value, true) from unnest($1::text[], $2::text[]) as s(name, value)', [
        Object.keys(settings),
        Object.values(settings),
      ]);
    } catch (error) {
      const isLost = runner.isReleased;
      await runner.query('rollback').catch(() => undefined);
      await runner.release();
      throw isLost ? connectionLostBy(error) : error;
    }
    this.#runner = runner;
    return runner;
  }

  async #end(statement: 'commit' | 'rollback'): Promise<void> {
    const runner = this.#runner;
    if (!runner) return;
    this.#runner = null;
    const isLost = runner.isReleased;
    try {
      await runner.query(statement);
    } catch (error) {
      if (statement === 'commit') throw isLost ? connectionLostBy(error) : error;
    } finally {
      await runner.release();
    }
  }
}

/** A runner that is released while its session still has it has lost its connection, whatever it says itself. */
const connectionLostBy = (cause: unknown): Error =>
  isConnectionLost(cause)
    ? (cause as Error)
    : Object.assign(new Error('The connection was lost.', { cause }), { code: '08006' });

/** PostgreSQL's code of a violated unique constraint (23505); `constraint` narrows it to one. */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean => {
  const { code, constraint: broken } = ((error as { driverError?: object }).driverError ?? error) as {
    code?: string;
    constraint?: string;
  };
  return code === '23505' && (constraint === undefined || broken === constraint);
};

/** Waits until the database answers, for a service that starts before it. */
export async function databaseAnswers(source: DataSource, log: Log): Promise<boolean> {
  try {
    await source.query('select 1');
    return true;
  } catch (error) {
    log.error('the database does not answer', { error });
    return false;
  }
}

/** The SQLSTATE or Node's code of what went wrong at the database; '' when there is none. */
export const databaseCode = (error: unknown): string => {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: { code?: unknown } };
  return String(code ?? driverError?.code ?? '');
};

/** SQLSTATE classes 08 and 57P, and Node's codes of a connection that cannot be had. */
const connectionLost = /^(08...|57P..|53300|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;

/** Whether a connection cannot be had or was lost mid-way: the service's trouble, and no bug. */
export const isConnectionLost = (error: unknown): boolean =>
  connectionLost.test(databaseCode(error)) ||
  /Connection terminated|timeout exceeded when trying to connect|Driver not Connected/.test(
    (error as Error | undefined)?.message ?? '',
  );
