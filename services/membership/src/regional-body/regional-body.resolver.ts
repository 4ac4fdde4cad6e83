import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { caution } from '../caution.js';
import type { Context } from '../context.js';
import { MemberState } from '../member-state/member-state.js';
import { RegionalBody } from './regional-body.js';

@Resolver(() => RegionalBody)
export class RegionalBodyResolver {
  @FieldResolver(() => [MemberState], {
    nullable: true,
    description: `The States that are in it today, in the order of their English names. ${caution}`,
  })
  async members(@Root() { slug }: RegionalBody, @Ctx() { statesOfBody, memberStates }: Context) {
    return memberStates.loadMany(await statesOfBody.load(slug));
  }
}
