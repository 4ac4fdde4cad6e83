/**
 * Measures the hub as it runs in earnest: every process its own, started as `npm start` does.
 *
 *   npm run bench               every benchmark
 *   npm run bench -- push       one of them
 *   npm run bench -- access-log what reads pay for the access log
 *   npm run bench -- gateway    our gateway against others, which it installs in a folder of their own
 *     --quick                   shorter and less exact
 *     --without-peers           without those that would have to be installed
 *
 * The last line of each benchmark is its figures as one JSON object. Exits with 1 when an aim is missed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { http2 } from './http2.mjs';
import { push } from './push.mjs';
import { signedIn } from './signedIn.mjs';

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

/** A benchmark of one figure. */
const oneFigure = ({ figures, name, value, aim, unit }) => {
  const met = value <= aim;
  return {
    lines: [`${name} ${value.toFixed(1)} ${unit} (aim ≤ ${aim} ${unit}) ${met ? 'met' : 'MISSED'}`, figures],
    json: { [name]: value, aim, unit, ...figures },
    met,
  };
};

/** Each tells lines to print, figures as JSON, and whether its aims are met. */
const benchmarks = {
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
    return oneFigure({ figures: { runs: seconds }, name: 'median', value: median, aim: 15, unit: 's' });
  },
  /** COMMIT acknowledged to WebSocket client, on an otherwise idle hub. */
  push: async () => {
    const hub = await start();
    try {
      return oneFigure(
        await push({ url, focalPoint: await token('focal-point:KEN'), officer: await token('officer:igad') }),
      );
    } finally {
      await hub.stop();
    }
  },
  /** What policies cost: 200,000 practices, of which the viewer sees one in six. */
  visibility: async (options) => (await import('./visibility.mjs')).visibility(options),
  /** Whether a search tells by its time of what is hidden. */
  timing: async (options) => (await import('./timing.mjs')).timing(options),
  /** What a signed-in request costs with who asks kept, and looked up. */
  'signed-in': async () => {
    const hub = await start();
    try {
      return await signedIn({ url, data });
    } finally {
      await hub.stop();
    }
  },
  /** CPU per request, against others on the same subgraphs. Loaded when wanted: it needs Linux. */
  gateway: async (options) => (await import('./gateway/gateway.mjs')).gateway(options),
  /** CPU per read with the access log and without. Loaded when wanted: it needs Linux. */
  'access-log': async (options) => (await import('./access-log/accessLog.mjs')).accessLog(options),
  /** CPU per request to a service, by version of HTTP. */
  http2,
};

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, 'without-peers': { type: 'boolean' } },
});
const unknown = wanted.filter((name) => !Object.hasOwn(benchmarks, name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}: ${Object.keys(benchmarks).join(', ')}.`);
  process.exit(1);
}
console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}`);
try {
  for (const [name, measure] of Object.entries(benchmarks)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const { lines, json, met } = await measure({ quick: options.quick, withoutPeers: options['without-peers'] });
    for (const line of lines) console.log(`${name}:`, line);
    console.log(JSON.stringify({ bench: name, ...json, met }));
    if (!met) process.exitCode = 1;
  }
} finally {
  rmSync(data, { recursive: true, force: true });
}
