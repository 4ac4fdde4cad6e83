/** The one error a subscription ends with. What passes by itself is no failure: the subscriber resumes. */

/** An error as GraphQL answers have it. */
export interface SentError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

export type FailureCode =
  /** The document cannot be resumed with, or the address is none: mend the program. */
  | 'BAD_SUBSCRIPTION'
  /** The hub refused a token that `authorization` had just been asked for: sign in again. */
  | 'UNAUTHENTICATED'
  /** The cursor is older than what the hub keeps: take a fresh snapshot. */
  | 'CURSOR_EXPIRED'
  /** The cursor is none of this hub's, or of the time before a back-up was restored: take a fresh snapshot. */
  | 'CURSOR_INVALID'
  /** The hub does not answer this subscription; `errors` or `closeCode` say why. */
  | 'REFUSED';

export class SubscriptionFailure extends Error {
  override readonly name = 'SubscriptionFailure';
  readonly code: FailureCode;
  /** What the hub said, if it said anything. */
  readonly errors: readonly SentError[];
  /** What it closed the socket with, if it did. */
  readonly closeCode: number | undefined;

  constructor(
    code: FailureCode,
    message: string,
    { errors = [], closeCode, cause }: { errors?: readonly SentError[]; closeCode?: number; cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.errors = errors;
    this.closeCode = closeCode;
  }
}
