/** What focal points and officers send: drafts and their changes. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { TranslationStatus } from '@hub/kit/localized-text';
import { CalendarDate, Iso3, Locale, M49 } from '@hub/kit/scalars';
import { UserError } from '@hub/kit/user-error';
import {
  PracticeClassification,
  PracticeEvidence,
  PracticeGender,
  PracticeLearning,
  PracticeNarrative,
  PracticeOwnership,
  PracticeRights,
  PracticeScope,
} from './practice.sections.js';
import { Practice } from './practice.js';
import { Marking, Pillar, PracticeSection, PracticeType } from './vocabulary.js';

@InputType({ description: 'Whose practice it is: give exactly one of the two.' })
export class PracticeOwnerInput {
  @Field(() => Iso3, { nullable: true, description: 'The State, by its ISO 3166-1 alpha-3 code.' })
  memberState?: string | null;

  @Field(() => String, { nullable: true, description: 'The regional body, by its short name (slug).' })
  regionalBody?: string | null;
}

@InputType({ description: 'Short ways to name many in an audience.' })
export class AudiencePresetsInput {
  @Field(() => Boolean, {
    nullable: true,
    description: 'The regional bodies the owner is in; of a body’s own practice, that body.',
  })
  ownBodies?: boolean | null;

  @Field(() => [M49], { nullable: true, description: 'The Member States that lie in these regions.' })
  statesOfRegions?: string[] | null;
}

@InputType({
  description:
    'Who may know of the practice, as far as its marking lets it travel. States and bodies count at AMBER and AMBER_STRICT, persons at RED. A body means the body and its current member States.',
})
export class AudienceInput {
  @Field(() => [Iso3], { nullable: true, description: 'States.' })
  memberStates?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Regional bodies, by short name (slug).' })
  regionalBodies?: string[] | null;

  @Field(() => [ID], { nullable: true, description: 'Persons, by id; they count at RED.' })
  persons?: string[] | null;

  @Field(() => AudiencePresetsInput, {
    nullable: true,
    description:
      'Short ways to name many. They are resolved now, and the audience names whom they meant: who joins later is not added.',
  })
  presets?: AudiencePresetsInput | null;
}

@InputType({ description: 'That the owner agreed to show the practice to more people than before.' })
export class ConsentInput {
  @Field(() => String, { description: 'The office that agreed; a role, never a person.' })
  authority!: string;

  @Field(() => String, { description: 'What it agreed to.' })
  scope!: string;

  @Field(() => CalendarDate, { description: 'When it agreed.' })
  date!: string;

  @Field(() => CalendarDate, { nullable: true, description: 'Until when; without end when left out.' })
  expiry?: string | null;
}

@InputType({ description: 'A marking of a section’s own.' })
export class SectionMarkingInput {
  @Field(() => PracticeSection, { description: 'The section.' })
  section!: PracticeSection;

  @Field(() => Marking, {
    nullable: true,
    description: 'As strict as the practice’s marking or stricter; null takes the section’s own away.',
  })
  marking?: Marking | null;
}

@InputType({ description: 'Title and summary in a further language.' })
export class TranslationInput {
  @Field(() => Locale, { description: 'The language; another than the original.' })
  locale!: string;

  @Field(() => String, { nullable: true, description: 'The title, 150 characters at most.' })
  title?: string | null;

  @Field(() => String, { nullable: true, description: 'The summary, 250 words at most.' })
  summary?: string | null;

  @Field(() => TranslationStatus, {
    defaultValue: TranslationStatus.HUMAN,
    description: 'How it was translated; not ORIGINAL.',
  })
  status!: TranslationStatus;
}

/** What can be said of a practice while it is written. A field left out stays as it is; null empties it. */
@InputType({ description: 'The text of a practice.' })
export abstract class PracticeContentInput {
  @Field(() => String, {
    nullable: true,
    description: 'A summary in the original language, 250 words at most. Required to submit.',
  })
  summary?: string | null;

  @Field(() => [TranslationInput], {
    nullable: true,
    description: 'Title and summary in further languages; replaces those there are.',
  })
  translations?: TranslationInput[] | null;

  @Field(() => [Pillar], {
    nullable: true,
    description: 'Pillars of the Global Counter-Terrorism Strategy. At least one to submit.',
  })
  pillars?: Pillar[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Themes, by short name (slug) of the vocabulary. At least one to submit.',
  })
  themes?: string[] | null;

  @Field(() => PracticeType, { nullable: true, description: 'What kind of measure it is. Required to submit.' })
  type?: PracticeType | null;

  @Field(() => [M49], { nullable: true, description: 'Regions of its scope. At least one to submit.' })
  regions?: string[] | null;

  @Field(() => PracticeOwnership, { nullable: true, description: 'Who stands behind it.' })
  ownership?: PracticeOwnership | null;

  @Field(() => PracticeClassification, { nullable: true, description: 'What else it is filed under.' })
  classification?: PracticeClassification | null;

  @Field(() => PracticeScope, { nullable: true, description: 'Where, how wide and since when it applies.' })
  scope?: PracticeScope | null;

  @Field(() => PracticeNarrative, { nullable: true, description: 'What is done, why and how.' })
  narrative?: PracticeNarrative | null;

  @Field(() => PracticeEvidence, { nullable: true, description: 'How well it works, and how that is known.' })
  evidence?: PracticeEvidence | null;

  @Field(() => PracticeLearning, { nullable: true, description: 'What others can learn.' })
  learning?: PracticeLearning | null;

  @Field(() => PracticeRights, { nullable: true, description: 'The human rights it touches, and what guards them.' })
  rights?: PracticeRights | null;

  @Field(() => PracticeGender, { nullable: true, description: 'How it takes gender into account.' })
  gender?: PracticeGender | null;

  @Field(() => Marking, {
    nullable: true,
    description:
      'How far it may travel: AMBER_STRICT unless said otherwise. Once submitted a change holds at once for all versions.',
  })
  marking?: Marking | null;

  @Field(() => AudienceInput, {
    nullable: true,
    description: 'Who may know of it. To be stated before submitting at AMBER and stricter.',
  })
  audience?: AudienceInput | null;

  @Field(() => [SectionMarkingInput], {
    nullable: true,
    description:
      'Sections that are to travel less far than the practice. Sections not named stay as they are; null takes every section’s own marking away. Like the practice’s marking it holds for all versions, at once.',
  })
  sectionMarkings?: SectionMarkingInput[] | null;
}

