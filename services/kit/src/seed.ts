/** Seeds: reference data written as the owner role, in bulk, in one transaction; safe to run again and twice at once. */
import { DataSource, type EntityManager } from 'typeorm';

/** Runs `work` as the owner role in one transaction; only one seed at a time works on a database. */
export async function asOwner<T>(ownerUrl: string, work: (tx: EntityManager) => Promise<T>): Promise<T> {
  const source = new DataSource({ type: 'postgres', url: ownerUrl, extra: { max: 1 } });
  await source.initialize();
  try {
    return await source.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtext('hub.seed'))`);
      return work(tx);
    });
  } finally {
    await source.destroy();
  }
}

/**
 * Inserts `rows` into `table`, or updates the rows with the same `key` that differ, in one statement. The names of a
 * row's properties are those of the columns; all rows have the same ones. Table and columns are our own words.
 */
export async function upsert<R extends object>(
  tx: EntityManager,
  table: string,
  key: string & keyof R,
  rows: readonly R[],
): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  if (columns.length === 0) return;
  const others = columns.filter((column) => column !== key);
  const list = (of: string) => others.map((column) => `${of}.${column}`).join(', ');
  await tx.query(
    `insert into ${table} as t (${columns.join(', ')})
     select ${columns.join(', ')} from jsonb_populate_recordset(null::${table}, $1::jsonb)
     on conflict (${key}) do update set ${others.map((column) => `${column} = excluded.${column}`).join(', ')}
       where row(${list('t')}) is distinct from row(${list('excluded')})`,
    [JSON.stringify(rows)],
  );
}
