/**
 * Secrets that the hub makes and somebody keeps for it: API keys and invitations. 256 random bits, spelt so that a
 * person and a scanner of source code know one when they see it:
 *
 *     gpe_live_ 43 characters of base62, then 6 of a CRC-32 over all before it
 *
 * The check value tells a mistyped or invented secret without asking a database, and keeps scanners from false alarms.
 * Only a SHA-256 of a secret is stored. bcrypt and its like make a guess expensive, which protects a password of forty
 * bits; nobody guesses 256, and a slow hash would cost every request what it costs a thief. It also lets an index find
 * the row: what is compared is the hash, so the time it takes says nothing of the secret.
 */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

export const secretPrefixes = { apiKey: 'gpe_live_', invitation: 'gpe_invite_' } as const;
export type SecretKind = keyof typeof secretPrefixes;

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const randomLength = 43; // 62^43 > 2^256
const checkLength = 6; // 62^6 > 2^32

export function newSecret(kind: SecretKind): string {
  const body = secretPrefixes[kind] + base62(BigInt(`0x${randomBytes(32).toString('hex')}`), randomLength);
  return body + checkOf(body);
}

/** Whether a text says that it is a secret of this kind, good or not. */
export const looksLike = (kind: SecretKind, text: string): boolean => text.startsWith(secretPrefixes[kind]);

/** What is stored of a secret: SHA-256, in hexadecimal. Null for what cannot be one: misspelt, or cut off. */
export function hashOfSecret(kind: SecretKind, text: string): string | null {
  const { length } = secretPrefixes[kind];
  if (!looksLike(kind, text) || text.length !== length + randomLength + checkLength) return null;
  const body = text.slice(0, -checkLength);
  if (!/^[0-9A-Za-z]+$/.test(text.slice(length)) || checkOf(body) !== text.slice(-checkLength)) return null;
  return createHash('sha256').update(text).digest('hex');
}

/** Enough of a secret to tell it from its owner's others, and useless: 24 of its 256 bits. */
export const startOfSecret = (kind: SecretKind, text: string): string => text.slice(0, secretPrefixes[kind].length + 4);

const checkOf = (body: string): string => base62(BigInt(crc32(body)), checkLength);

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = digits[Number(rest % 62n)]! + text;
  return text.padStart(length, '0');
}
