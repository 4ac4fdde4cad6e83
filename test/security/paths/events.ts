/** The event log by every channel: pages, replay and live. What was hidden then and is hidden now happened to nobody. */
import type { Json } from '../../hub.js';
import { knewOf, readOf, shown } from '../oracle.js';
import { practiceId } from '../record.js';
import { everything } from '../selection.js';
import { described, same } from '../tally.js';
import type { View } from '../view.js';
import { type Happening, type Move, type Practice } from '../world.js';
import { wholePractice } from './records.js';

const own = everything('PracticeChange', ['practice']);
export const eventFields = `{ __typename ${own} practice { ...Whole } }`;
const query = `query ($after: Cursor, $filter: PracticeFilter) { practiceEvents(first: 100, after: $after, filter: $filter) { cursor nodes ${eventFields} edges { cursor node { cursor } } pageInfo { hasNextPage endCursor startCursor hasPreviousPage } } } ${wholePractice}`;
export const subscription = `subscription ($after: Cursor, $filter: PracticeFilter) { practiceEvents(after: $after, filter: $filter) ${eventFields} } ${wholePractice}`;

/** Types that say what happened to a practice; a change of its audience is told as what it means to the reader. */
const publicTypes = ['SUBMITTED', 'PUBLISHED', 'REVISED', 'REVIEWED', 'ADOPTED', 'WITHDRAWN', 'SUPERSEDED'];

/** Every page of the delta query. */
export async function delta(view: View, after: string | null, filter: object | null = null): Promise<Json[]> {
  const all: Json[] = [];
  for (let cursor = after; ;) {
    const { practiceEvents: page } = await view.ask('practiceEvents', query, { after: cursor, filter });
    all.push(...page.nodes);
    cursor = page.cursor;
    if (!page.pageInfo.hasNextPage) return all;
  }
}

export async function replay(view: View, after: string): Promise<Json[]> {
  const stream = await view.exchange.subscribe(view.known, subscription, { after });
  const all: Json[] = [];
  for await (const { data, errors } of stream) {
    if (errors) throw new Error(JSON.stringify(errors));
    view.scan('replay', data);
    if (data.practiceEvents.type === 'CAUGHT_UP') break;
    all.push(data.practiceEvents);
  }
  return all;
}

export async function events(view: View, cursors: readonly (string | null)[]): Promise<void> {
  const { world } = view;
  const { log } = world;
  for (const [index, cursor] of cursors.entries()) {
    const place = Math.round((log.length * index) / cursors.length);
    const told = await delta(view, cursor);
    compareEvents(view, `practiceEvents after ${place} of ${log.length}`, place, told);
    if (index === 1 && cursor) {
      const streamed = await replay(view, cursor);
      const [byPages, byStream] = [told.map(ofEvent), streamed.map(ofEvent)];
      const only = {
        pages: byPages.filter((event) => !byStream.includes(event)),
        stream: byStream.filter((event) => !byPages.includes(event)),
      };
      const about = world.practices.filter((one) =>
        [...only.pages, ...only.stream].some((event) => event.includes(practiceId(one))),
      );
      view.tally.compare(
        'replay',
        view.viewer,
        about.map((one) => described(world, one)).join(),
        { pages: [], stream: [] },
        only,
        0,
      );
      compareEvents(view, 'replay', place, streamed);
      const marking = 'GREEN';
      const narrowed = await delta(view, cursor, { markings: [marking] });
      const due = told.filter(({ type, practice }) => type === 'NO_LONGER_VISIBLE' || practice?.marking === marking);
      view.tally.compare(
        'practiceEvents(filter)',
        view.viewer,
        '',
        due.map(ofEvent),
        narrowed.map(ofEvent),
        due.length + 1,
      );
    }
  }
}
const ofEvent = ({ type, cursor, practiceId: id }: Json) => `${type} ${cursor} ${id}`;

