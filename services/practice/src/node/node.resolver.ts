import { badInput } from '@hub/kit/errors';
import { idAt } from '@hub/kit/ids';
import { Node } from '@hub/kit/node';
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import type { PracticeContext } from '../context.js';
import { entities } from './entities.js';

const maxIds = 100; // a page's worth, as everywhere

@Resolver()
export class NodeResolver {
  @Query(() => Node, {
    nullable: true,
    description:
      'The practice, State, region, regional body, theme, workshop or knowledge product with this id; null when it is absent or not shared with the viewer. Persons and API clients cannot be reached by it.',
  })
  node(
    @Arg('id', () => ID, { description: 'An id taken from an answer.' }) id: string,
    @Ctx() context: PracticeContext,
  ): Promise<object | null> {
    return find(idAt(['id'], id), context);
  }

  @Query(() => [Node], {
    nullable: 'itemsAndList',
    description: `What these ids name, in their order, with null as in node; at most ${maxIds}.`,
  })
  nodes(
    @Arg('ids', () => [ID], { description: 'Ids taken from answers.' }) ids: string[],
    @Ctx() context: PracticeContext,
  ): Promise<(object | null)[]> {
    if (ids.length > maxIds) throw badInput(['ids'], `At most ${maxIds} ids, please.`);
    const parsed = ids.map((id, index) => idAt(['ids', index], id));
    return Promise.all(parsed.map((id) => find(id, context)));
  }
}

const find = async ({ type, key }: { type: string; key: string }, context: PracticeContext): Promise<object | null> =>
  Object.hasOwn(entities, type) ? entities[type]!(key, context) : null;
