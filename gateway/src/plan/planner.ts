/**
 * The one door to the planner: the query planner of Hive Router, which is compiled to a native module. Its plans are read into our own
 * words (plan.ts). Another planner is another file of this shape.
 *
 * Why this one and not Apollo's: see the gateway's README, "Which planner".
 */
import { QueryPlanner } from '@graphql-hive/router-query-planner';
import type {
  FetchNode as SentFetch,
  FetchNodePathSegment,
  FetchRewrite,
  FlattenNodePathSegment,
  PlanNode as SentNode,
  RequiresSelection,
} from '@graphql-hive/router-query-planner';
import type { EntitySet, FetchNode, PathStep, Plan, PlanNode, Required, Rewrite, RewriteStep } from './plan.js';

export interface Planner {
  /** Labels of progressive overrides that may be switched on, without those that are a percentage. */
  overrideLabels: readonly string[];
  /** The percentages of progressive overrides, ascending: 5 stands for `@override(label: "percent(5)")`. */
  overridePercentages: readonly number[];
  /**
   * Plans one operation of a valid document without introspection fields. `labels` are the override labels that are
   * on, `percentage` (0 to 100) where this request falls. Rejects when it cannot plan, and with the signal.
   */
  plan(request: PlanRequest, signal: AbortSignal): Promise<Plan>;
}

export interface PlanRequest {
  document: string;
  operationName: string | undefined;
  labels: readonly string[];
  percentage: number;
}

/** Throws when the text is no supergraph. */
export function createPlanner(supergraphSdl: string): Planner {
  const planner = new QueryPlanner(supergraphSdl);
  return {
    overrideLabels: planner.overrideLabels,
    overridePercentages: [...planner.overridePercentages].sort((a, b) => a - b),
    async plan({ document, operationName, labels, percentage }, signal) {
      const { node } = await planner.planAsync(document, operationName ?? null, new Set(labels), percentage, signal);
      return planOf(node);
    },
  };
}

/** The plan of a subscription begins with its stream; what follows runs for each event. */
function planOf(node: SentNode | undefined): Plan {
  if (node?.kind === 'Subscription') return { root: null, stream: fetchOf(node.primary, null) };
  const [first, ...rest] = node?.kind === 'Sequence' ? node.nodes : [];
  if (first?.kind === 'Subscription')
    return { root: nodeOf({ kind: 'Sequence', nodes: rest }, []), stream: fetchOf(first.primary, null) };
  return { root: node ? nodeOf(node, []) : null, stream: null };
}

function nodeOf(node: SentNode, path: readonly PathStep[]): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((inner) => nodeOf(inner, path)) };
    case 'Condition':
      return {
        kind: 'Condition',
        variable: node.condition,
        ifClause: node.ifClause ? nodeOf(node.ifClause, path) : null,
        elseClause: node.elseClause ? nodeOf(node.elseClause, path) : null,
      };
    case 'Flatten':
      return nodeOf(node.node, [...path, ...node.path.map(pathStep)]);
    case 'Fetch':
      return fetchOf(node, node.requires ? entitiesOf(node, path) : null);
    case 'BatchFetch':
      return {
        kind: 'Fetch',
        service: node.serviceName,
        operationKind: node.operationKind ?? 'query',
        operation: node.operation,
        variables: node.variableUsages ?? [],
        entities: node.entityBatch.aliases.map((set) => ({
          key: set.alias,
          variable: set.representationsVariableName,
          paths: set.paths.map((steps) => [...path, ...steps.map(pathStep)]),
          requires: set.requires.map(required),
          inputRewrites: rewrites(set.inputRewrites),
          outputRewrites: rewrites(set.outputRewrites),
        })),
        outputRewrites: [],
      };
    case 'Subscription':
    case 'Defer':
      throw new Error(`the planner put a ${node.kind} node where it cannot be run`);
  }
}

const fetchOf = (node: SentFetch, entities: EntitySet[] | null): FetchNode => ({
  kind: 'Fetch',
  service: node.serviceName,
  operationKind: node.operationKind ?? 'query',
  operation: node.operation,
  variables: node.variableUsages ?? [],
  entities,
  outputRewrites: entities ? [] : rewrites(node.outputRewrites),
});

const entitiesOf = (node: SentFetch, path: readonly PathStep[]): EntitySet[] => [
  {
    key: '_entities',
    variable: 'representations',
    paths: [path],
    requires: (node.requires ?? []).map(required),
    inputRewrites: rewrites(node.inputRewrites),
    outputRewrites: rewrites(node.outputRewrites),
  },
];

const pathStep = (segment: FlattenNodePathSegment): PathStep => {
  if (segment === '@') return '@';
  return 'Field' in segment ? { key: segment.Field } : { types: segment.TypeCondition };
};

function required(selection: RequiresSelection): Required {
  switch (selection.kind) {
    case 'Field':
      return {
        kind: 'Field',
        name: selection.name,
        alias: selection.alias ?? null,
        selections: selection.selections?.length ? selection.selections.map(required) : null,
      };
    case 'InlineFragment':
      return {
        kind: 'InlineFragment',
        typeCondition: selection.typeCondition,
        selections: selection.selections.map(required),
      };
    case 'FragmentSpread':
      throw new Error('the planner spread a fragment in a representation');
  }
}

const rewrites = (sent: readonly FetchRewrite[] | undefined): Rewrite[] =>
  (sent ?? []).map((one) => {
    if ('KeyRenamer' in one)
      return {
        kind: 'KeyRenamer',
        path: one.KeyRenamer.path.map(rewriteStep),
        renameKeyTo: one.KeyRenamer.renameKeyTo,
      };
    const { path, setValueTo } = 'ValueSetter' in one ? one.ValueSetter : one;
    return { kind: 'ValueSetter', path: path.map(rewriteStep), setValueTo };
  });

const rewriteStep = (segment: FetchNodePathSegment): RewriteStep =>
  'Key' in segment ? { key: segment.Key } : { types: segment.TypenameEquals };
