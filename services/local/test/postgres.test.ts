import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { connected, newPasswords, prepareDatabases } from '../src/databases.js';
import { type Postgres, findPostgres, removePostgres, startPostgres, stopPostgres } from '../src/postgres.js';
import { until } from '../src/within.js';

const folders: string[] = [];
/** A data folder within a 0700 folder of its own. */
const newDataDir = () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-postgres-'));
  folders.push(folder);
  return join(folder, 'postgres');
};
afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await removePostgres(join(folder, 'postgres'));
    rmSync(folder, { recursive: true, force: true });
  }
});

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const write = ({ adminUrl }: { adminUrl: string }) =>
  connected(adminUrl, (client) => client.query('create table if not exists kept (n int); insert into kept values (1)'));
const count = ({ adminUrl }: { adminUrl: string }) =>
  connected(
    adminUrl,
    async (client) => (await client.query('select count(*)::int as n from kept')).rows[0].n as number,
  );

/** Starts a server from another process, which can then be killed. */
async function startElsewhere(
  dataDir: string,
): Promise<{ starter: ChildProcess; closed: Promise<unknown>; pid: number }> {
  const program = `import { startPostgres } from ${JSON.stringify(new URL('../dist/postgres.js', import.meta.url).href)};
    const { pid } = await startPostgres({ dataDir: process.argv[1], fast: true }); console.log(pid);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', program, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = once(starter, 'close');
  const [line] = (await once(starter.stdout!, 'data')) as [Buffer];
  return { starter, closed, pid: Number(line.toString()) };
}

test('it starts, keeps its data over a restart and leaves nothing running', async () => {
  const dataDir = newDataDir();
  const first = await startPostgres({ dataDir, fast: true });
  await write(first);
  await first.stop();
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(statSync(join(dataDir, 'superuser.password')).mode & 0o777).toBe(0o600);
  const second = await startPostgres({ dataDir, fast: true });
  expect(await count(second)).toBe(1);
  await expect(connected(second.adminUrl.replace(/:[^:@]*@/, ':wrong@'), async () => {})).rejects.toThrow(/password/);
  await second.stop();
});

test('after SIGKILL of the server the next start works at once and has what was committed', async () => {
  const dataDir = newDataDir();
  const first = await startPostgres({ dataDir });
  await write(first);
  process.kill(first.pid, 'SIGKILL');
  await first.ended;
  const second = await startPostgres({ dataDir });
  expect(await count(second)).toBe(1);
  await second.stop();
});

test('a server is stopped when the process that started it is killed', async () => {
  const { starter, closed, pid } = await startElsewhere(newDataDir());
  starter.kill('SIGKILL');
  await closed;
  expect(await until(10_000, () => !isAlive(pid))).toBe(true);
});

test('a server that somebody else left running is found, and taken over by the next start', async () => {
  const dataDir = newDataDir();
  const { starter, closed, pid } = await startElsewhere(dataDir);
  const found = await findPostgres(dataDir);
  await write(found!);
  const mine = await startPostgres({ dataDir, fast: true });
  expect(isAlive(pid)).toBe(false);
  expect(mine.pid).not.toBe(pid);
  expect(await count(mine)).toBe(1);
  await mine.stop();
  expect(await findPostgres(dataDir)).toBeNull();
  starter.kill('SIGKILL');
  await closed;
});

test("a lock that names another program's process is stale", async () => {
  const dataDir = newDataDir();
  await (await startPostgres({ dataDir, fast: true })).stop();
  writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n1\n5432\n\n127.0.0.1\n`);
  await stopPostgres(dataDir);
  expect(isAlive(process.pid)).toBe(true);
  await (await startPostgres({ dataDir, fast: true })).stop();
});

test.each([
  ['without base/', (dataDir: string) => rmSync(join(dataDir, 'base'), { recursive: true }), /base\/.*npm run reset/],
  [
    'of another major version',
    (dataDir: string) => writeFileSync(join(dataDir, 'PG_VERSION'), '15\n'),
    /PostgreSQL 15.*npm run reset/,
  ],
  [
    'of somebody else',
    (dataDir: string) => (
      rmSync(dataDir, { recursive: true }),
      mkdirSync(dataDir),
      writeFileSync(join(dataDir, 'thesis.txt'), '')
    ),
    /not a complete/,
  ],
] as const)('a data folder %s is refused in one line that says what to do', async (_, spoil, message) => {
  const dataDir = newDataDir();
  await (await startPostgres({ dataDir, fast: true })).stop();
  spoil(dataDir);
  const error = (await startPostgres({ dataDir, fast: true }).catch((reason: unknown) => reason)) as Error;
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain('\n');
});

test('a port that is taken is refused in one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  await expect(startPostgres({ dataDir: newDataDir(), fast: true, port })).rejects.toThrow(
    new RegExp(`^Port ${port} is taken: .*$`),
  );
  taken.close();
});

test('a start that was interrupted is begun again', async () => {
  const dataDir = newDataDir();
  mkdirSync(`${dataDir}.unfinished/base`, { recursive: true });
  await (await startPostgres({ dataDir, fast: true })).stop();
  expect(existsSync(`${dataDir}.unfinished`)).toBe(false);
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;
asRoot('root without user namespaces runs it as nobody, in a place nobody can reach', async () => {
  const dataDir = newDataDir();
  let server: Postgres = await startPostgres({ dataDir, fast: true, userNamespaces: false });
  await write(server);
  expect(statSync(`/proc/${server.pid}`).uid).not.toBe(0);
  await server.stop();
  server = await startPostgres({ dataDir, fast: true }); // with them again: still as the folder's owner
  expect(await count(server)).toBe(1);
  await server.stop();
});

test('an administrator who is not a superuser makes roles and databases, twice', async () => {
  const server = await startPostgres({ dataDir: newDataDir(), fast: true });
  await connected(server.adminUrl, (admin) =>
    admin.query(`create role lesser login createrole createdb password 'lesser'`),
  );
  const url = new URL(server.adminUrl);
  url.username = url.password = 'lesser';
  for (const passwords of [newPasswords(), newPasswords()]) {
    const urls = await prepareDatabases(url.href, passwords);
    await connected(urls.practice.url, (app) => app.query('select 1'));
  }
  await server.stop();
});
