/**
 * The embedded PostgreSQL server: real binaries from npm, one data folder, one server at a time.
 *
 * The data folder is a PostgreSQL cluster plus `superuser.password`. It comes into being whole (made under another
 * name, then renamed), so it is either absent or complete. A server that outlived its launcher is found through
 * postmaster.pid and stopped; one that was killed leaves its lock behind, which is taken away only when no such
 * process exists.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { freePort, isFree } from './freePort.js';
import { OneLineError } from './oneLineError.js';
import { type PostgresPrograms, postgresPrograms, varLib } from './postgresPrograms.js';
import { until, within } from './within.js';

export const postgresMajor = '18';
const superuser = 'postgres';
const startTimeoutMs = 60_000; // crash recovery after SIGKILL is counted in
const stopTimeoutMs = 10_000;
const log = (dataDir: string) => join(dataDir, 'server.log');

export interface PostgresOptions {
  dataDir: string;
  /** 0 (the default) takes a free one. */
  port?: number;
  /** For tests: never waits for the disk. A crash of the machine destroys the data. */
  fast?: boolean;
  /** Removes the data folder when the server stops, also when the process that started it is killed. */
  discard?: boolean;
  /** False: as if the machine barred them, see postgresPrograms.ts. */
  userNamespaces?: boolean;
}

export interface Postgres {
  /** The superuser's URL, to the database `postgres`. Holds a password: never log it. */
  adminUrl: string;
  port: number;
  pid: number;
  /** Settles when the server ends, asked or not. */
  ended: Promise<void>;
  /** Fast shutdown: sessions are cut, nothing committed is lost. Bounded; may be called again. */
  stop(): Promise<void>;
}

/** Starts the server on `dataDir`, making the folder the first time. Resolves once `select 1` was answered. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  check(resolve(options.dataDir));
  const programs = await postgresPrograms(resolve(options.dataDir), options);
  const dataDir = realPath(options.dataDir);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) await create(programs, dataDir, options.fast ?? false);
  await stopPostgres(dataDir);
  const end = Date.now() + 15_000;
  for (;;) {
    const port = options.port || (await freePort());
    const attempt = (await isFree(port))
      ? await start(programs, dataDir, port, options)
      : 'could not bind: the port is taken';
    if (typeof attempt !== 'string') return attempt;
    const taken = /could not bind/.test(attempt);
    if (taken && options.port)
      throw new OneLineError(`Port ${port} is taken: stop what listens there or choose another port for PostgreSQL.`);
    // After SIGKILL of a server its last children hold the shared memory for a moment.
    const passing = taken || /shared memory|postmaster\.pid/.test(attempt);
    if (!passing || Date.now() > end)
      throw new OneLineError(`PostgreSQL did not start: ${reason(attempt)} (whole log: ${log(dataDir)})`);
    await new Promise((done) => setTimeout(done, 300));
  }
}

/** The server that runs on this data folder, if one does and answers. */
export async function findPostgres(dataDir: string): Promise<{ adminUrl: string; port: number } | null> {
  dataDir = realPath(dataDir);
  const lock = readLock(dataDir);
  if (!lock || !isServerOf(lock.pid, dataDir)) return null;
  const adminUrl = urlOf(dataDir, lock.port);
  return (await answers(adminUrl)) ? { adminUrl, port: lock.port } : null;
}

/** Stops a server that runs on this data folder, whoever started it, and clears the lock of one that was killed. */
export async function stopPostgres(dataDir: string): Promise<void> {
  dataDir = realPath(dataDir);
  const lock = readLock(dataDir);
  if (!lock) return;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isServerOf(lock.pid, dataDir)) break;
    process.kill(lock.pid, signal);
    if (await until(stopTimeoutMs, () => !isServerOf(lock.pid, dataDir))) break;
  }
  if (readLock(dataDir)?.pid === lock.pid) rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

/** Stops the server and deletes the folder and all data in it. */
export async function removePostgres(dataDir: string): Promise<void> {
  await stopPostgres(dataDir);
  const place = realPath(dataDir);
  const paths = [place, dataDir, `${dataDir}.unfinished`, `${dataDir}.password`];
  if (dirname(dirname(place)) === varLib) paths.push(dirname(place));
  for (const path of paths) rmSync(path, { recursive: true, force: true });
}

/** Throws when the folder is one this server cannot or must not take. */
function check(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  const entries = readdirSync(dataDir);
  if (entries.length === 0) return;
  const startOver = `restore it, or start over with npm run reset (this deletes the data)`;
  if (!entries.includes('base') || !entries.includes('PG_VERSION') || !entries.includes('superuser.password'))
    throw new OneLineError(
      `${dataDir} is not a complete PostgreSQL data folder (base/ or a file is missing): ${startOver}.`,
    );
  const version = readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  if (version !== postgresMajor)
    throw new OneLineError(
      `${dataDir} was made by PostgreSQL ${version} and this is ${postgresMajor}: dump it with version ${version} and load it again, or start over with npm run reset (this deletes the data).`,
    );
}

