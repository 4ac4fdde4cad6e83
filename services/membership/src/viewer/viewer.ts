import type { Viewer as ViewerFacts } from '@hub/kit/viewer';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { RoleHeld } from '../person/role.js';
import { Marking } from './marking.js';

export enum ViewerKind {
  ANONYMOUS = 'ANONYMOUS',
  UNKNOWN = 'UNKNOWN',
  PERSON = 'PERSON',
  CLIENT = 'CLIENT',
}
registerEnumType(ViewerKind, {
  name: 'ViewerKind',
  description: 'What kind of viewer asks.',
  valuesConfig: {
    ANONYMOUS: { description: 'Somebody who is not signed in.' },
    UNKNOWN: {
      description:
        'Somebody who is signed in and whom the hub does not know: they see what everybody sees, and can accept an invitation.',
    },
    PERSON: { description: 'A person.' },
    CLIENT: { description: 'An API client.' },
  },
});

@ObjectType({ description: 'Who asks, and what they may reach.' })
export class Viewer {
  constructor(readonly facts: ViewerFacts) {}

  @Field(() => ViewerKind, { description: 'What kind of viewer this is.' })
  get kind(): ViewerKind {
    if (this.facts.stranger) return ViewerKind.UNKNOWN;
    return ViewerKind[this.facts.kind.toUpperCase() as ViewerKind];
  }

  @Field(() => [RoleHeld], { description: 'The roles held now.' })
  get roles(): RoleHeld[] {
    return this.facts.roles.map(({ role, of }) => new RoleHeld(role, of));
  }

  @Field(() => [String], {
    description:
      'What they may ask for: an API client what it was given, a person everything, anybody else what is everybody’s.',
  })
  get scopes(): string[] {
    return this.facts.scopes;
  }

  @Field(() => Marking, { description: 'The strictest marking this viewer may reach.' })
  get ceiling(): Marking {
    return Marking[this.facts.ceiling];
  }
}
