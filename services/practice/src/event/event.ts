/** Events as the API shows them. */
import { Ctx, Field, ID, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { PageInfo } from '@hub/kit/page';
import { Cursor, DateTime } from '@hub/kit/scalars';
import type { AccessChannel } from '../access/access.js';
import type { PracticeContext } from '../context.js';
import { Practice } from '../practice/practice.js';

export enum PracticeEventType {
  SUBMITTED = 'SUBMITTED',
  PUBLISHED = 'PUBLISHED',
  REVISED = 'REVISED',
  REVIEWED = 'REVIEWED',
  ADOPTED = 'ADOPTED',
  WITHDRAWN = 'WITHDRAWN',
  SUPERSEDED = 'SUPERSEDED',
  BECAME_VISIBLE = 'BECAME_VISIBLE',
  NO_LONGER_VISIBLE = 'NO_LONGER_VISIBLE',
  CAUGHT_UP = 'CAUGHT_UP',
  HEARTBEAT = 'HEARTBEAT',
}
registerEnumType(PracticeEventType, {
  name: 'PracticeEventType',
  description: 'What happened to a practice, or to a stream.',
  valuesConfig: {
    SUBMITTED: { description: 'Its owner sent it.' },
    PUBLISHED: { description: 'It was published.' },
    REVISED: { description: 'Its owner sent a new version.' },
    REVIEWED: { description: 'Reviewers decided on it.' },
    ADOPTED: { description: 'A State said that it uses it.' },
    WITHDRAWN: { description: 'Its owner took it back.' },
    SUPERSEDED: { description: 'A later version or practice replaced it.' },
    BECAME_VISIBLE: {
      description:
        'It was shared with the viewer, or another part of it is than before: take it in as it is now, and forget what is not there any more.',
    },
    NO_LONGER_VISIBLE: { description: 'It is not shared with the viewer any more: forget it. Passes any filter.' },
    CAUGHT_UP: { description: 'Everything missed has been sent; live from here.' },
    HEARTBEAT: { description: 'Nothing happened; the cursor is the newest.' },
  },
});

@InterfaceType({
  description:
    'Something that happened, at a place in the one order of the hub’s events. Keep the cursor of the last event dealt with: handed back as `after`, on this channel or another, it resumes without gap or double.',
})
export abstract class PracticeEvent {
  @Field(() => Cursor, { description: 'The place of this event; resume with it.' })
  cursor!: string;

  @Field(() => PracticeEventType, { description: 'What happened.' })
  type!: PracticeEventType;

  @Field(() => DateTime, { description: 'When it happened.' })
  at!: Date;

  @Field(() => ID, { nullable: true, description: 'The practice it happened to; null for CAUGHT_UP and HEARTBEAT.' })
  practiceId!: string | null;

  @Field(() => Practice, {
    nullable: true,
    description: 'The practice as the viewer may see it now; null when they may not.',
  })
  practice(@Ctx() _context: PracticeContext): Promise<Practice | null> | null {
    return null;
  }
}

@ObjectType({ implements: PracticeEvent, description: 'Something that happened to a practice, or to its visibility.' })
export class PracticeChange extends PracticeEvent {
  constructor(
    override readonly cursor: string,
    override readonly type: PracticeEventType,
    override readonly at: Date,
    private readonly practiceKey: string,
    /** How its reader gets it, for the access log. */
    private readonly channel: AccessChannel,
  ) {
    super();
    this.practiceId = globalId('Practice', practiceKey);
  }

  override practice({ practices, accesses }: PracticeContext): Promise<Practice | null> | null {
    accesses.channel = this.channel;
    return this.type === PracticeEventType.NO_LONGER_VISIBLE ? null : practices.load(this.practiceKey);
  }
}

@ObjectType({
  implements: PracticeEvent,
  description: 'CAUGHT_UP and HEARTBEAT: something to know of the stream itself.',
})
export class StreamNotice extends PracticeEvent {
  constructor(
    override readonly cursor: string,
    override readonly type: PracticeEventType.CAUGHT_UP | PracticeEventType.HEARTBEAT,
    override readonly at: Date,
  ) {
    super();
    this.practiceId = null;
  }
}

@ObjectType({ description: 'An event with its cursor.' })
export class PracticeEventEdge {
  @Field(() => Cursor, { description: 'The place of this event.' })
  cursor!: string;

  @Field(() => PracticeEvent, { description: 'The event.' })
  node!: PracticeEvent;
}

@ObjectType({ description: 'A page of events, in order.' })
export class PracticeEventConnection {
  @Field(() => [PracticeEventEdge], { description: 'The events with their cursors.' })
  edges!: PracticeEventEdge[];

  @Field(() => [PracticeEvent], { description: 'The events alone.' })
  nodes!: PracticeEvent[];

  @Field(() => PageInfo, { description: 'Whether there is more; its end cursor is where to go on from.' })
  pageInfo!: PageInfo;

  @Field(() => Cursor, {
    description:
      'Where to go on from: `after` of the next query, or of a subscription. Past the last event of this page, or the newest place there is.',
  })
  cursor!: string;
}
