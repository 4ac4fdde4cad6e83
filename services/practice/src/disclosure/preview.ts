/** Who would see a practice that is shared in a certain way: numbers of people by role, never names. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Role } from '../member-state/role.js';
import { PracticeOwner } from '../practice/practice-owner.js';
import { AudienceInput, PracticeOwnerInput, SectionMarkingInput } from '../practice/practice.input.js';
import { Marking, PracticeSection } from '../practice/vocabulary.js';

@InputType({ description: 'A way to share a practice, to be considered.' })
export class PreviewAudienceInput {
  @Field(() => PracticeOwnerInput, { description: 'Whose practice it is: a State or body the viewer decides for.' })
  owner!: PracticeOwnerInput;

  @Field(() => Marking, { description: 'How far it may travel.' })
  marking!: Marking;

  @Field(() => AudienceInput, { nullable: true, description: 'Who may know of it.' })
  audience?: AudienceInput | null;

  @Field(() => [SectionMarkingInput], { nullable: true, description: 'Sections that are to travel less far.' })
  sectionMarkings?: SectionMarkingInput[] | null;
}

@ObjectType({ description: 'How many persons with a role would see a practice, and which sections they would not.' })
export class AudienceRole {
  @Field(() => Role, { description: 'The role.' })
  role!: Role;

  @Field(() => Int, { description: 'How many persons hold it today.' })
  persons!: number;

  @Field(() => [PracticeSection], { description: 'The sections they would not see.' })
  hiddenSections!: PracticeSection[];
}

@ObjectType({ description: 'How many API clients would see a practice, and which sections they would not.' })
export class AudienceClients {
  @Field(() => Marking, { description: 'The strictest marking they are cleared for.' })
  ceiling!: Marking;

  @Field(() => Int, { description: 'How many there are today.' })
  clients!: number;

  @Field(() => [PracticeSection], { description: 'The sections they would not see.' })
  hiddenSections!: PracticeSection[];
}

@ObjectType({ description: 'A State or body of which somebody would see a practice, or which its audience means.' })
export class AudienceGroup {
  @Field(() => PracticeOwner, { nullable: true, description: 'The State or body.' })
  of!: PracticeOwner;

  @Field(() => Boolean, { description: 'Whether it owns the practice: its people always see it.' })
  isOwner!: boolean;

  @Field(() => [AudienceRole], { description: 'Its people who would see it; none may mean that nobody is there yet.' })
  roles!: AudienceRole[];

  @Field(() => [AudienceClients], { description: 'Its API clients that would see it.' })
  clients!: AudienceClients[];
}

@ObjectType({ description: 'A person who is named, and what they would see.' })
export class AudiencePerson {
  @Field(() => ID, { description: 'The person, as named.' })
  id!: string;

  @Field(() => Boolean, { description: 'Whether they would see it: without a current role nobody does.' })
  sees!: boolean;

  @Field(() => [PracticeSection], { description: 'The sections they would not see.' })
  hiddenSections!: PracticeSection[];
}

@ObjectType({
  description:
    'Who would see a practice once it is submitted, as of now. Beside them whoever is assigned to review it, until that ends.',
})
export class AudiencePreview {
  @Field(() => Boolean, { description: 'Whether everyone would, signed in or not, once it is published.' })
  everyoneOncePublished!: boolean;

  @Field(() => Boolean, { description: 'Whether the curators would see its header.' })
  curatorsSeeHeader!: boolean;

  @Field(() => [AudienceGroup], { description: 'By State and body. Who holds roles of two is counted for both.' })
  groups!: AudienceGroup[];

  @Field(() => [AudiencePerson], { description: 'The persons the audience names.' })
  persons!: AudiencePerson[];

  @Field(() => [AudienceRole], {
    description: 'The sum over all States and bodies, by role; hiddenSections are those hidden from some of them.',
  })
  totalByRole!: AudienceRole[];

  @Field(() => [AudienceClients], {
    description: 'The sum over all States and bodies, by ceiling; hiddenSections are those hidden from some of them.',
  })
  totalByCeiling!: AudienceClients[];
}
