/**
 * Sign-outs, as the identity provider tells them: OpenID Connect Back-Channel Logout 1.0. A logout token names a
 * subject, a session of theirs, or both; what was issued to them up to then is refused from now on, by every gateway:
 * membership notes it and tells all who follow its log.
 */
import { HubError } from '@hub/kit/errors';
import { type JWTVerifyGetKey, jwtVerify } from 'jose';
import type { Membership, SignOut } from './membership.js';
import { ProviderUnavailable, algorithms, clockToleranceSeconds, isName, longestToken } from './tokens.js';

export interface SignOuts {
  /** Throws UNAUTHENTICATED for a token that is none, or came before; SUBGRAPH_UNAVAILABLE when it cannot be checked or noted. */
  take(logoutToken: string): Promise<void>;
}

export interface SignOutOptions {
  issuer: string;
  audience: string;
  keys: JWTVerifyGetKey;
  now: () => Date;
  membership: Pick<Membership, 'signOut'>;
}

const event = 'http://schemas.openid.net/event/backchannel-logout';
/** `logout+jwt` is recommended and not required; what says to be something else is something else. */
const types = new Set([undefined, 'JWT', 'logout+jwt', 'application/logout+jwt']);

export function createSignOuts({ issuer, audience, keys, now, membership }: SignOutOptions): SignOuts {
  const verify = async (token: string): Promise<SignOut> => {
    if (token.length > longestToken) throw new Error('longer than any token we know of');
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms,
      issuer,
      audience,
      requiredClaims: ['iss', 'aud', 'iat', 'exp', 'jti', 'events'],
      clockTolerance: clockToleranceSeconds,
      currentDate: now(),
    });
    if (!types.has(protectedHeader.typ)) throw new Error(`it is of type ${protectedHeader.typ}`);
    const { events, sub, sid, jti, nonce, iat } = payload;
    if (nonce !== undefined) throw new Error('it has a nonce, so it is an ID token');
    const said = typeof events === 'object' && events !== null ? (events as Record<string, unknown>)[event] : undefined;
    if (typeof said !== 'object' || said === null || Array.isArray(said)) throw new Error('it tells of no logout');
    if (iat! * 1000 > now().getTime() + clockToleranceSeconds * 1000) throw new Error('it is of the future');
    const subject = named(sub);
    const session = named(sid);
    if (subject === null && session === null) throw new Error('it names nobody');
    // The whole second: a token has no finer time, and one of that second may be from before.
    return { issuer, subject, session, messageId: named(jti)!, at: new Date(iat! * 1000) };
  };
  return {
    async take(logoutToken) {
      const signOut = await verify(logoutToken).catch((cause: unknown) => {
        if (cause instanceof ProviderUnavailable)
          throw new HubError('SUBGRAPH_UNAVAILABLE', 'Sign-outs cannot be checked just now.', { cause });
        throw new HubError('UNAUTHENTICATED', 'This is no logout token of the identity provider for the hub.', {
          cause,
        });
      });
      if (!(await membership.signOut(signOut)))
        throw new HubError('UNAUTHENTICATED', 'This logout token was taken before.');
    },
  };
}

/** Null for what is absent; throws for what is no name. */
function named(value: unknown): string | null {
  if (value === undefined) return null;
  if (!isName(value)) throw new Error('a name in it is none');
  return value;
}
