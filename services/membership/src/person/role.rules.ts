/** Which role is of what, and whether the viewer may give it: what an input says of a role, checked. */
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import type { Token, Viewer } from '@hub/kit/viewer';
import type { Loaders } from '../context.js';
import { type GivenRole, mayGive } from './person.permissions.js';
import { Role } from './role.js';
import { type StateOrBodyInput, tokenOf } from './state-or-body.js';

const { INVALID, REQUIRED, NOT_PERMITTED } = UserErrorCode;

/** What a role is of. The checks of person_role and invitation say the same. */
const ofWhat: Record<GivenRole, { state: boolean; body: boolean; allowed: string }> = {
  CONTRIBUTOR: { state: true, body: true, allowed: 'A contributor is of a State or a regional body.' },
  FOCAL_POINT: { state: true, body: false, allowed: 'A focal point is of a State.' },
  ALTERNATE: { state: true, body: false, allowed: 'An alternate is of a State.' },
  OFFICER: { state: false, body: true, allowed: 'An officer is of a regional body.' },
  REVIEWER: { state: true, body: true, allowed: 'A reviewer is of a State or a regional body.' },
  CURATOR: { state: false, body: false, allowed: 'A curator is of the secretariat: give no State or body.' },
  AUDITOR: { state: false, body: false, allowed: 'An auditor is of the secretariat: give no State or body.' },
};

export interface RoleMeant {
  role: GivenRole;
  of: Token | null;
}

/** The role that is meant, or everything about it that is to be put right. */
export async function roleMeant(
  input: { role: Role; of?: StateOrBodyInput | null },
  loaders: Pick<Loaders, 'memberStates' | 'regionalBodies'>,
): Promise<RoleMeant | UserError[]> {
  if (input.role === Role.INTEGRATOR)
    return [new UserError(['role'], INVALID, 'An integrator is an API client: create one instead.')];
  const role: GivenRole = input.role;
  const { state, body, allowed } = ofWhat[role];
  if (!input.of) return state || body ? [new UserError(['of'], REQUIRED, allowed)] : { role, of: null };
  const of = await tokenOf(input.of, ['of'], loaders);
  if (of instanceof UserError) return [of];
  return (of.startsWith('s:') ? state : body) ? { role, of } : [new UserError(['of'], INVALID, allowed)];
}

/** Why the viewer may not give it; nothing when they may. */
export const notGiven = (viewer: Viewer, { role, of }: RoleMeant): UserError[] =>
  mayGive(viewer, role, of)
    ? []
    : [
        new UserError(
          ['role'],
          NOT_PERMITTED,
          'Curators give every role; a focal point or alternate names the alternates and contributors of their State, an officer the officers and contributors of their body.',
        ),
      ];
