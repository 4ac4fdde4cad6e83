/**
 * Who read what: the words, and the form an entry is chained in.
 *
 * *access*: one viewer got at least one section of one version of a practice that others may know of. Headers are no
 * accesses, nor is what its writers read of a draft.
 * *entry*: an access in the log, with its number and its hash: SHA-256 over the hash of the entry before and its own
 * *canonical* form. Equal accesses within half a second are one entry that says how many times.
 * *own*: the reader is one of the owner's own people. The auditor sees it, the owner does not: they ask who else read.
 * *strict*: at AMBER_STRICT or RED. Such an access is in the database before the answer leaves.
 */
import { createHash } from 'node:crypto';
import { registerEnumType } from 'type-graphql';
import type { RoleName, Token, Viewer } from '@hub/kit/viewer';
import type { SectionName } from '../practice/vocabulary.js';

export enum AccessChannel {
  QUERY = 'QUERY',
  ENTITY = 'ENTITY',
  DELTA = 'DELTA',
  MUTATION = 'MUTATION',
  SUBSCRIPTION = 'SUBSCRIPTION',
  REPLAY = 'REPLAY',
}
registerEnumType(AccessChannel, {
  name: 'AccessChannel',
  description: 'How a reader came by what they read.',
  valuesConfig: {
    QUERY: { description: 'They asked for it.' },
    ENTITY: { description: 'They asked another service of the hub, and this was part of the answer.' },
    DELTA: { description: 'They caught up with the events by pages (the query practiceEvents).' },
    MUTATION: { description: 'They changed something, and it was part of the answer.' },
    SUBSCRIPTION: { description: 'It was pushed to them when it happened.' },
    REPLAY: { description: 'It was pushed to them when they resumed a subscription.' },
  },
});

/** Who read, as what. */
export interface Reader {
  kind: Viewer['kind'];
  /** The person's or client's key; null for the anonymous, who are counted and not told apart. */
  key: string | null;
}

export interface Access extends Reader {
  at: Date;
  /** The role by which they may read it, and whose; null for the anonymous, `of` also for the secretariat's. */
  role: RoleName | null;
  of: Token | null;
  practiceKey: string;
  version: number;
  sections: SectionName[];
  channel: AccessChannel;
  own: boolean;
  times: number;
}

/** An entry as the database has it; `at` to the microsecond, as text. */
export interface EntryRow {
  number: string;
  at: string;
  viewer_kind: string;
  viewer_key: string | null;
  role: string | null;
  of: string | null;
  practice_key: string;
  version: number;
  sections: string[];
  channel: string;
  own: boolean;
  times: number;
  previous: Buffer;
  hash: Buffer;
}

/** An entry's text, one value a line; no value has a line break. access.sql.ts has the same in SQL. */
const canonical = (e: EntryRow): string =>
  [
    ...[e.at, e.viewer_kind, e.viewer_key ?? '', e.role ?? '', e.of ?? ''],
    ...[e.practice_key, e.version, e.sections.join(','), e.channel, e.own, e.times],
  ].join('\n');

/** What an entry's hash has to be, after `previous`. */
export const hashOf = (previous: Buffer, entry: EntryRow): Buffer =>
  createHash('sha256').update(previous).update(canonical(entry), 'utf8').digest();
