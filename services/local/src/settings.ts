/** What the launcher reads from its arguments and the environment, and what its children inherit of the latter. */
import { join } from 'node:path';
import { OneLineError } from './oneLineError.js';

export interface Settings {
  /** False: reference data only, neither practices nor development persons. */
  seed: boolean;
  port: number;
  /** Where the gateway listens; everything else is on the loopback interface. */
  host: string;
  supergraph: string;
  /** An administrator's; undefined starts the embedded server. */
  databaseUrl: string | undefined;
  /** Somebody else's identity provider; undefined starts the development one. */
  issuer: string | undefined;
  audience: string;
  jwksUri: string | undefined;
  logoutAudience: string | undefined;
  inherited: NodeJS.ProcessEnv;
}

const developmentAudience = 'https://good-practice-exchange.example/api';
const usage =
  'npm start [-- --no-seed]; settings by environment: PORT, HOST, DATABASE_URL, HUB_DATA, NODE_ENV, OIDC_ISSUER, OIDC_AUDIENCE, OIDC_JWKS_URI, OIDC_LOGOUT_AUDIENCE';

export function readSettings(root: string, args: readonly string[], env: NodeJS.ProcessEnv): Settings {
  const unknown = args.filter((arg) => arg !== '--no-seed');
  if (unknown.length > 0) throw new OneLineError(`Unknown: ${unknown.join(' ')}. Usage: ${usage}.`);
  const production = env['NODE_ENV'] === 'production';
  const issuer = env['OIDC_ISSUER'] || undefined;
  const missing = production || issuer ? ['OIDC_ISSUER', 'OIDC_AUDIENCE'].filter((name) => !env[name]) : [];
  if (missing.length > 0)
    throw new OneLineError(
      `${production ? 'NODE_ENV=production' : 'OIDC_ISSUER'} needs ${missing.join(' and ')} too: the issuer's URL, and what its access tokens name as audience.`,
    );
  const port = Number(env['PORT'] || 4000);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new OneLineError(`PORT must be a port from 0 to 65535, not ${env['PORT']}.`);
  const databaseUrl = env['DATABASE_URL'] || undefined;
  if (databaseUrl && !/^postgres(ql)?:\/\/[^/]/.test(databaseUrl))
    throw new OneLineError("DATABASE_URL must be an administrator's postgres://user:password@host:port/database.");
  return {
    seed: !args.includes('--no-seed'),
    port,
    host: env['HOST'] || '127.0.0.1',
    supergraph: join(root, 'schema/supergraph.graphql'),
    databaseUrl,
    issuer,
    audience: env['OIDC_AUDIENCE'] || developmentAudience,
    jwksUri: env['OIDC_JWKS_URI'] || undefined,
    logoutAudience: env['OIDC_LOGOUT_AUDIENCE'] || undefined,
    inherited: inherited(env),
  };
}

/** All but what belongs to the launcher or to npm: no child sees the administrator's URL. */
const inherited = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(DATABASE_URL|PORT|HOST|HUB_|npm_|PG[A-Z]+$|OIDC_|DEVELOPMENT_ISSUER|INIT_CWD)/.test(name),
    ),
  );
