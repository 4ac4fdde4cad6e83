import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { MemberState } from '../member-state/member-state.js';
import { RegionalBody } from '../regional-body/regional-body.js';
import { Person } from './person.js';
import { RoleHeld } from './role.js';
import { bodyOf, stateOf } from './token.js';

@Resolver(() => Person)
export class PersonResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Their name; null when not given, or not for the viewer.',
  })
  async name(@Root() { key }: Person, @Ctx() { personContacts }: Context) {
    return (await personContacts.load(key))?.name;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Their address; null when not given, or not for the viewer.',
  })
  async email(@Root() { key }: Person, @Ctx() { personContacts }: Context) {
    return (await personContacts.load(key))?.email;
  }

  @FieldResolver(() => [RoleHeld], { description: 'The roles they hold now, as far as the viewer may know of them.' })
  async roles(@Root() { key }: Person, @Ctx() { rolesOfPerson }: Context) {
    return (await rolesOfPerson.load(key)).map(({ role, of }) => new RoleHeld(role, of));
  }
}

@Resolver(() => RoleHeld)
export class RoleHeldResolver {
  @FieldResolver(() => MemberState, { nullable: true, description: 'The State it is a role of.' })
  memberState(@Root() { of }: RoleHeld, @Ctx() context: Context) {
    return stateOf(of, context);
  }

  @FieldResolver(() => RegionalBody, { nullable: true, description: 'The regional body it is a role of.' })
  regionalBody(@Root() { of }: RoleHeld) {
    return bodyOf(of);
  }
}
