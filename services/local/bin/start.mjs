/** npm start: builds what is stale, then runs the hub (src/launch.ts). Plain JavaScript, since nothing may be built yet. */
import { ending } from './ending.mjs';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const since = Date.now();
const root = fileURLToPath(new URL('../../../', import.meta.url));
const packages = ['@hub/local', '@hub/region', '@hub/membership', '@hub/practice', '@hub/gateway', '@hub/clients'];

const fail = (message) => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

async function build() {
  const turbo = join(root, 'node_modules/.bin/turbo');
  if (!existsSync(turbo)) {
    // A production install has no build tools; then what was built must do.
    if (existsSync(new URL('../dist/launch.js', import.meta.url))) return;
    fail('The dependencies are not installed: run npm ci first.');
  }
  process.stdout.write('Building what is stale …\n');
  const args = ['run', 'build', '--output-logs=errors-only', ...packages.map((name) => `--filter=${name}...`)];
  const child = spawn(turbo, args, {
    cwd: root,
    detached: true, // a Ctrl-C reaches us alone
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: '', TURBO_TELEMETRY_DISABLED: '1' },
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  const code = new Promise((done) => child.once('error', done).once('close', done));
  const told = await Promise.race([ending, code.then(() => null)]);
  if (told) {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {} // it has ended
    process.exit(told.code);
  }
  if ((await code) !== 0) fail(`${Buffer.concat(output)}\nThe build failed: see above.`);
}

await build();
const { launch } = await import('../dist/launch.js');
process.exit(await launch({ root, args: process.argv.slice(2), env: process.env, since, ending }));
