import { globalId } from '@hub/kit/ids';
import { DateTime } from '@hub/kit/scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The hash of its secret is a column that nobody reads: see api-key.sql.ts and identity/viewer.sql.ts. */
@Entity('api_key')
@ObjectType({ description: 'A key of an API client. The secret itself was told once, when it was made.' })
export class ApiKey {
  @PrimaryColumn('uuid') key!: string;
  @Column('uuid', { name: 'client_key' }) clientKey!: string;

  @Column('text', { name: 'start' })
  @Field(() => String, { description: 'How the secret begins, to tell it from the client’s others.' })
  prefix!: string;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was made.' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  @Field(() => DateTime, { description: 'When it stops working by itself.' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was last used, to the minute; null: not yet.' })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it was revoked; of a key that was rotated, when it stops, which may lie ahead.',
  })
  revokedAt!: Date | null;

  @Field(() => ID, { description: 'Opaque and global. Keys are not found by the field node.' })
  get id(): string {
    return globalId('ApiKey', this.key);
  }
}
