import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { requiresScopes } from '@hub/kit/access';
import type { PracticeContext } from '../context.js';
import { PracticeConnection, PracticeListArgs, practicePage } from '../practice/practice.list.js';
import { MemberState } from './member-state.js';

@Resolver(() => MemberState)
export class MemberStateResolver {
  // On a list this is one statement for each entry, by nature: each has a page and cursors of its own.
  @FieldResolver(() => PracticeConnection, {
    nullable: true,
    description: 'The practices it owns that the viewer may know of; those compiled from public sources included.',
  })
  @Directive(requiresScopes('practices:read'))
  async practices(
    @Root() { iso3 }: MemberState,
    @Args(() => PracticeListArgs) args: PracticeListArgs,
    @Ctx() context: PracticeContext,
  ): Promise<PracticeConnection> {
    return new PracticeConnection(await practicePage(context, args, { memberStates: [iso3] }));
  }
}
