/** What is done to persons and their roles: each in the caller's transaction, checks first, the event last. */
import { HubError } from '@hub/kit/errors';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import type { Token, Viewer } from '@hub/kit/viewer';
import type { EntityManager } from 'typeorm';
import { append } from '../event/append.js';
import { endRole, startRole } from './changeRole.js';
import { type GivenRole, isCurator, mayGive } from './person.permissions.js';
import type { UpdatePersonInput } from './person.input.js';
import { Person } from './person.js';
import type { RoleMeant } from './role.rules.js';

export const lastCurator = () =>
  new UserError(['person'], UserErrorCode.NOT_PERMITTED, 'The hub keeps a curator: name another one first.');

/** Whether the database refused to be left without a curator. */
export const isLastCurator = (error: unknown): boolean =>
  (error as { driverError?: { constraint?: string } }).driverError?.constraint === 'person_role_last_curator';

/**
 * Gives a role at once. Who speaks for a State or body gives its roles to people who are of it already; anybody else
 * is invited and accepts, so that nobody is drawn into a State, and shown to it by name, without a word of theirs.
 */
export async function giveRole(
  tx: EntityManager,
  person: string,
  { role, of }: RoleMeant,
  until: Date | null,
  viewer: Viewer,
  now: Date,
): Promise<UserError[]> {
  await mustSee(tx, person);
  if (!isCurator(viewer) && !(await isOf(tx, person, of, now)))
    return [
      new UserError(
        ['person'],
        UserErrorCode.NOT_PERMITTED,
        'Only somebody who is of the State or body already: invite others.',
      ),
    ];
  try {
    await startRole(tx, { person, role, of }, now, until);
    return [];
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'CONFLICT') throw error;
    return [new UserError(['role'], UserErrorCode.CONFLICT, 'The person holds this role already.')];
  }
}

/** Ends a role at once: by who may give it, and by who holds it. */
export async function takeRole(
  tx: EntityManager,
  person: string,
  { role, of }: RoleMeant,
  viewer: Viewer,
  now: Date,
): Promise<void> {
  await mustSee(tx, person);
  if (!mayGive(viewer, role, of) && person !== viewer.key)
    throw new HubError('FORBIDDEN', 'Who may give a role may end it, and who holds it.');
  await endRole(tx, { person, role, of }, now);
}

export async function updateContact(tx: EntityManager, key: string, { name, email }: UpdatePersonInput): Promise<void> {
  await tx.query(
    `insert into person_contact as c (person_key, name, email) values ($1, $2, $3)
     on conflict (person_key) do update set
       name = case when $4 then excluded.name else c.name end, email = case when $5 then excluded.email else c.email end`,
    [key, name?.trim() ?? null, email ?? null, name !== undefined, email !== undefined],
  );
}

/** Ends every role of a person, and forgets who they are. The key stays: logs and records name it. */
export async function removePerson(tx: EntityManager, person: string, viewer: Viewer, now: Date): Promise<void> {
  await mustSee(tx, person);
  if (!isCurator(viewer)) throw new HubError('FORBIDDEN', 'Curators remove persons.');
  const held = await tx.query<{ role: GivenRole; of: Token | null }[]>(
    `select distinct role, of from person_role
      where person_key = $1 and valid_from <= $2 and (valid_until is null or $2 < valid_until) order by role, of`,
    [person, now],
  );
  for (const { role, of } of held) await endRole(tx, { person, role, of }, now);
  const [row] = await tx.query<{ removed: boolean }[]>('select remove_person($1, $2) as removed', [person, now]);
  if (!row!.removed) throw new HubError('NOT_FOUND', 'There is no such person.');
  await append(tx, { type: 'PERSON_REMOVED', person }, now);
}

async function mustSee(tx: EntityManager, key: string): Promise<void> {
  if (!(await tx.existsBy(Person, { key }))) throw new HubError('NOT_FOUND', 'There is no such person.');
}

const isOf = async (tx: EntityManager, person: string, of: Token | null, now: Date): Promise<boolean> =>
  (
    await tx.query<unknown[]>(
      `select from person_role where person_key = $1 and of = $2 and valid_from <= $3 and (valid_until is null or $3 < valid_until) limit 1`,
      [person, of, now],
    )
  ).length > 0;
