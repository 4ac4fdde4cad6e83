/**
 * A query plan, in our own words: which services to ask for what, in which order, and where the answers go. What the
 * planner says is read into this once (planner.ts), so that nothing else knows which planner there is. It is plain
 * data: it crosses from the planning thread.
 */
export type PlanNode = FetchNode | GroupNode | DeferNode;

export interface GroupNode {
  kind: 'Sequence' | 'Parallel';
  nodes: readonly PlanNode[];
}

/** What comes first, and what may come later. */
export interface DeferNode {
  kind: 'Defer';
  primary: PlanNode | null;
  deferred: readonly {
    /** Where the deferred fragment stands in the planned document (execute/place.ts). */
    label: string;
    /** Null: what comes first brings it along. */
    node: PlanNode | null;
  }[];
}

/** One request to one service. */
export interface FetchNode {
  kind: 'Fetch';
  service: string;
  operationKind: 'query' | 'mutation' | 'subscription';
  /** The text of the operation. */
  operation: string;
  /** Names of the client's variables that the operation uses. */
  variables: readonly string[];
  /** Which objects of the answer so far it completes; null when it asks for root fields. */
  entities: readonly EntitySet[] | null;
  outputRewrites: readonly Rewrite[];
}

/** Objects that one `_entities` field completes. */
export interface EntitySet {
  /** The response key of its `_entities` field. */
  key: string;
  /** The variable that takes the representations. */
  variable: string;
  /** Where the objects stand in the answer; several places may want the same. */
  paths: readonly (readonly PathStep[])[];
  /** What a representation is made of. */
  requires: readonly Required[];
  inputRewrites: readonly Rewrite[];
  outputRewrites: readonly Rewrite[];
}

/** Into a response key, or into each element of a list. */
export type PathStep = { key: string } | '@';

export type Required =
  | { kind: 'Field'; name: string; selections: readonly Required[] | null }
  | { kind: 'InlineFragment'; typeCondition: string | null; selections: readonly Required[] };

/** What is to be renamed in, or set in, what goes to or comes from a service. */
export type Rewrite =
  | { kind: 'KeyRenamer'; path: readonly RewriteStep[]; renameKeyTo: string }
  | { kind: 'ValueSetter'; path: readonly RewriteStep[]; setValueTo: unknown };
export type RewriteStep = { key: string } | { types: readonly string[] };

export interface Plan {
  /** What answers a query or mutation; what follows each event of a subscription. Null: nothing has to be fetched. */
  root: PlanNode | null;
  /** The stream of a subscription. */
  stream: FetchNode | null;
}

/** The planner would have to weigh too many ways to a field. */
export class TooManyWays extends Error {
  override readonly name = 'TooManyWays';
}
