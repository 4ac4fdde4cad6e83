/** What is done to invitations: each in the caller's transaction, checks first. */
import { randomUUID } from 'node:crypto';
import { HubError } from '@hub/kit/errors';
import { hashOfSecret, newSecret } from '@hub/kit/secret';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import type { Identity, RoleName, Token } from '@hub/kit/viewer';
import type { EntityManager } from 'typeorm';
import { contactFaults } from '../person/contact.rules.js';
import type { RoleMeant } from '../person/role.rules.js';
import type { InvitePersonInput } from './invitation.input.js';
import { Invitation } from './invitation.js';

const { INVALID, REQUIRED, CONFLICT } = UserErrorCode;
const hourMs = 3_600_000;
const maxLifetimeHours = 720;
/** What was never accepted is forgotten this long after it expired: nobody became a person by it. */
const forgottenAfterMs = 30 * 24 * hourMs;

export function invitationFaults({ email, identity, name, lifetimeHours }: InvitePersonInput): UserError[] {
  const faults = contactFaults({ ...(name != null && { name }), ...(email != null && { email }) });
  if (!email && !identity)
    faults.push(new UserError(['email'], REQUIRED, 'Give an e-mail address or an identity of whom you invite.'));
  if (email && identity)
    faults.push(new UserError(['identity'], INVALID, 'Give an e-mail address or an identity, not both.'));
  for (const [field, most] of [
    ['issuer', 2048],
    ['subject', 255],
  ] as const) {
    const value = identity?.[field];
    if (value !== undefined && (value === '' || value.length > most || /[\p{Cc}\p{Cs}]/u.test(value)))
      faults.push(new UserError(['identity', field], INVALID, `A text of 1 to ${most} characters.`));
  }
  if (!(lifetimeHours >= 1 && lifetimeHours <= maxLifetimeHours))
    faults.push(new UserError(['lifetimeHours'], INVALID, `An invitation is good for 1 to ${maxLifetimeHours} hours.`));
  return faults;
}

export async function invite(
  tx: EntityManager,
  { email, identity, name, lifetimeHours }: InvitePersonInput,
  { role, of }: RoleMeant,
  invitedBy: string,
  now: Date,
): Promise<{ key: string; token: string }> {
  const token = newSecret('invitation');
  const key = randomUUID();
  await tx.query(
    `update invitation set name = null, email = null, issuer = null, subject = null
      where expires_at < $1 and accepted_at is null and num_nonnulls(name, email, issuer) > 0`,
    [new Date(now.getTime() - forgottenAfterMs)],
  );
  await tx.query(
    `insert into invitation (key, hash, role, of, name, email, issuer, subject, invited_by, created_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[key, hashOfSecret('invitation', token), role, of],
      ...[name?.trim() ?? null, email ?? null, identity?.issuer ?? null, identity?.subject ?? null],
      ...[invitedBy, now, new Date(now.getTime() + lifetimeHours * hourMs)],
    ],
  );
  return { key, token };
}

export interface Accepted {
  person: string;
  role: RoleName;
  of: Token | null;
}

/** Null for a token that accepts nothing (any more): why is not told. */
export async function accept(
  tx: EntityManager,
  token: string,
  who: Identity | { person: string },
  now: Date,
): Promise<Accepted | null> {
  const hash = hashOfSecret('invitation', token);
  if (hash === null) return null;
  const { issuer = null, subject = null, person = null } = who as Partial<Identity & { person: string }>;
  const [row] = await tx.query<{ accepted: Accepted | null }[]>(
    'select accept_invitation($1, $2, $3, $4, $5) as accepted',
    [hash, issuer, subject, person, now],
  );
  return row!.accepted;
}

/** Withdrawing it again changes nothing. Throws NOT_FOUND for an invitation the viewer does not see. */
export async function withdraw(tx: EntityManager, key: string, now: Date): Promise<UserError[]> {
  const invitation = await tx.findOneBy(Invitation, { key });
  if (!invitation) throw new HubError('NOT_FOUND', 'There is no such invitation.');
  if (invitation.withdrawnAt) return [];
  const [, withdrawn] = await tx.query<[unknown, number]>(
    `update invitation set withdrawn_at = $2, name = null, email = null, issuer = null, subject = null
      where key = $1 and accepted_at is null and withdrawn_at is null`,
    [key, now],
  );
  return withdrawn ? [] : [new UserError(['invitationId'], CONFLICT, 'It was accepted: end the role instead.')];
}
