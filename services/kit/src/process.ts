/** The life of a process: start, say that it is ready, close on a signal within five seconds. */
import type { Log } from './log.js';

export interface Running {
  url: string;
  close(): Promise<void>;
}

const closeMs = 5_000;

/**
 * Runs `start`, prints `{"ready":true,"url":…}` on standard output and closes on SIGTERM or SIGINT. A failing start
 * is logged in one entry and exits with 1.
 */
export async function runProcess<R extends Running>(log: Log, start: () => Promise<R>): Promise<void> {
  let running: R;
  try {
    running = await start();
  } catch (error) {
    log.error(`cannot start: ${error instanceof Error ? error.message : String(error)}`, { error });
    process.exit(1);
  }
  let closing = false;
  const stop = (signal: NodeJS.Signals) => {
    if (closing) return;
    closing = true;
    log.info('closing', { signal });
    setTimeout(() => process.exit(1), closeMs).unref();
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('closing failed', { error });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('unhandledRejection', (error) => log.error('unhandled rejection', { error }));
  const { close: _, ...facts } = running;
  process.stdout.write(JSON.stringify({ ready: true, ...facts }) + '\n');
}
