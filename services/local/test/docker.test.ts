/** docker/ without Docker: the files parse, name what exists, and their commands run. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { connected, services, urlTo } from '../src/databases.js';
import { startPostgres } from '../src/postgres.js';

interface Service {
  image?: string;
  build?: { context: string; dockerfile: string; args: { SERVICE: string } };
  command?: string[];
  environment: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  networks: string[];
  ports?: string[];
}
const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (name: string) => readFileSync(join(root, name), 'utf8');
const dockerfile = read('docker/Dockerfile');
const compose = parse(read('docker/compose.yaml'), { merge: true }) as {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
};
const environment = parseEnv(
  execFileSync(process.execPath, [join(root, 'services/local/dist/environment.js')], { encoding: 'utf8' }),
) as Record<string, string>;
const given = {
  ...environment,
  OIDC_ISSUER: 'https://issuer.example',
  OIDC_AUDIENCE: 'https://hub.example/api',
} as Record<string, string>;
const built = Object.entries(compose.services).filter(([, { build }]) => build);
/** `${NAME:?…}` by its value. */
const filled = (text: string) =>
  text.replace(/\$\{(\w+):\?[^}]*\}/g, (_, name: string) => given[name]!).replace(/\$\{\w+:-([^}]*)\}/g, '$1');

test('every path the Dockerfile copies from the project exists, and every workspace is among them', () => {
  const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, words]) =>
    words!.split(' ').slice(0, -1),
  );
  expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  const { workspaces } = JSON.parse(read('package.json')) as { workspaces: string[] };
  const folders = workspaces.flatMap((pattern) =>
    pattern.endsWith('/*')
      ? readdirSync(join(root, pattern.slice(0, -2))).map((name) => pattern.replace('*', name))
      : [pattern],
  );
  expect(folders.filter((folder) => !copied.includes(`${folder}/package.json`))).toEqual([]);
});

test('the image runs as an unprivileged user', () => {
  expect(dockerfile.lastIndexOf('\nUSER node')).toBeGreaterThan(dockerfile.lastIndexOf('\nFROM'));
});

test.each(built)('%s is built from a folder that exists, by programs whose sources exist', (_, { build, command }) => {
  expect(existsSync(join(root, 'docker', build!.context, build!.dockerfile))).toBe(true);
  const programs = [
    ...(command?.join(' ') ?? `${build!.args.SERVICE}/dist/main.js`).matchAll(/\S+\/dist\/\S+\.js/g),
  ].map(([path]) => path);
  expect(programs.length).toBeGreaterThan(0);
  for (const program of programs) {
    expect(program.startsWith(`${build!.args.SERVICE}/`)).toBe(true);
    expect([program, existsSync(join(root, program.replace('/dist/', '/src/').replace(/\.js$/, '.ts')))]).toEqual([
      program,
      true,
    ]);
  }
});

test.each(built)(
  '%s is given settings that its program reads, all secrets from the environment',
  (_, { build, environment: settings }) => {
    const sources = readdirSync(join(root, build!.args.SERVICE, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => read(join(build!.args.SERVICE, 'src', file)))
      .join('\n');
    const isRead = (name: string) =>
      sources.includes(name) ||
      /^SUBGRAPH_.+_URL$/.test(name) ||
      (build!.args.SERVICE === 'services/local' && /^[A-Z]+_(OWNER|APP)_PASSWORD$/.test(name));
    expect(Object.keys(settings).filter((name) => !isRead(name))).toEqual([]);
    for (const [name, value] of Object.entries(settings)) {
      if (/PASSWORD|KEY/.test(name)) expect(value).toMatch(/^\$\{\w+:\?.+\}$/);
      expect([name, filled(value)]).toEqual([name, expect.not.stringMatching(/undefined|\$\{/)]);
    }
  },
);

test('only the gateway is published and reaches out', () => {
  expect(compose.networks['inside']!.internal).toBe(true);
  const isOutside = ([, { networks, ports }]: [string, Service]) =>
    Boolean(ports) || networks.some((name) => name !== 'inside');
  expect(
    Object.entries(compose.services)
      .filter(isOutside)
      .map(([name]) => name),
  ).toEqual(['gateway']);
});

test('what one waits for exists', () => {
  for (const { depends_on } of Object.values(compose.services))
    expect(Object.keys(depends_on ?? {}).filter((name) => !compose.services[name])).toEqual([]);
});

test('prepare makes the databases that the services are told of', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hub-docker-'));
  const server = await startPostgres({ dataDir: join(folder, 'postgres'), fast: true });
  try {
    const { command, environment: settings } = compose.services['prepare']!;
    const prepare = () =>
      execFileSync(process.execPath, command!.slice(1), {
        cwd: root,
        encoding: 'utf8',
        env: {
          ...Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, filled(value)])),
          DATABASE_URL: server.adminUrl,
        },
      });
    prepare();
    prepare();
    for (const name of services) {
      const url = new URL(filled(compose.services[name]!.environment[`${name.toUpperCase()}_DATABASE_URL`]!));
      await connected(urlTo(server.adminUrl, url.pathname.slice(1), url.username, url.password), (app) =>
        app.query('select 1'),
      );
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
