/** Operations we have met: parsed, validated and planned once per query text, the most recently used kept. */
import { createHash } from 'node:crypto';
import {
  type DocumentNode,
  GraphQLError,
  type OperationDefinitionNode,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import type { Limits } from '../limits/limits.js';
import { refuseDeepDocument } from '../limits/nesting.js';
import { refuseLarge } from '../limits/size.js';
import { ByteBoundedCache } from './byteBoundedCache.js';
import type { Planner, QueryPlan } from './planner.js';

/** An operation that fits the schema, and how to answer it. */
export interface Planned {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  plan: QueryPlan;
}

export interface Operations {
  /** Parses and validates, or finds what was. Throws the array of what is wrong with the text. */
  read(query: string): DocumentNode;
  /** Plans an operation of a document that is valid. Throws a GraphQLError when it has none such, or one too large. */
  plan(document: DocumentNode, operationName: string | null | undefined): Planned;
  /** Documents by the SHA-256 of their text, for a reader that parses and validates itself (Apollo Server). */
  documents: {
    get(hash: string): DocumentNode | undefined;
    set(hash: string, document: DocumentNode): void;
  };
}

/** Everything that is wrong with a document, thrown as one. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument';
  readonly errors: readonly GraphQLError[];
  constructor(errors: readonly GraphQLError[]) {
    super(errors[0]?.message ?? 'The document is not valid.');
    this.errors = errors;
  }
}

// Estimates, from heap snapshots of parsed documents and of plans: an AST weighs some 60 times its text, a plan with
// the operations in it some 8 times its JSON.
const documentWeight = 60;
const planWeight = 8;

export function createOperations(planner: Planner, limits: Limits): Operations {
  const documents = new ByteBoundedCache<DocumentNode>(limits.operationCacheBytes / 2);
  const plans = new ByteBoundedCache<Planned>(limits.operationCacheBytes / 2);
  const keys = new WeakMap<DocumentNode, string>();
  let lastKey = 0;

  const keep = (hash: string, document: DocumentNode): void => {
    documents.set(hash, document, (document.loc?.end ?? 0) * documentWeight);
  };
  return {
    documents: { get: (hash) => documents.get(hash), set: keep },
    read(query) {
      const hash = createHash('sha256').update(query).digest('hex');
      const known = documents.get(hash);
      if (known) return known;
      const document = parsed(query, limits);
      const errors = validate(planner.schema, document);
      if (errors.length > 0)
        throw new InvalidDocument(errors.map((error) => coded('GRAPHQL_VALIDATION_FAILED', withoutHints(error))));
      keep(hash, document);
      return document;
    },
    plan(document, operationName) {
      let documentKey = keys.get(document);
      if (!documentKey) keys.set(document, (documentKey = String(++lastKey)));
      const key = `${documentKey}:${operationName ?? ''}`;
      const known = plans.get(key);
      if (known) return known;
      const operation = getOperationAST(document, operationName);
      if (!operation)
        throw new GraphQLError(
          operationName
            ? `Unknown operation named "${operationName}".`
            : 'The document has several operations, or none: say which by operationName.',
          { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } },
        );
      refuseLarge(document, operation, limits);
      const planned = { document, operation, plan: planner.plan(document, operation.name?.value) };
      plans.set(key, planned, JSON.stringify(planned.plan).length * planWeight);
      return planned;
    },
  };
}

function parsed(query: string, limits: Limits): DocumentNode {
  try {
    refuseDeepDocument(query, limits.nesting);
    return parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new InvalidDocument([error.extensions['code'] ? error : coded('GRAPHQL_PARSE_FAILED', error)]);
  }
}

const coded = (code: string, error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code },
  });

/** "Did you mean …?" would tell names of the schema to who may not read it. */
const withoutHints = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message.replace(/ ?Did you mean(.+?)\?$/, ''), { nodes: error.nodes });
