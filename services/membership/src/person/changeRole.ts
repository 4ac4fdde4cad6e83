/** Who gets and who loses a role: the row and its event, in the caller's transaction. */
import { randomUUID } from 'node:crypto';
import { isUniqueViolation } from '@hub/kit/database';
import { HubError } from '@hub/kit/errors';
import type { Token } from '@hub/kit/viewer';
import type { EntityManager } from 'typeorm';
import { append } from '../event/append.js';
import type { GivenRole } from './person.permissions.js';

export interface RoleOfPerson {
  person: string;
  role: GivenRole;
  of: Token | null;
}

/** Gives a role from now on, for good or `until` a moment. Throws CONFLICT when the person holds it already. */
export async function startRole(
  tx: EntityManager,
  { person, role, of }: RoleOfPerson,
  now: Date,
  until: Date | null = null,
): Promise<void> {
  const held = new HubError('CONFLICT', 'The person holds this role already.');
  if ((await current(tx, { person, role, of }, now)).length > 0) throw held;
  try {
    await tx.query(
      'insert into person_role (key, person_key, role, of, valid_from, valid_until) values ($1, $2, $3, $4, $5, $6)',
      [randomUUID(), person, role, of, now, until],
    );
  } catch (error) {
    if (!isUniqueViolation(error, 'person_role_open')) throw error;
    throw held; // somebody else was quicker
  }
  await append(tx, { type: 'ROLE_STARTED', person, role, of, from: now, until }, now);
}

/** Ends a role now. Throws NOT_FOUND when the person does not hold it. */
export async function endRole(tx: EntityManager, { person, role, of }: RoleOfPerson, now: Date): Promise<void> {
  const rows = await current(tx, { person, role, of }, now);
  // One that began this very moment is held for a microsecond: an end is after a beginning.
  const [, ended] = await tx.query<[unknown, number]>(
    `update person_role set valid_until = greatest($2, valid_from + interval '1 microsecond')
      where key = any ($1) and (valid_until is null or $2 < valid_until)`,
    [rows.map(({ key }) => key), now],
  );
  if (!ended) throw new HubError('NOT_FOUND', 'The person does not hold this role.');
  await append(tx, { type: 'ROLE_ENDED', person, role, of, from: rows[0]!.valid_from, until: now }, now);
}

/** The rows by which a person holds a role now; two when it was once given for a time and once for good. */
const current = (tx: EntityManager, { person, role, of }: RoleOfPerson, now: Date) =>
  tx.query<{ key: string; valid_from: Date }[]>(
    `select key, valid_from from person_role
      where person_key = $1 and role = $2 and of is not distinct from $3
        and valid_from <= $4 and (valid_until is null or $4 < valid_until) order by valid_from`,
    [person, role, of, now],
  );
