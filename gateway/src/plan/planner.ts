/** Everything that is Apollo's: reads a Federation 2 supergraph and plans operations on it. The one door to the planner. */
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph, operationFromDocument } from '@apollo/federation-internals';
import { type QueryPlan, QueryPlanner } from '@apollo/query-planner';
import type { DocumentNode, GraphQLSchema } from 'graphql';

export type {
  ConditionNode,
  FetchDataRewrite,
  FetchNode,
  PlanNode,
  QueryPlan,
  QueryPlanSelectionNode,
  SubscriptionNode,
} from '@apollo/query-planner';

export interface Planner {
  /** What clients see. */
  schema: GraphQLSchema;
  /** Every type of the supergraph, those that clients do not see included. */
  wholeSchema: GraphQLSchema;
  supergraphSdl: string;
  /** Where the supergraph says its services are. */
  services: readonly { name: string; url: string }[];
  /** Plans one operation of a document that is valid. */
  plan(document: DocumentNode, operationName: string | undefined): QueryPlan;
}

// Of ten thousand ways to plan one operation the best is seldom far from the best of five hundred, and a stranger waits less.
const maxEvaluatedPlans = 500;

/**
 * What a supergraph may ask of us. Not yet: rules about who may see a field, which would be open if they were not
 * enforced here; arguments from a context and connectors, which nobody would send. Such a supergraph is refused.
 */
const supportedFeatures = new Set(
  [...ROUTER_SUPPORTED_SUPERGRAPH_FEATURES].filter(
    (feature) => !/\/(authenticated|requiresScopes|policy|context|connect)\//.test(feature),
  ),
);

/** Throws when the text is no supergraph, or one that needs what we cannot do. */
export function createPlanner(supergraphSdl: string): Planner {
  const supergraph = Supergraph.build(supergraphSdl, {
    supportedFeatures,
    validateSupergraph: true,
  });
  const apiSchema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph, { debug: { maxEvaluatedPlans } });
  return {
    schema: apiSchema.toGraphQLJSSchema(),
    wholeSchema: supergraph.schema.toGraphQLJSSchema(),
    supergraphSdl,
    services: supergraph.subgraphsMetadata().map(({ name, url }) => ({ name, url })),
    plan: (document, operationName) =>
      planner.buildQueryPlan(
        operationFromDocument(apiSchema, document, { validate: false, ...(operationName && { operationName }) }),
      ),
  };
}
