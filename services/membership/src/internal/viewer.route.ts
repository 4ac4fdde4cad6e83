/** POST /internal/viewer {issuer, subject}: who that is, for the gateway. 404 when nobody is bound to it. */
import { HubError, badInput } from '@hub/kit/errors';
import type { PassportVerifier } from '@hub/kit/passport';
import type { Viewer } from '@hub/kit/viewer';
import type { DataSource } from 'typeorm';
import { type App, onlyServices } from './service-passport.js';

export interface ViewerRoute {
  database: DataSource;
  verify: PassportVerifier;
}

const limits = { issuer: 2048, subject: 255 }; // OpenID Connect Core, section 2: a subject has at most 255 characters

export function viewerRoute(app: App, { database, verify }: ViewerRoute): void {
  app.post('/internal/viewer', { onRequest: onlyServices(verify), bodyLimit: 16_384 }, async ({ body }, reply) => {
    const { issuer, subject } = parse(body);
    const [row] = await database.query<{ viewer: Viewer | null }[]>('select viewer_of($1, $2) as viewer', [
      issuer,
      subject,
    ]);
    if (!row?.viewer) throw new HubError('NOT_FOUND', 'Nobody is bound to this subject.');
    return reply.header('cache-control', 'no-store').send(row.viewer);
  });
}

function parse(body: unknown): { issuer: string; subject: string } {
  const given =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
  for (const name of Object.keys(given))
    if (!Object.hasOwn(limits, name)) throw badInput([name], 'Only issuer and subject are understood.');
  for (const [name, limit] of Object.entries(limits)) {
    const value = given[name];
    // Control characters and lone surrogates: no issuer has them, and PostgreSQL stores neither.
    if (typeof value !== 'string' || value === '' || value.length > limit || /[\p{Cc}\p{Cs}]/u.test(value))
      throw badInput([name], `${name} must be a text of 1 to ${limit} characters.`);
  }
  return given as { issuer: string; subject: string };
}
