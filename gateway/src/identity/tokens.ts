/** Access tokens of the identity provider: RFC 9068, signed with asymmetric keys only. */
import { HubError } from '@hub/kit/errors';
import { type JWTVerifyGetKey, createRemoteJWKSet, errors, jwtVerify } from 'jose';

export interface Claim {
  issuer: string;
  subject: string;
  expiresAt: Date;
}

export interface TokenOptions {
  issuer: string;
  audience: string;
  /** Where the keys are; by default what the issuer's discovery document says. */
  jwksUri?: string | undefined;
  now: () => Date;
}

/** Verifies an Authorization header. Throws UNAUTHENTICATED, or SUBGRAPH_UNAVAILABLE when the provider is. */
export type TokenVerifier = (authorization: string) => Promise<Claim>;

const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const clockToleranceSeconds = 5;
const providerTimeoutMs = 3_000;

/** The provider's keys cannot be had. */
class ProviderUnavailable extends Error {}

export function tokenVerifier({ issuer, audience, jwksUri, now }: TokenOptions): TokenVerifier {
  const keys = remoteKeys(issuer, jwksUri);
  return async (authorization) => {
    try {
      const token = bearerOf(authorization);
      if (!token) throw new Error('the header has no bearer token');
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer,
        audience,
        typ: 'at+jwt', // jose takes "application/at+jwt" for the same
        requiredClaims: ['exp', 'sub', 'iss', 'aud'],
        clockTolerance: clockToleranceSeconds,
        currentDate: now(),
      });
      if (!payload.sub) throw new Error('the subject is empty');
      return { issuer, subject: payload.sub, expiresAt: new Date(payload.exp! * 1000) };
    } catch (cause) {
      if (cause instanceof ProviderUnavailable)
        throw new HubError('SUBGRAPH_UNAVAILABLE', 'Sign-ins cannot be checked just now.', { cause });
      throw new HubError('UNAUTHENTICATED', 'The access token is not valid here. Sign in again.', { cause });
    }
  };
}

/** What an Authorization header carries: RFC 6750. */
export const bearerOf = (authorization: string): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];

function remoteKeys(issuer: string, jwksUri: string | undefined): JWTVerifyGetKey {
  let found: Promise<JWTVerifyGetKey> | null = null;
  const keySet = () =>
    (found ??= (jwksUri ? Promise.resolve(jwksUri) : discover(issuer)).then(
      (uri) => createRemoteJWKSet(new URL(uri), { timeoutDuration: providerTimeoutMs }),
      (error: unknown) => {
        found = null; // asked again by the next token
        throw error;
      },
    ));
  return async (header, token) => {
    try {
      return await (
        await keySet()
      )(header, token);
    } catch (error) {
      // A key that is not there is the token's fault; anything else that happens here is the provider's.
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new ProviderUnavailable('The keys of the identity provider cannot be had.', { cause: error });
    }
  };
}

async function discover(issuer: string): Promise<string> {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    signal: AbortSignal.timeout(providerTimeoutMs),
  });
  if (!response.ok) throw new Error(`discovery answered ${response.status}`);
  const found = (await response.json()) as { issuer?: unknown; jwks_uri?: unknown };
  if (found.issuer !== issuer || typeof found.jwks_uri !== 'string')
    throw new Error('the discovery document is of another issuer, or has no keys');
  return found.jwks_uri;
}
