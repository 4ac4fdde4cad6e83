/** One launcher (or bootstrap, or reset) at a time on a data folder. The lock of a process that was killed is stale. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type DataFolder, readJson } from './dataFolder.js';
import { OneLineError } from './oneLineError.js';

interface Holder {
  pid: number;
  /** When the process started, as the system counts: process numbers are given again. */
  since: string;
}

/** The process that has the folder, if one does. */
export function holder({ lock }: DataFolder): Holder | null {
  const held = readJson<Holder>(lock);
  return held && startOf(held.pid) === held.since ? held : null;
}

/** Takes the folder; the answer gives it back. */
export function take(folder: DataFolder): () => void {
  const { lock } = folder;
  const mine = JSON.stringify({ pid: process.pid, since: startOf(process.pid) });
  for (;;) {
    try {
      writeFileSync(lock, mine, { mode: 0o600, flag: 'wx' });
      return () => {
        if (readJson<Holder>(lock)?.pid === process.pid) rmSync(lock, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const other = holder(folder);
    if (other)
      throw new OneLineError(
        `The hub is already running on ${folder.path} (process ${other.pid}): stop it first, or set HUB_DATA to another folder.`,
      );
    // Stale. Of two who see that, one moves it away; the other finds nothing and looks again.
    try {
      renameSync(lock, `${lock}.${process.pid}`);
      rmSync(`${lock}.${process.pid}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Empty for a process that does not exist; elsewhere than on Linux only whether it exists. */
function startOf(pid: number): string {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return '';
  }
  if (process.platform !== 'linux') return 'exists';
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return afterName[0] === 'Z' ? '' : afterName[19]!; // field 22, starttime
  } catch {
    return '';
  }
}