async function create(programs: PostgresPrograms, dataDir: string, fast: boolean): Promise<void> {
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 });
  const unfinished = `${dataDir}.unfinished`;
  const passwordFile = `${dataDir}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  const password = randomBytes(24).toString('base64url');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  programs.own(passwordFile);
  try {
    const initdb = programs.start('initdb', [
      `--pgdata=${unfinished}`,
      `--username=${superuser}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin', // the same sorting and case rules on every machine
      '--builtin-locale=C.UTF-8',
      ...(fast ? ['--no-sync'] : []),
    ]);
    const output: Buffer[] = [];
    initdb.stdout?.on('data', (chunk: Buffer) => output.push(chunk));
    initdb.stderr?.on('data', (chunk: Buffer) => output.push(chunk));
    const code = await new Promise((done, failed) => initdb.once('error', failed).once('close', done));
    if (code !== 0)
      throw new OneLineError(`PostgreSQL could not make ${dataDir}: ${reason(Buffer.concat(output).toString())}`);
    renameSync(passwordFile, join(unfinished, 'superuser.password'));
    chmodSync(unfinished, 0o700);
    if (existsSync(dataDir)) rmdirSync(dataDir); // empty, says check()
    renameSync(unfinished, dataDir);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** The running server, or what it said instead. */
async function start(programs: PostgresPrograms, dataDir: string, port: number, options: PostgresOptions) {
  const output = openSync(log(dataDir), 'w', 0o600);
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '', // a socket's lock in the temporary folder collides between users and survives a kill
    max_connections: '200',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(options.fast && { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const server = programs.start(
    'postgres',
    [
      '-D',
      dataDir,
      '-p',
      String(port),
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    { stdio: ['ignore', output, output] },
  );
  closeSync(output);
  let failure: string | undefined;
  const ended = new Promise<void>((done) => {
    server.once('error', (error) => ((failure = error.message), done()));
    server.once('exit', () => done());
  });
  let over = false;
  void ended.then(() => (over = true));
  const adminUrl = urlOf(dataDir, port);
  const ready = await until(startTimeoutMs, async () => over || (await answers(adminUrl)), 40);
  if (over) return failure ?? readFileSync(log(dataDir), 'utf8');
  if (!ready) {
    server.kill('SIGKILL');
    return `no answer within ${startTimeoutMs / 1000} s`;
  }
  const leash = leashed(server, options.discard ? [dataDir, resolve(options.dataDir)] : []);
  void ended.then(() => leash.kill('SIGKILL'));
  const stop = async () => {
    for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
      if (!over) server.kill(signal);
      if (await within(stopTimeoutMs, ended)) break;
    }
    if (options.discard) await removePostgres(options.dataDir);
  };
  return { adminUrl, port, pid: server.pid!, ended, stop };
}

/**
 * Stops the server when this process is gone, SIGKILL included: a shell waits for the end of a pipe that only we
 * hold open. (The next start would find the server and stop it too; this spares the machine until then.)
 */
function leashed(server: ChildProcess, discard: string[]): ChildProcess {
  const script = `read -r end; kill -INT "$0" && while kill -0 "$0"; do sleep 0.1; done; [ $# = 0 ] || rm -rf "$@"`;
  const leash = spawn('sh', ['-c', script, String(server.pid), ...discard], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  leash.on('error', () => {}); // no shell, no leash
  leash.stdin?.on('error', () => {});
  leash.unref();
  (leash.stdin as unknown as { unref?(): void }).unref?.();
  return leash;
}

/** The line of a log that says why. */
function reason(output: string): string {
  const lines = output.trim().split('\n');
  return (lines.find((line) => /FATAL|PANIC|error:/.test(line)) ?? lines.at(-1) ?? 'no output').trim();
}

function urlOf(dataDir: string, port: number): string {
  const password = readFileSync(join(dataDir, 'superuser.password'), 'utf8').trim();
  return `postgres://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Where the data folder is in truth, or will be: it may be a link, see postgresPrograms.ts. */
function realPath(dataDir: string): string {
  const path = resolve(dataDir);
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()
    ? resolve(dirname(path), readlinkSync(path))
    : path;
}

function readLock(dataDir: string): { pid: number; port: number } | null {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return null;
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n');
  return { pid: Number(pid), port: Number(port) };
}

/** Whether the process is a PostgreSQL server on this folder: numbers are given again, so the number alone proves nothing. */
function isServerOf(pid: number, dataDir: string): boolean {
  if (!(pid > 1)) return false;
  try {
    if (existsSync('/proc/self/cwd')) return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
  } catch {
    return false;
  }
  return (
    spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.includes(dataDir) ?? false
  );
}
