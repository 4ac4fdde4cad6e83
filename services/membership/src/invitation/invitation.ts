import { globalId } from '@hub/kit/ids';
import { DateTime } from '@hub/kit/scalars';
import type { RoleName, Token } from '@hub/kit/viewer';
import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { RoleHeld } from '../person/role.js';

/** The hash of its secret is a column that nobody reads: see accept-invitation.sql.ts. */
@Entity('invitation')
@ObjectType({
  description:
    'A role that waits for somebody. Whoever holds its token, and signs in, accepts it: once, until it expires.',
})
export class Invitation {
  @PrimaryColumn('uuid') key!: string;

  @Column('text', { name: 'role' }) roleName!: RoleName;
  @Column('text', { nullable: true }) of!: Token | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Whom it is for; gone once it was accepted or withdrawn.' })
  name!: string | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Their address; gone once it was accepted or withdrawn.' })
  email!: string | null;

  @Column('uuid', { name: 'invited_by' }) invitedByKey!: string;
  @Column('uuid', { name: 'accepted_by', nullable: true }) acceptedByKey!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  @Field(() => DateTime, { description: 'Until when it can be accepted.' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'accepted_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was accepted; null: it was not.' })
  acceptedAt!: Date | null;

  @Column('timestamptz', { name: 'withdrawn_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was withdrawn; null: it was not.' })
  withdrawnAt!: Date | null;

  @Field(() => ID, { description: 'Opaque and global. Invitations are not found by the field node.' })
  get id(): string {
    return globalId('Invitation', this.key);
  }

  @Field(() => RoleHeld, { description: 'The role that waits, and what it is of.' })
  get role(): RoleHeld {
    return new RoleHeld(this.roleName, this.of);
  }
}
