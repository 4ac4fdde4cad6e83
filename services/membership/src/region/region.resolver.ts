import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { caution } from '../caution.js';
import type { Context } from '../context.js';
import { MemberState } from '../member-state/member-state.js';
import { Region } from './region.js';

@Resolver(() => Region)
export class RegionResolver {
  @FieldResolver(() => [MemberState], {
    nullable: true,
    description: `The States within it, nested areas included, in the order of their English names. ${caution}`,
  })
  async memberStates(@Root() { m49 }: Region, @Ctx() { statesOfArea, memberStates }: Context) {
    return memberStates.loadMany(await statesOfArea.load(m49));
  }
}
