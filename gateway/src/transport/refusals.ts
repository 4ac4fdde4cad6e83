/** What is answered when a request is not: which status, and which errors. */
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { internalError } from '../core.js';
import { InvalidDocument } from '../plan/check.js';
import type { Form } from './negotiate.js';

/** A request we do not read as GraphQL, or not in this way. */
export class BadRequest extends GraphQLError {
  override readonly name = 'BadRequest';
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];

  constructor(message: string, status = 400, headers: readonly string[] = [], code = 'BAD_REQUEST') {
    super(message, { extensions: { code } });
    this.status = status;
    this.headers = headers;
  }
}

export interface Refused {
  status: number;
  errors: readonly GraphQLFormattedError[];
  headers: readonly string[];
}

const statuses = new Map([
  ['UNAUTHENTICATED', 401],
  ['RATE_LIMITED', 429],
  ['INTERNAL_SERVER_ERROR', 500],
  ['SUBGRAPH_UNAVAILABLE', 503],
]);

/** What is wrong with these is the operation, not the request that brings it. */
const ofOperations: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_USER_INPUT',
]);

/** The status of an answer that has no data. */
export function statusOf(errors: readonly GraphQLFormattedError[], { legacy }: Form): number {
  const code = errors[0]?.extensions?.['code'];
  if (legacy && ofOperations.has(code)) return 200;
  return statuses.get(code as string) ?? 400;
}

/** Anything thrown while a request is answered. What is no known failure is a bug, of which clients learn nothing. */
export function refusal(error: unknown, requestId: string, form: Form): Refused {
  if (error instanceof BadRequest) return { status: error.status, errors: [error.toJSON()], headers: error.headers };
  const known =
    error instanceof InvalidDocument ? error.errors : error instanceof GraphQLError ? [error.toJSON()] : null;
  const errors = known ?? [internalError(requestId)];
  const status = statusOf(errors, form);
  return { status, errors, headers: status === 401 ? ['www-authenticate', 'Bearer'] : [] };
}
