/** Appending to the event log, and reading it for a viewer. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { type CursorCodec, type Place, cursorInvalid } from '@hub/kit/cursor';
import { HubError } from '@hub/kit/errors';
import type { WakeUps } from '@hub/kit/event-log';
import { hasScope } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { type PracticeFilter } from '../practice/practice.filter.js';
import { fitting } from '../practice/practice.list.js';
import type { PracticeRow } from '../practice/practice.js';
import type { Sharing } from '../practice/practice.sharing.js';
import type { PracticeState } from '../practice/vocabulary.js';
import { PracticeEventType } from './event.js';

/** What the process made once: how readers are woken, how places become cursors. */
export interface EventLog {
  wakeUps: Pick<WakeUps, 'count' | 'after' | 'wake'>;
  cursors: CursorCodec;
  /** How long a stream stays silent before it sends a HEARTBEAT. */
  heartbeatMs: number;
}

/** What an event records of a practice: what its visibility hangs on. */
export type EventImage = Sharing & Pick<PracticeRow, 'stage'> & { state: PracticeState };

export interface NewEvent {
  /** AUDIENCE_CHANGED and ACCESS_CHANGED never reach readers as such: they show as BECAME_VISIBLE or NO_LONGER_VISIBLE. */
  type: 'SUBMITTED' | 'PUBLISHED' | 'REVISED' | 'WITHDRAWN' | 'AUDIENCE_CHANGED' | 'ACCESS_CHANGED';
  practiceKey: string;
  owner: string;
  version: number;
  at: Date;
  before: EventImage;
  after: EventImage;
  /** Whose access changed, for ACCESS_CHANGED: nobody else is told. */
  person?: string;
}

/** Appends to the log in the caller's transaction. The position is given at commit (kit/event-log.ts). */
export async function append(tx: EntityManager, event: NewEvent): Promise<void> {
  const { type, practiceKey, owner, version, at, before, after, person = null } = event;
  await tx.query(
    `insert into event (id, type, at, practice_key, version, owner, person,
       marking_before, audience_before, sections_before, stage_before, state_before,
       marking_after, audience_after, sections_after, stage_after, state_after)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
    [
      ...[randomUUID(), type, at, practiceKey, version, owner, person],
      ...[before.marking, before.audience, before.sectionMarkings, before.stage, before.state],
      ...[after.marking, after.audience, after.sectionMarkings, after.stage, after.state],
    ],
  );
}

/** An event as it is for one viewer. */
export interface SeenEvent {
  place: number;
  /** Which of several events at one place; 0 where there is but one. */
  ordinal: number;
  type: PracticeEventType;
  practiceKey: string;
  at: Date;
}

export interface Batch {
  events: SeenEvent[];
  /** Everything up to here has been looked at. */
  place: number;
  head: number;
  epoch: number;
}

/** Where a reader is: at `place`, having begun at `origin`, told since then of `announced`. It moves as it is told. */
export class Reader {
  /** Of the events at its place those up to this one have been dealt with; 0: all of them. */
  ordinal: number;
  place: number;
  origin: Place;
  readonly announced = new Set<string>();

  constructor(origin: Place) {
    this.origin = origin;
    this.place = origin.position;
    this.ordinal = origin.ordinal;
  }

  /** Whether there may be more for it in a log that ends at `head`. */
  isBehind(head: number): boolean {
    return this.place < head || this.ordinal > 0;
  }

  /** This event was handed out. */
  told({ place, ordinal, type, practiceKey }: SeenEvent): void {
    this.place = place;
    this.ordinal = ordinal;
    if (type === PracticeEventType.NO_LONGER_VISIBLE) this.announced.delete(practiceKey);
    else this.announced.add(practiceKey);
  }

  /** All of this batch was handed out. Caught up, the reader knows what it could see at its own place. */
  finished({ place, head }: Batch): void {
    this.place = place;
    this.ordinal = 0;
    if (place < head) return;
    this.origin = { position: place, ordinal: 0 };
    this.announced.clear();
  }
}

const batchSize = 500;

/** The head of the log and its epoch, in the context's read transaction. */
export const readHead = async ({ db, viewer }: PracticeContext): Promise<{ head: number; epoch: number }> => {
  if (!hasScope(viewer, 'events:read'))
    throw new HubError('FORBIDDEN', 'Events are for API clients that were given events:read.');
  const [row] = await db.read((tx) =>
    tx.query<{ last: string; epoch: string }[]>('select last, epoch from event_head'),
  );
  return { head: Number(row!.last), epoch: Number(row!.epoch) };
};

/** The place of a cursor the client gave; throws `CURSOR_INVALID`. */
export function placeOf(
  { cursors }: EventLog,
  { head, epoch }: { head: number; epoch: number },
  cursor: string,
): Place {
  const place = cursors.decode(epoch, cursor);
  if (place.position > head) throw cursorInvalid();
  return place;
}

/**
 * The next batch past the reader's place, decided for the viewer as of now. A filter applies to what is visible now;
 * NO_LONGER_VISIBLE passes any filter. A reader that began behind is told NO_LONGER_VISIBLE only of what it could see
 * where it began or has been told of since: what came and went meanwhile never was, for it.
 */
export async function readBatch(
  context: PracticeContext,
  reader: Reader,
  filter: PracticeFilter | null | undefined,
): Promise<Batch> {
  const { head, epoch } = await readHead(context);
  const rows = await context.db.read((tx) =>
    tx.query<
      {
        place: string;
        ordinal: string;
        type: PracticeEventType | null;
        practice_key: string;
        at: Date;
        seen_at_origin: boolean;
        is_back: boolean;
      }[]
    >('select * from read_events($1, $2, $3, $4, $5, $6)', [
      ...[reader.place, reader.ordinal, reader.origin.position, reader.origin.ordinal],
      [...reader.announced],
      batchSize,
    ]),
  );
  const gone = PracticeEventType.NO_LONGER_VISIBLE;
  const announced = new Set(reader.announced);
  const seen = rows.flatMap((row) => {
    const wasAnnounced = announced.has(row.practice_key);
    // Back in sight is news to whoever was cut while it was out of sight, and not to whom this reader has told of it.
    const type = row.is_back && !wasAnnounced ? PracticeEventType.BECAME_VISIBLE : row.type;
    if (!type || (type === gone && !row.seen_at_origin && !wasAnnounced)) return [];
    if (type !== gone) announced.add(row.practice_key);
    return [{ ...row, type }];
  });
  const fits = filter
    ? await context.db.read((tx) =>
        fitting(
          tx,
          context.viewer,
          seen.map((row) => row.practice_key),
          filter,
        ),
      )
    : null;
  const events = seen
    .filter((row) => row.type === gone || !fits || fits.has(row.practice_key))
    .map((row) => ({
      place: Number(row.place),
      ordinal: Number(row.ordinal),
      type: row.type,
      practiceKey: row.practice_key,
      at: row.at,
    }));
  return { events, place: Number(rows.at(-1)?.place ?? reader.place), head, epoch };
}
