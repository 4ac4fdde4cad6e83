/**
 * An answer in parts (@defer): what is not deferred comes first; each deferred fragment follows as soon as all it asked
 * for is there, those that are ready at the same time together. Nothing of it waits for a reader.
 *
 * *Part*: what is sent at once. *Increment*: a deferred fragment of one object.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { Log } from '@hub/kit/log';
import type { Answer, Call } from './core.js';
import type { Failure, Path } from './execute/data.js';
import { Door } from './execute/door.js';
import { Failures } from './execute/failures.js';
import type { Run } from './execute/fetch.js';
import type { InParts, Running } from './execute/inParts.js';
import { type Place, commonPart, outerPart, root } from './execute/place.js';
import type { Program } from './execute/program.js';
import { type Deferred, type Output, createOutput, tell } from './execute/project.js';
import { Departure } from './signal.js';
import { EventQueue } from './subscribe/queue.js';

export interface Part {
  incremental: readonly Increment[];
  hasNext: boolean;
}

export interface Increment {
  /** The text of the data. */
  data: string;
  /** Where its object stands in the answer. */
  path: Path;
  label?: string;
  errors?: readonly GraphQLFormattedError[];
}

export interface Rest {
  parts: AsyncIterableIterator<Part>;
  /** When there is no more of it, whether anybody read it or not. Never rejects. */
  over: Promise<void>;
}

/** The JSON text of the first part: all there is so far. */
export const firstTextOf = (text: string, hasNext: boolean): string => `${text.slice(0, -1)},"hasNext":${hasNext}}`;

/** The JSON text of a part that follows. */
export function partTextOf({ incremental, hasNext }: Part): string {
  const texts = incremental.map(({ data, path, label, errors }) => {
    const rest = JSON.stringify({ path, label, errors }); // what is undefined is left out
    return `{"data":${data},${rest.slice(1)}`;
  });
  return `{"incremental":[${texts.join()}],"hasNext":${hasNext}}`;
}

export interface PartsOptions {
  program: Program;
  inParts: InParts;
  introspection: ReadonlyMap<string, string>;
  call: Call;
  runIn: (call: Call) => Run;
  /** Data, and all that went wrong with them. */
  written: (call: Call, data: string, output: Output) => Answer;
  /** What a client learns of a bug. */
  bug: (requestId: string, path: Path) => GraphQLFormattedError;
  log: Log;
}

