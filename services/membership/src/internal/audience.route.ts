/** POST /internal/audience {tokens}: how many persons and clients of which States and bodies an audience means. */
import { badInput } from '@hub/kit/errors';
import type { PassportVerifier } from '@hub/kit/passport';
import type { MarkingName, RoleName, Token } from '@hub/kit/viewer';
import type { DataSource } from 'typeorm';
import { type App, onlyServices } from './service-passport.js';

export interface AudienceRoute {
  database: DataSource;
  verify: PassportVerifier;
  now: () => Date;
}

/** For each token that exists and, of a body, each State that is in it today; in the order of the tokens. */
export interface AudienceAnswer {
  groups: {
    of: Token;
    /** How many persons hold each role of it; a role nobody holds is left out. */
    roles: Partial<Record<RoleName, number>>;
    /** How many of its clients that read practices have each ceiling. */
    clients: Record<Extract<MarkingName, 'CLEAR' | 'GREEN' | 'AMBER'>, number>;
  }[];
}

const most = 500;
const token = /^(s:[A-Z]{3}|b:[a-z0-9]+(-[a-z0-9]+)*)$/;

export function audienceRoute(app: App, { database, verify, now }: AudienceRoute): void {
  app.post('/internal/audience', { onRequest: onlyServices(verify), bodyLimit: 65_536 }, async ({ body }, reply) => {
    const [row] = await database.query<{ answer: AudienceAnswer }[]>('select audience_counts($1, $2) as answer', [
      parse(body),
      now(),
    ]);
    return reply.header('cache-control', 'no-store').send(row!.answer);
  });
}

function parse(body: unknown): string[] {
  const { tokens, ...others } = (body ?? {}) as Record<string, unknown>;
  for (const name of Object.keys(others)) throw badInput([name], 'Only tokens are understood.');
  if (!Array.isArray(tokens) || tokens.length > most)
    throw badInput(['tokens'], `tokens must be a list of at most ${most} tokens.`);
  for (const [index, value] of tokens.entries())
    if (typeof value !== 'string' || value.length > 100 || !token.test(value))
      throw badInput(['tokens', index], 'A token is a State’s or a body’s: "s:KEN", "b:igad".');
  return tokens as string[];
}
