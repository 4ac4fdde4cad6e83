/**
 * The sections of a version: what stands in the record beside the header. Each class is both what the API shows and
 * what it takes; a section is a row of `practice_section`, and what a viewer may not see of it is null as a whole.
 * Required: D in a draft, S to submit, P to publish, o never (see practice.rules.ts, which answers them all at once).
 */
import { Field, InputType, Int, ObjectType } from 'type-graphql';
import type { Localized } from '@hub/kit/localized-text';
import { CalendarDate, Iso3 } from '@hub/kit/scalars';
import { Maturity, PracticeLevel } from './vocabulary.js';

const text = { nullable: true } as const;

@ObjectType({ description: 'Who stands behind a practice. Roles and institutions, never persons.' })
@InputType('PracticeOwnershipInput', {
  description: 'Who stands behind a practice. Roles and institutions, never persons.',
})
export class PracticeOwnership {
  @Field(() => String, { ...text, description: 'The institution that leads it. Required to submit.' })
  leadInstitution?: string | null;

  @Field(() => String, { ...text, description: 'The role to contact, never a person. Required to submit.' })
  contactRole?: string | null;

  @Field(() => [String], { ...text, description: 'Partners: States, institutions, companies, civil society.' })
  partners?: string[] | null;

  @Field(() => String, { ...text, description: 'Short name of the workshop at which it was first shared.' })
  submittedVia?: string | null;
}

@ObjectType({ description: 'What a practice is filed under, beside its themes, pillars and type.' })
@InputType('PracticeClassificationInput', {
  description: 'What a practice is filed under, beside its themes, pillars and type.',
})
export class PracticeClassification {
  @Field(() => [String], { ...text, description: 'Short names of the CT TECH knowledge products it draws on.' })
  knowledgeProducts?: string[] | null;

  @Field(() => [String], {
    ...text,
    description: 'Symbols of the resolutions it answers, for instance S/RES/2396 (2017).',
  })
  resolutions?: string[] | null;
}

@ObjectType({ description: 'Where, how wide and since when a practice applies, beside its regions.' })
@InputType('PracticeScopeInput', {
  description: 'Where, how wide and since when a practice applies, beside its regions.',
})
export class PracticeScope {
  @Field(() => [Iso3], { ...text, description: 'States concerned, beside the owner.' })
  memberStates?: string[] | null;

  @Field(() => PracticeLevel, { ...text, description: 'How wide it applies. Required to submit.' })
  level?: PracticeLevel | null;

  @Field(() => CalendarDate, {
    ...text,
    description: 'When it began; the first of January when only the year is known. Required to submit.',
  })
  periodStart?: string | null;

  @Field(() => CalendarDate, { ...text, description: 'When it ended; null while it goes on.' })
  periodEnd?: string | null;
}

@ObjectType({ description: 'What is done, why and how.' })
@InputType('PracticeNarrativeInput', { description: 'What is done, why and how.' })
export class PracticeNarrative {
  @Field(() => String, { ...text, description: 'The situation it answers. Required to submit.' })
  context?: string | null;

  @Field(() => String, { ...text, description: 'What it is to achieve. Required to submit.' })
  objectives?: string | null;

  @Field(() => String, { ...text, description: 'Who acts and who benefits. Required to submit.' })
  actors?: string | null;

  @Field(() => String, { ...text, description: 'How it works. Required to submit.' })
  methodology?: string | null;

  @Field(() => String, { ...text, description: 'What it takes: money, staff, technology. Required to submit.' })
  resourcesNeeded?: string | null;

  @Field(() => String, { ...text, description: 'The law it rests on. Required to submit.' })
  legalBasis?: string | null;
}

@ObjectType({ description: 'A measured result.' })
@InputType('PracticeResultInput', { description: 'A measured result.' })
export class PracticeResult {
  @Field(() => String, { description: 'What was measured.' })
  indicator!: string;

  @Field(() => String, { ...text, description: 'How it stood before.' })
  baseline?: string | null;

  @Field(() => String, { description: 'How it stands now.' })
  result!: string;

  @Field(() => String, { ...text, description: 'What else happened, wanted or not.' })
  unintendedEffects?: string | null;
}

@ObjectType({ description: 'Something published that bears a practice out.' })
@InputType('EvidenceItemInput', { description: 'Something published that bears a practice out.' })
export class EvidenceItem {
  @Field(() => String, { description: 'Its title.' })
  title!: string;

