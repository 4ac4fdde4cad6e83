/** Access tokens of the identity provider: RFC 9068, signed with asymmetric keys only. */
import { HubError } from '@hub/kit/errors';
import { type JWTVerifyGetKey, createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { Question } from './membership.js';

/** What somebody has shown: whom it is about, for membership to say who that is, and from when until when it is good. */
export interface Claim {
  question: Question;
  /** Null for what cannot be signed out, or runs out when membership says so: an API key. */
  issuedAt: Date | null;
  expiresAt: Date | null;
}

export interface TokenOptions {
  issuer: string;
  audience: string;
  /** Where the keys are; by default what the issuer's discovery document says. */
  jwksUri?: string | undefined;
  /** How long its keys are kept; then they are fetched again, and without them nobody is let in. */
  keysMs?: number | undefined;
  now: () => Date;
}

/** Verifies an Authorization header. Throws UNAUTHENTICATED, or SUBGRAPH_UNAVAILABLE when the provider is. */
export type TokenVerifier = (authorization: string) => Promise<Claim>;

export const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
export const clockToleranceSeconds = 5; // of a provider whose clock is ahead; a token that has run out is not tolerated
const providerTimeoutMs = 3_000;
/** A key that was withdrawn is good for so long at most, and so long the provider may be away. */
const usualKeysMs = 60_000;
/** A key that is not known is looked for at most so often: whoever invents key ids must not have the provider asked each time. */
const lookForKeyMs = 1_000;
export const longestToken = 8_192; // characters; what a header may hold is 16 KiB, but a socket's frame more

/** The provider's keys cannot be had. */
export class ProviderUnavailable extends Error {}

export function tokenVerifier({ issuer, audience, now }: TokenOptions, keys: JWTVerifyGetKey): TokenVerifier {
  return async (authorization) => {
    try {
      if (authorization.length > longestToken) throw new Error('longer than any token we know of');
      const token = bearerOf(authorization);
      if (!token) throw new Error('the header has no bearer token');
      const { payload } = await jwtVerify(token, keys, {
        algorithms,
        issuer,
        audience,
        typ: 'at+jwt', // jose takes "application/at+jwt" for the same
        requiredClaims: ['exp', 'sub', 'iss', 'aud', 'iat'], // without iat nobody could tell whether it was signed out
        clockTolerance: clockToleranceSeconds,
        currentDate: now(),
      });
      const { sub, sid } = payload;
      if (!isName(sub)) throw new Error('the subject is no text, or a long one');
      const issuedAt = new Date(payload.iat! * 1000);
      const expiresAt = new Date(payload.exp! * 1000);
      if (expiresAt <= now()) throw new Error('it has run out');
      if (issuedAt.getTime() > now().getTime() + clockToleranceSeconds * 1000) throw new Error('it is of the future');
      const who: Question = { issuer, subject: sub };
      return { question: isName(sid) ? { ...who, sid } : who, issuedAt, expiresAt };
    } catch (cause) {
      if (cause instanceof ProviderUnavailable)
        throw new HubError('SUBGRAPH_UNAVAILABLE', 'Sign-ins cannot be checked just now.', { cause });
      throw new HubError('UNAUTHENTICATED', 'The access token is not valid here. Sign in again.', { cause });
    }
  };
}

/** OpenID Connect Core, section 2: a subject has at most 255 characters. Control characters and halves of others name nobody. */
export const isName = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= 255 && !/[\p{Cc}\p{Cs}]/u.test(value);

/** What an Authorization header carries: RFC 6750. */
export const bearerOf = (authorization: string): string | undefined =>
  /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];

/** The provider's keys, fetched when they are needed and kept for a while. */
export function providerKeys({ issuer, jwksUri, keysMs = usualKeysMs }: TokenOptions): JWTVerifyGetKey {
  let found: Promise<JWTVerifyGetKey> | null = null;
  const keySet = () =>
    (found ??= (jwksUri ? Promise.resolve(jwksUri) : discover(issuer)).then(
      (uri) =>
        createRemoteJWKSet(new URL(uri), {
          timeoutDuration: providerTimeoutMs,
          cacheMaxAge: keysMs,
          cooldownDuration: Math.min(lookForKeyMs, keysMs),
        }),
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
