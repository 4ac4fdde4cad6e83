/**
 * The whole hub as processes: the database, migrations and seeds, the development identity provider, the three
 * services, the gateway. Which program gets which setting is said here and nowhere else.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type KeptProcess, type Program, type Surroundings, keepRunning, runProgram } from './childProcess.js';
import type { DataFolder, RunningHub } from './dataFolder.js';
import { readJson, writeJson } from './dataFolder.js';
import { type DatabaseUrls, type Service, prepareDatabases, services } from './databases.js';
import { freePort, isFree } from './freePort.js';
import { keepPostgres } from './keptPostgres.js';
import { OneLineError } from './oneLineError.js';
import { fingerprint, isPrepared, setPrepared } from './prepared.js';
import { type Secrets, publicKeys, secretsOf } from './secrets.js';
import type { Settings } from './settings.js';

export interface HubOptions extends Surroundings {
  /** The project's folder: programs are found below it. */
  root: string;
  folder: DataFolder;
  settings: Settings;
  /** Told when something ended for good after the start. */
  giveUp(error: Error): void;
  /** Collects what is to be stopped; the last to be added is the first to stop, those of one entry together. */
  stops: (() => Promise<unknown>)[];
}

export interface Hub extends RunningHub {
  secrets: Secrets;
}

const identityProvider = fileURLToPath(new URL('./identity-provider.js', import.meta.url)).replace('/src/', '/dist/');
const loopback = '127.0.0.1';

/** Resolves when every process is ready. Throws one line for what a person can mend. */
export async function startHub(options: HubOptions): Promise<Hub> {
  const { root, folder, settings, stops, say, stopping } = options;
  const mustExist = [
    ...services.map((service) => join(root, 'services', service, 'dist/main.js')),
    join(root, 'gateway/dist/main.js'),
  ];
  for (const file of [...mustExist, settings.supergraph])
    if (!existsSync(file))
      throw new OneLineError(`${file} is missing: run npm run build (and npm run schema for schema/).`);
  if (settings.port !== 0 && !(await isFree(settings.port, settings.host)))
    throw new OneLineError(
      `Port ${settings.port} is taken: stop what listens there, or start with another, for instance PORT=${settings.port + 1} npm start.`,
    );
  const secrets = secretsOf(folder);

  // The provider needs no database: it starts meanwhile.
  const provider = settings.issuer ? null : await developmentProvider(options, secrets);
  const issuer = settings.issuer ?? provider!.issuer;

  const adminUrl = settings.databaseUrl ?? (await embeddedPostgres(options));
  stopping.throwIfAborted();
  const databases = await prepareDatabases(adminUrl, secrets.passwords);
  say('Roles and databases are in order.');
  const prepared = await Promise.all(
    services.map((service) => prepare(service, databases[service], options, provider?.issuer)),
  );
  say(prepared.some((ran) => ran) ? 'Migrated and seeded.' : 'Already migrated and seeded.');

  const { gateway, url, processes } = await programs(options, secrets, databases, issuer);
  stopping.throwIfAborted();
  const kept = processes.map((program) => keepRunning(program, options));
  stops.push(() => Promise.all(kept.map(({ stop }) => stop())));
  const front = keepRunning(gateway, options);
  stops.push(front.stop);
  const waitFor = async (name: string, { ready }: KeptProcess) => {
    const facts = await ready;
    say(`${name} is ready.`);
    return facts;
  };
  const waits = processes.map((program, i) => waitFor(program.name, kept[i]!));
  if (provider) waits.push(waitFor('identity-provider', provider.process));
  const [served] = await Promise.all([waitFor('gateway', front), ...waits]);
  return {
    url: `${served.url ?? url}/graphql`,
    issuer: provider?.issuer ?? null,
    audience: settings.audience,
    secrets,
  };
}

async function embeddedPostgres({ folder, say, giveUp, stops }: HubOptions): Promise<string> {
  const postgres = await keepPostgres(folder.postgres, { say, giveUp });
  stops.unshift(postgres.stop); // the last to stop
  say('PostgreSQL answers.');
  return postgres.adminUrl;
}