@InputType({ description: 'A new draft.' })
export class CreatePracticeInput extends PracticeContentInput {
  @Field(() => String, {
    nullable: true,
    description:
      'A key of the caller’s choice, 200 characters at most: sent again with the same input, it answers the same practice and makes no second.',
  })
  idempotencyKey?: string | null;

  @Field(() => PracticeOwnerInput, { description: 'Whose practice it is: the viewer’s own State or body.' })
  owner!: PracticeOwnerInput;

  @Field(() => String, { description: 'The title in the original language, 150 characters at most.' })
  title!: string;

  @Field(() => Locale, { defaultValue: 'en', description: 'The language it is written in.' })
  originalLanguage!: string;
}

@InputType({ description: 'A change to a draft; of a submitted practice it drafts the next version.' })
export class UpdatePracticeInput extends PracticeContentInput {
  @Field(() => ID, { description: 'The practice.' })
  id!: string;

  @Field(() => Int, {
    description: 'The revision the change was made on; when there is a newer one the answer is CONFLICT.',
  })
  expectedRevision!: number;

  @Field(() => String, { nullable: true, description: 'The title in the original language, 150 characters at most.' })
  title?: string | null;

  @Field(() => Locale, { nullable: true, description: 'The language it is written in.' })
  originalLanguage?: string | null;

  @Field(() => ConsentInput, {
    nullable: true,
    description: 'Needed when a submitted practice is shown to more people than before.',
  })
  consent?: ConsentInput | null;
}

@InputType({ description: 'Sends a draft to its audience.' })
export class SubmitPracticeInput {
  @Field(() => ID, { description: 'The practice.' })
  id!: string;

  @Field(() => Int, { description: 'The revision that is meant; when there is a newer one the answer is CONFLICT.' })
  expectedRevision!: number;

  @Field(() => Marking, { nullable: true, description: 'How far it may travel; as drafted when left out.' })
  marking?: Marking | null;

  @Field(() => AudienceInput, {
    nullable: true,
    description: 'Who may know of it; as drafted when left out. To be stated at AMBER and stricter.',
  })
  audience?: AudienceInput | null;

  @Field(() => ConsentInput, {
    nullable: true,
    description: 'Needed when a new version comes with a wider audience than before.',
  })
  consent?: ConsentInput | null;

  @Field(() => String, { nullable: true, description: 'What changed since the last version, 500 characters at most.' })
  changeNote?: string | null;
}

@InputType({ description: 'Takes a submitted practice back.' })
export class WithdrawPracticeInput {
  @Field(() => ID, { description: 'The practice.' })
  id!: string;

  @Field(() => Int, { description: 'The revision that is meant; when there is a newer one the answer is CONFLICT.' })
  expectedRevision!: number;
}

@InputType({ description: 'Discards a draft that was never submitted.' })
export class DiscardPracticeInput {
  @Field(() => ID, { description: 'The practice.' })
  id!: string;

  @Field(() => Int, { description: 'The revision that is meant; when there is a newer one the answer is CONFLICT.' })
  expectedRevision!: number;
}

/** Every mutation answers the object and what to put right. */
@ObjectType({ description: 'What a mutation of a practice answers.' })
abstract class PracticePayload {
  @Field(() => Practice, { nullable: true, description: 'The practice as it is now: after a CONFLICT the newest.' })
  practice?: Practice | null;

  @Field(() => [UserError], { description: 'Everything in the input that is to be put right; empty when it was done.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The draft, or what to put right.' })
export class CreatePracticePayload extends PracticePayload {}

@ObjectType({ description: 'The changed practice, or what to put right.' })
export class UpdatePracticePayload extends PracticePayload {}

@ObjectType({ description: 'The submitted practice, or what to put right.' })
export class SubmitPracticePayload extends PracticePayload {}

@ObjectType({ description: 'The withdrawn practice, or what to put right.' })
export class WithdrawPracticePayload extends PracticePayload {}

@ObjectType({ description: 'The discarded draft’s id, or what to put right.' })
export class DiscardPracticePayload extends PracticePayload {
  @Field(() => ID, { nullable: true, description: 'The id of what is gone.' })
  discardedId?: string | null;
}
