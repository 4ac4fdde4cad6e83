/**
 * Preloaded into a gateway (`node --import`): watches its event loop by a timer of 1 ms. On SIGUSR2 it prints the longest
 * stall since the last SIGUSR2 and starts over. What the kernel let the thread wait for a core is taken off, since that
 * is the machine's doing and not the program's; `wallMs` has it still.
 */
import { openSync, readSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const everyMs = 1;

if (isMainThread) {
  // "time on a core, time waiting for one, turns", the times in ns; of the main thread, whose id is the process's
  const file = openSync(`/proc/self/task/${process.pid}/schedstat`);
  const buffer = Buffer.alloc(100);
  const waitedMs = () => Number(buffer.toString('latin1', 0, readSync(file, buffer, 0, 100, 0)).split(' ')[1]) / 1e6;
  let longest = { stallMs: 0, wallMs: 0 };
  let last = { at: performance.now(), waited: waitedMs() };
  setInterval(() => {
    const now = { at: performance.now(), waited: waitedMs() };
    const wallMs = now.at - last.at - everyMs;
    const stallMs = Math.max(0, wallMs - (now.waited - last.waited));
    longest = { stallMs: Math.max(longest.stallMs, stallMs), wallMs: Math.max(longest.wallMs, wallMs) };
    last = now;
  }, everyMs).unref();
  process.on('SIGUSR2', () => {
    process.stdout.write(`${JSON.stringify(longest)}\n`);
    longest = { stallMs: 0, wallMs: 0 };
  });
}