  @Field(() => String, { ...text, description: 'Who published it.' })
  publisher?: string | null;

  @Field(() => Int, { ...text, description: 'The year of publication.' })
  year?: number | null;

  @Field(() => String, { ...text, description: 'Its address: http or https.' })
  url?: string | null;
}

@ObjectType({ description: 'How well it works, and how that is known.' })
@InputType('PracticeEvidenceInput', { description: 'How well it works, and how that is known.' })
export class PracticeEvidence {
  @Field(() => Maturity, { ...text, description: 'How well established it is. Required to submit.' })
  maturity?: Maturity | null;

  @Field(() => String, { ...text, description: 'How it was validated. Required to publish.' })
  validation?: string | null;

  @Field(() => [PracticeResult], { ...text, description: 'What was measured. Required to publish.' })
  results?: PracticeResult[] | null;

  @Field(() => String, { ...text, description: 'Results in prose, where no indicator was published.' })
  resultsSummary?: string | null;

  @Field(() => [EvidenceItem], { ...text, description: 'Sources that bear it out.' })
  items?: EvidenceItem[] | null;
}

@ObjectType({ description: 'What others can learn; what did not work included.' })
@InputType('PracticeLearningInput', { description: 'What others can learn; what did not work included.' })
export class PracticeLearning {
  @Field(() => String, { ...text, description: 'What made it work. Required to submit.' })
  successFactors?: string | null;

  @Field(() => String, { ...text, description: 'What stood in the way. Required to submit.' })
  constraints?: string | null;

  @Field(() => String, { ...text, description: 'Lessons, what did not work included. Required to submit.' })
  lessons?: string | null;

  @Field(() => String, { ...text, description: 'What it would take elsewhere. Required to submit.' })
  replicability?: string | null;

  @Field(() => String, { ...text, description: 'What keeps it going. Required to submit.' })
  sustainability?: string | null;
}

@ObjectType({ description: 'The four limbs a measure that limits rights is tested against.' })
@InputType('SafeguardTestInput', { description: 'The four limbs a measure that limits rights is tested against.' })
export class SafeguardTest {
  @Field(() => String, { ...text, description: 'It is provided for by law. Required to publish.' })
  legality?: string | null;

  @Field(() => String, { ...text, description: 'It is needed for a legitimate aim. Required to publish.' })
  necessity?: string | null;

  @Field(() => String, { ...text, description: 'It goes no further than the aim demands. Required to publish.' })
  proportionality?: string | null;

  @Field(() => String, { ...text, description: 'It treats like cases alike. Required to publish.' })
  nonDiscrimination?: string | null;
}

@ObjectType({ description: 'The human rights a practice touches, and what guards them.' })
@InputType('PracticeRightsInput', { description: 'The human rights a practice touches, and what guards them.' })
export class PracticeRights {
  @Field(() => [String], { ...text, description: 'The rights affected. Required to submit.' })
  rightsAffected?: string[] | null;

  @Field(() => String, { ...text, description: 'The safeguards in prose.' })
  summary?: string | null;

  @Field(() => SafeguardTest, { ...text, description: 'The safeguard test, limb by limb. Required to publish.' })
  safeguardTest?: SafeguardTest | null;

  @Field(() => String, { ...text, description: 'Who oversees it and how one gets redress. Required to publish.' })
  oversightAndRemedy?: string | null;

  @Field(() => String, { ...text, description: 'How personal data are protected. Required to publish.' })
  dataProtection?: string | null;

  @Field(() => String, { ...text, description: 'How harm is avoided. Required to publish.' })
  doNoHarm?: string | null;
}

@ObjectType({ description: 'How a practice takes gender into account.' })
@InputType('PracticeGenderInput', { description: 'How a practice takes gender into account.' })
export class PracticeGender {
  @Field(() => Int, { ...text, description: 'The gender marker, 0 (none) to 3 (principal aim). Required to publish.' })
  marker?: number | null;

  @Field(() => String, { ...text, description: 'The gender analysis. Required to publish.' })
  analysis?: string | null;

  @Field(() => String, { ...text, description: 'Data disaggregated by sex, age and disability.' })
  disaggregatedData?: string | null;
}

/** The identity section as stored; the API shows it as summary and translations. The title is in the header. */
export interface IdentityContent {
  summary?: Localized;
}
