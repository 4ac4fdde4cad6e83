/** Runs a service's migrations as its owner role: append-only, one transaction each, safe to run twice at once. */
import { DataSource, type MigrationInterface } from 'typeorm';

export type Migrations = (new () => MigrationInterface)[];

/** Applies what has not been applied yet to the database at `url`; returns the names of what it applied. */
export async function migrate(url: string, migrations: Migrations): Promise<string[]> {
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
    const applied = await source.runMigrations({ transaction: 'each' });
    return applied.map(({ name }) => name);
  } finally {
    await lock.query(`select pg_advisory_unlock(hashtext('hub.migrate'))`).catch(() => undefined);
    await lock.release();
    await source.destroy();
  }
}
