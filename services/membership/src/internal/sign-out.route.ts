/** POST /internal/sign-out {issuer, subject, session, messageId, at}: the gateway passes on what the identity provider told it. */
import { HubError, badInput } from '@hub/kit/errors';
import type { WakeUps } from '@hub/kit/event-log';
import type { PassportVerifier } from '@hub/kit/passport';
import type { DataSource } from 'typeorm';
import { type SignOut, noteSignOut } from '../identity/signOut.js';
import { type App, onlyServices } from './service-passport.js';

export interface SignOutRoute {
  database: DataSource;
  verify: PassportVerifier;
  wakeUps: WakeUps;
}

export function signOutRoute(app: App, { database, verify, wakeUps }: SignOutRoute): void {
  app.post(
    '/internal/sign-out',
    { onRequest: onlyServices(verify, 'gateway'), bodyLimit: 16_384 },
    async ({ body }, reply) => {
      await noteSignOut(database, parse(body));
      wakeUps.wake();
      return reply.header('cache-control', 'no-store').send({});
    },
  );
}

const names = ['issuer', 'subject', 'session', 'messageId', 'at'];
const longest = 2048;

function parse(body: unknown): SignOut {
  const given =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
  for (const name of Object.keys(given))
    if (!names.includes(name)) throw badInput([name], `Only ${names.join(', ')} are understood.`);
  const text = (name: string): string => {
    const value = given[name];
    if (typeof value !== 'string' || value === '' || value.length > longest || /[\p{Cc}\p{Cs}]/u.test(value))
      throw badInput([name], `${name} must be a text of 1 to ${longest} characters.`);
    return value;
  };
  const textOrNull = (name: string): string | null => ((given[name] ?? null) === null ? null : text(name));
  const at = new Date(text('at'));
  if (Number.isNaN(at.getTime())) throw badInput(['at'], 'at must be a time, as RFC 3339 writes it.');
  const signOut = {
    issuer: text('issuer'),
    subject: textOrNull('subject'),
    session: textOrNull('session'),
    messageId: text('messageId'),
    at,
  };
  if (signOut.subject === null && signOut.session === null)
    throw new HubError('BAD_USER_INPUT', 'A sign-out names a subject, a session, or both.');
  return signOut;
}
