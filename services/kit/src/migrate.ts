/**
 * Runs a service's migrations as its owner role: append-only, one transaction each, safe to run twice at once; and
 * after them the *rules*: policies, guards and functions that are rendered from tables in code. A rule is not
 * migrated by hand: when the text of any has changed, all are dropped and made anew, in one transaction, so that a
 * database never holds half of the old ones and half of the new.
 */
import { createHash } from 'node:crypto';
import { DataSource, type EntityManager, type MigrationInterface } from 'typeorm';

export type Migrations = (new () => MigrationInterface)[];

/** What one part of a service renders from its rules. What it makes it names here, or it would be there twice. */
export interface Rules {
  /** Tables whose policies are all made by `statements`, those of the owner and the definer too. */
  tables: readonly string[];
  /** Functions that `statements` make; they are dropped with the triggers that call them. */
  functions: readonly string[];
  statements: readonly string[];
}

/** Applies what has not been applied yet to the database at `url`; returns the names of what it applied. */
export async function migrate(url: string, migrations: Migrations, rules: readonly Rules[] = []): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url,
    migrations,
    migrationsTableName: 'migration',
    extra: { max: 2 },
  });
  await source.initialize();
  const lock = source.createQueryRunner();
  try {
    await lock.query(`select pg_advisory_lock(hashtext('hub.migrate'))`);
    const applied = (await source.runMigrations({ transaction: 'each' })).map(({ name }) => name);
    const renewed = rules.length > 0 && (await source.transaction((tx) => renew(tx, rules)));
    return renewed ? [...applied, 'rules'] : applied;
  } finally {
    await lock.query(`select pg_advisory_unlock(hashtext('hub.migrate'))`).catch(() => undefined);
    await lock.release();
    await source.destroy();
  }
}

/** Makes the rules anew unless these very ones are in force; says whether it did. */
async function renew(tx: EntityManager, rules: readonly Rules[]): Promise<boolean> {
  await tx.query(
    `create table if not exists rules_in_force (one_row boolean primary key default true check (one_row), hash text not null)`,
  );
  const hash = createHash('sha256').update(JSON.stringify(rules)).digest('hex');
  const [known] = await tx.query<{ hash: string }[]>('select hash from rules_in_force');
  if (known?.hash === hash) return false;
  await drop(tx, rules);
  for (const { statements } of rules) for (const statement of statements) await tx.query(statement);
  await tx.query(
    'insert into rules_in_force (hash) values ($1) on conflict (one_row) do update set hash = excluded.hash',
    [hash],
  );
  return true;
}

/** Drops every policy of the tables, and the functions whatever their arguments. A function may be the definer
 *  role's: the owner of the schema may drop it, though not replace it. */
async function drop(tx: EntityManager, rules: readonly Rules[]): Promise<void> {
  const names = (kind: 'tables' | 'functions') => [rules.flatMap((part) => part[kind])];
  const statements = await tx.query<{ sql: string }[]>(
    `select format('drop policy %I on public.%I', policyname, tablename) as sql from pg_policies
      where schemaname = 'public' and tablename = any ($1::text[])`,
    names('tables'),
  );
  statements.push(
    ...(await tx.query<{ sql: string }[]>(
      `select format('drop function %s cascade', oid::regprocedure) as sql from pg_proc
        where pronamespace = 'public'::regnamespace and proname = any ($1::text[])`,
      names('functions'),
    )),
  );
  for (const { sql } of statements) await tx.query(sql);
}
