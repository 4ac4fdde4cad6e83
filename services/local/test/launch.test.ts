/** The launcher's life, with stand-ins for the services and the gateway; PostgreSQL and the identity provider are real. */
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { connected } from '../src/databases.js';
import { startPostgres } from '../src/postgres.js';
import { until } from '../src/within.js';
import { type Project, type Started, fixture, newProject, ready } from './fixtures/project.js';

jest.setTimeout(60_000);

let project: Project;

/** What a stand-in was started with. */
const settings = async (url = `http://127.0.0.1:${project.port}`) =>
  (await (await fetch(url)).json()) as { pid: number; env: Record<string, string> };
const ran = (service: string) =>
  readFileSync(join(project.root, 'services', service, 'ran.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { script: string; args: string[]; names: string[] });
/** What the person reads when it fails: one line beside the progress. */
const complaint = async (hub: Started): Promise<string> => {
  expect(await hub.code).toBe(1);
  const lines = hub
    .output()
    .trim()
    .split('\n')
    .filter((line) => !/^ *\d+\.\d s {2}/.test(line));
  expect(lines).toHaveLength(1);
  return lines[0]!;
};

describe('a hub that runs', () => {
  let hub: Started;
  let gateway: Record<string, string>;
  beforeAll(async () => {
    project = await newProject();
    hub = project.start();
    await ready(hub);
    gateway = (await settings()).env;
  });
  afterAll(() => project.remove());

  test('hands each process its settings and no more', async () => {
    const { env: practice } = await settings(gateway['SUBGRAPH_PRACTICE_URL']);
    expect(Object.keys(gateway)).toEqual(
      expect.arrayContaining([
        'SUPERGRAPH',
        'OIDC_ISSUER',
        'OIDC_AUDIENCE',
        'GATEWAY_PASSPORT_KEY',
        'VIEWER_URL',
        'INTERNAL_PORT',
      ]),
    );
    expect(Object.keys(practice)).toEqual(
      expect.arrayContaining([
        'PRACTICE_DATABASE_URL',
        'PASSPORT_KEYS',
        'PRACTICE_PASSPORT_KEY',
        'MEMBERSHIP_URL',
        'CURSOR_KEY',
      ]),
    );
    const tooMuch = /OWNER|^DATABASE_URL|REGION_DATABASE|HUB_DATA/;
    expect(Object.keys({ ...gateway, ...practice }).filter((name) => tooMuch.test(name))).toEqual([]);
    expect(practice['PASSPORT_KEYS']).not.toContain('"d"');
    await connected(practice['PRACTICE_DATABASE_URL']!, async (app) => {
      expect((await app.query('select current_user as role')).rows).toEqual([{ role: 'practice_app' }]);
    });
  });

  test('was migrated and seeded by its owner', () => {
    const args: string[] = [];
    expect(ran('region')).toEqual([
      { script: 'migrate.js', args, names: ['REGION_OWNER_DATABASE_URL'] },
      { script: 'seed.js', args, names: ['REGION_OWNER_DATABASE_URL'] },
    ]);
    expect(ran('membership')[1]!.names.sort()).toEqual(['DEVELOPMENT_ISSUER', 'MEMBERSHIP_OWNER_DATABASE_URL']);
  });

  test('keeps its data folder and the secrets in it to its owner', () => {
    const mode = (name: string) => (statSync(join(project.root, '.hub', name)).mode & 0o777).toString(8);
    expect(['', 'secrets.json', 'running.json', 'logs/practice.log'].map(mode)).toEqual(['700', '600', '600', '600']);
  });

  test('prints where it is and tokens that its gateway will accept', async () => {
    expect(hub.output()).toContain(`http://127.0.0.1:${project.port}/graphql`);
    const keys = createRemoteJWKSet(new URL(`${gateway['OIDC_ISSUER']}/jwks`));
    const { payload } = await jwtVerify(/eyJ\S+/.exec(hub.output())![0], keys, {
      issuer: gateway['OIDC_ISSUER']!,
      audience: gateway['OIDC_AUDIENCE']!,
    });
    expect(payload.sub).toBe('focal-point:KEN');
  });

  test('gives tokens on the command line, and nothing else on standard output', async () => {
    const token = project.command('token', 'officer:igad');
    expect(await token.code).toBe(0);
    expect(token.output()).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(await complaint(project.command('token', 'officer:nato'))).toMatch(
      /^Unknown role officer:nato; allowed: focal-point:<ISO3>.*igad/,
    );
  });

  test('lets the first curator be bound while it runs', async () => {
    expect(await project.command('bootstrap', '--issuer', 'x', '--subject', 'y').code).toBe(0);
    expect(ran('membership').at(-1)).toMatchObject({
      script: 'bootstrap.js',
      args: ['--issuer', 'x', '--subject', 'y'],
    });
  });

  test('is the only one on its folder', async () => {
    const second = project.start([], { PORT: '0' });
    expect(await complaint(second)).toContain(`already running on ${project.root}/.hub (process ${hub.child.pid})`);
    expect(await complaint(project.command('reset'))).toContain('The hub is running');
  });

  test("shows errors of a child's log on the console and keeps everything in its file", async () => {
    await fetch(`http://127.0.0.1:${project.port}/fail`);
    expect(await until(5_000, () => hub.output().includes('gateway: something went wrong'))).toBe(true);
    const file = join(project.root, '.hub/logs/gateway.log');
    expect(await until(5_000, () => readFileSync(file, 'utf8').includes('something went wrong'))).toBe(true);
  });

  test('starts a service that dies again where it was', async () => {
    const url = gateway['SUBGRAPH_REGION_URL']!;
    const before = await settings(url);
    await fetch(new URL('/die', url)).catch(() => {});
    const isAnother = async () => {
      const now = await settings(url).catch(() => null);
      return now !== null && now.pid !== before.pid;
    };
    expect(await until(10_000, isAnother)).toBe(true);
    expect(hub.output()).toMatch(/region ended \(signal SIGKILL\); starting it again/);
  });

  test('starts a PostgreSQL that dies again where it was', async () => {
    const { env: practice } = await settings(gateway['SUBGRAPH_PRACTICE_URL']);
    process.kill(
      Number(readFileSync(join(project.root, '.hub/postgres/postmaster.pid'), 'utf8').split('\n')[0]),
      'SIGKILL',
    );
    expect(await until(20_000, () => hub.output().includes('PostgreSQL answers again'))).toBe(true);
    await connected(practice['PRACTICE_DATABASE_URL']!, (app) => app.query('select 1'));
  });

  test('stopped and started again, keeps issuer, secrets and data, and skips what has been done', async () => {
    const before = ran('region').length;
    hub.child.kill('SIGTERM');
    expect(await hub.code).toBe(0);
    expect(await complaint(project.command('token', 'curator'))).toContain('The hub is not running');
    expect(await project.command('bootstrap', '--issuer', 'x', '--subject', 'z').code).toBe(0);
    hub = project.start();
    await ready(hub);
    const { env: after } = await settings();
    expect(after['OIDC_ISSUER']).toBe(gateway['OIDC_ISSUER']);
    expect(after['GATEWAY_PASSPORT_KEY']).toBe(gateway['GATEWAY_PASSPORT_KEY']);
    expect(ran('region')).toHaveLength(before);
  });
});

describe('a hub', () => {
  beforeAll(async () => {
    project = await newProject();
  });
  afterAll(() => project.remove());

  test.each([
    ['Ctrl-C, which reaches the whole group,', ({ child }: Started): boolean => process.kill(-child.pid!, 'SIGINT')],
    ['TERM to npm', ({ child }: Started): boolean => child.kill('SIGTERM')],
    ['SIGKILL of npm', ({ child }: Started): boolean => child.kill('SIGKILL')],
  ] as const)('ended by %s leaves nothing running', async (_, end) => {
    const npm = project.run([fixture('parent.mjs'), fixture('start.mjs'), project.root]);
    await ready(npm);
    expect(project.processes().length).toBeGreaterThanOrEqual(9);
    end(npm);
    expect(await project.nothingRuns()).toBe(true);
    expect(existsSync(join(project.root, '.hub/postgres/postmaster.pid'))).toBe(false);
  });

  test('ended at any moment leaves nothing running', async () => {
    for (const afterMs of [50, 150, 250, 400, 800, 1600]) {
      const hub = project.start();
      await new Promise((done) => setTimeout(done, afterMs)); // any moment will do: this is no wait for a condition
      hub.child.kill('SIGTERM');
      await hub.code;
      expect(await project.nothingRuns()).toBe(true);
    }
  });

  test('ended by SIGKILL of the launcher leaves nothing running', async () => {
    const hub = project.start();
    await ready(hub);
    hub.child.kill('SIGKILL');
    expect(await project.nothingRuns()).toBe(true);
  });

  test.each([
    ['the launcher', ({ child }: Started) => void child.kill('SIGKILL')],
    ['everything', () => project.processes().forEach((pid) => process.kill(pid, 'SIGKILL'))],
  ] as const)('starts again at once after SIGKILL of %s', async (_, end) => {
    const first = project.start();
    await ready(first);
    end(first);
    await first.code;
    const second = project.start();
    await ready(second);
    second.child.kill('SIGTERM');
    await second.code;
  });
});

describe('a start', () => {
  beforeEach(async () => {
    project = await newProject();
  });
  afterEach(() => project.remove());

  test('with --no-seed leaves practices and persons out', async () => {
    const hub = project.start(['--no-seed']);
    await ready(hub);
    expect(ran('membership')).toEqual([
      { script: 'migrate.js', args: [], names: ['MEMBERSHIP_OWNER_DATABASE_URL'] },
      { script: 'seed.js', args: ['--reference-only'], names: ['MEMBERSHIP_OWNER_DATABASE_URL'] },
    ]);
    expect(hub.output()).toContain('npm run -s bootstrap');
  });

  test('on a port that is taken is refused in one line', async () => {
    const other = createServer().listen(project.port, '127.0.0.1');
    await once(other, 'listening');
    try {
      expect(await complaint(project.start())).toMatch(
        `Port ${project.port} is taken: stop what listens there, or start with another`,
      );
    } finally {
      other.close();
    }
  });

  test.each([
    [
      'a database that is unreachable',
      [],
      { DATABASE_URL: 'postgres://postgres:x@127.0.0.1:1/postgres' },
      /^The database at 127\.0\.0\.1:1 cannot be reached/,
    ],
    ['a DATABASE_URL that is none', [], { DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must be/],
    ['production and no identity provider', [], { NODE_ENV: 'production' }, /OIDC_ISSUER and OIDC_AUDIENCE/],
    ['an unknown flag', ['--seed'], {}, /^Unknown: --seed/],
    ['a PORT that is none', [], { PORT: 'web' }, /^PORT must be/],
  ] as const)('with %s is refused in one line', async (_, args, env, message) => {
    expect(await complaint(project.start([...args], env))).toMatch(message);
  });

  test("with an administrator's DATABASE_URL uses that server and starts none", async () => {
    const elsewhere = await startPostgres({ dataDir: join(project.root, 'elsewhere'), fast: true });
    try {
      const hub = project.start([], { DATABASE_URL: elsewhere.adminUrl });
      await ready(hub);
      const { env: gateway } = await settings();
      const { env: region } = await settings(gateway['SUBGRAPH_REGION_URL']);
      expect(new URL(region['REGION_DATABASE_URL']!).port).toBe(String(elsewhere.port));
      expect(existsSync(join(project.root, '.hub/postgres'))).toBe(false);
      hub.child.kill('SIGTERM');
      await hub.code;
    } finally {
      await elsewhere.stop();
    }
  });

  test('on a data folder without base/ is refused in one line, and reset mends it', async () => {
    project.write('.hub/postgres/PG_VERSION', '18\n');
    expect(await complaint(project.start())).toMatch(/base\/.*npm run reset/);
    expect(await project.command('reset').code).toBe(0);
    expect(existsSync(join(project.root, '.hub'))).toBe(false);
  });

  test("in a folder with somebody else's files is refused, and their rights stay", async () => {
    project.write('thesis/chapter.txt', '');
    const before = statSync(join(project.root, 'thesis')).mode;
    const hub = project.start([], { HUB_DATA: join(project.root, 'thesis') });
    expect(await complaint(hub)).toMatch(/holds other things than the hub's/);
    expect(statSync(join(project.root, 'thesis')).mode).toBe(before);
  });

  test('ends in one line when a migration fails', async () => {
    project.write('services/practice/dist/migrate.js', `throw new Error('no such table')`);
    const line = await complaint(project.start());
    expect(line).toMatch(/^practice-migrate failed \(Error: no such table\): see .*practice-migrate\.log\.$/);
  });

  test('ends in one line when a service does not come up', async () => {
    project.write(
      'services/practice/dist/main.js',
      `console.error('{"level":"error","message":"cannot start: no"}'); process.exit(1)`,
    );
    const hub = project.start();
    expect(await hub.code).toBe(1);
    expect(hub.output().trim().split('\n').at(-1)).toMatch(
      /^practice does not start \(code 1: cannot start: no\): see .*practice\.log\.$/,
    );
  });
});
