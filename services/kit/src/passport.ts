/**
 * Passports: signed statements, good for one service and 60 seconds, of who asks.
 *
 * Two kinds. A *viewer* passport is minted by the gateway and says on whose behalf a GraphQL request runs; a
 * *service* passport lets one of our processes call another's internal endpoints. The key id in the JWT header
 * names the issuer, and an issuer may only say what its row in `issuers` allows: a stolen practice key cannot
 * invent a viewer.
 */
import { type CryptoKey, type JWK, SignJWT, createLocalJWKSet, importJWK, jwtVerify } from 'jose';
import { HubError } from './errors.js';
import type { Viewer } from './viewer.js';

export const passportHeader = 'hub-passport';
export const passportSeconds = 60;
const alg = 'EdDSA';
const type = 'hub-passport+jwt';

export interface ViewerPassport {
  kind: 'viewer';
  viewer: Viewer;
  /** Languages the viewer prefers, best first (BCP 47), from Accept-Language. */
  locales: string[];
  expiresAt: Date;
}
export interface ServicePassport {
  kind: 'service';
  /** The calling process: `gateway`, `practice`. */
  service: string;
  expiresAt: Date;
}
export type Passport = ViewerPassport | ServicePassport;

const issuers: Record<string, readonly Passport['kind'][]> = {
  gateway: ['viewer', 'service'],
  practice: ['service'],
};

export interface PassportSigner {
  /** A passport for `service` about this viewer. */
  viewer(service: string, viewer: Viewer, locales: readonly string[]): Promise<string>;
  /** A passport for `service` in this process's own name. */
  service(service: string): Promise<string>;
}

/** A signer from a private Ed25519 JWK whose `kid` is the issuer's name. Throws when the key is of another kind. */
export async function passportSigner(jwk: JWK): Promise<PassportSigner> {
  const issuer = jwk.kid;
  if (!issuer || !issuers[issuer])
    throw new Error(`A passport key needs a kid out of: ${Object.keys(issuers).join(', ')}.`);
  const key = (await importJWK(jwk, alg)) as CryptoKey;
  const sign = (audience: string, subject: string, claims: Record<string, unknown>) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg, kid: issuer, typ: type })
      .setIssuer(issuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(`${passportSeconds}s`)
      .sign(key);
  return {
    viewer: (service, viewer, locales) =>
      sign(service, `${viewer.kind}:${viewer.key ?? ''}`, { kind: 'viewer', viewer, locales }),
    service: (service) => sign(service, `service:${issuer}`, { kind: 'service' }),
  };
}

export type PassportVerifier = (passport: string | undefined) => Promise<Passport>;

/**
 * Checks passports meant for `audience` against the public keys `jwks` ({keys: [JWK with kid]}).
 * Throws `HubError('UNAUTHENTICATED')` for anything but a current passport of a known issuer for this service.
 */
export function passportVerifier(audience: string, jwks: { keys: JWK[] }): PassportVerifier {
  const keys = createLocalJWKSet(jwks);
  return async (passport) => {
    if (!passport) throw new HubError('UNAUTHENTICATED', 'This service answers requests with a passport only.');
    try {
      const { payload, protectedHeader } = await jwtVerify(passport, keys, {
        algorithms: [alg],
        audience,
        typ: type,
        requiredClaims: ['exp', 'iat', 'sub', 'kind'],
        maxTokenAge: `${passportSeconds}s`,
        clockTolerance: 2,
      });
      const kind = payload['kind'] as Passport['kind'];
      if (payload.iss !== protectedHeader.kid || !issuers[payload.iss ?? '']?.includes(kind))
        throw new Error(`${payload.iss} may not issue a ${String(kind)} passport`);
      const expiresAt = new Date(payload.exp! * 1000);
      return kind === 'service'
        ? { kind, service: payload.iss!, expiresAt }
        : { kind, viewer: payload['viewer'] as Viewer, locales: payload['locales'] as string[], expiresAt };
    } catch (cause) {
      throw new HubError('UNAUTHENTICATED', 'The passport is not valid for this service.', { cause });
    }
  };
}
