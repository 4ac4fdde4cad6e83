/**
 * Measures the hub as it runs in earnest: every process its own, started as `npm start` does.
 *
 *   npm run bench            every benchmark
 *   npm run bench -- push    one of them
 *
 * Exits with 1 when an aim is missed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { push } from './push.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const data = mkdtempSync(join(tmpdir(), 'hub-bench-'));
const port = 24_000 + Math.floor(Math.random() * 4_000);
const env = { ...process.env, HUB_DATA: data, PORT: String(port) };
const url = `http://127.0.0.1:${port}/graphql`;

/** Starts the hub; resolves when it prints that it runs, with the seconds that took. */
async function start() {
  const begun = performance.now();
  const hub = spawn(process.execPath, [join(root, 'services/local/bin/start.mjs')], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  await new Promise((resolve, reject) => {
    for (const stream of [hub.stdout, hub.stderr])
      stream.on('data', (chunk) => {
        printed += chunk;
        if (printed.includes('The hub runs')) resolve();
      });
    hub.once('exit', (code) => reject(new Error(`the hub ended with ${code}:\n${printed}`)));
  });
  return {
    seconds: (performance.now() - begun) / 1000,
    stop: () =>
      new Promise((resolve) => {
        hub.once('exit', resolve);
        hub.kill('SIGTERM');
      }),
  };
}

/** A development token of a role. */
const token = (role) =>
  new Promise((resolve, reject) => {
    const program = spawn(process.execPath, [join(root, 'services/local/bin/token.mjs'), role], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    program.stdout.on('data', (chunk) => (printed += chunk));
    program.once('exit', (code) => (code === 0 ? resolve(printed.trim()) : reject(new Error(`no token for ${role}`))));
  });

const aims = {
  /** Built tree with existing data to ready. */
  start: async () => {
    await (await start()).stop(); // builds what is stale, makes the data
    const seconds = [];
    for (let run = 0; run < 3; run++) {
      const hub = await start();
      seconds.push(hub.seconds);
      await hub.stop();
    }
    const median = seconds.toSorted((a, b) => a - b)[1];
    return {
      figures: { runs: seconds.map((value) => `${value.toFixed(1)} s`).join(', ') },
      name: 'median',
      value: median,
      aim: 15,
      unit: 's',
    };
  },
  /** COMMIT acknowledged to WebSocket client, on an otherwise idle hub. */
  push: async () => {
    const hub = await start();
    try {
      return await push({ url, focalPoint: await token('focal-point:KEN'), officer: await token('officer:igad') });
    } finally {
      await hub.stop();
    }
  },
};

const wanted = process.argv.slice(2).filter((name) => name !== '--');
const unknown = wanted.filter((name) => !Object.hasOwn(aims, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}: ${Object.keys(aims).join(', ')}.`);
  process.exit(1);
}
console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`);
try {
  for (const [name, measure] of Object.entries(aims)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { figures, value, aim, unit, name: figure } = await measure();
    const met = value <= aim;
    console.log(
      `${name}: ${figure} ${value.toFixed(1)} ${unit} (aim ≤ ${aim} ${unit}) ${met ? 'met' : 'MISSED'}`,
      figures,
    );
    if (!met) process.exitCode = 1;
  }
} finally {
  rmSync(data, { recursive: true, force: true });
}
