/** What this machine's hub must keep to itself, made once: `secrets.json` in the data folder. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { type DataFolder, readJson, writeJson } from './dataFolder.js';
import { type Passwords, newPasswords } from './databases.js';

export interface Secrets {
  passwords: Passwords;
  /** Private Ed25519 keys of those who sign passports. */
  passportKeys: { gateway: JWK; practice: JWK };
  /** 32 bytes in base64: event cursors. */
  cursorKey: string;
  identityProvider: { signingKey: JWK; clientSecretKey: string };
}

export function secretsOf({ secrets }: DataFolder): Secrets {
  const kept = readJson<Secrets>(secrets);
  if (kept) return kept;
  const made = newSecrets();
  writeJson(secrets, made);
  return made;
}

export const newSecrets = (): Secrets => ({
  passwords: newPasswords(),
  passportKeys: { gateway: ed25519('gateway'), practice: ed25519('practice') },
  cursorKey: randomBytes(32).toString('base64'),
  identityProvider: { signingKey: es256('development'), clientSecretKey: randomBytes(32).toString('base64url') },
});

/** The public half of each key, as a JWKS. */
export const publicKeys = (keys: Record<string, JWK>): { keys: JWK[] } => ({
  keys: Object.values(keys).map(({ d: _private, ...key }) => key),
});

const ed25519 = (kid: string): JWK => ({
  ...(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK),
  kid,
  alg: 'EdDSA',
  use: 'sig',
});
const es256 = (kid: string): JWK => ({
  ...(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }) as JWK),
  kid,
  alg: 'ES256',
  use: 'sig',
});