/** Its issuer, a port in truth, is kept: the database binds persons to it. */
async function developmentProvider(options: HubOptions, { identityProvider: keys }: Secrets) {
  const { root, folder, settings, stops } = options;
  const kept = readJson<{ port: number }>(folder.issuer)?.port;
  const port = kept !== undefined && (await isFree(kept)) ? kept : await freePort();
  if (port !== kept) writeJson(folder.issuer, { port });
  const process = keepRunning(
    {
      name: 'identity-provider',
      script: identityProvider,
      env: {
        ...settings.inherited,
        HUB_ROOT: root,
        PORT: String(port),
        OIDC_AUDIENCE: settings.audience,
        OIDC_SIGNING_KEY: JSON.stringify(keys.signingKey),
        OIDC_CLIENT_SECRET_KEY: keys.clientSecretKey,
      },
    },
    options,
  );
  stops.push(process.stop);
  return { process, issuer: `http://${loopback}:${port}` };
}

/** Migrates and seeds one database, unless these very programs have. Whether they ran now. */
async function prepare(
  service: Service,
  { ownerUrl }: DatabaseUrls,
  options: HubOptions,
  issuer: string | undefined,
): Promise<boolean> {
  const { root, settings, stopping } = options;
  const home = join(root, 'services', service);
  const args = settings.seed ? [] : ['--reference-only'];
  const developmentIssuer = settings.seed && service === 'membership' ? issuer : undefined;
  const mark = fingerprint(
    [join(home, 'dist'), join(home, 'data'), join(root, 'services/kit/dist')],
    [...args, developmentIssuer ?? ''],
  );
  stopping.throwIfAborted();
  if (await isPrepared(ownerUrl, mark)) return false;
  const env = {
    ...settings.inherited,
    [`${service.toUpperCase()}_OWNER_DATABASE_URL`]: ownerUrl,
    ...(developmentIssuer && { DEVELOPMENT_ISSUER: developmentIssuer }),
  };
  await runProgram({ name: `${service}-migrate`, script: join(home, 'dist/migrate.js'), env }, options);
  await runProgram({ name: `${service}-seed`, script: join(home, 'dist/seed.js'), args, env }, options);
  await setPrepared(ownerUrl, mark);
  return true;
}

/** The programs that serve. Ports are chosen here, so that a restarted service is found where it was. */
async function programs(
  { root, settings }: HubOptions,
  secrets: Secrets,
  databases: Record<Service, DatabaseUrls>,
  issuer: string,
) {
  const ports = { region: await freePort(), membership: await freePort(), practice: await freePort() };
  const internalPort = await freePort();
  const samples = join(root, 'schema/samples');
  const port = settings.port || (await freePort());
  const passportKeys = JSON.stringify(publicKeys(secrets.passportKeys));
  const urlOf = (service: Service) => `http://${loopback}:${ports[service]}`;
  const own: Record<Service, NodeJS.ProcessEnv> = {
    region: {},
    membership: {},
    practice: {
      PRACTICE_PASSPORT_KEY: JSON.stringify(secrets.passportKeys.practice),
      MEMBERSHIP_URL: urlOf('membership'),
      CURSOR_KEY: secrets.cursorKey,
    },
  };
  const processes = (['membership', 'region', 'practice'] as const).map((service): Program => ({
    name: service,
    script: join(root, 'services', service, 'dist/main.js'),
    env: {
      ...settings.inherited,
      ...own[service],
      HOST: loopback,
      PORT: String(ports[service]),
      PASSPORT_KEYS: passportKeys,
      [`${service.toUpperCase()}_DATABASE_URL`]: databases[service].url,
    },
  }));
  const gateway: Program = {
    name: 'gateway',
    script: join(root, 'gateway/dist/main.js'),
    env: {
      ...settings.inherited,
      HOST: settings.host,
      PORT: String(port),
      INTERNAL_PORT: String(internalPort),
      SUPERGRAPH: settings.supergraph,
      ...(existsSync(samples) && { GRAPHIQL_SAMPLES: samples }),
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: settings.audience,
      ...(settings.jwksUri && { OIDC_JWKS_URI: settings.jwksUri }),
      ...(settings.logoutAudience && { OIDC_LOGOUT_AUDIENCE: settings.logoutAudience }),
      GATEWAY_PASSPORT_KEY: JSON.stringify(secrets.passportKeys.gateway),
      VIEWER_URL: `${urlOf('membership')}/internal/viewer`,
      ...Object.fromEntries(
        services.map((service) => [`SUBGRAPH_${service.toUpperCase()}_URL`, `${urlOf(service)}/graphql`]),
      ),
    },
  };
  return { processes, gateway, url: `http://${settings.host}:${port}` };
}
