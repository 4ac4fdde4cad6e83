/** The event log by every channel: pages, replay and live. What was hidden then and is hidden now happened to nobody. */
import type { Json } from '../../hub.js';
import { knewOf, shown } from '../oracle.js';
import { practiceId } from '../record.js';
import { everything } from '../selection.js';
import { described } from '../tally.js';
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
  const { log } = view.world;
  for (const [index, cursor] of cursors.entries()) {
    const place = Math.round((log.length * index) / cursors.length);
    const told = await delta(view, cursor);
    compareEvents(view, `practiceEvents after ${place} of ${log.length}`, place, told);
    if (index === 1 && cursor) {
      const streamed = await replay(view, cursor);
      view.tally.compare('replay', view.viewer, 'as the pages', told.map(ofEvent), streamed.map(ofEvent), 0);
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
  const later = world.log.slice(place);
  const undone = later.filter((entry): entry is Move => entry.type === 'MEMBERSHIP_CHANGED');
  const then = { viewer, world, undone };
  for (const practice of world.practices) {
    const happened = later.filter(
      (entry): entry is Happening => 'practice' in entry && entry.practice === practice.key,
    );
    const first = happened[0];
    const knew = first ? knewOf(then, practice, first.before) : shown(then, practice) !== null;
    const knows = view.shown(practice) !== null;
    // However a replay is cut, who may have been told that it went is told that it is back.
    const wasGone = happened.some(
      ({ after }) => !knewOf(then, practice, after) || !knewOf(view.asking, practice, after),
    );
    const real = happened.filter(
      (event) => publicTypes.includes(event.type) && mayKnowOfVersion(view, practice, event),
    );
    const types = told.filter((event) => event.practiceId === practiceId(practice)).map(({ type }) => type as string);
    const what = `${described(world, practice)}\n    knew ${knew}, knows ${knows}, happened ${happened.map(({ type, before, after, version }) => `${type} v${version} (${before?.marking} ${before?.stage} → ${after.marking} ${after.stage} ${after.audience})`).join(', ')}, moves ${undone.map(({ state, body, joined }) => `${state} ${joined ? 'joined' : 'left'} ${body}`).join(', ')}`;
    if (knew && !knows) tally.compare(path, viewer, what, ['NO_LONGER_VISIBLE'], types);
    else if (!knew && !knows) tally.compare(path, viewer, what, [], types);
    else if (knew) {
      const back = types.filter((type) => type === 'BECAME_VISIBLE').length;
      tally.compare(
        path,
        viewer,
        what,
        real.map(({ type }) => type),
        wasGone && back === 1 ? types.filter((type) => type !== 'BECAME_VISIBLE') : types,
      );
    } else {
      const [beginning, ...rest] = types;
      const suffix = real
        .map(({ type }) => type)
        .slice(real.length - types.length + (beginning === 'BECAME_VISIBLE' ? 1 : 0));
      const due = beginning === 'BECAME_VISIBLE' ? [beginning, ...suffix] : suffix;
      tally.compare(path, viewer, what, due, beginning === undefined ? 'nothing' : [beginning, ...rest]);
    }
  }
  for (const { type, practice, practiceId: id } of told) {
    const known = world.practices.find((one) => practiceId(one) === id);
    if (!known) tally.compare(path, viewer, `an event of a practice of this world`, true, false);
    else if (type === 'NO_LONGER_VISIBLE') tally.compare(path, viewer, described(world, known), null, practice);
    else view.compareRecord(`${path}: record`, known, practice);
  }
}

/** An event of a version that is hidden from the viewer is hidden with it. */
const mayKnowOfVersion = (view: View, practice: Practice, { version }: Happening): boolean => {
  const sight = view.shown(practice);
  return sight !== null && version <= sight.version.number;
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
