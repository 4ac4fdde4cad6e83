import type { Token } from '@hub/kit/viewer';
import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { ApiClient } from '../api-client/api-client.js';
import type { Context } from '../context.js';
import { MemberState } from '../member-state/member-state.js';
import { Person } from '../person/person.js';
import { bodyOf, stateOf } from '../person/token.js';
import { RegionalBody } from '../regional-body/regional-body.js';
import { Viewer } from './viewer.js';

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { nullable: true, description: 'Who asks, as the hub knows them; an anonymous viewer too.' })
  viewer(@Ctx() { viewer }: Context) {
    return new Viewer(viewer);
  }

  @FieldResolver(() => Person, { nullable: true, description: 'The person who asks.' })
  person(@Root() { facts }: Viewer, @Ctx() { persons }: Context) {
    return facts.kind === 'person' && facts.key ? persons.load(facts.key) : null;
  }

  @FieldResolver(() => ApiClient, { nullable: true, description: 'The API client that asks.' })
  client(@Root() { facts }: Viewer, @Ctx() { apiClients }: Context) {
    return facts.kind === 'client' && facts.key ? apiClients.load(facts.key) : null;
  }

  @FieldResolver(() => MemberState, { nullable: true, description: 'The State of the first role that is of a State.' })
  memberState(@Root() viewer: Viewer, @Ctx() context: Context) {
    return stateOf(first(viewer, 's:'), context);
  }

  @FieldResolver(() => RegionalBody, { nullable: true, description: 'The body of the first role that is of a body.' })
  regionalBody(@Root() viewer: Viewer) {
    return bodyOf(first(viewer, 'b:'));
  }
}

const first = ({ facts }: Viewer, prefix: string): Token | null =>
  facts.roles.find(({ of }) => of?.startsWith(prefix))?.of ?? null;
