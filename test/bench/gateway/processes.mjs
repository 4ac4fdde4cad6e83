/** Starts the processes of the benchmark, each on its core, and lets none of them outlive it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const stopMs = 5_000;
const mostPrinted = 20_000; // characters kept, to be shown when it fails

// Without what a shell has set for telemetry or for Node: it would be measured.
const surroundings = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(OTEL_|METRICS$|NODE_OPTIONS$)/.test(name)),
);

/** Starts Node on a core (null: any). With `ipc` it can be sent messages. */
export function start(args, { core = null, env = {}, cwd, ipc = false } = {}) {
  const [command, ...rest] = [...(core === null ? [] : ['taskset', '-c', String(core)]), process.execPath, ...args];
  const child = spawn(command, rest, {
    cwd,
    env: { ...surroundings, ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])],
  });
  running.add(child);
  const self = { child, pid: child.pid, printed: '', exited: null, stop };
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (self.printed = (self.printed + text).slice(-mostPrinted)));
  child.once('error', (error) => (self.printed += String(error)));
  child.once('close', (code, signal) => {
    running.delete(child);
    self.exited = code ?? signal;
  });
  async function stop() {
    if (self.exited !== null) return;
    const cut = setTimeout(() => child.kill('SIGKILL'), stopMs);
    child.kill('SIGTERM');
    await once(child, 'close');
    clearTimeout(cut);
  }
  return self;
}

/** Sends a message (if there is one) and waits for the next one. */
export async function ask(self, message) {
  const { child } = self;
  const answer = await new Promise((resolve, reject) => {
    const settle = (act) => (value) => {
      child.off('message', answered).off('close', ended);
      act(value);
    };
    const answered = settle(resolve);
    const ended = settle((code) => reject(new Error(`a process of the benchmark ended with ${code}: ${self.printed}`)));
    child.on('message', answered).on('close', ended);
    if (message !== undefined) child.send(message);
  });
  if (answer.error) throw new Error(answer.error);
  return answer;
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
