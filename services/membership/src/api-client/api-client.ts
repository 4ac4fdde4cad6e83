import { globalId } from '@hub/kit/ids';
import { DateTime } from '@hub/kit/scalars';
import type { Token } from '@hub/kit/viewer';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Marking } from '../viewer/marking.js';

@Entity('api_client')
@ObjectType({ description: 'A program that uses the hub for a State or regional body.' })
@Directive('@key(fields: "id")')
export class ApiClient {
  @PrimaryColumn('uuid') key!: string;

  @Column('text')
  @Field(() => String, { description: 'What its owner calls it.' })
  name!: string;

  @Column('text') owner!: Token;

  @Column('text', { array: true })
  @Field(() => [String], { description: 'What it may ask for: practices:read, events:read, directory:read.' })
  scopes!: string[];

  @Column('text')
  @Field(() => Marking, { description: 'The strictest marking it may reach, at most AMBER.' })
  ceiling!: Marking;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it stops working; null: it does not by itself.' })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  @Field(() => DateTime, { description: 'When it was created.' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  @Field(() => DateTime, { nullable: true, description: 'When it was ended, for good; null: it goes on.' })
  endedAt!: Date | null;

  @Field(() => ID, { description: 'Opaque and global. API clients are not found by the field node.' })
  get id(): string {
    return globalId('ApiClient', this.key);
  }
}
