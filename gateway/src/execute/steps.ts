/**
 * A plan as a graph of steps. The planner says in which order fetches *may* run; a step waits only for those that
 * write what it reads. In a mutation the order is kept as it stands: one field's joins are read before the next field
 * changes things.
 *
 * *Writes*: the response paths a fetch fills, without list positions: `books`, `books.author`, `books.author.id`.
 * *Reads*: the paths it must find: those of the objects it completes, and of what their representations require.
 */
import type { EntitySet, FetchNode, PathStep, PlanNode, Required } from '../plan/plan.js';
import { type Brought, broughtBy } from './merge.js';

export interface Step {
  fetch: FetchNode;
  /** What its operation asks for, by root response key. */
  brings: readonly Brought[];
  /** It runs only when each of these Boolean variables has this value. */
  conditions: readonly { variable: string; is: boolean }[];
  /** How many steps it waits for. */
  waitsFor: number;
  /** Which steps wait for it, by index. */
  next: number[];
}

/** The steps of a plan, in the planner's order. `stream`: what fills the answer before the first of them. */
export function stepsOf(root: PlanNode | null): Step[] {
  const steps: (Step & { reads: ReadonlySet<string>; writes: ReadonlySet<string>; barrier: boolean })[] = [];
  const inOrder = root !== null && hasMutation(root);
  /** Adds the steps of a node; each waits for those of `after` that it needs. Answers which it added. */
  const add = (node: PlanNode, after: readonly number[], conditions: Step['conditions']): number[] => {
    switch (node.kind) {
      case 'Sequence': {
        const added: number[] = [];
        for (const inner of node.nodes) added.push(...add(inner, [...after, ...added], conditions));
        return added;
      }
      case 'Parallel':
        return node.nodes.flatMap((inner) => add(inner, after, conditions));
      case 'Condition':
        return [
          ...(node.ifClause ? add(node.ifClause, after, [...conditions, { variable: node.variable, is: true }]) : []),
          ...(node.elseClause
            ? add(node.elseClause, after, [...conditions, { variable: node.variable, is: false }])
            : []),
        ];
      case 'Fetch': {
        const brings = broughtBy(node);
        const index = steps.length;
        const reads = readsOf(node);
        steps.push({
          fetch: node,
          brings,
          conditions,
          waitsFor: 0,
          next: [],
          reads,
          writes: writesOf(node, brings),
          // Renaming moves paths in ways that are not worth following.
          barrier:
            node.outputRewrites.length > 0 || node.entities?.some((set) => set.outputRewrites.length > 0) === true,
        });
        for (const earlier of after) {
          const before = steps[earlier]!;
          if (!inOrder && !before.barrier && !meet(before.writes, reads)) continue;
          before.next.push(index);
          steps[index]!.waitsFor++;
        }
        return [index];
      }
    }
  };
  if (root) add(root, [], []);
  return steps.map(({ reads: _reads, writes: _writes, barrier: _barrier, ...step }) => step);
}

const hasMutation = (node: PlanNode): boolean => {
  if (node.kind === 'Fetch') return node.operationKind === 'mutation';
  if (node.kind === 'Condition')
    return [node.ifClause, node.elseClause].some((clause) => clause !== null && hasMutation(clause));
  return node.nodes.some(hasMutation);
};

const meet = (writes: ReadonlySet<string>, reads: ReadonlySet<string>): boolean => {
  for (const path of reads) if (writes.has(path)) return true;
  return false;
};

const keysOf = (path: readonly PathStep[]): string[] =>
  path.flatMap((step) => (step !== '@' && 'key' in step ? [step.key] : []));

function readsOf({ entities }: FetchNode): Set<string> {
  const reads = new Set<string>();
  for (const { paths, requires } of entities ?? [])
    for (const path of paths) {
      let at = '';
      for (const step of path) {
        if (step === '@') continue;
        if ('key' in step) reads.add((at = below(at, step.key)));
        else reads.add(below(at, '__typename'));
      }
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
