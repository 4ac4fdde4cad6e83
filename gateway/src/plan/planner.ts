/**
 * The one door to the planner: Apollo's. Its plans are read into our own words (plan.ts). Another planner is another
 * file of this shape; why this one: the gateway's README, "Which planner".
 */
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph, operationFromDocument } from '@apollo/federation-internals';
import {
  type FetchDataRewrite,
  type FetchNode as SentFetch,
  type PlanNode as SentNode,
  type QueryPlan,
  QueryPlanner,
  type QueryPlanSelectionNode,
} from '@apollo/query-planner';
import { type DocumentNode, parse, visit } from 'graphql';
import {
  type FetchNode,
  type PathStep,
  type Plan,
  type PlanNode,
  type Required,
  type Rewrite,
  type RewriteStep,
  TooManyWays,
} from './plan.js';

export interface Planner {
  /** Labels of progressive overrides that may be switched on, without those that are a percentage. */
  overrideLabels: readonly string[];
  /** The percentages of progressive overrides, ascending: 5 stands for `@override(label: "percent(5)")`. */
  overridePercentages: readonly number[];
  /** Plans one normalised operation (execute/normalise.ts). Throws when it cannot, `TooManyWays` when it need not try. Takes as long as it takes. */
  plan(request: PlanRequest): Plan;
}

export interface PlanRequest {
  document: string;
  /** Override labels that are on. */
  labels: readonly string[];
  /** Where this request falls: 0 to 100. */
  percentage: number;
}

// Of ten thousand ways to plan one operation the best is seldom far from the best of five hundred, and a stranger waits less.
const maxEvaluatedPlans = 500;
/** Ways to one field beyond which the planner gives up: it would go on until there is no memory left. */
const pathsLimit = 1_000;

/** Throws when the text is no supergraph. */
export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = Supergraph.build(supergraphSdl, {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
    validateSupergraph: true,
  });
  const api = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph, {
    reuseQueryFragments: false,
    incrementalDelivery: { enableDefer: true }, // changes nothing where nothing is deferred
    debug: { maxEvaluatedPlans, pathsLimit },
  });
  const labels = [...new Set([...supergraphSdl.matchAll(/overrideLabel:\s*"([^"]+)"/g)].map(([, label]) => label!))];
  const percentOf = (label: string): number | null => {
    const [, number] = /^percent\((\d+(?:\.\d+)?)\)$/.exec(label) ?? [];
    return number === undefined ? null : Number(number);
  };
  return {
    overrideLabels: labels.filter((label) => percentOf(label) === null),
    overridePercentages: labels
      .map(percentOf)
      .filter((percent) => percent !== null)
      .sort((a, b) => a - b),
    plan(request) {
      const overrideConditions = new Map(
        labels.map((label) => {
          const percent = percentOf(label);
          return [label, percent === null ? request.labels.includes(label) : request.percentage < percent];
        }),
      );
      const build = (document: DocumentNode) => {
        const operation = operationFromDocument(api, document, { validate: false });
        return found(() => planner.buildQueryPlan(operation, { overrideConditions })).node;
      };
      const document = parse(request.document);
      const plain = withoutDefer(document);
      let node: ReturnType<typeof build>;
      try {
        node = build(document);
      } catch (error) {
        if (plain === document || error instanceof TooManyWays) throw error;
        node = build(plain); // it stumbles over @requires in what is deferred; then it knows of one part only
      }
      if (!node) throw new Error('the planner found no way to answer the operation');
      if (node.kind !== 'Subscription') return { root: nodeOf(node, []), stream: null };
      return { root: node.rest ? nodeOf(node.rest, []) : null, stream: fetchOf(node.primary, []) };
    },
  };
}

function found(plan: () => QueryPlan): QueryPlan {
  try {
    return plan();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('Too many options generated'))
      throw new TooManyWays('too many ways to a field', { cause: error });
    throw error;
  }
}

function nodeOf(node: SentNode, path: readonly PathStep[]): PlanNode {
  switch (node.kind) {
    case 'Sequence':
    case 'Parallel':
      return { kind: node.kind, nodes: node.nodes.map((inner) => nodeOf(inner, path)) };
    case 'Flatten':
      return nodeOf(node.node, [...path, ...node.path.map(pathStep)]);
    case 'Fetch':
      return fetchOf(node, path);
    case 'Defer': {
      const { primary, deferred } = node;
      return {
        kind: 'Defer',
        primary: primary.node ? nodeOf(primary.node, path) : null,
        deferred: deferred.map((one) => ({
          label: one.label!, // the normaliser gives each one
          node: one.node ? nodeOf(one.node, path) : null,
        })),
      };
    }
    case 'Condition':
      throw new Error(`the planner put a ${node.kind} node into a plan that has nothing for it`);
  }
}

const withoutDefer = (document: DocumentNode): DocumentNode =>
  visit(document, { Directive: ({ name }) => (name.value === 'defer' ? null : undefined) });

const fetchOf = (node: SentFetch, path: readonly PathStep[]): FetchNode => ({
  kind: 'Fetch',
  service: node.serviceName,
  operationKind: node.operationKind,
  operation: node.operation,
  variables: node.variableUsages ?? [],
  entities: node.requires
    ? [
        {
          key: '_entities',
          variable: 'representations',
          paths: [path],
          requires: node.requires.map(required),
          inputRewrites: rewrites(node.inputRewrites),
          outputRewrites: rewrites(node.outputRewrites),
        },
      ]
    : null,
  outputRewrites: node.requires ? [] : rewrites(node.outputRewrites),
});

const pathStep = (step: string | number): PathStep => (step === '@' ? '@' : { key: String(step) });

function required(selection: QueryPlanSelectionNode): Required {
  if (selection.kind === 'InlineFragment')
    return {
      kind: 'InlineFragment',
      typeCondition: selection.typeCondition ?? null,
      selections: selection.selections.map(required),
    };
  return {
    kind: 'Field',
    name: selection.alias ?? selection.name,
    selections: selection.selections?.length ? selection.selections.map(required) : null,
  };
}

const rewrites = (sent: readonly FetchDataRewrite[] | undefined): Rewrite[] =>
  (sent ?? []).map((one) => ({ ...one, path: one.path.map(rewriteStep) }));

const typePrefix = '... on ';
const rewriteStep = (step: string): RewriteStep =>
  step.startsWith(typePrefix) ? { types: [step.slice(typePrefix.length)] } : { key: step };
