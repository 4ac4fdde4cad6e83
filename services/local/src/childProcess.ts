/**
 * A Node program as a child: in a process group of its own (a Ctrl-C in the terminal reaches the launcher alone, which
 * stops its children in order), gone when the launcher is gone, its output in a log.
 *
 * `runProgram` waits for its end; `keepRunning` starts it again when it dies.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ChildLog } from './childLog.js';
import { OneLineError } from './oneLineError.js';
import { within } from './within.js';

export interface Program {
  name: string;
  script: string;
  args?: string[];
  /** Its whole environment. */
  env: NodeJS.ProcessEnv;
}

export interface Surroundings {
  /** Folder for logs. */
  logs: string;
  /** One line for the person at the console. */
  say(line: string): void;
  /** The same for an error in a child's log. */
  complain(line: string): void;
  /** Aborted when everything is to stop. */
  stopping: AbortSignal;
}

/** What a program says on standard output once it serves. */
export interface Ready {
  url: string;
  internalUrl?: string;
}

export interface KeptProcess {
  /** The first time it serves. Rejects when it does not come up. */
  ready: Promise<Ready>;
  /** TERM, then KILL; bounded. */
  stop(): Promise<void>;
}

const exitWithParent = fileURLToPath(new URL('./exitWithParent.js', import.meta.url)).replace('/src/', '/dist/');
const stopTimeoutMs = 7_000; // programs close within five seconds
const readyTimeoutMs = 60_000;
const attemptsAtStart = 3;
const steadyMs = 60_000; // having lived so long, a death is a new story
const longestPauseMs = 30_000;

/** Runs a program to its end; throws when that is not a good one. */
export async function runProgram(
  program: Program,
  { logs, stopping }: Pick<Surroundings, 'logs' | 'stopping'>,
): Promise<void> {
  stopping.throwIfAborted();
  const log = new ChildLog(logs, program.name, () => {});
  const child = start(program);
  log.follow(child.stdout!);
  log.follow(child.stderr!);
  const stop = () => void stopChild(child);
  stopping.addEventListener('abort', stop);
  const how = await ended(child);
  stopping.removeEventListener('abort', stop);
  log.close();
  stopping.throwIfAborted();
  if (how !== 'code 0') throw new OneLineError(`${program.name} failed (${log.lastError ?? how}): see ${log.file}.`);
}

/** Starts a program and keeps it running; `giveUp` is told when that fails at the start. */
export function keepRunning(program: Program, { logs, say, complain, stopping }: Surroundings): KeptProcess {
  const log = new ChildLog(logs, program.name, complain);
  let child: ChildProcess | undefined;
  let over = false;
  let wake = () => {};
  const stop = async () => {
    over = true;
    wake();
    if (child) await stopChild(child);
    log.close();
  };

  const ready = new Promise<Ready>((served, failed) => {
    stopping.addEventListener('abort', () => failed(stopping.reason as Error));
    let everServed = false;
    const live = async () => {
      for (let deaths = 0; !over;) {
        const startedAt = Date.now();
        log.lastError = undefined;
        const current = (child = start(program));
        const late = setTimeout(() => {
          log.lastError ??= `not ready after ${readyTimeoutMs / 1000} s`;
          kill(current, 'SIGKILL');
        }, readyTimeoutMs);
        log.follow(current.stdout!, (line) => {
          const facts = readyLine(line);
          if (!facts) return;
          clearTimeout(late);
          if (everServed) say(`${program.name} serves again.`);
          everServed = true;
          served(facts);
        });
        log.follow(current.stderr!);
        const how = await ended(current);
        clearTimeout(late);
        if (over) return;
        deaths = Date.now() - startedAt > steadyMs ? 1 : deaths + 1;
        const why = log.lastError ? `${how}: ${log.lastError}` : how;
        if (!everServed && deaths >= attemptsAtStart)
          return failed(new OneLineError(`${program.name} does not start (${why}): see ${log.file}.`));
        const pauseMs = Math.min(250 * 2 ** deaths, longestPauseMs);
        say(`${program.name} ended (${why}); starting it again in ${pauseMs / 1000} s.`);
        await new Promise<void>((done) => {
          wake = done;
          setTimeout(done, pauseMs);
        });
      }
    };
    live().catch(failed);
  });
  ready.catch(() => {}); // whoever waits hears of it
  return { ready, stop };
}

function start({ script, args = [], env }: Program): ChildProcess {
  return spawn(process.execPath, ['--import', exitWithParent, script, ...args], {
    env,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'], // the first is exitWithParent's
  });
}

/** How it ended, in words, once its output is read to the end. */
const ended = (child: ChildProcess): Promise<string> =>
  new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(signal ? `signal ${signal}` : `code ${code}`));
  });

async function stopChild(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((done) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) done();
    else child.once('exit', () => done());
  });
  child.kill('SIGTERM');
  if (await within(stopTimeoutMs, gone)) return;
  kill(child, 'SIGKILL');
  await within(stopTimeoutMs, gone);
}

/** The whole group: a program may have children. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

function readyLine(line: string): Ready | undefined {
  if (!line.startsWith('{"ready":true')) return undefined;
  return JSON.parse(line) as Ready;
}
