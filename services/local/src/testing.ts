/**
 * A database of one's own for a test file: a clone of a template that is migrated once per jest run.
 * Needs the server that `preset()` of @hub/local/jest starts.
 */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Passwords, type Service, connected, prepareDatabase, urlTo } from './databases.js';

/** Set by jest's global setup. */
export const testPostgresVariable = 'HUB_TEST_POSTGRES';
export interface TestPostgres {
  adminUrl: string;
  passwords: Passwords;
}

export interface FreshDatabase {
  /** As the running service: row-level security holds. */
  url: string;
  /** As the owner, for fixtures. */
  ownerUrl: string;
  /** As the superuser. */
  adminUrl: string;
  drop(): Promise<void>;
}

/** The server of this jest run. */
export function testPostgres(): TestPostgres {
  const facts = process.env[testPostgresVariable];
  if (!facts)
    throw new Error(
      `No PostgreSQL for tests: the jest config must be preset() of '@hub/local/jest', without {postgres: false}.`,
    );
  return JSON.parse(facts) as TestPostgres;
}

/**
 * A clone of the template `template` of this service's database. `prepare` fills the template (migrates, seeds) the
 * first time in the run; it must close its connections. Clone: about 0.1 s.
 */
export async function freshDatabase(
  service: Service,
  prepare: (ownerUrl: string) => Promise<unknown>,
  { template = 'migrated' }: { template?: string } = {},
): Promise<FreshDatabase> {
  const { adminUrl, passwords } = testPostgres();
  const source = `${service}_template_${template}`;
  await once(adminUrl, source, async () => {
    const unfinished = `${source}_unfinished`;
    await connected(adminUrl, (admin) =>
      admin.query(`drop database if exists ${pg.escapeIdentifier(unfinished)} with (force)`),
    );
    const { ownerUrl } = await prepareDatabase(adminUrl, service, passwords, { database: unfinished });
    await prepare(ownerUrl);
    await connected(adminUrl, async (admin) => {
      await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [unfinished]);
      await admin.query(`alter database ${pg.escapeIdentifier(unfinished)} rename to ${pg.escapeIdentifier(source)}`);
    });
  });
  const database = `${service}_${randomBytes(6).toString('hex')}`;
  const urls = await prepareDatabase(adminUrl, service, passwords, { database, template: source });
  return {
    ...urls,
    adminUrl: urlTo(adminUrl, database),
    drop: () =>
      connected(
        adminUrl,
        async (admin) => void (await admin.query(`drop database if exists ${database} with (force)`)),
      ),
  };
}

/** Runs `make` unless the database exists; test files in other processes wait meanwhile. */
const once = (adminUrl: string, database: string, make: () => Promise<void>): Promise<void> =>
  connected(adminUrl, async (admin) => {
    await admin.query('select pg_advisory_lock(hashtext($1))', [database]);
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [database]);
    if (rowCount === 0) await make();
  });
