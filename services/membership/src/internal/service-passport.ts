import { HubError } from '@hub/kit/errors';
import { type PassportVerifier, passportHeader } from '@hub/kit/passport';
import type { ServerOptions } from '@hub/kit/server';

/** Where the internal endpoints are added. */
export type App = Parameters<NonNullable<ServerOptions['routes']>>[0];

const callers = new WeakMap<object, string>();

/** Lets one of our own processes through, or only the one that is named: a viewer's passport, however valid, opens no
 *  internal endpoint. */
export const onlyServices =
  (verify: PassportVerifier, only?: string) => async (request: { headers: Record<string, unknown> }) => {
    const header = request.headers[passportHeader];
    const passport = await verify(typeof header === 'string' ? header : undefined);
    if (passport.kind !== 'service' || (only && passport.service !== only))
      throw new HubError('UNAUTHENTICATED', 'A service’s passport is needed here.');
    callers.set(request, passport.service);
  };

/** The process that asks, of a request that was let through. */
export const callerOf = (request: object): string => callers.get(request)!;
