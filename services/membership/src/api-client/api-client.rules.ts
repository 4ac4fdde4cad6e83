/** What an API client and its keys may be. The checks of the tables say the same. */
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import { scopeNames } from '@hub/kit/viewer';
import { Marking } from '../viewer/marking.js';
import type { CreateApiClientInput, KeyLifetimeInput } from './api-client.input.js';

const { REQUIRED, TOO_LONG, INVALID, UNKNOWN } = UserErrorCode;

const hourMs = 3_600_000;
const shortestMs = hourMs;
const longestMs = 365 * 24 * hourMs;
const maxOverlapHours = 30 * 24;
const maxNameLength = 100;

/** How many working keys a client may have: enough to change over several programs at once. */
export const maxWorkingKeys = 10;

const ceilings: readonly Marking[] = [Marking.CLEAR, Marking.GREEN, Marking.AMBER];

export function clientFaults({ name, scopes, ceiling, expiresAt }: CreateApiClientInput, now: Date): UserError[] {
  const faults: UserError[] = [];
  if (name.trim() === '') faults.push(new UserError(['name'], REQUIRED, 'Give it a name.'));
  else if (name.length > maxNameLength)
    faults.push(new UserError(['name'], TOO_LONG, `At most ${maxNameLength} characters.`));
  else if (/\p{Cc}/u.test(name)) faults.push(new UserError(['name'], INVALID, 'A name is one line of text.'));
  if (scopes.length === 0)
    faults.push(new UserError(['scopes'], REQUIRED, `Give at least one of: ${scopeNames.join(', ')}.`));
  for (const [index, scope] of scopes.entries())
    if (!(scopeNames as readonly string[]).includes(scope))
      faults.push(new UserError(['scopes', index], UNKNOWN, `The scopes are: ${scopeNames.join(', ')}.`));
  if (!ceilings.includes(ceiling))
    faults.push(
      new UserError(
        ['ceiling'],
        INVALID,
        'A program may reach CLEAR, GREEN or AMBER; what is stricter is for persons.',
      ),
    );
  if (expiresAt && expiresAt <= now) faults.push(new UserError(['expiresAt'], INVALID, 'It must lie ahead.'));
  return faults;
}

/** When a key ends; `usualMs` is for how long it is good when nothing is said. */
export function keyExpiry(
  { expiresAt, lifetimeHours }: KeyLifetimeInput,
  now: Date,
  usualMs: number | null = null,
): Date | UserError {
  if (expiresAt && lifetimeHours != null)
    return new UserError(['lifetimeHours'], INVALID, 'Give expiresAt or lifetimeHours, not both.');
  const field = expiresAt ? 'expiresAt' : 'lifetimeHours';
  const lifetimeMs = expiresAt
    ? expiresAt.getTime() - now.getTime()
    : lifetimeHours != null
      ? lifetimeHours * hourMs
      : usualMs;
  if (lifetimeMs === null) return new UserError([field], REQUIRED, 'Give expiresAt or lifetimeHours.');
  if (lifetimeMs < shortestMs || lifetimeMs > longestMs)
    return new UserError([field], INVALID, 'A key is good for 1 hour at least and 365 days (8760 hours) at most.');
  return new Date(now.getTime() + lifetimeMs);
}

/** When a key that is replaced stops. */
export const overlapEnd = (overlapHours: number, now: Date): Date | UserError =>
  overlapHours >= 0 && overlapHours <= maxOverlapHours
    ? new Date(now.getTime() + overlapHours * hourMs)
    : new UserError(['overlapHours'], INVALID, `The old key goes on for 0 to ${maxOverlapHours} hours (30 days).`);
