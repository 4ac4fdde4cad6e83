import { globalId } from '@hub/kit/ids';
import type { Localized } from '@hub/kit/localized-text';
import { Node } from '@hub/kit/node';
import { M49 } from '@hub/kit/scalars';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { caution } from '../caution.js';

export enum RegionLevel {
  WORLD = 'WORLD',
  REGION = 'REGION',
  SUBREGION = 'SUBREGION',
  INTERMEDIATE = 'INTERMEDIATE',
}
registerEnumType(RegionLevel, {
  name: 'RegionLevel',
  description: 'How wide an area of the M49 standard is.',
  valuesConfig: {
    WORLD: { description: 'The world, 001.' },
    REGION: { description: 'A continental region, such as Africa (002).' },
    SUBREGION: { description: 'Part of a region, such as Northern Africa (015).' },
    INTERMEDIATE: { description: 'Part of a subregion, such as Eastern Africa (014).' },
  },
});

@Entity('region')
@ObjectType({
  description: `An area of the United Nations M49 standard, grouped for statistical convenience. ${caution}`,
  implements: Node,
})
@Directive('@key(fields: "id")')
export class Region implements Node {
  @PrimaryColumn('text')
  @Field(() => M49, { description: 'Its code in the M49 standard.' })
  m49!: string;

  @Column('text')
  @Field(() => RegionLevel, { description: 'How wide it is.' })
  level!: RegionLevel;

  @Column('text', { name: 'parent_m49', nullable: true }) parentM49!: string | null;
  @Column('jsonb') names!: Localized;
  @Column('smallint') place!: number; // in tree order: an area stands before what it contains

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('Region', this.m49);
  }
}