/** Compares what a reader was told after `place` entries of the log with what the domain says of each practice. */
export function compareEvents(view: View, path: string, place: number, told: readonly Json[]): void {
  const { world, viewer, tally } = view;
  for (const practice of world.practices) {
    const { expected, allowed, what } = due(view, practice, world.log.slice(place));
    const types = told.filter((event) => event.practiceId === practiceId(practice)).map(({ type }) => type as string);
    const isRight = allowed ? allowed(types) : same(types, expected);
    tally.compare(path, viewer, what, expected, isRight ? expected : types);
  }
  for (const { type, practice, practiceId: id } of told) {
    const known = world.practices.find((one) => practiceId(one) === id);
    if (!known) tally.compare(path, viewer, `an event of a practice of this world`, true, false);
    else if (type === 'NO_LONGER_VISIBLE') tally.compare(path, viewer, described(world, known), null, practice);
    else view.compareRecord(`${path}: record`, known, practice);
  }
}

interface Due {
  expected: string[];
  /** What else would be right: the log tells more often than needed that a practice is there as it is now. */
  allowed?: (types: readonly string[]) => boolean;
  what: string;
}

/** What a reader is to be told of a practice, of what happened after their cursor. */
function due(view: View, practice: Practice, later: readonly (Happening | Move)[]): Due {
  const { world, viewer } = view;
  const undone = later.filter((entry): entry is Move => entry.type === 'MEMBERSHIP_CHANGED');
  const then = { viewer, world, undone };
  const happened = later.filter((entry): entry is Happening => 'practice' in entry && entry.practice === practice.key);
  const first = happened[0];
  const knew = first ? knewOf(then, practice, first.before) : shown(then, practice) !== null;
  const knows = view.shown(practice) !== null;
  const what = [
    described(world, practice),
    `    knew ${knew}, knows ${knows}`,
    ...happened.map(
      ({ type, version, before, after }) =>
        `    ${type} v${version} ${JSON.stringify(before)} → ${JSON.stringify(after)}`,
    ),
    ...undone.map(({ state, body, joined }) => `    ${state} ${joined ? 'joined' : 'left'} ${body}`),
  ].join('\n');
  // A consent has run out and nobody has noted it: the log is told of it when somebody does.
  if (practice.lapses.some(({ at }) => at <= world.now)) return { expected: [], allowed: () => true, what };
  if (!knows) return { expected: knew ? ['NO_LONGER_VISIBLE'] : [], what };

  const real = happened
    .filter((event) => publicTypes.includes(event.type) && mayKnowOfVersion(view, practice, event))
    .map(({ type }) => type);
  const repeats = happened.filter(
    ({ type, person, before, after }) =>
      (type === 'ACCESS_CHANGED' && viewer.kind === 'person' && person === viewer.key) ||
      readOf(view.asking, practice, before) !== readOf(view.asking, practice, after),
  ).length;
  return {
    expected: real,
    what,
    allowed: (types) => {
      const told = types.filter((type) => type !== 'BECAME_VISIBLE');
      const extra = types.length - told.length;
      if (knew) return extra <= repeats && same(told, real);
      // Newly in sight: from the event that brought it on, which is BECAME_VISIBLE where readers know it by no other name.
      return types.length > 0 && extra <= repeats + 1 && same(told, real.slice(real.length - told.length));
    },
  };
}

/** An event of a version that is hidden from the viewer is hidden with it. */
/** A withdrawal is of the practice, and told to whoever sees it, whatever versions they know. */
const mayKnowOfVersion = (view: View, practice: Practice, { type, version }: Happening): boolean => {
  const sight = view.shown(practice);
  return sight !== null && (type === 'WITHDRAWN' || version <= sight.version.number);
};

/** An open stream that is caught up; `untilQuiet` has what it was told up to the next HEARTBEAT that has news before it. */
export async function live(view: View): Promise<{ untilQuiet(): Promise<Json[]> }> {
  const stream = await view.exchange.subscribe(view.known, subscription);
  const next = async (): Promise<Json> => {
    const { value, done } = await stream.next();
    if (done || value.errors) throw new Error(`the stream of ${view.viewer.name} ended: ${JSON.stringify(value)}`);
    return value.data.practiceEvents;
  };
  const first = await next();
  if (first.type !== 'CAUGHT_UP') throw new Error(`a stream begins with ${first.type}`);
  return {
    async untilQuiet() {
      const told: Json[] = [];
      for (;;) {
        const event = await next();
        if (event.type !== 'HEARTBEAT') told.push(event);
        else if (event.cursor !== first.cursor) break; // quiet, and past what happened
      }
      await stream.return?.();
      return told;
    },
  };
}
