/** One world, checked by every path for every viewer; and then once more while things happen in it. */
import { cursorCodec } from '@hub/kit/cursor';
import { type Exchange, cursorKey } from './exchange.js';
import { isKnown } from './oracle.js';
import { accessLog } from './paths/accessLog.js';
import { accessRequests } from './paths/accessRequests.js';
import { disclosure } from './paths/disclosure.js';
import { compareEvents, events, live } from './paths/events.js';
import { lists, statistics } from './paths/lists.js';
import { records } from './paths/records.js';
import { refusals } from './paths/refusals.js';
import { search } from './paths/search.js';
import { rewritePractices } from './rows.js';
import { Tally } from './tally.js';
import { View } from './view.js';
import type { LivingWorld } from './createWorld.js';
import type { Happening, World } from './world.js';

/** Paths beside the records themselves; `turn` is the viewer’s place among all. */
const paths: ((view: View, turn: number, cursors: readonly (string | null)[]) => Promise<void>)[] = [
  lists,
  statistics,
  (view, _, cursors) => events(view, cursors),
  search,
  refusals,
  async (view) => {
    await accessLog(view);
    await accessRequests(view);
  },
  disclosure,
];

/** All paths for all viewers when thorough; else each viewer takes some of them, by turns. */
export async function checkWorld(exchange: Exchange, world: LivingWorld, thorough = true): Promise<Tally> {
  await exchange.load(world);
  const tally = new Tally(world);
  const views = await look(exchange, world, tally);
  const cursors = await cursorsInto(exchange, world);
  for (const [turn, view] of views.entries()) {
    await records(view);
    for (const [place, path] of paths.entries())
      if (thorough || (turn + place) % 3 === 0) await path(view, turn, cursors);
  }
  await checkLive(exchange, world, tally, views);
  return tally;
}

/** Who membership knows, and what the oracle says they see. */
export async function look(exchange: Exchange, world: World, tally: Tally): Promise<View[]> {
  const views: View[] = [];
  for (const viewer of world.viewers) {
    const known = await exchange.known(viewer);
    tally.compare('who asks', viewer, 'whether the hub knows them', isKnown(viewer, world.now), known !== null);
    if (known) views.push(new View(exchange, world, viewer, known, tally));
  }
  return views;
}

/** The beginning, and cursors at a quarter, a half and three quarters of the world’s log. */
async function cursorsInto({ practiceSql }: Exchange, { log }: World): Promise<(string | null)[]> {
  const { rows } = await practiceSql.query<{ epoch: string; last: string }>('select epoch, last from event_head');
  const { epoch, last } = rows[0]!;
  const before = Number(last) - log.length;
  const at = (quarter: number) => ({ position: before + Math.round((log.length * quarter) / 4), ordinal: 0 });
  return [null, ...[1, 2, 3].map((quarter) => cursorCodec(cursorKey).encode(Number(epoch), at(quarter)))];
}

/** Open streams of every viewer, while about a third of the practices go on by a step each. */
async function checkLive(exchange: Exchange, world: LivingWorld, tally: Tally, views: readonly View[]): Promise<void> {
  const place = world.log.length;
  const streams = await Promise.all(views.map((view) => live(view)));
  const happened: Happening[] = [];
  const changed = world.stories.filter((story, index) => {
    if (index % 3 !== 0 || !story.goOn()) return false;
    happened.push(story.happened.at(-1)!);
    return true;
  });
  await rewritePractices(
    exchange.practiceSql,
    world,
    changed.map(({ practice }) => practice),
    happened,
  );
  world.log.push(...happened);
  for (const [index, { viewer, known }] of views.entries()) {
    const view = new View(exchange, world, viewer, known, tally);
    const told = await streams[index]!.untilQuiet();
    view.scan('live', told);
    compareEvents(view, 'live', place, told);
  }
}
