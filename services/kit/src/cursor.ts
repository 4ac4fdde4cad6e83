/**
 * Event cursors: one encrypted block over (epoch, position, ordinal, check).
 *
 * Deterministic, so a place has one cursor for every viewer and channel; encrypted, because dense positions would
 * tell how much of the log is hidden; and granting nothing, since rights are decided at reading. A single AES block
 * needs no mode: the four check bytes make a guess succeed once in 2^32.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { HubError } from './errors.js';

/** A place in an event log: after the `ordinal`-th answer drawn from the event at `position`. */
export interface Place {
  position: number;
  ordinal: number;
}

const check = Buffer.from('GPX1');
/** Of places within an event: a shorter position makes room for a longer ordinal. */
const checkWithin = Buffer.from('GPX2');

export interface CursorCodec {
  encode(epoch: number, place: Place): string;
  /** The place of a cursor; throws `CURSOR_INVALID` when it was not made here, or before a restored back-up. */
  decode(epoch: number, cursor: string): Place;
}

export const cursorInvalid = (): HubError =>
  new HubError(
    'CURSOR_INVALID',
    'This cursor is not one of this log. Start again without it, or from a fresh snapshot.',
  );

/** A codec under a 32-byte key. Positions up to 2^48; with an ordinal up to 2^32 positions up to 2^32. */
export function cursorCodec(key: Buffer): CursorCodec {
  return {
    encode(epoch, { position, ordinal }) {
      const block = Buffer.alloc(16);
      block.writeUInt32BE(epoch, 0);
      if (ordinal === 0) block.writeUIntBE(position, 4, 6);
      else {
        block.writeUInt32BE(position, 4);
        block.writeUInt32BE(ordinal, 8);
      }
      (ordinal === 0 ? check : checkWithin).copy(block, 12);
      const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false);
      return Buffer.concat([cipher.update(block), cipher.final()]).toString('base64url');
    },
    decode(epoch, cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length !== 16) throw cursorInvalid();
      const decipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false);
      const block = Buffer.concat([decipher.update(bytes), decipher.final()]);
      if (block.readUInt32BE(0) !== epoch) throw cursorInvalid();
      if (block.subarray(12).equals(check)) return { position: block.readUIntBE(4, 6), ordinal: 0 };
      if (!block.subarray(12).equals(checkWithin)) throw cursorInvalid();
      return { position: block.readUInt32BE(4), ordinal: block.readUInt32BE(8) };
    },
  };
}
