/** Why somebody sees a practice, or does not: the line of the rule that decides, by name and in words. */
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { PracticeOwner } from '../practice/practice-owner.js';
import { Marking, PracticeSection } from '../practice/vocabulary.js';

export enum VisibilityRule {
  OWNER = 'OWNER',
  ASSIGNED_REVIEWER = 'ASSIGNED_REVIEWER',
  EVERYONE = 'EVERYONE',
  VETTED = 'VETTED',
  AUDIENCE_STATE = 'AUDIENCE_STATE',
  AUDIENCE_BODY = 'AUDIENCE_BODY',
  NAMED = 'NAMED',
  GRANT = 'GRANT',
  CURATOR = 'CURATOR',
  NOT_SUBMITTED = 'NOT_SUBMITTED',
  DECLINED = 'DECLINED',
  WITHDRAWN = 'WITHDRAWN',
  HEADER_ONLY = 'HEADER_ONLY',
  NOT_VETTED = 'NOT_VETTED',
  NOT_IN_AUDIENCE = 'NOT_IN_AUDIENCE',
  ROLE_TOO_LOW = 'ROLE_TOO_LOW',
  NOT_NAMED = 'NOT_NAMED',
}

/** Each rule as a sentence about the person. */
export const inWords: Record<VisibilityRule, string> = {
  OWNER: 'They work for the State or body that owns the practice.',
  ASSIGNED_REVIEWER: 'They are assigned to review the practice.',
  EVERYONE: 'It is marked CLEAR and published: everyone sees it.',
  VETTED: 'It is open to every vetted viewer, and they hold a current role.',
  AUDIENCE_STATE: 'Their State is in the audience.',
  AUDIENCE_BODY: 'A regional body is in the audience that they work for or that their State is in.',
  NAMED: 'They are named in the audience.',
  GRANT: 'The owner granted them this section for a time.',
  CURATOR: 'Curators see the header of every submitted practice that is not marked RED.',
  NOT_SUBMITTED: 'It was never submitted: a draft is its owner’s alone.',
  DECLINED: 'It was declined: its owner, its reviewers and the curators alone see it.',
  WITHDRAWN: 'It was withdrawn: nobody sees its sections.',
  HEADER_ONLY: 'They see the header as a curator, which opens no section.',
  NOT_VETTED: 'It is open to vetted viewers, and they hold no current role that counts.',
  NOT_IN_AUDIENCE: 'Neither their State or body is in the audience, nor a body their State is in.',
  ROLE_TOO_LOW:
    'Their State, or a body it is in, is in the audience, but AMBER_STRICT is for its focal points, alternates and officers.',
  NOT_NAMED: 'At RED those see it who are named in the audience, and they are not.',
};
registerEnumType(VisibilityRule, {
  name: 'VisibilityRule',
  description: 'The line of the rule that lets somebody see something, or keeps it from them.',
  valuesConfig: Object.fromEntries(Object.entries(inWords).map(([name, description]) => [name, { description }])),
});

@ObjectType({ description: 'Whether a person sees a section of a practice, and why.' })
export class SectionExplanation {
  @Field(() => PracticeSection, { description: 'The section.' })
  section!: PracticeSection;

  @Field(() => Boolean, { description: 'Whether they see it.' })
  sees!: boolean;

  @Field(() => Marking, { description: 'The marking that counts: the practice’s, or the section’s own if stricter.' })
  marking!: Marking;

  @Field(() => VisibilityRule, { description: 'What decides it.' })
  rule!: VisibilityRule;

  @Field(() => String, { description: 'The same in words.' })
  explanation!: string;
}

@ObjectType({ description: 'Whether a person sees a practice, and why: decided by the rule itself, as of now.' })
export class VisibilityExplanation {
  @Field(() => Boolean, { description: 'Whether they see that it exists, and its header.' })
  sees!: boolean;

  @Field(() => VisibilityRule, { description: 'What decides it.' })
  rule!: VisibilityRule;

  @Field(() => String, { description: 'The same in words.' })
  explanation!: string;

  @Field(() => [PracticeOwner], {
    nullable: true,
    description: 'The States and bodies of the audience through which they are reached.',
  })
  via!: PracticeOwner[];

  @Field(() => [SectionExplanation], { description: 'The same of each section, whether or not there is text in it.' })
  sections!: SectionExplanation[];
}
