/** The process of the development identity provider, see identityProvider.ts. Started by the launcher. */
import { developmentRoles } from './developmentRoles.js';
import { startIdentityProvider } from './identityProvider.js';
import { exitWith, OneLineError } from './oneLineError.js';

const names = ['HUB_ROOT', 'PORT', 'OIDC_AUDIENCE', 'OIDC_SIGNING_KEY', 'OIDC_CLIENT_SECRET_KEY'] as const;
const env = process.env as Record<(typeof names)[number], string>;

try {
  if (process.env['NODE_ENV'] === 'production')
    throw new OneLineError(
      'The development identity provider does not run with NODE_ENV=production: set OIDC_ISSUER and OIDC_AUDIENCE to your own.',
    );
  const missing = names.filter((name) => !env[name]);
  if (missing.length > 0) throw new OneLineError(`The development identity provider needs: ${missing.join(', ')}.`);
  const provider = await startIdentityProvider({
    port: Number(env.PORT),
    audience: env.OIDC_AUDIENCE,
    signingKey: JSON.parse(env.OIDC_SIGNING_KEY),
    clientSecretKey: env.OIDC_CLIENT_SECRET_KEY,
    roles: developmentRoles(env.HUB_ROOT),
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void provider.close().then(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ ready: true, url: provider.url })}\n`);
} catch (error) {
  exitWith(error);
}
