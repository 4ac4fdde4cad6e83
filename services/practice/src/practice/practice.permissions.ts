/** Who may do what to a practice they can see. The policies hold the same line in the database. */
import { Field, ObjectType } from 'type-graphql';
import { type RoleName, type Token, type Viewer, holds, isVetted } from '@hub/kit/viewer';
import type { Practice } from './practice.js';
import { Origin, PracticeState } from './vocabulary.js';

export const writers: RoleName[] = ['CONTRIBUTOR', 'FOCAL_POINT', 'ALTERNATE', 'OFFICER'];
export const submitters: RoleName[] = ['FOCAL_POINT', 'ALTERNATE', 'OFFICER'];

@ObjectType({ description: 'Whether the viewer may do something, and why not.' })
export class Permission {
  @Field(() => Boolean, { description: 'Whether it is allowed now.' })
  allowed!: boolean;

  @Field(() => String, { nullable: true, description: 'Why it is not; null when it is.' })
  reason!: string | null;
}

@ObjectType({ description: 'What the viewer may do to a practice.' })
export class PracticePermissions {
  @Field(() => Permission, { description: 'Change its text, or draft its next version.' })
  update!: Permission;

  @Field(() => Permission, { description: 'Discard the draft; earlier versions that were submitted stay.' })
  discard!: Permission;

  @Field(() => Permission, { description: 'Submit the draft to its audience.' })
  submit!: Permission;

  @Field(() => Permission, { description: 'Change marking or audience, at once and for all versions.' })
  setAudience!: Permission;

  @Field(() => Permission, { description: 'Take it back, leaving a tombstone for whoever could see it.' })
  withdraw!: Permission;
}

const because = (reason: string | null): Permission => ({ allowed: reason === null, reason });

/** Why a viewer may not act on this owner's records with any of these roles; null when they may. */
function notOfOwner(viewer: Viewer, owner: Token, roles: RoleName[]): string | null {
  if (viewer.kind !== 'person')
    return 'Only persons can do this: sign in as a focal point, alternate, contributor or officer.';
  if (holds(viewer, ...roles).includes(owner)) return null;
  return holds(viewer, ...writers).includes(owner)
    ? 'Only a focal point, an alternate or an officer of the owner can do this.'
    : 'The practice belongs to another State or body.';
}

/** Why not, for each thing one can do to a practice; null means it is allowed. */
export function refusals(
  viewer: Viewer,
  { row, newest }: Pick<Practice, 'row' | 'newest'>,
): Record<keyof PracticePermissions, string | null> {
  const compiled =
    row.origin === Origin.PUBLIC_SOURCE
      ? 'The record was compiled by the curators from public sources; its State or body has not taken it over.'
      : null;
  const withdrawn = row.withdrawnAt ? 'The practice was withdrawn.' : null;
  const write = compiled ?? notOfOwner(viewer, row.owner, writers);
  const decide = compiled ?? notOfOwner(viewer, row.owner, submitters);
  const draft = newest.state === PracticeState.DRAFT ? null : 'There is no draft.';
  return {
    update: write ?? withdrawn ?? (newest.state === PracticeState.DECLINED ? 'The practice was declined.' : null),
    discard: write ?? withdrawn ?? draft,
    submit: decide ?? withdrawn ?? draft,
    setAudience: decide ?? withdrawn,
    withdraw:
      decide ?? withdrawn ?? (row.stage === 'DRAFT' ? 'It was never submitted: discard the draft instead.' : null),
  };
}

export const permissions = (viewer: Viewer, practice: Practice): PracticePermissions => {
  const { update, discard, submit, setAudience, withdraw } = refusals(viewer, practice);
  return {
    update: because(update),
    discard: because(discard),
    submit: because(submit),
    setAudience: because(setAudience),
    withdraw: because(withdraw),
  };
};

/** Why a viewer may not ask the owner for what is redacted; null when they may. */
export function askRefusal(viewer: Viewer, { row }: Pick<Practice, 'row'>): string | null {
  if (viewer.kind !== 'person' || !isVetted(viewer)) return 'Only persons with a role in the hub can ask.';
  if (row.origin === Origin.PUBLIC_SOURCE)
    return 'The record was compiled from public sources: nobody can grant more of it.';
  if (holds(viewer, ...writers).includes(row.owner)) return 'The practice is your own State’s or body’s.';
  return row.withdrawnAt ? 'The practice was withdrawn.' : null;
}
