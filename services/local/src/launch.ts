/** The launcher's process: starts the hub, and when told to end stops it and leaves nothing. */
import { rmSync } from 'node:fs';
import { announcement } from './announcement.js';
import { dataFolder, openDataFolder, writeJson } from './dataFolder.js';
import { type HubOptions, startHub } from './hub.js';
import { take } from './lock.js';
import { OneLineError } from './oneLineError.js';
import { readSettings } from './settings.js';

const stopTimeoutMs = 60_000; // every stop is bounded, this is the sum with room

export interface LaunchOptions {
  root: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  /** When the person typed npm start, for the times shown; milliseconds since the epoch. */
  since: number;
  /** Settles when the hub is to stop, see bin/ending.mjs. */
  ending: Promise<{ why: string; code: number }>;
}

/** Runs the hub until it is told to stop; the answer is the exit code. */
export async function launch({ root, args, env, since, ending }: LaunchOptions): Promise<number> {
  process.stdout.on('error', () => {}); // whoever read it may be gone, and we must still stop
  process.stderr.on('error', () => {});
  const say = (line: string) =>
    void process.stdout.write(`${((Date.now() - since) / 1000).toFixed(1).padStart(5)} s  ${line}\n`);

  const abort = new AbortController();
  void ending.then(({ why }) => {
    if (abort.signal.aborted) return;
    say(`Stopping (${why}).`);
    abort.abort(new Error(why));
  });
  // A failure ends in one place, whether it comes while starting or later.
  let giveUp: (error: Error) => void = () => {};
  const failed = new Promise<never>((_, reject) => (giveUp = reject));
  failed.catch(() => {});

  // While everything starts at once, some miss others for a moment: that stands in their logs only.
  let started = false;
  const complain = (line: string) => void (started && say(line));

  const stops: HubOptions['stops'] = [];
  let code = 1;
  let release = () => {};
  const folder = dataFolder(root, env);
  try {
    const settings = readSettings(root, args, env);
    openDataFolder(folder);
    release = take(folder);
    const hub = await Promise.race([
      startHub({ root, folder, settings, logs: folder.logs, say, complain, stopping: abort.signal, giveUp, stops }),
      failed,
    ]);
    const { secrets: _, ...running } = hub;
    writeJson(folder.running, running);
    started = true;
    process.stdout.write(await announcement(hub, settings.seed));
    code = (await Promise.race([ending, failed])).code;
  } catch (error) {
    if (abort.signal.aborted) ({ code } = await ending);
    else
      process.stderr.write(`${error instanceof OneLineError ? error.message : ((error as Error)?.stack ?? error)}\n`);
  }
  setTimeout(() => process.exit(1), stopTimeoutMs).unref();
  if (!abort.signal.aborted) abort.abort(new Error('the start failed'));
  for (const stop of stops.reverse()) await stop();
  rmSync(folder.running, { force: true });
  release();
  return code;
}
