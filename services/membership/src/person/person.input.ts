/** What is sent about persons and their roles, and what comes back. */
import { DateTime } from '@hub/kit/scalars';
import { UserError } from '@hub/kit/user-error';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Person } from './person.js';
import { Role } from './role.js';
import { StateOrBodyInput } from './state-or-body.js';

@InputType({ description: 'A role, of somebody the hub knows.' })
export class EndRoleInput {
  @Field(() => ID, { description: 'The person, by an id from the directory.' })
  person!: string;

  @Field(() => Role, { description: 'The role.' })
  role!: Role;

  @Field(() => StateOrBodyInput, {
    nullable: true,
    description: 'What it is of; left out for the secretariat’s roles, CURATOR and AUDITOR.',
  })
  of?: StateOrBodyInput | null;
}

@InputType({ description: 'A role to give somebody the hub knows.' })
export class StartRoleInput extends EndRoleInput {
  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself; left out: when it is ended.' })
  until?: Date | null;
}

@InputType({ description: 'One’s own name and address. A field left out stays as it is; null removes it.' })
export class UpdatePersonInput {
  @Field(() => String, { nullable: true, description: 'The name, 200 characters at most.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'The e-mail address.' })
  email?: string | null;
}

@InputType({ description: 'A person who is to be forgotten.' })
export class RemovePersonInput {
  @Field(() => ID, { description: 'The person, by id.' })
  person!: string;
}

@ObjectType({ description: 'What a mutation of a person answers.' })
abstract class PersonPayload {
  @Field(() => Person, { nullable: true, description: 'The person as they are now, as far as the viewer may know.' })
  person?: Person | null;

  @Field(() => [UserError], { description: 'Everything in the input that is to be put right; empty when it was done.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The person with the role, or what to put right.' })
export class StartRolePayload extends PersonPayload {}

@ObjectType({ description: 'The person without the role, or what to put right.' })
export class EndRolePayload extends PersonPayload {}

@ObjectType({ description: 'The person with what was corrected, or what to put right.' })
export class UpdatePersonPayload extends PersonPayload {}

@ObjectType({ description: 'The id of who was removed, or what to put right.' })
export class RemovePersonPayload {
  @Field(() => ID, { nullable: true, description: 'The id that stays in logs and records, and names nobody now.' })
  removedId?: string | null;

  @Field(() => [UserError], { description: 'What stands in the way; empty when it was done.' })
  userErrors!: UserError[];
}
