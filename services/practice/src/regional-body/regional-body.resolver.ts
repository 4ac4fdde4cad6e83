import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import { requiresScopes } from '@hub/kit/access';
import type { PracticeContext } from '../context.js';
import { PracticeConnection, PracticeListArgs, practicePage } from '../practice/practice.list.js';
import { RegionalBody } from './regional-body.js';

@Resolver(() => RegionalBody)
export class RegionalBodyResolver {
  // On a list this is one statement for each entry, by nature: each has a page and cursors of its own.
  @FieldResolver(() => PracticeConnection, {
    nullable: true,
    description: 'The practices that concern it, as far as the viewer may know of them: as the filter concerns does.',
  })
  @Directive(requiresScopes('practices:read'))
  async practices(
    @Root() { slug }: RegionalBody,
    @Args(() => PracticeListArgs) args: PracticeListArgs,
    @Ctx() context: PracticeContext,
  ): Promise<PracticeConnection> {
    return new PracticeConnection(await practicePage(context, args, { concerns: slug }));
  }
}
