/**
 * The roles and databases of the hub, made by an administrator; may be run again at any time.
 *
 * Per service: `<name>_owner` owns the database and its schema and runs migrations and seeds; `<name>_app` is what
 * the running service uses, with the rights that migrations grant it; `<name>_definer` cannot log in and owns the
 * few functions that look past row-level security. The owner may give functions to the definer (`set role`) but
 * does not inherit its rights. Nobody else may connect.
 */
import { createHmac, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { OneLineError } from './oneLineError.js';

export const services = ['practice', 'region', 'membership'] as const;
export type Service = (typeof services)[number];

/** Passwords of the two roles that log in. */
export type Passwords = Record<Service, { owner: string; app: string }>;
export interface DatabaseUrls {
  /** For the running service. */
  url: string;
  /** For migrations and seeds. */
  ownerUrl: string;
}

export const newPasswords = (): Passwords => {
  const password = () => randomBytes(24).toString('base64url');
  const pair = () => ({ owner: password(), app: password() });
  return { practice: pair(), region: pair(), membership: pair() };
};

/** Creates the roles and the three databases, `<service><suffix>`, through an administrator's URL. */
export async function prepareDatabases(
  adminUrl: string,
  passwords: Passwords,
  { suffix = '' }: { suffix?: string } = {},
): Promise<Record<Service, DatabaseUrls>> {
  await prepareRoles(adminUrl, passwords);
  const urls = {} as Record<Service, DatabaseUrls>;
  for (const service of services)
    urls[service] = await prepareDatabase(adminUrl, service, passwords, { database: service + suffix });
  return urls;
}

/** Creates the nine roles or gives them these passwords. They belong to the whole server. */
export const prepareRoles = (adminUrl: string, passwords: Passwords): Promise<void> =>
  asAdministrator(adminUrl, async (admin) => {
    const version = Number((await one(admin, `select current_setting('server_version_num') as v`))!['v']);
    if (version < 160_000)
      throw new OneLineError(
        `PostgreSQL ${Math.floor(version / 10_000)} is too old for the hub: DATABASE_URL needs version 16 or newer.`,
      );
    for (const service of services) {
      for (const [kind, password] of [
        ['owner', passwords[service].owner],
        ['app', passwords[service].app],
        ['definer', null],
      ] as const) {
        const role = `${service}_${kind}`;
        const is = await one(
          admin,
          'select rolsuper or rolbypassrls or rolcreaterole as mighty from pg_roles where rolname = $1',
          [role],
        );
        if (is?.['mighty'])
          throw new OneLineError(
            `The role ${role} has rights beyond the hub's (superuser, bypassrls or createrole): take them away or give another server's DATABASE_URL.`,
          );
        if (!is) await admin.query(`create role ${role} nologin nocreatedb nocreaterole`);
        // A verifier, so that no server log ever sees the password.
        if (password !== null) await admin.query(`alter role ${role} login password '${scramVerifier(password)}'`);
      }
      await admin.query(`grant ${service}_definer to ${service}_owner with inherit false, set true`);
      // An administrator who is not a superuser gives a database only to a role they can become.
      await admin.query(`do $$ begin if not (select rolsuper from pg_roles where rolname = current_user)
        then execute format('grant ${service}_owner to %I with set true, inherit true', current_user); end if; end $$`);
    }
  });

/** Creates one service's database, or puts its rights in order. A clone takes the contents of `template` with it. */
export async function prepareDatabase(
  adminUrl: string,
  service: Service,
  passwords: Passwords,
  { database = service, template }: { database?: string; template?: string } = {},
): Promise<DatabaseUrls> {
  const name = pg.escapeIdentifier(database);
  const urls = {
    url: urlTo(adminUrl, database, `${service}_app`, passwords[service].app),
    ownerUrl: urlTo(adminUrl, database, `${service}_owner`, passwords[service].owner),
  };
  await asAdministrator(adminUrl, async (admin) => {
    const from = template ? `template ${pg.escapeIdentifier(template)}` : `encoding 'UTF8' template template0`;
    if (!(await one(admin, 'select from pg_database where datname = $1', [database])))
      await admin.query(`create database ${name} owner ${service}_owner ${from}`);
    // The rest is the owner's own to do, so the administrator need not be a superuser.
    await connected(urls.ownerUrl, async (owner) => {
      await owner.query(`revoke all on database ${name} from public`);
      await owner.query(`grant connect on database ${name} to ${service}_owner, ${service}_app`);
      await owner.query(`alter database ${name} set search_path = public`);
      await owner.query(`alter schema public owner to ${service}_owner`);
      await owner.query(`revoke all on schema public from public`);
      await owner.query(`grant usage on schema public to ${service}_app`);
      await owner.query(`grant usage, create on schema public to ${service}_definer`);
    });
  });
  return urls;
}

/** The same server, another database or role. */
export function urlTo(adminUrl: string, database: string, user?: string, password?: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${encodeURIComponent(database)}`;
  if (user !== undefined) url.username = encodeURIComponent(user);
  if (password !== undefined) url.password = encodeURIComponent(password);
  return url.href;
}

/** Runs `work` on one connection; only one administrator works at a time on a server. */
const asAdministrator = <T>(adminUrl: string, work: (admin: pg.Client) => Promise<T>): Promise<T> =>
  connected(adminUrl, async (admin) => {
    await admin.query(`select pg_advisory_lock(hashtext('hub: roles and databases'))`);
    return work(admin);
  });

export async function connected<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // a cut connection fails the query under way, which throws
  try {
    await client.connect();
  } catch (cause) {
    const { hostname, port } = new URL(url);
    throw new OneLineError(
      `The database at ${hostname}:${port || 5432} cannot be reached (${describe(cause)}): check that it runs and that the URL is right.`,
      { cause },
    );
  }
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const describe = (error: unknown) => {
  const { code, message } = (error instanceof AggregateError ? error.errors[0] : error) as {
    code?: string;
    message: string;
  };
  return message || code || 'no answer';
};

const one = async (client: pg.Client, text: string, values: unknown[] = []) =>
  (await client.query<Record<string, unknown>>(text, values)).rows[0];

/** What PostgreSQL stores of a password, rfc-editor.org/rfc/rfc5803. */
function scramVerifier(password: string): string {
  if (!/^[\x21-\x7e]+$/.test(password))
    throw new OneLineError('A database password must be of printable ASCII characters without spaces.');
  const salt = randomBytes(16);
  const iterations = 4096;
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}
