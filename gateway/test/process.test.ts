/** The process: what it says, where, and how it ends. Serves a supergraph the hub knows nothing of. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { type SignIn, startSignIn } from './signIn.js';
import { type World, startWorld, until } from './world.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let world: World;
let signIn: SignIn;
let folder: string;
beforeAll(async () => {
  world = await startWorld();
  signIn = await startSignIn();
  folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  await writeFile(join(folder, 'supergraph.graphql'), world.supergraph);
  await writeFile(join(folder, 'a-query.graphql'), '{ books { title } }');
});
const started: ChildProcess[] = [];
afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL');
  await until(() => started.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null));
  await rm(folder, { recursive: true });
  await signIn.stop();
  await world.stop();
});

function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  const output = { child, out: '', err: '' };
  child.stdout.on('data', (chunk) => (output.out += String(chunk)));
  child.stderr.on('data', (chunk) => (output.err += String(chunk)));
  return output;
}
const ended = ({ child }: { child: ChildProcess }) => until(() => child.exitCode !== null, 'the process to end');
const ready = async (process: ReturnType<typeof start>) => {
  await until(() => process.out.includes('\n') || process.child.exitCode !== null, 'the process to be ready');
  return JSON.parse(process.out) as { ready: boolean; url: string; internalUrl?: string };
};

test('a supergraph, and nothing else, is served; SIGTERM closes sockets with 1001 and ends it well', async () => {
  const gateway = start({ SUPERGRAPH: join(folder, 'supergraph.graphql'), PORT: '0' });
  const { url, ...rest } = await ready(gateway);
  expect(rest).toEqual({ ready: true });
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer not looked at' },
    body: JSON.stringify({ query: '{ book(isbn: "1") { author { greeting born { name } } } }' }),
  });
  expect(await answer.json()).toEqual({
    data: { book: { author: { greeting: 'Hello Ann', born: { name: 'Kenya' } } } },
  });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  let code = 0;
  socket.on('close', (closeCode) => (code = closeCode));
  await new Promise((resolve) => socket.on('open', resolve));
  gateway.child.kill('SIGTERM');
  await ended(gateway);
  expect([gateway.child.exitCode, code]).toEqual([0, 1001]);
  for (const line of gateway.err.trim().split('\n')) expect(JSON.parse(line)).toMatchObject({ service: 'gateway' });
});

test('with identity, services elsewhere, and samples', async () => {
  const { issuer, audience, passportKey, viewerUrl } = signIn.identity;
  const gateway = start({
    SUPERGRAPH: join(folder, 'supergraph.graphql'),
    PORT: '0',
    OIDC_ISSUER: issuer,
    OIDC_AUDIENCE: audience,
    GATEWAY_PASSPORT_KEY: JSON.stringify(passportKey),
    VIEWER_URL: viewerUrl,
    INTERNAL_PORT: '0',
    GRAPHIQL_SAMPLES: folder,
    SUBGRAPH_BOOKS_URL: 'http://127.0.0.1:9/graphql',
  });
  const { url, internalUrl } = await ready(gateway);
  const passports = await fetch(`${internalUrl}/passport`, { method: 'POST' });
  expect(Object.keys((await passports.json()) as object).sort()).toEqual(['books', 'people', 'places']);
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ services: { books: false, people: true } });
  expect(await (await fetch(`${url}/graphql/assets/samples.json`)).json()).toMatchObject([{ name: 'a-query' }, {}]);
  const html = await (await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } })).text();
  for (const [, asset] of html.matchAll(/(?:src|href)="([^"]+)"/g)) {
    const response = await fetch(url + asset);
    expect([response.status, (await response.arrayBuffer()).byteLength > 1000]).toEqual([200, true]);
  }
  gateway.child.kill('SIGTERM');
  await ended(gateway);
});

test('a supergraph file that changes is served from then on; a bad one is refused, and told', async () => {
  const file = join(folder, 'changing.graphql');
  const good = await readFile(join(folder, 'supergraph.graphql'), 'utf8');
  await writeFile(file, good);
  const gateway = start({ SUPERGRAPH: file, PORT: '0' });
  const { url } = await ready(gateway);
  const ask = async (query: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return response.json() as Promise<{ data?: unknown }>;
  };
  const renamed = '{ __type(name: "Novel") { name } }';
  expect(await ask(renamed)).toEqual({ data: { __type: null } });
  await writeFile(file, 'type Query { a: Int }');
  await until(() => gateway.err.includes('refused'), 'the bad supergraph to be refused');
  expect((await ask('{ book(isbn: "1") { title } }')).data).toEqual({ book: { title: 'One' } });
  await writeFile(
    file,
    good.replaceAll('NOVEL', 'STORY').replace('type Prize', 'type Novel').replaceAll('[Prize]', '[Novel]'),
  );
  await until(() => gateway.err.includes('serving the supergraph'), 'the good one to be served');
  expect(await ask(renamed)).toEqual({ data: { __type: { name: 'Novel' } } });
  gateway.child.kill('SIGTERM');
  await ended(gateway);
});

test.each([
  ['everything missing', {}, ['SUPERGRAPH is missing']],
  [
    'half an identity, and a port that is none',
    { SUPERGRAPH: 'x', PORT: 'http', OIDC_ISSUER: 'x', SUBGRAPH_BOOKS_URL: 'x' },
    ['PORT', 'OIDC_ISSUER', 'OIDC_AUDIENCE', 'GATEWAY_PASSPORT_KEY', 'VIEWER_URL', 'SUBGRAPH_BOOKS_URL'],
  ],
  ['a file that is not there', { SUPERGRAPH: '/nowhere.graphql' }, ['/nowhere.graphql']],
] as [string, Record<string, string>, string[]][])(
  '%s ends it with one line that names it all',
  async (_what, env, named) => {
    const gateway = start(env);
    await ended(gateway);
    expect([gateway.child.exitCode, gateway.out]).toEqual([1, '']);
    const lines = gateway.err.trim().split('\n');
    expect(lines).toHaveLength(1);
    for (const name of named) expect((JSON.parse(lines[0]!) as { message: string }).message).toContain(name);
  },
);

test('a port that is taken ends it with one line that names it', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const { port } = taken.address() as AddressInfo;
  const gateway = start({ SUPERGRAPH: join(folder, 'supergraph.graphql'), PORT: String(port) });
  await ended(gateway);
  await new Promise((resolve) => taken.close(resolve));
  expect(gateway.child.exitCode).toBe(1);
  expect((JSON.parse(gateway.err) as { message: string }).message).toContain(`Port ${port}`);
});
