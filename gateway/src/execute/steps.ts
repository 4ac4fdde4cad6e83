/**
 * A plan as a graph of steps. The planner says in which order fetches *may* run; a step waits only for those that
 * write what it reads, and fetches of objects that a service could be asked about at the same time are one step. In
 * a mutation the order is kept as it stands: one field's joins are read before the next field changes things.
 *
 * *Writes*: the response paths a fetch fills, without list positions: `books`, `books.author`, `books.author.id`.
 * *Reads*: the paths it must find: those of the objects it completes, and of what their representations require.
 * *Level*: how many steps have to be done one after another before it can run.
 * *Part*: the first of the answer, or one that comes later (@defer). A fetch that the planner made for one part waits
 * for that and those it stands in, no other; after a mutation what comes later is asked for when all is done. Where the
 * planner made none, each step is for the parts that ask for what it brings.
 */
import type { EntitySet, FetchNode, PathStep, PlanNode, Required } from '../plan/plan.js';
import { type Brought, broughtBy } from './merge.js';
import type { Needs } from './needs.js';
import { type Place, isWithin, root as first } from './place.js';
import { united } from './unite.js';

export interface Step {
  fetch: FetchNode;
  /** The parts of the answer that cannot be written without it. */
  parts: readonly Place[];
  /** What its operation asks for, by root response key. */
  brings: readonly Brought[];
  /** How many steps it waits for. */
  waitsFor: number;
  /** Which steps wait for it, by index. */
  next: number[];
}

/** The steps of a plan, in an order in which they could run one by one. */
export function stepsOf(root: PlanNode | null): Step[] {
  const asked = root ? inOrder(root, first) : [];
  if (!asked.some(({ fetch }) => fetch.operationKind === 'mutation')) return graphOf(asked);
  const chain = asked.filter(({ part }) => part === first);
  const later = graphOf(asked.filter(({ part }) => part !== first));
  const moved = later.map((step) => ({ ...step, next: step.next.map((i) => i + chain.length) }));
  const begin = later.flatMap(({ waitsFor }, i) => (waitsFor === 0 ? [i + chain.length] : []));
  return [
    ...chain.map(({ fetch, part }, i) => ({
      fetch,
      parts: [part],
      brings: broughtBy(fetch),
      waitsFor: i === 0 ? 0 : 1,
      next: i + 1 < chain.length ? [i + 1] : begin,
    })),
    ...moved.map((step) => ({ ...step, waitsFor: step.waitsFor === 0 ? 1 : step.waitsFor })),
  ];
}

/** The same steps, each for the parts that need what it brings, or what other steps bring with its help. */
export function dealtOut(steps: readonly Step[], needs: Needs): Step[] {
  const dealt: (readonly Place[])[] = [];
  const partsOf = (i: number): readonly Place[] => {
    const known = dealt[i];
    if (known) return known;
    const { fetch, brings, next } = steps[i]!;
    const writes = writesOf(fetch, brings);
    const direct = [...needs].flatMap(([part, paths]) => (meet(writes, paths) ? [part] : []));
    return (dealt[i] = [...new Set([...direct, ...next.flatMap(partsOf)])]);
  };
  return steps.map((step, i) => {
    const parts = partsOf(i);
    return { ...step, parts: parts.length > 0 ? parts : [first] };
  });
}

/** A fetch, and the part of the answer that it is for. */
interface Asked {
  fetch: FetchNode;
  part: Place;
}

function inOrder(node: PlanNode, part: Place): Asked[] {
  switch (node.kind) {
    case 'Fetch':
      return [{ fetch: node, part }];
    case 'Defer':
      return [
        ...(node.primary ? inOrder(node.primary, part) : []),
        ...node.deferred.flatMap((one) => (one.node ? inOrder(one.node, one.label) : [])),
      ];
    default:
      return node.nodes.flatMap((inner) => inOrder(inner, part));
  }
}

/** Each waits for what it needs, and what can be one request is one. */
function graphOf(asked: readonly Asked[]): Step[] {
  const pieces = piecesOf(byLevel(asked).flatMap(unitedByPart));
  return pieces.map(({ fetch, part, brings, after }, i) => ({
    fetch,
    parts: [part],
    brings,
    waitsFor: after.size,
    next: pieces.flatMap((other, j) => (other.after.has(i) ? [j] : [])),
  }));
}

