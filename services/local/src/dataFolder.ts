/**
 * What the hub keeps on this machine (HUB_DATA, by default `.hub`, git-ignored): the database, secrets, logs, and the
 * facts of the running hub. Only its owner may enter.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { OneLineError } from './oneLineError.js';

export interface DataFolder {
  path: string;
  postgres: string;
  logs: string;
  secrets: string;
  /** The port the development identity provider had: its issuer must not change. */
  issuer: string;
  /** Who has the folder, see lock.ts. */
  lock: string;
  /** What the running hub answers under, see RunningHub. */
  running: string;
}

/** What other commands need of a hub that runs. */
export interface RunningHub {
  url: string;
  /** Of the development identity provider; null without one. */
  issuer: string | null;
  audience: string;
}

export function dataFolder(root: string, env: NodeJS.ProcessEnv): DataFolder {
  const path = resolve(root, env['HUB_DATA'] || '.hub');
  const [postgres, logs, secrets, issuer, lock, running] = (
    ['postgres', 'logs', 'secrets.json', 'issuer.json', 'lock.json', 'running.json'] as const
  ).map((name) => join(path, name)) as [string, string, string, string, string, string];
  return { path, postgres, logs, secrets, issuer, lock, running };
}

/** Makes the folder, for its owner alone. Refuses a folder that has other things in it: its rights would be taken away. */
export function openDataFolder(folder: DataFolder): void {
  const { path, ...ours } = folder;
  try {
    const entries = existsSync(path) ? readdirSync(path) : [];
    if (entries.length > 0 && !Object.values(ours).some((file) => existsSync(file)))
      throw new OneLineError(
        `${path} holds other things than the hub's: set HUB_DATA to a folder that is empty or not there yet.`,
      );
    mkdirSync(folder.logs, { recursive: true, mode: 0o700 });
    chmodSync(folder.path, 0o700);
  } catch (cause) {
    if (cause instanceof OneLineError) throw cause;
    throw new OneLineError(
      `${folder.path} cannot be used (${(cause as Error).message}): start as its owner, or set HUB_DATA to a folder of yours.`,
      { cause },
    );
  }
}

/** Removes what the hub put there, and the folder itself unless somebody else's files are in it. */
export function removeDataFolder(folder: DataFolder): void {
  const { path, ...ours } = folder;
  for (const name of Object.values(ours)) rmSync(name, { recursive: true, force: true });
  if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
}

export const readJson = <T>(file: string): T | null => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new OneLineError(
      `${file} cannot be read (${(error as Error).message}): restore it, or start over with npm run reset (this deletes the data).`,
      { cause: error },
    );
  }
};

/** Whole or not at all, and for its owner only. */
export function writeJson(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true } as object);
  renameSync(`${file}.new`, file);
}
