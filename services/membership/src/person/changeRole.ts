/** Who gets and who loses a role: the row and its event, in the caller's transaction. */
import { randomUUID } from 'node:crypto';
import { isUniqueViolation } from '@hub/kit/database';
import { HubError } from '@hub/kit/errors';
import type { RoleName, Token } from '@hub/kit/viewer';
import type { EntityManager } from 'typeorm';

export interface RoleOfPerson {
  person: string;
  role: Exclude<RoleName, 'INTEGRATOR'>;
  of: Token | null;
}

/** Gives a role from now on. Throws CONFLICT when the person holds it already. */
export async function startRole(tx: EntityManager, { person, role, of }: RoleOfPerson, now: Date): Promise<void> {
  try {
    await tx.query('insert into person_role (key, person_key, role, of, valid_from) values ($1, $2, $3, $4, $5)', [
      randomUUID(),
      person,
      role,
      of,
      now,
    ]);
  } catch (error) {
    if (!isUniqueViolation(error, 'person_role_open')) throw error;
    throw new HubError('CONFLICT', 'The person holds this role already.', { cause: error });
  }
  await append(tx, 'ROLE_STARTED', { person, role, of }, now, null);
}

/** Ends a role now. Throws NOT_FOUND when the person does not hold it. */
export async function endRole(tx: EntityManager, { person, role, of }: RoleOfPerson, now: Date): Promise<void> {
  const [rows] = await tx.query<[{ valid_from: Date }[], number]>(
    `update person_role set valid_until = $4
      where person_key = $1 and role = $2 and of is not distinct from $3 and valid_until is null and valid_from < $4
     returning valid_from`,
    [person, role, of, now],
  );
  if (!rows[0]) throw new HubError('NOT_FOUND', 'The person does not hold this role.');
  await append(tx, 'ROLE_ENDED', { person, role, of }, rows[0].valid_from, now);
}

const append = (
  tx: EntityManager,
  type: 'ROLE_STARTED' | 'ROLE_ENDED',
  { person, role, of }: RoleOfPerson,
  from: Date,
  until: Date | null,
) =>
  tx.query(
    `insert into membership_event (id, type, state, body, person, role, valid_from, valid_until)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      randomUUID(),
      type,
      of?.startsWith('s:') ? of.slice(2) : null,
      of?.startsWith('b:') ? of.slice(2) : null,
      person,
      role,
      from.toISOString().slice(0, 10),
      until && until.toISOString().slice(0, 10),
    ],
  );
