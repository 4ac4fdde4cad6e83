/** One batch of membership's log, as its internal endpoint gives it: who asks shows a service passport. */
import { passportHeader } from '@hub/kit/passport';
import { type Dispatcher, request } from 'undici';

export interface MembershipEntry {
  position: number;
  /** MEMBERSHIP_STARTED and MEMBERSHIP_ENDED matter here; the log has others. */
  type: string;
  state: string;
  body: string;
  /** Null: not known. */
  from: string | null;
  until: string | null;
  at: string;
}

export interface MembershipBatch {
  /** The newest position there is. */
  head: number;
  entries: MembershipEntry[];
}

export interface Ask {
  membershipUrl: string;
  passport: string;
  after: number;
  limit: number;
  /** How long membership may keep the question open when there is nothing yet. */
  waitMs: number;
  dispatcher: Dispatcher;
  signal: AbortSignal;
}

const graceMs = 5_000;

/** Throws when membership does not answer, refuses, or says something else than its log. */
export async function readMembershipLog({ membershipUrl, passport, after, limit, waitMs, dispatcher, signal }: Ask) {
  const url = new URL('/internal/log', membershipUrl);
  url.search = new URLSearchParams({ after: `${after}`, limit: `${limit}`, waitMs: `${waitMs}` }).toString();
  const { statusCode, body } = await request(url, {
    headers: { [passportHeader]: passport },
    dispatcher,
    signal,
    headersTimeout: waitMs + graceMs,
    bodyTimeout: graceMs,
  });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`Membership answered with status ${statusCode}.`);
  }
  return batchOf(await body.json());
}

function batchOf(answer: unknown): MembershipBatch {
  const { head, entries } = answer as Partial<MembershipBatch>;
  if (!Number.isSafeInteger(head) || !Array.isArray(entries) || !entries.every((entry) => isPosition(entry?.position)))
    throw new Error('Membership answered with something else than its log.');
  return { head: head!, entries };
}

const isPosition = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
