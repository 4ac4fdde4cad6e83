/** An operation made ready to be answered again and again: its plan as steps, and writers of its answer. */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import type { FetchNode, Plan } from '../plan/plan.js';
import type { Data, Path } from './data.js';
import { type Fetch, type Run, prepareFetch } from './fetch.js';
import { type Output, projector } from './project.js';
import type { ResponseKeys } from './responseKeys.js';
import { type Step, stepsOf } from './steps.js';
import type { TypeSystem } from './typeSystem.js';
import { broughtBy } from './merge.js';

export interface Program {
  /** The stream of a subscription. */
  stream: (FetchNode & { absorb: Fetch['absorb'] }) | null;
  /** How many requests to services it may make, for the log and tests. */
  fetches: number;
  /** Fetches and joins. Rejects only when aborted, or for a bug. */
  fetch(run: Run): Promise<void> | undefined;
  /** A path in the data as the client would write it. */
  clientsPath(path: Path): Path;
  /** Writes the data of the answer; what went wrong is in the output. */
  project(root: Data, coerced: Readonly<Record<string, unknown>>, output: Output): string;
}

export interface ProgramSource {
  schema: GraphQLSchema;
  types: TypeSystem;
  keys: ResponseKeys;
  document: DocumentNode;
  operation: OperationDefinitionNode;
  plan: Plan;
  refused: (field: FieldNode) => GraphQLFormattedError | null;
}

export function createProgram({ schema, types, keys, document, operation, plan, refused }: ProgramSource): Program {
  const steps = stepsOf(plan.root);
  const fetches = steps.map((step) => prepareFetch(types, step));
  const waitsFor = steps.map((step) => step.waitsFor);
  const fragments = new Map(
    document.definitions.flatMap((definition): [string, FragmentDefinitionNode][] =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
  const source = { schema, operation, fragments, keys, refused };
  const conditions = conditionsIn(document);
  const writers = new Map<string, ReturnType<typeof projector>>();

  return {
    stream: plan.stream && {
      ...plan.stream,
      absorb: prepareFetch(types, {
        fetch: plan.stream,
        brings: broughtBy(plan.stream),
        conditions: [],
        waitsFor: 0,
        next: [],
      }).absorb,
    },
    fetches: steps.length,
    fetch: (run) => (steps.length > 0 ? inOrder(steps, fetches, waitsFor, run) : undefined),
    clientsPath: (path) => path.map((key) => (typeof key === 'string' ? keys.clients(key) : key)),
    project(root, coerced, output) {
      const key = conditions.map((name) => (coerced[name] === true ? '1' : '0')).join('');
      let write = writers.get(key);
      if (!write) {
        if (writers.size >= mostWriters) writers.clear();
        writers.set(key, (write = projector(source, coerced)));
      }
      return write(root, output);
    },
  };
}

const mostWriters = 16; // an operation with many conditions is seldom asked in many ways

/** The variables that decide what is skipped and included. */
function conditionsIn(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given = [] }) => {
      const [condition] = given;
      if (['skip', 'include'].includes(name.value) && condition?.value.kind === Kind.VARIABLE)
        names.add(condition.value.name.value);
    },
  });
  return [...names];
}

/** Runs each step as soon as those it waits for are done. */
function inOrder(
  steps: readonly Step[],
  fetches: readonly Fetch[],
  waitsFor: readonly number[],
  run: Run,
): Promise<void> | undefined {
  if (steps.length === 1) return isWanted(steps[0]!, run) ? fetches[0]!.run(run) : undefined;
  return new Promise((resolve, reject) => {
    const left = [...waitsFor];
    let undone = steps.length;
    const finish = (index: number): void => {
      if (--undone === 0) return resolve();
      for (const following of steps[index]!.next) if (--left[following]! === 0) begin(following);
    };
    const begin = (index: number): void => {
      try {
        const running = isWanted(steps[index]!, run) ? fetches[index]!.run(run) : undefined;
        if (running) running.then(() => finish(index), reject);
        else finish(index);
      } catch (error) {
        reject(error as Error);
      }
    };
    for (let index = 0; index < steps.length; index++) if (waitsFor[index] === 0) begin(index);
  });
}

const isWanted = ({ conditions }: Step, { coerced }: Run): boolean =>
  conditions.every(({ variable, is }) => (coerced[variable] === true) === is);
