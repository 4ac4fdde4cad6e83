import { globalId } from '@hub/kit/ids';
import type { Localized } from '@hub/kit/localized-text';
import { Node } from '@hub/kit/node';
import { Locale } from '@hub/kit/scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('knowledge_product')
@ObjectType({ implements: Node, description: 'A guide that the CT TECH initiative published for States.' })
@Directive('@key(fields: "id")')
export class KnowledgeProduct implements Node {
  @PrimaryColumn('text')
  @Field(() => String, { description: 'Its short name in the hub: ct-tech-kp-threat-assessment.' })
  slug!: string;

  @Column('text', { array: true })
  @Field(() => [String], { description: 'Who published it.' })
  publishers!: string[];

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'The series it belongs to.' })
  series!: string | null;

  @Column('int', { nullable: true })
  @Field(() => Int, { nullable: true, description: 'The year it was published.' })
  year!: number | null;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'The month it was launched: YYYY-MM.' })
  launched!: string | null;

  @Column('text', { array: true })
  @Field(() => [Locale], { description: 'Languages it is known to be published in.' })
  languages!: string[];

  @Column('text')
  @Field(() => String, {
    description: 'What it is about, in English; written by the hub’s compilers, not taken from the publication.',
  })
  abstract!: string;

  @Column('text', { nullable: true })
  @Field(() => String, { nullable: true, description: 'Where it can be read; null when no public address is known.' })
  url!: string | null;

  @Column('jsonb') title!: Localized;
  @Column('text', { name: 'title_status' }) titleStatus!: string;
  @Column('text', { name: 'themes', array: true }) themeSlugs!: string[];
  @Column('int') ordinal!: number; // its place in the list

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('KnowledgeProduct', this.slug);
  }

  @Field(() => Boolean, {
    description:
      'True when the wording of the title is not confirmed: show it as a working title, not as that of the publication.',
  })
  get workingTitle(): boolean {
    return this.titleStatus !== confirmedTitle;
  }
}

/** The one title status that may be shown as the publication's title. */
const confirmedTitle = 'likely-exact';
