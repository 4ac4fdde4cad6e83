/** Who joins and who leaves: the row and its event, in the caller's transaction. */
import { randomUUID } from 'node:crypto';
import { isUniqueViolation } from '@hub/kit/database';
import { HubError } from '@hub/kit/errors';
import type { EntityManager } from 'typeorm';
import { append } from '../event/append.js';

/** Either a start (`from` null: not known) or an end (`until`: the first day outside). Days are YYYY-MM-DD, UTC. */
export type MembershipChange = { state: string; body: string } & ({ from: string | null } | { until: string });

/**
 * Starts a membership, or ends the one that is open. Throws CONFLICT when a start finds one open, NOT_FOUND when an
 * end finds none. Runs as the owner until the curators' mutation comes; wake the log's readers after the commit.
 */
export const changeMembership = (tx: EntityManager, change: MembershipChange): Promise<void> =>
  'until' in change ? endMembership(tx, change) : startMembership(tx, change);

async function startMembership(
  tx: EntityManager,
  { state, body, from }: { state: string; body: string; from: string | null },
): Promise<void> {
  try {
    await tx.query('insert into membership (key, iso3, body, valid_from) values ($1, $2, $3, $4)', [
      randomUUID(),
      state,
      body,
      from,
    ]);
  } catch (error) {
    if (!isUniqueViolation(error, 'membership_open')) throw error;
    throw new HubError('CONFLICT', 'The State is in this body already.', { cause: error });
  }
  await append(tx, { type: 'MEMBERSHIP_STARTED', state, body, from, until: null });
}

async function endMembership(
  tx: EntityManager,
  { state, body, until }: { state: string; body: string; until: string },
): Promise<void> {
  const [rows] = await tx.query<[{ valid_from: string | null }[], number]>(
    `update membership set valid_until = $3, as_of = null where iso3 = $1 and body = $2 and valid_until is null
     returning valid_from::text`,
    [state, body, until],
  );
  if (!rows[0]) throw new HubError('NOT_FOUND', 'The State is not in this body.');
  await append(tx, { type: 'MEMBERSHIP_ENDED', state, body, from: rows[0].valid_from, until });
}
