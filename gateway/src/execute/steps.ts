/**
 * A plan as a graph of steps. The planner says in which order fetches *may* run; a step waits only for those that
 * write what it reads, and fetches of objects that a service could be asked about at the same time are one step. In
 * a mutation the order is kept as it stands: one field's joins are read before the next field changes things.
 *
 * *Writes*: the response paths a fetch fills, without list positions: `books`, `books.author`, `books.author.id`.
 * *Reads*: the paths it must find: those of the objects it completes, and of what their representations require.
 * *Level*: how many steps have to be done one after another before it can run.
 */
import type { EntitySet, FetchNode, PathStep, PlanNode, Required } from '../plan/plan.js';
import { type Brought, broughtBy } from './merge.js';
import { united } from './unite.js';

export interface Step {
  fetch: FetchNode;
  /** What its operation asks for, by root response key. */
  brings: readonly Brought[];
  /** How many steps it waits for. */
  waitsFor: number;
  /** Which steps wait for it, by index. */
  next: number[];
}

/** The steps of a plan, in an order in which they could run one by one. */
export function stepsOf(root: PlanNode | null): Step[] {
  const fetches = root ? inOrder(root) : [];
  if (fetches.some(({ operationKind }) => operationKind === 'mutation'))
    return fetches.map((fetch, i) => ({
      fetch,
      brings: broughtBy(fetch),
      waitsFor: i === 0 ? 0 : 1,
      next: i + 1 < fetches.length ? [i + 1] : [],
    }));
  const merged = byLevel(fetches).flatMap(united);
  const parts = partsOf(merged);
  return parts.map(({ fetch, brings, after }, i) => ({
    fetch,
    brings,
    waitsFor: after.size,
    next: parts.flatMap((other, j) => (other.after.has(i) ? [j] : [])),
  }));
}

const inOrder = (node: PlanNode): FetchNode[] => (node.kind === 'Fetch' ? [node] : node.nodes.flatMap(inOrder));

interface Part {
  fetch: FetchNode;
  brings: readonly Brought[];
  reads: ReadonlySet<string>;
  writes: ReadonlySet<string>;
  /** The parts it waits for, by index. */
  after: Set<number>;
}

/** Each fetch, and what it has to wait for. */
function partsOf(fetches: readonly FetchNode[]): Part[] {
  const parts = fetches.map((fetch): Part => {
    const brings = broughtBy(fetch);
    return { fetch, brings, reads: readsOf(fetch), writes: writesOf(fetch, brings), after: new Set() };
  });
  parts.forEach((part, i) => {
    const missing = new Set(part.reads);
    parts.slice(0, i).forEach((earlier, j) => {
      if (renames(earlier.fetch) || meet(earlier.writes, part.reads)) part.after.add(j);
      for (const path of earlier.writes) missing.delete(path);
    });
    // What no earlier fetch brings a later one may: planners have been seen to mistake the order.
    parts.forEach((later, j) => {
      if (j > i && meet(later.writes, missing) && !waitsFor(parts, j, i)) part.after.add(j);
    });
  });
  return parts;
}

const waitsFor = (parts: readonly Part[], part: number, other: number): boolean =>
  part === other || [...parts[part]!.after].some((before) => waitsFor(parts, before, other));

/** Renaming moves paths in ways that are not worth following: whatever comes later waits. */
const renames = ({ outputRewrites, entities }: FetchNode): boolean =>
  outputRewrites.length > 0 || (entities?.some((set) => set.outputRewrites.length > 0) ?? false);

/** The fetches of each level, lowest first. */
function byLevel(fetches: readonly FetchNode[]): FetchNode[][] {
  const parts = partsOf(fetches);
  const levels: number[] = [];
  const levelOf = (i: number): number =>
    (levels[i] ??= 1 + Math.max(-1, ...[...parts[i]!.after].map((before) => levelOf(before))));
  const found: FetchNode[][] = [];
  parts.forEach(({ fetch }, i) => (found[levelOf(i)] ??= []).push(fetch));
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
