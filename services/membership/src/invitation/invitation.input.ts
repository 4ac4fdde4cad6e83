/** What is sent about invitations, and what comes back. */
import { UserError } from '@hub/kit/user-error';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { Role, RoleHeld } from '../person/role.js';
import { StateOrBodyInput } from '../person/state-or-body.js';
import { Invitation } from './invitation.js';

@InputType({ description: 'Who somebody is to the identity provider they sign in with.' })
export class IdentityInput {
  @Field(() => String, { description: 'The provider: the issuer of its tokens, a URL.' })
  issuer!: string;

  @Field(() => String, { description: 'The subject of their tokens.' })
  subject!: string;
}

@InputType({ description: 'Whom to invite, and to which role. Give an e-mail address or an identity.' })
export class InvitePersonInput {
  @Field(() => Role, { description: 'The role they are to have.' })
  role!: Role;

  @Field(() => StateOrBodyInput, {
    nullable: true,
    description: 'What it is of; left out for the secretariat’s roles, CURATOR and AUDITOR.',
  })
  of?: StateOrBodyInput | null;

  @Field(() => String, {
    nullable: true,
    description: 'Their e-mail address. Whoever holds the token accepts, so send it there and nowhere else.',
  })
  email?: string | null;

  @Field(() => IdentityInput, {
    nullable: true,
    description: 'Who they are to the identity provider. Nobody else can accept then, even with the token.',
  })
  identity?: IdentityInput | null;

  @Field(() => String, { nullable: true, description: 'Their name, 200 characters at most; they can correct it.' })
  name?: string | null;

  @Field(() => Int, {
    defaultValue: 168,
    description: 'For how many hours it can be accepted: 1 to 720; a week unless said otherwise.',
  })
  lifetimeHours!: number;
}

@InputType({ description: 'An invitation to accept.' })
export class AcceptInvitationInput {
  @Field(() => String, { description: 'Its token.' })
  token!: string;
}

@InputType({ description: 'An invitation that is no longer meant.' })
export class WithdrawInvitationInput {
  @Field(() => ID, { description: 'The invitation.' })
  invitationId!: string;
}

@ObjectType({ description: 'What a mutation of invitations answers.' })
abstract class Payload {
  @Field(() => [UserError], { description: 'Everything in the input that is to be put right; empty when it was done.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The invitation and its token, or what to put right.' })
export class InvitePersonPayload extends Payload {
  @Field(() => Invitation, { nullable: true, description: 'The invitation.' })
  invitation?: Invitation | null;

  @Field(() => String, {
    nullable: true,
    description:
      'What accepts it, once. It is shown here and never again: the hub keeps only a hash of it, and sends nothing itself.',
  })
  token?: string | null;
}

@ObjectType({ description: 'What was accepted, or that it could not be.' })
export class AcceptInvitationPayload extends Payload {
  @Field(() => ID, { nullable: true, description: 'The id of the person you are to the hub, from now on.' })
  personId?: string | null;

  @Field(() => RoleHeld, { nullable: true, description: 'The role you have from now on.' })
  role?: RoleHeld | null;
}

@ObjectType({ description: 'The invitation, withdrawn, or what to put right.' })
export class WithdrawInvitationPayload extends Payload {
  @Field(() => Invitation, { nullable: true, description: 'The invitation.' })
  invitation?: Invitation | null;
}
