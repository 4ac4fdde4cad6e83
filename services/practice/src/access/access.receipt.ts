/**
 * Receipts: what an event shows of sections, sealed, to be handed back with who got it. The gateway carries them and
 * cannot read them; nobody else can make one. They say everything but the reader, so that one event may be handed on to
 * many whose rights are the same.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Access, Reader } from './access.js';

export interface ReceiptCodec {
  seal(accesses: readonly Access[]): string;
  /** The accesses of a receipt by `reader`; null when it was not made here. */
  open(receipt: string, reader: Reader): Access[] | null;
}

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;

/** Under a key of their own, drawn from `key` (32 bytes). */
export function receiptCodec(key: Buffer): ReceiptCodec {
  const own = Buffer.from(hkdfSync('sha256', key, '', 'access receipt', 32));
  return {
    seal(accesses) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, own, nonce);
      const text = JSON.stringify(accesses.map(({ kind: _kind, key: _key, ...access }) => access));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(receipt, reader) {
      const bytes = Buffer.from(receipt, 'base64url');
      if (bytes.length <= nonceBytes + tagBytes) return null;
      const decipher = createDecipheriv(algorithm, own, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
      decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]);
        const accesses = JSON.parse(text.toString('utf8')) as (Omit<Access, 'at' | keyof Reader> & { at: string })[];
        return accesses.map((access) => ({ ...access, ...reader, at: new Date(access.at) }));
      } catch {
        return null; // sealed under another key, or not at all
      }
    },
  };
}
