/**
 * POST /internal/viewer: who somebody is; 404 when that is nobody, whatever the reason.
 *
 * - `{issuer, subject}`: whom the identity provider means, and when they signed out last, if ever; with `sid`, the
 *   session a token is of, what was signed out of other sessions only does not count;
 * - `{apiKey}`: the client that holds the key with this SHA-256. For the gateway alone: nobody else is shown keys;
 * - `{person}`: a person by key. For practice alone, which explains to owners and curators why somebody sees a record.
 */
import { HubError, badInput } from '@hub/kit/errors';
import type { PassportVerifier } from '@hub/kit/passport';
import type { ViewerAnswer } from '@hub/kit/viewer';
import type { DataSource } from 'typeorm';
import type { KeyUse } from '../api-client/key-use.js';
import { type App, callerOf, onlyServices } from './service-passport.js';

export interface ViewerRoute {
  database: DataSource;
  verify: PassportVerifier;
  keyUse: KeyUse;
  now: () => Date;
}

/** A key is asked for anew at least this often, so that `lastUsedAt` stays true of a busy one. */
const keyAnswerMs = 60_000;

export function viewerRoute(app: App, { database, verify, keyUse, now }: ViewerRoute): void {
  const ask = async (call: string, values: string[], moment: Date): Promise<ViewerAnswer> => {
    const [row] = await database.query<{ viewer: ViewerAnswer | null }[]>(`select ${call} as viewer`, [
      ...values,
      moment,
    ]);
    if (!row?.viewer) throw new HubError('NOT_FOUND', 'Nobody is bound to this.');
    return row.viewer;
  };
  const signedIn = async ({ issuer, subject, sid }: OfToken, moment: Date): Promise<ViewerAnswer> => {
    const [row] = await database.query<{ viewer: ViewerAnswer | null; at: Date | null }[]>(
      'select viewer_of($1, $2, $4) as viewer, signed_out_at($1, $2, $3) as at',
      [issuer, subject, sid ?? null, moment],
    );
    if (!row?.viewer) throw new HubError('NOT_FOUND', 'Nobody is bound to this.');
    return row.at ? { ...row.viewer, signedOutAt: row.at.toISOString() } : row.viewer;
  };
  app.post('/internal/viewer', { onRequest: onlyServices(verify), bodyLimit: 16_384 }, async (request, reply) => {
    const question = parse(request.body, callerOf(request));
    const moment = now();
    void reply.header('cache-control', 'no-store');
    if ('apiKey' in question) {
      const viewer = await ask('viewer_of_key($1, $2)', [question.apiKey], moment);
      keyUse.note(question.apiKey, moment);
      const again = new Date(moment.getTime() + keyAnswerMs).toISOString();
      return { ...viewer, validUntil: viewer.validUntil && viewer.validUntil < again ? viewer.validUntil : again };
    }
    return 'person' in question
      ? ask('viewer_of_person($1, $2)', [question.person], moment)
      : signedIn(question, moment);
  });
}

type OfToken = { issuer: string; subject: string; sid?: string };
type Question = OfToken | { apiKey: string } | { person: string };

// Control characters and lone surrogates: no issuer has them, and PostgreSQL stores neither.
const shortText = (most: number) => (value: string) => value.length <= most && !/[\p{Cc}\p{Cs}]/u.test(value);
const fields: Record<string, { fits: (value: string) => boolean; allowed: string }> = {
  issuer: { fits: shortText(2048), allowed: 'a text of 1 to 2048 characters' },
  subject: { fits: shortText(255), allowed: 'a text of 1 to 255 characters' }, // OpenID Connect Core, section 2
  sid: { fits: shortText(255), allowed: 'a text of 1 to 255 characters' },
  apiKey: { fits: (value) => /^[0-9a-f]{64}$/.test(value), allowed: 'a SHA-256 in hexadecimal' },
  person: {
    fits: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
    allowed: 'a person’s key, a UUID',
  },
};

/** What may be asked, and by whom. */
const questions: { of: readonly string[]; may?: readonly string[]; by?: string }[] = [
  { of: ['issuer', 'subject'], may: ['sid'] },
  { of: ['apiKey'], by: 'gateway' },
  { of: ['person'], by: 'practice' },
];

function parse(body: unknown, caller: string): Question {
  const given =
    typeof body === 'object' && body !== null && !Array.isArray(body) ? (body as Record<string, unknown>) : {};
  const mayAsk = questions.filter(({ by }) => by === undefined || by === caller);
  const asked = mayAsk.find(({ of }) => of.some((name) => Object.hasOwn(given, name))) ?? questions[0]!;
  for (const name of Object.keys(given))
    if (![...asked.of, ...(asked.may ?? [])].includes(name))
      throw badInput([name], `Only ${asked.of.join(' and ')} are understood here.`);
  for (const name of [...asked.of, ...(asked.may ?? [])]) {
    const value = given[name];
    if (value === undefined && asked.may?.includes(name)) continue;
    const { fits, allowed } = fields[name]!;
    if (typeof value !== 'string' || value === '' || !fits(value))
      throw badInput([name], `${name} must be ${allowed}.`);
  }
  return given as Question;
}
