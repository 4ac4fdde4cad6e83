/** Who is measured, and how each is started: one process each, `PORT` told, on the same supergraph. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, start } from './processes.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = (file) => fileURLToPath(new URL(file, import.meta.url));

/** The build that is measured; another one by `GATEWAY_MAIN`. */
export const gatewayMain = process.env.GATEWAY_MAIN ?? join(root, 'gateway/dist/main.js');
export const peersFolder = join(root, 'node_modules/.cache/bench-peers');

/** `answers`: a file with the answers to all workloads, for the limit. */
export function contestants({ supergraph, answers, replay, peers }) {
  const ours = {
    program: gatewayMain,
    env: {
      SUPERGRAPH: supergraph,
      HOST: '127.0.0.1',
      OIDC_ISSUER: replay.origin,
      OIDC_AUDIENCE: 'bench',
      GATEWAY_PASSPORT_KEY: replay.passportKey,
      VIEWER_URL: `${replay.origin}/internal/viewer`,
    },
  };
  const hive = (settings) => ({
    program: join(peers, 'node_modules/@graphql-hive/gateway/dist/bin.js'),
    args: ['supergraph', supergraph, '--host', '127.0.0.1', '--fork', '1', '--config-path', join(peers, settings)],
    portArgument: '--port',
    cwd: peers,
  });
  return {
    ours,
    // Asked by somebody who shows a token: verified, and looked up at membership.
    signedIn: { ...ours, headers: { authorization: `Bearer ${replay.token}` } },
    // The gateway's settings for telemetry; limits have none and are always on.
    telemetry: {
      ...ours,
      env: { ...ours.env, METRICS: 'on', INTERNAL_PORT: '0', OTEL_EXPORTER_OTLP_ENDPOINT: replay.origin },
    },
    stock: { program: here('stock.mjs'), env: { SUPERGRAPH: supergraph }, path: '/' },
    ...(peers && { hive: hive('hive.mjs'), hiveRust: hive('hiveRust.mjs') }),
    limit: { program: here('limit.mjs'), env: { SUBGRAPHS: replay.origin, ANSWERS: answers }, path: '/' },
  };
}

const readyMs = 60_000;

/** Starts a contestant; resolves when it answers GraphQL. */
export async function startContestant(name, how, core) {
  const { nodeOptions = [], program, args = [], env, cwd, path = '/graphql', portArgument } = how;
  if (!existsSync(program)) throw new Error(`${name} is not there: ${program}`);
  const port = await freePort();
  const self = start([...nodeOptions, program, ...args, ...(portArgument ? [portArgument, String(port)] : [])], {
    core,
    cwd,
    env: { NODE_ENV: 'production', ...env, PORT: String(port) },
  });
  const contestant = {
    name,
    process: self,
    pid: self.pid,
    origin: `http://127.0.0.1:${port}`,
    path,
    headers: how.headers,
  };
  const until = performance.now() + readyMs;
  while (!(await answers(contestant))) {
    if (self.exited !== null) throw new Error(`${name} ended with ${self.exited}:\n${self.printed}`);
    if (performance.now() > until) throw new Error(`${name} does not answer:\n${self.printed}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return contestant;
}

const answers = (contestant) =>
  post(contestant, { query: '{ __typename }' }).then(
    ({ status }) => status === 200,
    () => false,
  );

/** Asks once. */
export async function post({ origin, path }, request, headers = {}) {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity', ...headers },
    body: JSON.stringify(request),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, text: await response.text() };
}
