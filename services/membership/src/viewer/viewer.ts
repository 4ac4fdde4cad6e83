import type { Viewer as ViewerFacts } from '@hub/kit/viewer';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { RoleHeld } from '../person/role.js';
import { Marking } from './marking.js';

export enum ViewerKind {
  ANONYMOUS = 'ANONYMOUS',
  PERSON = 'PERSON',
  CLIENT = 'CLIENT',
}
registerEnumType(ViewerKind, {
  name: 'ViewerKind',
  description: 'What kind of viewer asks.',
  valuesConfig: {
    ANONYMOUS: { description: 'Somebody who is not signed in.' },
    PERSON: { description: 'A person.' },
    CLIENT: { description: 'An API client.' },
  },
});

@ObjectType({ description: 'Who asks, and what they may reach.' })
export class Viewer {
  constructor(readonly facts: ViewerFacts) {}

  @Field(() => ViewerKind, { description: 'What kind of viewer this is.' })
  get kind(): ViewerKind {
    return ViewerKind[this.facts.kind.toUpperCase() as ViewerKind];
  }

  @Field(() => [RoleHeld], { description: 'The roles held now.' })
  get roles(): RoleHeld[] {
    return this.facts.roles.map(({ role, of }) => new RoleHeld(role, of));
  }

  @Field(() => [String], { description: 'What an API client may do; empty for persons, whose roles say it.' })
  get scopes(): string[] {
    return this.facts.scopes;
  }

  @Field(() => Marking, { description: 'The strictest marking this viewer may reach.' })
  get ceiling(): Marking {
    return Marking[this.facts.ceiling];
  }
}
