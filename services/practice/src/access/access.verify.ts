/**
 * Walks the access log and tells the first thing that is wrong with it. Every hash is computed here, from what the rows
 * say: no function of the database is trusted, and no hash it stores is believed unless it was kept elsewhere.
 *
 * What this cannot find: whoever owns the database can write the whole log anew, with all its hashes and heads. They
 * cannot meet a head that an auditor kept; so keep one now and then, and verify against it.
 */
import type { EntityManager } from 'typeorm';
import { type EntryRow, hashOf } from './access.js';
import { exactly } from './access.sql.js';

export interface Head {
  number: number;
  hash: Buffer;
}

export type FaultKind = 'CHANGED' | 'GAP' | 'REORDERED' | 'TRUNCATED' | 'REWRITTEN';

export interface Verification {
  /** The numbers walked; `to` is below `from` when there was nothing to walk. */
  from: number;
  to: number;
  fault: { number: number; kind: FaultKind } | null;
  /** Where the log ends. */
  end: Head & { at: Date };
  /** The number to go on from; null when the end was reached. */
  next: number | null;
}

const pageSize = 2_000; // some ten milliseconds of hashing, while others wait
const noHash: Buffer = Buffer.alloc(32);

const read = (db: EntityManager, from: number, to: number) =>
  db.query<EntryRow[]>(
    `select number, ${exactly('at')} as at, viewer_kind, viewer_key, role, "of", practice_key, version, sections, channel, own,
       times, previous, hash from access_log where number between $1 and $2 order by number`,
    [from, to],
  );

/** The head of the last batch: where the log has to end. */
export async function readHead(db: EntityManager): Promise<Head & { at: Date }> {
  const [row] = await db.query<{ last: string; hash: Buffer; at: Date }[]>(
    'select last, hash, at from access_log_head order by last desc limit 1',
  );
  return row ? { number: Number(row.last), hash: row.hash, at: row.at } : { number: 0, hash: noHash, at: new Date(0) };
}

/** Verifies the entries `from` to `to` in one transaction, and that the log meets `kept`, a head from outside. */
export async function verify(db: EntityManager, from: number, to: number, kept: Head | null): Promise<Verification> {
  const head = await readHead(db);
  const [longest] = await db.query<{ number: string | null }[]>('select max(number) as number from access_log');
  const last = Number(longest!.number ?? 0);
  const until = Math.min(to, last);
  const found = (number: number, kind: FaultKind): Verification => ({
    ...{ from, to: Math.min(until, number - 1), end: head, next: null },
    fault: { number, kind },
  });
  const heads = new Map(
    (
      await db.query<{ last: string; hash: Buffer }[]>(
        'select last, hash from access_log_head where last between $1 and $2',
        [from - 1, until],
      )
    ).map((row) => [Number(row.last), row.hash]),
  );
  // The entry before is where the first link goes; it has to be there, and to be what it says.
  let previous: Buffer = noHash;
  if (from > 1 && from <= last) {
    const [before] = await read(db, from - 1, from - 1);
    if (!before) return found(from - 1, 'GAP');
    if (!hashOf(before.previous, before).equals(before.hash)) return found(from - 1, 'CHANGED');
    previous = before.hash;
  }
  for (let start = from; start <= until; start += pageSize) {
    let expected = start;
    for (const entry of await read(db, start, Math.min(start + pageSize - 1, until))) {
      const number = Number(entry.number);
      if (number !== expected) return found(expected, 'GAP');
      if (!hashOf(entry.previous, entry).equals(entry.hash)) return found(number, 'CHANGED');
      if (!entry.previous.equals(previous)) return found(number, 'REORDERED');
      if (meets(heads.get(number), entry.hash) && meets(kept?.number === number ? kept.hash : undefined, entry.hash)) {
        previous = entry.hash;
        expected += 1;
      } else return found(number, 'REWRITTEN');
    }
    if (expected <= Math.min(start + pageSize - 1, until)) return found(expected, 'GAP');
  }
  if (last < Math.max(head.number, kept?.number ?? 0)) return found(last + 1, 'TRUNCATED');
  if (last > head.number) return found(head.number + 1, 'REWRITTEN'); // entries that were not chained
  if (kept && kept.number > 0 && (kept.number < from || kept.number > until)) {
    const [entry] = await read(db, kept.number, kept.number);
    if (!entry) return found(kept.number, 'GAP');
    if (!entry.hash.equals(kept.hash)) return found(kept.number, 'REWRITTEN');
  }
  return { from, to: until, fault: null, end: head, next: until < last ? until + 1 : null };
}

const meets = (head: Buffer | undefined, hash: Buffer): boolean => head === undefined || head.equals(hash);
