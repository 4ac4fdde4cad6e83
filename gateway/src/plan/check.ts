/** Whether a document may be answered: it is read, fits the schema, names an operation, and is not too large. */
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { Limits } from '../limits/limits.js';
import { refuseDeepDocument } from '../limits/nesting.js';
import { refuseLarge } from '../limits/size.js';
import { deferRules } from './deferRules.js';

const shownCharacters = 100;

/** Everything that is wrong with a document, thrown as one. */
export class InvalidDocument extends Error {
  override readonly name = 'InvalidDocument';
  readonly errors: readonly GraphQLFormattedError[];
  constructor(errors: readonly GraphQLFormattedError[]) {
    super(errors[0]?.message ?? 'The document is not valid.');
    this.errors = errors;
  }
}

/** Reads a text. Its cost is linear in what the limits allow. Throws `InvalidDocument`. */
export function readDocument(query: string, limits: Limits): DocumentNode {
  if (query.length > limits.documentCharacters)
    throw new InvalidDocument([
      {
        message: `The document has ${query.length} characters; at most ${limits.documentCharacters} are read. Put long values into variables.`,
        extensions: { code: 'BAD_REQUEST' },
      },
    ]);
  try {
    refuseDeepDocument(query, limits.nesting);
    return parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new InvalidDocument([formatted(error, String(error.extensions['code'] ?? 'GRAPHQL_PARSE_FAILED'))]);
  }
}

/** The operation that is asked for. Throws `InvalidDocument`. */
export function operationIn(document: DocumentNode, operationName: string | null | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation) return operation;
  throw new InvalidDocument([
    {
      message: operationName
        ? `Unknown operation named "${operationName.slice(0, shownCharacters)}".`
        : 'The document has several operations, or none: say which by operationName.',
      extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
    },
  ]);
}

/** Throws `InvalidDocument` with all that is wrong. Not to be done where others wait: it may be quadratic in the document. */
export function checkDocument(
  schema: GraphQLSchema,
  query: string,
  operationName: string | null | undefined,
  limits: Limits,
): void {
  const document = readDocument(query, limits);
  const operation = operationIn(document, operationName);
  try {
    refuseLarge(document, operation, limits); // before validation, whose cost grows with what fragments multiply to
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new InvalidDocument([formatted(error, 'COST_EXCEEDED')]);
  }
  if (!schema.getRootType(operation.operation))
    throw new InvalidDocument([
      {
        message: `There is no ${operation.operation} here.`,
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ]);
  const errors = validate(schema, document, rules);
  if (errors.length > 0 && errors.every(({ message }) => message === aborted))
    throw new InvalidDocument([
      {
        message: 'The document selects more at one level than can be compared. Ask for less at once.',
        extensions: { code: 'COST_EXCEEDED' },
      },
    ]);
  if (errors.length > 0)
    throw new InvalidDocument(errors.map((error) => formatted(error, 'GRAPHQL_VALIDATION_FAILED')));
}

const rules = [...specifiedRules, deferRules];

/** What graphql-js says where comparing fields and fragments would take too long; the document itself may be valid. */
const aborted = 'Validation aborted.';

/** "Did you mean …?" would tell names of the schema to who may not read it. */
const formatted = ({ message, locations }: GraphQLError, code: string): GraphQLFormattedError => ({
  message: message.replace(/ ?Did you mean(.+?)\?$/, ''),
  ...(locations && { locations: locations.map(({ line, column }) => ({ line, column })) }),
  extensions: { code },
});
