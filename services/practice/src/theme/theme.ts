import { globalId } from '@hub/kit/ids';
import type { Localized } from '@hub/kit/localized-text';
import { Node } from '@hub/kit/node';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Pillar } from '../practice/vocabulary.js';

@Entity('theme')
@ObjectType({
  implements: Node,
  description: 'A theme practices are filed under: an entry of the hub’s controlled vocabulary, two levels deep.',
})
@Directive('@key(fields: "id")')
export class Theme implements Node {
  @PrimaryColumn('text')
  @Field(() => String, { description: 'Its short name in filters and inputs: digital-evidence.' })
  slug!: string;

  @Column('text')
  @Field(() => String, { description: 'What falls under it, in English.' })
  definition!: string;

  @Column('text', { array: true })
  @Field(() => [Pillar], { description: 'Pillars of the Global Counter-Terrorism Strategy it belongs to.' })
  pillars!: Pillar[];

  @Column('jsonb') label!: Localized;
  @Column('text', { nullable: true }) broader!: string | null;
  @Column('int') ordinal!: number; // its place in the vocabulary

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('Theme', this.slug);
  }
}
