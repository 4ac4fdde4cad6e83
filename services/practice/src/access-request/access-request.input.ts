import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime } from '@hub/kit/scalars';
import { UserError } from '@hub/kit/user-error';
import { PracticeSection } from '../practice/vocabulary.js';
import { AccessRequest } from './access-request.js';

@InputType({ description: 'Asks the owner of a practice for sections of it.' })
export class RequestAccessInput {
  @Field(() => ID, { description: 'The practice.' })
  practiceId!: string;

  @Field(() => [PracticeSection], { description: 'The sections: out of its redactions.' })
  sections!: PracticeSection[];

  @Field(() => String, { description: 'What for; the owner reads it. 2,000 characters at most.' })
  reason!: string;
}

@InputType({ description: 'Opens what was asked for, to the person who asked, for a time.' })
export class GrantAccessInput {
  @Field(() => ID, { description: 'The request.' })
  requestId!: string;

  @Field(() => DateTime, { description: 'When it ends, a year from now at the latest.' })
  until!: Date;

  @Field(() => [PracticeSection], {
    nullable: true,
    description: 'Only these of the sections asked for; all of them when left out.',
  })
  sections?: PracticeSection[] | null;
}

@InputType({ description: 'Declines a request.' })
export class DeclineAccessInput {
  @Field(() => ID, { description: 'The request.' })
  requestId!: string;

  @Field(() => String, { description: 'Why; who asked reads it. 2,000 characters at most.' })
  reason!: string;
}

@InputType({ description: 'Ends a grant before its time.' })
export class EndAccessGrantInput {
  @Field(() => ID, { description: 'The request that was granted.' })
  requestId!: string;
}

@ObjectType({ description: 'What a mutation of an access request answers.' })
abstract class AccessRequestPayload {
  @Field(() => AccessRequest, { nullable: true, description: 'The request as it is now.' })
  request?: AccessRequest | null;

  @Field(() => [UserError], { description: 'Everything in the input that is to be put right; empty when it was done.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The request, or what to put right.' })
export class RequestAccessPayload extends AccessRequestPayload {}

@ObjectType({ description: 'The granted request, or what to put right.' })
export class GrantAccessPayload extends AccessRequestPayload {}

@ObjectType({ description: 'The declined request, or what to put right.' })
export class DeclineAccessPayload extends AccessRequestPayload {}

@ObjectType({ description: 'The request whose grant has ended, or what to put right.' })
export class EndAccessGrantPayload extends AccessRequestPayload {}
