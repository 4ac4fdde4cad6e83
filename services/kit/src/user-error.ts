/** What a form can put right: data in a mutation's payload, every fault at once, each with its path into the input. */
import 'reflect-metadata'; // type-graphql's decorators ask for it, whichever module comes first
import { Directive, Field, ObjectType, registerEnumType } from 'type-graphql';

export enum UserErrorCode {
  REQUIRED = 'REQUIRED',
  TOO_LONG = 'TOO_LONG',
  TOO_MANY = 'TOO_MANY',
  INVALID = 'INVALID',
  UNKNOWN = 'UNKNOWN',
  NOT_PERMITTED = 'NOT_PERMITTED',
  CONSENT_REQUIRED = 'CONSENT_REQUIRED',
  CONFLICT = 'CONFLICT',
}
registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'What is wrong with a value in an input.',
  valuesConfig: {
    REQUIRED: { description: 'It is missing.' },
    TOO_LONG: { description: 'The text is too long.' },
    TOO_MANY: { description: 'There are too many entries.' },
    INVALID: { description: 'It is not of the form or in the range that is allowed.' },
    UNKNOWN: { description: 'It is not in the vocabulary.' },
    NOT_PERMITTED: { description: 'The viewer may not set it to this.' },
    CONSENT_REQUIRED: { description: 'It would show the practice to more people: give a consent record with it.' },
    CONFLICT: { description: 'Somebody changed it meanwhile, or it is so already: look at the newest and try again.' },
  },
});

@ObjectType({ description: 'Something in an input that its sender can put right.' })
@Directive('@shareable')
export class UserError {
  constructor(path: readonly (string | number)[], code: UserErrorCode, message: string) {
    this.path = path.map(String);
    this.code = code;
    this.message = message;
  }

  @Field(() => UserErrorCode, { description: 'What is wrong; stable, for programs.' })
  code: UserErrorCode;

  @Field(() => [String], {
    description: 'Where, as a path into the mutation’s input: ["audience", "memberStates", "0"].',
  })
  path: string[];

  @Field(() => String, { description: 'What is wrong and what is allowed, for people.' })
  message: string;
}
