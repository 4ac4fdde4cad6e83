/** The event log in the API: a live stream, and the same as pages (delta sync). */
import { Arg, Ctx, Directive, Int, Query, Resolver, Root, Subscription } from 'type-graphql';
import { requiresScopes } from '@hub/kit/access';
import { badInput } from '@hub/kit/errors';
import { defaultPageSize, maxPageSize } from '@hub/kit/page';
import { Cursor } from '@hub/kit/scalars';
import { AccessChannel } from '../access/access.js';
import type { PracticeContext } from '../context.js';
import { PracticeFilter, checkFilter } from '../practice/practice.filter.js';
import { Reader, type SeenEvent, placeOf, readBatch, readHead } from './event.log.js';
import { type StreamArgs, openStream } from './event.stream.js';
import { PracticeChange, PracticeEvent, PracticeEventConnection } from './event.js';

const maxBatches = 4;

const after = {
  nullable: true,
  description: 'The cursor of the last event dealt with.',
} as const;

@Resolver(() => PracticeEvent)
export class EventResolver {
  @Query(() => PracticeEventConnection, {
    nullable: true,
    description:
      'Catch-up and delta sync: the events after a cursor, or from the beginning, as far as they concern what the viewer may see. While hasNextPage, ask again with the answer’s cursor; a page may be empty and have a next one.',
  })
  @Directive(requiresScopes('events:read', 'practices:read'))
  async practiceEvents(
    @Arg('after', () => Cursor, after) afterCursor: string | null | undefined,
    @Arg('first', () => Int, {
      nullable: true,
      description: `How many, 1 to ${maxPageSize}; ${defaultPageSize} when left out.`,
    })
    first: number | null | undefined,
    @Arg('filter', () => PracticeFilter, {
      nullable: true,
      description: 'Narrows to events of practices that fit now.',
    })
    filter: PracticeFilter | null | undefined,
    @Ctx() context: PracticeContext,
  ): Promise<PracticeEventConnection> {
    const size = first ?? defaultPageSize;
    if (size < 1 || size > maxPageSize) throw badInput(['first'], `first must be 1 to ${maxPageSize}.`);
    checkFilter(filter);
    const { head, epoch } = await readHead(context);
    const start = afterCursor ? placeOf(context.events, { head, epoch }, afterCursor) : { position: 0, ordinal: 0 };
    const reader = new Reader(start);
    const seen: SeenEvent[] = [];
    // What is hidden costs reading, too: a page looks at so much of the log and says where to go on.
    for (let batches = 0; seen.length <= size && reader.isBehind(head) && batches < maxBatches; batches++) {
      const batch = await readBatch(context, reader, filter);
      for (const event of batch.events) reader.told(event);
      seen.push(...batch.events);
      reader.finished(batch);
    }
    const cursorAt = (position: number, ordinal = 0) => context.events.cursors.encode(epoch, { position, ordinal });
    const edges = seen.slice(0, size).map(({ place, ordinal, type, at, practiceKey }) => {
      const cursor = cursorAt(place, ordinal);
      return { cursor, node: new PracticeChange(cursor, type, at, practiceKey, AccessChannel.DELTA) };
    });
    const full = seen.length > size;
    const cursor = full ? edges.at(-1)!.cursor : cursorAt(reader.place);
    return {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: {
        hasNextPage: full || reader.place < head,
        hasPreviousPage: start.position > 0,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: cursor,
      },
      cursor,
    };
  }

  @Subscription(() => PracticeEvent, {
    name: 'practiceEvents',
    description:
      'Every event the viewer may know of, once and in order. With `after`, first what was missed, then live.',
    subscribe: ({ args, context }) => openStream(context as PracticeContext, args as StreamArgs),
  })
  @Directive(requiresScopes('events:read', 'practices:read'))
  practiceEventStream(
    @Root() event: PracticeEvent,
    @Arg('after', () => Cursor, after) _after: string | null | undefined,
    @Arg('filter', () => PracticeFilter, {
      nullable: true,
      description: 'Narrows to events of practices that fit now.',
    })
    _filter: PracticeFilter | null | undefined,
  ): PracticeEvent {
    return event;
  }
}
