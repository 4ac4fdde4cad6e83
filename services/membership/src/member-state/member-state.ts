import { globalId } from '@hub/kit/ids';
import type { Localized } from '@hub/kit/localized-text';
import { Node } from '@hub/kit/node';
import { Iso3, M49 } from '@hub/kit/scalars';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { caution } from '../caution.js';

export enum UnStatus {
  MEMBER = 'MEMBER',
  OBSERVER = 'OBSERVER',
}
registerEnumType(UnStatus, {
  name: 'UnStatus',
  description: 'What a State is in the United Nations.',
  valuesConfig: {
    MEMBER: { description: 'A Member State.' },
    OBSERVER: { description: 'A non-member observer State.' },
  },
});

@Entity('state')
@ObjectType({
  description: `A Member State of the United Nations, or an observer State. ${caution}`,
  implements: Node,
})
@Directive('@key(fields: "id")')
export class MemberState implements Node {
  @PrimaryColumn('text')
  @Field(() => Iso3, { description: 'Its three-letter code in ISO 3166-1.' })
  iso3!: string;

  @Column('text')
  @Field(() => String, { description: 'Its two-letter code in ISO 3166-1: KE.' })
  iso2!: string;

  @Column('text')
  @Field(() => M49, { description: 'Its own code in the M49 standard: 404. It is not the code of a region.' })
  m49!: string;

  @Column('text', { name: 'un_status' })
  @Field(() => UnStatus, { description: 'What it is in the United Nations.' })
  unStatus!: UnStatus;

  @Column('jsonb') names!: Localized;
  @Column('smallint') place!: number; // in the order of the English names

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('MemberState', this.iso3);
  }
}
