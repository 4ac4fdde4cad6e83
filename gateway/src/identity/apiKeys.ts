/**
 * API keys. Nothing but their SHA-256 goes further: membership finds the client by it, and neither a service nor a log
 * ever sees the key. A key that is misspelt is refused here; one that is unknown, expired or revoked is refused by
 * membership's answer, which is the same for all three.
 */
import { HubError } from '@hub/kit/errors';
import { hashOfSecret, looksLike } from '@hub/kit/secret';
import { type Claim, bearerOf } from './tokens.js';

export const notAKey = (): HubError =>
  new HubError('UNAUTHENTICATED', 'The API key is not valid here: it is unknown, has expired or was revoked.');

/** Null for an Authorization header with anything but an API key. Throws UNAUTHENTICATED for a misspelt key. */
export function keyClaim(authorization: string): Claim | null {
  const bearer = bearerOf(authorization);
  if (bearer === undefined || !looksLike('apiKey', bearer)) return null;
  const apiKey = hashOfSecret('apiKey', bearer);
  if (apiKey === null) throw notAKey();
  return { question: { apiKey }, issuedAt: null, expiresAt: null };
}
