import { globalId } from '@hub/kit/ids';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { RoleName, Token } from '@hub/kit/viewer';

@Entity('person')
@ObjectType({
  description:
    'A person who works with the hub. Name and e-mail are for their own State or body and the curators; null to others.',
})
@Directive('@key(fields: "id")')
export class Person {
  @PrimaryColumn('uuid') key!: string;

  @Field(() => ID, { description: 'Opaque and global. Persons are not found by the field node.' })
  get id(): string {
    return globalId('Person', this.key);
  }
}

@Entity('person_contact')
export class PersonContact {
  @PrimaryColumn('uuid', { name: 'person_key' }) personKey!: string;
  @Column('text', { nullable: true }) name!: string | null;
  @Column('text', { nullable: true }) email!: string | null;
}

@Entity('person_role')
export class PersonRole {
  @PrimaryColumn('uuid') key!: string;
  @Column('uuid', { name: 'person_key' }) personKey!: string;
  @Column('text') role!: RoleName;
  @Column('text', { nullable: true }) of!: Token | null;
  @Column('timestamptz', { name: 'valid_from' }) validFrom!: Date;
  @Column('timestamptz', { name: 'valid_until', nullable: true }) validUntil!: Date | null;
}
