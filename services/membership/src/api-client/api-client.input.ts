/** What who speaks for a State or body sends about its API clients, and what they get back. */
import { DateTime } from '@hub/kit/scalars';
import { UserError } from '@hub/kit/user-error';
import { scopeNames } from '@hub/kit/viewer';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { StateOrBodyInput } from '../person/state-or-body.js';
import { Marking } from '../viewer/marking.js';
import { ApiClient } from './api-client.js';
import { ApiKey } from './api-key.js';

@InputType({ description: 'A program that is to use the hub for a State or regional body.' })
export class CreateApiClientInput {
  @Field(() => StateOrBodyInput, { description: 'Whose it is: a State or body you speak for.' })
  owner!: StateOrBodyInput;

  @Field(() => String, { description: 'What you call it, 100 characters at most; once among your clients.' })
  name!: string;

  @Field(() => [String], { description: `What it may ask for, at least one of: ${scopeNames.join(', ')}.` })
  scopes!: string[];

  @Field(() => Marking, { description: 'The strictest marking it may reach: CLEAR, GREEN or AMBER.' })
  ceiling!: Marking;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it stops working, whatever keys it has; left out: when it is ended.',
  })
  expiresAt?: Date | null;
}

@InputType({ description: 'For how long a key is good.' })
export abstract class KeyLifetimeInput {
  @Field(() => DateTime, { nullable: true, description: 'When it stops working: in 1 hour to 365 days.' })
  expiresAt?: Date | null;

  @Field(() => Int, { nullable: true, description: 'Or for how many hours it works: 1 to 8760.' })
  lifetimeHours?: number | null;
}

@InputType({ description: 'A further key for a client. Give expiresAt or lifetimeHours.' })
export class CreateApiKeyInput extends KeyLifetimeInput {
  @Field(() => ID, { description: 'The client.' })
  clientId!: string;
}

@InputType({
  description:
    'A key to be replaced. Of expiresAt and lifetimeHours give at most one; left out, the new key is good for as long as the old one was when it was made.',
})
export class RotateApiKeyInput extends KeyLifetimeInput {
  @Field(() => ID, { description: 'The key to replace.' })
  keyId!: string;

  @Field(() => Int, {
    description: 'For how many hours the old key goes on working, so that programs can change over: 0 to 720.',
  })
  overlapHours!: number;
}

@InputType({ description: 'A key that is to stop working at once.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The key.' })
  keyId!: string;
}

@InputType({ description: 'A client that is to stop working at once, with all its keys.' })
export class EndApiClientInput {
  @Field(() => ID, { description: 'The client.' })
  clientId!: string;
}

@ObjectType({ description: 'What a mutation of API clients answers.' })
abstract class Payload {
  @Field(() => [UserError], { description: 'Everything in the input that is to be put right; empty when it was done.' })
  userErrors!: UserError[];
}

@ObjectType({ description: 'The client, or what to put right.' })
export class CreateApiClientPayload extends Payload {
  @Field(() => ApiClient, { nullable: true, description: 'The client; it needs a key.' })
  apiClient?: ApiClient | null;
}

@ObjectType({ description: 'The client as it is now.' })
export class EndApiClientPayload extends Payload {
  @Field(() => ApiClient, { nullable: true, description: 'The client, ended.' })
  apiClient?: ApiClient | null;
}

@ObjectType({ description: 'A new key.' })
abstract class NewKeyPayload extends Payload {
  @Field(() => ApiKey, { nullable: true, description: 'The new key, without its secret.' })
  apiKey?: ApiKey | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The secret itself, for the header “authorization: Bearer …”. It is shown here and never again: the hub keeps only a hash of it.',
  })
  secret?: string | null;
}

@ObjectType({ description: 'The key and its secret, or what to put right.' })
export class CreateApiKeyPayload extends NewKeyPayload {}

@ObjectType({ description: 'The new key and its secret, or what to put right.' })
export class RotateApiKeyPayload extends NewKeyPayload {
  @Field(() => ApiKey, { nullable: true, description: 'The old key; revokedAt says when it stops.' })
  replaced?: ApiKey | null;
}

@ObjectType({ description: 'The key as it is now.' })
export class RevokeApiKeyPayload extends Payload {
  @Field(() => ApiKey, { nullable: true, description: 'The key, revoked.' })
  apiKey?: ApiKey | null;
}
