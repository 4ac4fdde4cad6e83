/** GET /internal/log?after=&limit=&waitMs=: what changed after a position; waits up to `waitMs` until there is something. */
import { badInput } from '@hub/kit/errors';
import type { WakeUps } from '@hub/kit/event-log';
import type { PassportVerifier } from '@hub/kit/passport';
import type { DataSource } from 'typeorm';
import type { EventType } from '../event/event.sql.js';
import { type App, onlyServices } from './service-passport.js';

export interface LogRoute {
  database: DataSource;
  verify: PassportVerifier;
  wakeUps: WakeUps;
  /** Whether the service closes: whoever waits is answered at once. */
  closing: () => boolean;
}

export interface LogAnswer {
  head: number;
  entries: {
    position: number;
    type: EventType;
    /** Of a membership, both; else the State or body that a role is of, or that a client belongs to. */
    state: string | null;
    body: string | null;
    from: string | null;
    until: string | null;
    at: string;
    /** Whom it concerns: the key of a person, or of an API client. */
    person?: string;
    client?: string;
    role?: string;
    /** Of a key: which one. */
    apiKey?: string;
    /** When it takes effect, where that is later: a key that was rotated goes on for a while. */
    effectiveAt?: string;
    /** Of a sign-out: whose, and of which session; one of the two at least. */
    issuer?: string;
    subject?: string;
    session?: string;
  }[];
}

const numbers = {
  after: { fallback: 0, max: Number.MAX_SAFE_INTEGER },
  limit: { fallback: 100, min: 1, max: 1_000 },
  waitMs: { fallback: 0, max: 5_000 },
};

export function logRoute(app: App, { database, verify, wakeUps, closing }: LogRoute): void {
  app.get('/internal/log', { onRequest: onlyServices(verify) }, async (request, reply) => {
    const { after, limit, waitMs } = parse(request.query as Record<string, unknown>);
    const read = async () => {
      const [row] = await database.query<{ answer: LogAnswer }[]>('select read_membership_events($1, $2) as answer', [
        after,
        limit,
      ]);
      return row!.answer;
    };
    const enough = new AbortController();
    const timer = setTimeout(() => enough.abort(), waitMs);
    reply.raw.once('close', () => enough.abort()); // the reader has gone
    try {
      for (;;) {
        const count = wakeUps.count; // taken before reading, so that nothing falls between reading and waiting
        const answer = await read();
        if (answer.entries.length > 0 || waitMs === 0 || enough.signal.aborted || closing())
          return await reply.header('cache-control', 'no-store').send(answer);
        await wakeUps.after(count, enough.signal);
      }
    } finally {
      clearTimeout(timer);
    }
  });
}

function parse(query: Record<string, unknown>): Record<keyof typeof numbers, number> {
  for (const name of Object.keys(query))
    if (!Object.hasOwn(numbers, name)) throw badInput([name], 'Only after, limit and waitMs are understood.');
  const values = Object.entries(numbers).map(([name, { fallback, max, ...rest }]) => {
    const min = 'min' in rest ? rest.min : 0;
    const text = query[name];
    if (text === undefined) return [name, fallback];
    const value = typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw badInput([name], `${name} must be a whole number from ${min} to ${max}.`);
    return [name, value];
  });
  return Object.fromEntries(values) as Record<keyof typeof numbers, number>;
}
