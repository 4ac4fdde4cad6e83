import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { requiresScopes } from '@hub/kit/access';
import type { PracticeContext } from '../context.js';
import { PracticeConnection, PracticeListArgs, practicePage } from '../practice/practice.list.js';
import { Region } from './region.js';

@Resolver(() => Region)
export class RegionResolver {
  // On a list this is one statement for each entry, by nature: each has a page and cursors of its own.
  @FieldResolver(() => PracticeConnection, {
    nullable: true,
    description: 'The practices whose scope is this region or lies within it, as far as the viewer may know of them.',
  })
  @Directive(requiresScopes('practices:read'))
  async practices(
    @Root() { m49 }: Region,
    @Args(() => PracticeListArgs) args: PracticeListArgs,
    @Ctx() context: PracticeContext,
  ): Promise<PracticeConnection> {
    return new PracticeConnection(await practicePage(context, args, { regions: [m49] }));
  }
}
