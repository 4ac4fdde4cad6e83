/**
 * The development identity provider: an OpenID Connect issuer that gives an access token to whoever knows this
 * machine's secrets. One confidential client per development role, `client_credentials`; the client's name is the
 * token's subject. Loopback only, and never in production.
 */
import { createServer } from 'node:http';
import type { JWK } from 'jose';
import { type Adapter, type AdapterPayload, type Configuration, Provider } from 'oidc-provider';
import { clientSecret } from './clientSecret.js';
import { type DevelopmentRoles, isDevelopmentRole } from './developmentRoles.js';

export const developmentTokenSeconds = 3600;

export interface IdentityProviderOptions {
  port: number;
  /** Whom the tokens are for: what the gateway demands as `aud`. */
  audience: string;
  signingKey: JWK;
  clientSecretKey: string;
  roles: DevelopmentRoles;
}

export async function startIdentityProvider(
  options: IdentityProviderOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const url = `http://127.0.0.1:${options.port}`;
  const answer = new Provider(url, configuration(options)).callback();
  const server = createServer((request, response) => {
    if (request.url === '/livez' || request.url === '/readyz') response.end('ok');
    else void answer(request, response);
  });
  await new Promise<void>((done, failed) => server.once('error', failed).listen(options.port, '127.0.0.1', done));
  return {
    url,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function configuration({ audience, signingKey, clientSecretKey, roles }: IdentityProviderOptions): Configuration {
  const client = (role: string): AdapterPayload | undefined =>
    isDevelopmentRole(role, roles)
      ? {
          client_id: role,
          client_secret: clientSecret(clientSecretKey, role),
          grant_types: ['client_credentials'],
          response_types: [],
          redirect_uris: [],
          token_endpoint_auth_method: 'client_secret_post',
        }
      : undefined;
  return {
    adapter: (model: string) => adapter(model === 'Client' ? client : () => undefined),
    jwks: { keys: [signingKey] },
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    clientAuthMethods: ['client_secret_post'],
    cookies: { keys: [clientSecretKey] },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => audience,
        getResourceServerInfo: () => ({
          scope: '',
          audience,
          accessTokenFormat: 'jwt',
          accessTokenTTL: developmentTokenSeconds,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  };
}

/** Tokens are signed statements and are not stored: all there is to find are clients. */
const adapter = (find: (id: string) => AdapterPayload | undefined): Adapter => ({
  find: async (id) => find(id),
  upsert: async () => {},
  destroy: async () => {},
  consume: async () => {},
  revokeByGrantId: async () => {},
  findByUid: async () => undefined,
  findByUserCode: async () => undefined,
});
