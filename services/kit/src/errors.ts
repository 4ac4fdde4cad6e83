import { GraphQLError } from 'graphql';

/** What `extensions.code` may say. Once shipped a code never changes; messages may. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'CURSOR_INVALID'
  | 'CURSOR_EXPIRED'
  | 'RATE_LIMITED'
  | 'COST_EXCEEDED'
  | 'SUBGRAPH_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/**
 * A failure a client is meant to see. Everything else that is thrown is a bug: logged once at the edge, sent
 * without detail. `inputPath` names the argument or input field that is wrong and becomes `extensions.path`.
 */
export class HubError extends GraphQLError {
  override readonly name = 'HubError';
  readonly code: ErrorCode;

  constructor(
    code: ErrorCode,
    message: string,
    options: { inputPath?: readonly (string | number)[]; cause?: unknown } = {},
  ) {
    super(message, {
      extensions: { code, ...(options.inputPath && { path: options.inputPath.map(String) }) },
      originalError: options.cause instanceof Error ? options.cause : null,
    });
    this.code = code;
  }
}

/** A malformed scalar, id, cursor or page size. The message says what is wrong and what is allowed. */
export const badInput = (inputPath: readonly (string | number)[], message: string): HubError =>
  new HubError('BAD_USER_INPUT', message, { inputPath });
