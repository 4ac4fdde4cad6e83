/** An operation made ready to be answered again and again: its plan as steps, and writers of its answer. */
import type { FetchNode, Plan } from '../plan/plan.js';
import { isNonNullType } from 'graphql';
import { type ClientsPath, clientsPath } from './clientsPath.js';
import { collectFields } from './collect.js';
import { type Data, type Path, Planted, read } from './data.js';
import { type Fetch, type Run, prepareFetch } from './fetch.js';
import { type InParts, inParts } from './inParts.js';
import { type Output, type ProjectionSource, projector } from './project.js';
import type { Needs } from './needs.js';
import { root as first } from './place.js';
import { type Step, dealtOut, stepsOf } from './steps.js';
import type { TypeSystem } from './typeSystem.js';
import { broughtBy } from './merge.js';

export interface Program {
  /** The stream of a subscription. */
  stream: (FetchNode & { absorb: Fetch['absorb'] }) | null;
  /** How many requests to services it may make, for the log and tests. */
  fetches: number;
  /** Fetches and joins. Rejects only when aborted, or for a bug. */
  fetch(run: Run): Promise<void> | undefined;
  /** Does the same part by part, when something may come later; otherwise null. */
  inParts: InParts | null;
  /** See clientsPath.ts. */
  clientsPath(path: Path, root: Data): ClientsPath | null;
  /** Writes the data of the answer; what went wrong is in the output. */
  project(root: Data, output: Output): string;
}

export interface ProgramSource extends ProjectionSource {
  types: TypeSystem;
  plan: Plan;
  /** What each part asks for; null when nothing may come later. */
  needs: Needs | null;
}

export function createProgram({ types, plan, needs, ...source }: ProgramSource): Program {
  const ordered = stepsOf(plan.root);
  const steps = needs && plan.root?.kind !== 'Defer' ? dealtOut(ordered, needs) : ordered;
  const fetches = steps.map((step) => prepareFetch(types, step));
  const waitsFor = steps.map((step) => step.waitsFor);
  const isOver = source.operation.operation === 'mutation' ? endOfMutation(source, steps) : null;
  let write: ReturnType<typeof projector> | undefined;

  return {
    stream: plan.stream && {
      ...plan.stream,
      absorb: prepareFetch(types, {
        fetch: plan.stream,
        parts: [first],
        brings: broughtBy(plan.stream),
        waitsFor: 0,
        next: [],
      }).absorb,
    },
    fetches: steps.length,
    inParts: needs ? inParts(steps, fetches, isOver) : null,
    fetch: (run) => (steps.length > 0 ? inOrder(steps, fetches, waitsFor, run, isOver) : undefined),
    clientsPath: (path, root) => clientsPath(source, path, root),
    project: (root, output) => (write ??= projector(source))(root, output),
  };
}

/** Runs each step as soon as those it waits for are done. */
function inOrder(
  steps: readonly Step[],
  fetches: readonly Fetch[],
  waitsFor: readonly number[],
  run: Run,
  isOver: ((index: number, root: Data) => boolean) | null,
): Promise<void> | undefined {
  if (steps.length === 1) return fetches[0]!.run(run);
  return new Promise((resolve, reject) => {
    const left = [...waitsFor];
    let undone = steps.length;
    const finish = (index: number): void => {
      if (--undone === 0 || isOver?.(index, run.root)) return resolve();
      for (const following of steps[index]!.next) if (--left[following]! === 0) begin(following);
    };
    const begin = (index: number): void => {
      try {
        const running = fetches[index]!.run(run);
        if (running) running.then(() => finish(index), reject);
        else finish(index);
      } catch (error) {
        reject(error as Error);
      }
    };
    for (let index = 0; index < steps.length; index++) if (waitsFor[index] === 0) begin(index);
  });
}

/**
 * Whether nothing more is to be done after a step: the data are null when a field of a mutation's root that may not
 * be null has failed, and what would come after it must not happen.
 */
function endOfMutation(source: ProjectionSource, steps: readonly Step[]): (index: number, root: Data) => boolean {
  const { schema, operation, keys } = source;
  const type = schema.getMutationType()!;
  const required = new Set(
    [...collectFields(source, type, [operation.selectionSet])].flatMap(([response, [node]]) => {
      const field = type.getFields()[node!.name.value];
      return field && isNonNullType(field.type) ? [keys.of(response, node!, field)] : [];
    }),
  );
  const keysOf = steps.map(({ fetch, brings }) =>
    fetch.operationKind === 'mutation' ? brings.map(({ key }) => key).filter((key) => required.has(key)) : [],
  );
  return (index, root) =>
    keysOf[index]!.some((key) => {
      const value = read(root, key);
      return value === null || value === undefined || value instanceof Planted;
    });
}
