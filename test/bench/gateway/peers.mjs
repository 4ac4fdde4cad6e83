/**
 * Hive Gateway, with and without its Rust planner. 500 MB that nothing else needs, so they are no dependency of ours:
 * installed when this benchmark runs, in a folder of their own that npm's workspaces do not know.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const versions = {
  '@graphql-hive/gateway': '2.15.1',
  '@graphql-hive/router-runtime': '1.4.23',
  graphql: '16.15.0',
};
// The newest of these two want Node 22, and come by ranges of others.
const overrides = { '@whatwg-node/promise-helpers': '1.3.2', '@whatwg-node/disposablestack': '0.0.6' };
const installMs = 10 * 60_000;

// De-duplication of requests in flight: of those that come in, off unless asked for; of those that go out, on unless
// told otherwise. A load test that repeats one request would measure little else.
const off = `
  inboundInflightRequestDeduplication: false,
  transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },`;
const settings = {
  'hive.mjs': `export const gatewayConfig = {${off} };`,
  'hiveRust.mjs': `import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
export const gatewayConfig = { unifiedGraphHandler, ${off} };`,
};

/** Installs what is not there. The folder, or null when it cannot be had, and that is said. */
export function installPeers(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(settings)) writeFileSync(join(folder, file), text);
  const there = () =>
    Object.entries(versions).every(([name, version]) => installedVersion(folder, name) === version) ? folder : null;
  if (there()) return folder;
  console.log('gateway: installing Hive Gateway to compare with (500 MB, once) …');
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'bench-peers', private: true, type: 'module', dependencies: versions, overrides }, null, 2),
  );
  const { error, status, stderr } = spawnSync(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'],
    { cwd: folder, env: withoutNpmRun(process.env), encoding: 'utf8', timeout: installMs },
  );
  if (!there()) console.log(`gateway: Hive Gateway cannot be installed (${error ?? `npm: ${status}`}).\n${stderr}`);
  return there();
}

function installedVersion(folder, name) {
  try {
    return JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
  } catch {
    return null;
  }
}

/** Without what `npm run -w` says to its children: it would make npm install in that workspace. */
const withoutNpmRun = (env) =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(npm_(config_(workspaces?|local_prefix|prefix)|package_)|INIT_CWD)/.test(name),
    ),
  );
