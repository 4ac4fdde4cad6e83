/** The sections a viewer may not see of a practice whose header they see: that they are there, and why they are null. */
import DataLoader from 'dataloader';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Base } from '@hub/kit/subgraph';
import type { EntityManager } from 'typeorm';
import { Marking, PracticeSection, type SectionName } from './vocabulary.js';

export enum RedactionReason {
  MARKING = 'MARKING',
  HEADER_ONLY = 'HEADER_ONLY',
}
registerEnumType(RedactionReason, {
  name: 'RedactionReason',
  description: 'Why a section is null though it has been written.',
  valuesConfig: {
    MARKING: { description: 'Its own marking does not reach the viewer.' },
    HEADER_ONLY: { description: 'The viewer’s role shows the headers of practices and nothing below them.' },
  },
});

@ObjectType({ description: 'A section that is there and that the viewer may not see.' })
export class Redaction {
  @Field(() => PracticeSection, { description: 'The section.' })
  section!: PracticeSection;

  @Field(() => String, {
    description: 'The field of Practice that is null because of it: "narrative", for IDENTITY "summary".',
  })
  path!: string;

  @Field(() => Marking, { description: 'The stricter of the section’s own marking and the practice’s.' })
  marking!: Marking;

  @Field(() => RedactionReason, { description: 'Why the viewer may not see it.' })
  reason!: RedactionReason;

  @Field(() => Boolean, { description: 'Whether the viewer may ask the owner for it now.' })
  canRequest!: boolean;
}

/** A section out of sight, by its name. */
export interface RedactedSection {
  name: SectionName;
  marking: Marking;
  reason: RedactionReason;
}

/** The field of Practice that shows a section. */
export const fieldOf = (name: SectionName): string => (name === 'identity' ? 'summary' : name);

/** What is redacted of these versions, in the given transaction. */
export const redactedSections = (
  tx: EntityManager,
  versionKeys: readonly string[],
): Promise<(RedactedSection & { versionKey: string })[]> =>
  tx.query('select version_key as "versionKey", name, marking, reason from redacted_sections($1) order by name', [
    versionKeys,
  ]);

/** What is redacted of a version, by its key. */
export const redactionLoader = ({ db }: Pick<Base, 'db'>) =>
  new DataLoader<string, RedactedSection[]>(async (versionKeys) => {
    const rows = await db.read((tx) => redactedSections(tx, versionKeys));
    return versionKeys.map((key) => rows.filter(({ versionKey }) => versionKey === key));
  });