/** The first part, and the rest if there is any. Rejects only when aborted, or for a bug. */
export async function answerInParts(options: PartsOptions): Promise<Answer> {
  const { program, inParts, introspection, call, runIn, written, bug, log } = options;
  const departure = new Departure(); // of the client, or when nothing more is to come
  const leave = (): void => departure.abort();
  call.signal.addEventListener('abort', leave);
  if (call.signal.aborted) leave();
  const base = runIn({ ...call, signal: departure });
  const doors = doorsOf();
  const failures = failuresOf();
  const over = (): void => {
    call.signal.removeEventListener('abort', leave);
    doors.openAll();
    departure.abort();
  };
  let running: Running;
  let first: Output;
  let answer: Answer;
  const held: { failure: Failure; path: Path }[] = []; // until what they may be met in is written
  const known = new Set<Failure>(); // told or held
  try {
    running = inParts((parts) => {
      if (parts.includes(root)) return { ...base, failures: failures(root) };
      const common = commonPart(parts);
      const before = parts.includes(common) ? outerPart(common) : common;
      return { ...base, failures: failures(common), send: behind(doors.to(before), base.send) };
    });
    await running.done(root);
    first = createOutput(failures(root), introspection);
    const data = program.project(base.root, first);
    for (const failure of failures(root).unraised()) {
      known.add(failure);
      const found = program.clientsPath(failure.path(), base.root);
      if (!found) continue; // of an object of another type than it was asked for
      if (found.deferred && first.deferred.length > 0) held.push({ failure, path: found.path });
      else tell(first, failure, found.path);
    }
    answer = written(call, data, first);
  } catch (error) {
    over();
    throw error;
  }
  doors.open(root);
  if (first.deferred.length === 0) {
    over();
    call.watch?.answered(answer);
    return answer;
  }

  const open = new Map<Place, Deferred[]>();
  const errors: GraphQLFormattedError[] = [...(answer.errors ?? [])];
  let increments = 0;
  const note = (deferred: readonly Deferred[]): void => {
    for (const one of deferred) {
      const same = open.get(one.part);
      if (same) same.push(one);
      else open.set(one.part, [one]);
    }
  };
  /** The increments of a part of the operation whose fetches are done. */
  const take = (part: Place): Written[] => {
    const objects = open.get(part)!;
    open.delete(part);
    const found = objects.map(({ label, path, value, write }): Written => {
      const output = createOutput(failures(part), introspection, path, `${++increments} `);
      const data = write(value, output);
      if (data === undefined) output.deferred.length = 0;
      note(output.deferred);
      return { label, data: data ?? 'null', path, output };
    });
    doors.open(part);
    for (const failure of failures(part).unraised(true)) {
      if (known.has(failure)) continue;
      known.add(failure);
      const path = program.clientsPath(failure.path(), base.root)?.path;
      if (path) held.push({ failure, path });
    }
    return found;
  };
  /** Tells what was met nowhere, and can be met nowhere any more, in the increment that is nearest to it. */
  const tellHeld = (found: readonly Written[]): void => {
    const waiting = held.splice(0).filter(({ failure }) => failure.raisedAt.size === 0);
    if (waiting.length === 0) return;
    const outputs = new Map(found.map(({ path, output }) => [JSON.stringify(path), output]));
    const stillOpen = new Set([...open.values()].flat().map(({ path }) => JSON.stringify(path)));
    for (const one of waiting) {
      const places = one.path.map((_, i) => JSON.stringify(one.path.slice(0, i))).concat(JSON.stringify(one.path));
      const nearest = places.findLast((place) => outputs.has(place));
      if (open.size > 0 && (nearest === undefined || places.some((place) => stillOpen.has(place)))) held.push(one);
      else tell(nearest === undefined ? found.at(-1)!.output : outputs.get(nearest)!, one.failure, one.path);
    }
  };
  const incrementOf = ({ label, data, path, output }: Written): Increment => {
    const answer = written(call, data, output);
    errors.push(...(answer.errors ?? []));
    return { data, path, ...(label !== null && { label }), ...(answer.errors && { errors: answer.errors }) };
  };

  const queue = new EventQueue<Part>(unbounded);
  const deliver = async (): Promise<void> => {
    while (open.size > 0) {
      await Promise.race([...open.keys()].map((part) => running.done(part)));
      const found: Written[] = [];
      for (let ready = readyOf(open, running); ready.length > 0; ready = readyOf(open, running))
        found.push(...ready.flatMap(take));
      tellHeld(found);
      queue.push({ incremental: found.map(incrementOf), hasNext: open.size > 0 }, 0);
    }
  };
  /** What nobody can get any more because of a bug. */
  const giveUp = (error: unknown): void => {
    const { requestId } = call;
    log.error('what was deferred failed', { requestId, error });
    const incremental = [...open.values()].flat().map(({ label, path }): Increment => {
      const lost = bug(requestId, path);
      errors.push(lost);
      return { data: 'null', path, ...(label !== null && { label }), errors: [lost] };
    });
    queue.push({ incremental, hasNext: false }, 0);
  };
  note(first.deferred);
  const delivered = deliver()
    .catch((error: unknown) => {
      if (call.signal.aborted) queue.end(error);
      else giveUp(error);
    })
    .then(() => {
      over();
      queue.end();
      call.watch?.answered({ ...answer, ...(errors.length > 0 && { errors }) });
    });
  return { ...answer, rest: { parts: queue, over: delivered } };
}

/** An increment on its way. */
interface Written {
  label: string | null;
  data: string;
  path: Path;
  output: Output;
}

/** Parts whose fetches are done. */
const readyOf = (open: ReadonlyMap<Place, unknown>, running: Running): Place[] =>
  [...open.keys()].filter((part) => running.isDone(part));

/** An answer waits for no more than its services may send. */
const unbounded = { maxEvents: Infinity, maxBytes: Infinity, onEnd: () => undefined, onOverflow: () => undefined };

/** What went wrong for each part, which knows of what went wrong in those it stands in. */
function failuresOf(): (part: Place) => Failures {
  const known = new Map<Place, Failures>();
  const of = (part: Place): Failures => {
    const found = known.get(part);
    if (found) return found;
    const made = new Failures(part === root ? null : of(outerPart(part)));
    known.set(part, made);
    return made;
  };
  return of;
}

/** One for each part: closed until it is written. */
function doorsOf() {
  const doors = new Map<Place, Door>();
  let areOpen = false;
  const to = (part: Place): Door => {
    let door = doors.get(part);
    if (!door) doors.set(part, (door = new Door()));
    if (areOpen) door.open();
    return door;
  };
  return {
    to: (part: Place) => () => to(part).passed,
    open: (part: Place) => to(part).open(),
    openAll() {
      areOpen = true;
      for (const door of doors.values()) door.open();
    },
  };
}

/** What goes wrong is known only when what comes before is written: it is no part's business but its own. */
const behind =
  (door: () => Promise<void>, send: Run['send']): Run['send'] =>
  async (request) => {
    const sent = await send(request).catch(async (error: unknown) => {
      await door();
      throw error;
    });
    if (sent.errors?.length) await door();
    return sent;
  };