const unitedByPart = (asked: readonly Asked[]): Asked[] =>
  [...new Set(asked.map(({ part }) => part))].flatMap((part) =>
    united(asked.flatMap((one) => (one.part === part ? [one.fetch] : []))).map((fetch) => ({ fetch, part })),
  );

interface Piece extends Asked {
  brings: readonly Brought[];
  reads: ReadonlySet<string>;
  writes: ReadonlySet<string>;
  /** The pieces it waits for, by index. */
  after: Set<number>;
}

/** Each fetch, and what it has to wait for. */
function piecesOf(asked: readonly Asked[]): Piece[] {
  const pieces = asked.map(({ fetch, part }): Piece => {
    const brings = broughtBy(fetch);
    return { fetch, part, brings, reads: readsOf(fetch), writes: writesOf(fetch, brings), after: new Set() };
  });
  const missing = pieces.map((piece, i) => {
    const left = new Set(piece.reads);
    pieces.slice(0, i).forEach((earlier, j) => {
      if (!isWithin(piece.part, earlier.part)) return;
      if (renames(earlier.fetch) || meet(earlier.writes, piece.reads)) piece.after.add(j);
      for (const path of earlier.writes) left.delete(path);
    });
    return left;
  });
  // What no earlier fetch brings a later one may: planners have been seen to mistake the order.
  pieces.forEach((piece, i) =>
    pieces.forEach((later, j) => {
      if (j > i && isWithin(piece.part, later.part) && meet(later.writes, missing[i]!) && !waitsFor(pieces, j, i))
        piece.after.add(j);
    }),
  );
  return pieces;
}

const waitsFor = (pieces: readonly Piece[], piece: number, other: number): boolean =>
  piece === other || [...pieces[piece]!.after].some((before) => waitsFor(pieces, before, other));

/** Renaming moves paths in ways that are not worth following: whatever comes later waits. */
const renames = ({ outputRewrites, entities }: FetchNode): boolean =>
  outputRewrites.length > 0 || (entities?.some((set) => set.outputRewrites.length > 0) ?? false);

/** The fetches of each level, lowest first. */
function byLevel(asked: readonly Asked[]): Asked[][] {
  const pieces = piecesOf(asked);
  const levels: number[] = [];
  const levelOf = (i: number): number =>
    (levels[i] ??= 1 + Math.max(-1, ...[...pieces[i]!.after].map((before) => levelOf(before))));
  const found: Asked[][] = [];
  asked.forEach((one, i) => (found[levelOf(i)] ??= []).push(one));
  return found;
}

const meet = (writes: ReadonlySet<string>, reads: ReadonlySet<string>): boolean => {
  for (const path of reads) if (writes.has(path)) return true;
  return false;
};

const keysOf = (path: readonly PathStep[]): string[] => path.flatMap((step) => (step === '@' ? [] : [step.key]));

function readsOf({ entities }: FetchNode): Set<string> {
  const reads = new Set<string>();
  for (const { paths, requires } of entities ?? [])
    for (const path of paths) {
      let at = '';
      for (const key of keysOf(path)) reads.add((at = below(at, key)));
      addRequired(reads, at, requires);
    }
  return reads;
}

function addRequired(reads: Set<string>, at: string, selections: readonly Required[]): void {
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') addRequired(reads, at, selection.selections);
    else {
      const path = below(at, selection.name);
      reads.add(path);
      if (selection.selections) addRequired(reads, path, selection.selections);
    }
  }
}

function writesOf({ entities }: FetchNode, brings: readonly Brought[]): Set<string> {
  const writes = new Set<string>();
  const visit = (at: string, fields: readonly Brought[]): void => {
    for (const { key, fields: inner } of fields) {
      const path = below(at, key);
      writes.add(path);
      if (inner) visit(path, inner);
    }
  };
  if (!entities) visit('', brings);
  else
    for (const set of entities)
      for (const path of set.paths) visit(keysOf(path).reduce(below, ''), entityFields(brings, set));
  return writes;
}

/** What is asked for of each object of a set. */
export const entityFields = (brings: readonly Brought[], { key }: EntitySet): readonly Brought[] =>
  brings.find((root) => root.key === key)?.fields ?? [];

const below = (at: string, key: string): string => `${at}.${key}`;
