/** What to do when a connection or its subscription ends: one table for the close codes, one for the error codes. */
import { type FailureCode, type SentError, SubscriptionFailure } from './failure.js';

/** How one connection ended. */
export type Ending =
  | { kind: 'closed'; code: number; reason: string }
  | { kind: 'errors'; errors: readonly SentError[] }
  | { kind: 'completed' }
  /** Nothing was heard for too long. */
  | { kind: 'silent' }
  /** An event came incomplete, of a service that is away. */
  | { kind: 'incomplete'; errors: readonly SentError[] }
  /** The caller's `authorization` threw. */
  | { kind: 'unsigned'; error: unknown }
  /** The consumer was so slow that we closed. */
  | { kind: 'full' };

/** Connect again `soon` (the hub is there), `later` (it may not be), or after asking for another token; or give up. */
export type Next = 'soon' | 'later' | 'signIn' | 'never';

/** The gateway's codes (its README), the protocol's, and WebSocket's. Any other: later. */
const closeCodes: Readonly<Record<number, Next>> = {
  1000: 'later',
  1001: 'soon', // the gateway stops or drains: another one is there
  1002: 'never', // what we sent was no WebSocket
  1003: 'never',
  1008: 'never',
  1009: 'never', // the subscription is too large
  1010: 'never',
  1012: 'soon', // restarts
  1013: 'later', // sign-in cannot be checked now
  4400: 'never', // what we sent was no message of the protocol
  4401: 'signIn',
  4403: 'signIn', // the token is not valid
  4406: 'never', // there is no graphql-transport-ws at this address
  4409: 'never',
  4413: 'soon', // we read too slowly
  4429: 'never',
};

/** The codes of errors that pass. Others do not: the same subscription would be answered the same. */
const errorCodes: Readonly<Record<string, Next>> = {
  SUBGRAPH_UNAVAILABLE: 'later',
  INTERNAL_SERVER_ERROR: 'later',
  RATE_LIMITED: 'later',
  UNAUTHENTICATED: 'signIn',
};

const codesOf = (errors: readonly SentError[]): unknown[] => errors.map(({ extensions }) => extensions?.['code']);

/** Whether every one of these errors passes by itself. */
export const pass = (errors: readonly SentError[]): boolean =>
  codesOf(errors).every((code) => errorCodes[String(code)] === 'later');

export function nextAfter(ending: Ending): Next {
  switch (ending.kind) {
    case 'closed':
      return closeCodes[ending.code] ?? 'later';
    case 'errors': {
      const nexts = codesOf(ending.errors).map((code) => errorCodes[String(code)] ?? 'never');
      return nexts.find((next) => next === 'never') ?? nexts.find((next) => next === 'signIn') ?? 'later';
    }
    case 'full':
      return 'soon';
    case 'completed':
    case 'silent':
    case 'incomplete':
    case 'unsigned':
      return 'later';
  }
}

/** Of an ending after which it is of no use to connect again. */
export function failureOf(ending: Ending): SubscriptionFailure {
  const errors = ending.kind === 'errors' || ending.kind === 'incomplete' ? ending.errors : [];
  const code = codesOf(errors).find((one): one is FailureCode => one === 'CURSOR_EXPIRED' || one === 'CURSOR_INVALID');
  const told = { errors, ...(ending.kind === 'closed' && { closeCode: ending.code }) };
  if (code)
    return new SubscriptionFailure(
      code,
      `${errors[0]!.message} Take a fresh snapshot: subscribe without a cursor, read all of \`practices\` when CAUGHT_UP has come, put it in the place of what you have, and go on with the events that follow.`,
      told,
    );
  if (nextAfter(ending) === 'signIn')
    return new SubscriptionFailure(
      'UNAUTHENTICATED',
      'The hub takes neither the access token nor the one asked for anew. Sign in again and resume.',
      told,
    );
  return new SubscriptionFailure('REFUSED', `The hub does not answer this subscription: ${reasonOf(ending)}`, told);
}

/** For a log. */
export function reasonOf(ending: Ending): string {
  switch (ending.kind) {
    case 'closed':
      return `it closed with ${ending.code}${ending.reason ? ` (${ending.reason})` : ''}.`;
    case 'errors':
    case 'incomplete':
      return ending.errors.map(({ message }) => message).join(' ');
    case 'completed':
      return 'it ended the stream.';
    case 'silent':
      return 'nothing was heard from it for too long.';
    case 'unsigned':
      return `there was no access token: ${ending.error instanceof Error ? ending.error.message : String(ending.error)}`;
    case 'full':
      return 'too many events wait here; it goes on when they are dealt with.';
  }
}
