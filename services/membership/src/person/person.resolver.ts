import { requiresScopes } from '@hub/kit/access';
import { HubError } from '@hub/kit/errors';
import { hasScope, isVetted } from '@hub/kit/viewer';
import { Args, Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { MemberState } from '../member-state/member-state.js';
import { RegionalBody } from '../regional-body/regional-body.js';
import { DirectoryArgs, PersonConnection, listDirectory } from './directory.js';
import { Person } from './person.js';
import { RoleHeld } from './role.js';
import { bodyOf, stateOf } from './token.js';

@Resolver(() => Person)
export class PersonResolver {
  @Query(() => PersonConnection, {
    nullable: true,
    description:
      'Who holds which role now, of which State or regional body, in no particular order: to name people in an audience by id. Names and addresses are shown of one’s own State or body only.',
  })
  @Directive(requiresScopes('directory:read'))
  async directory(@Args(() => DirectoryArgs) args: DirectoryArgs, @Ctx() context: Context) {
    const { viewer } = context;
    if (viewer.kind === 'anonymous') throw new HubError('UNAUTHENTICATED', 'Sign in to see the directory.');
    if (!isVetted(viewer) || !hasScope(viewer, 'directory:read'))
      throw new HubError(
        'FORBIDDEN',
        'The directory is for people with a role, and for API clients that were given it.',
      );
    return new PersonConnection(await listDirectory(context, args));
  }

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
