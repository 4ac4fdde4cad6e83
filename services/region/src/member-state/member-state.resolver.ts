import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { caution } from '../caution.js';
import type { Context } from '../context.js';
import { Region } from '../region/region.js';
import { regionsOf } from '../region/region.loader.js';
import { MemberState } from './member-state.js';

@Resolver(() => MemberState)
export class MemberStateResolver {
  @FieldResolver(() => [Region], {
    nullable: true,
    description: `The M49 areas it lies in, from the world to the smallest. ${caution}`,
  })
  async regions(@Root() { iso3 }: MemberState, @Ctx() context: Context) {
    const areas = await context.areasOfState.load(iso3);
    return areas && regionsOf(areas, context);
  }
}
