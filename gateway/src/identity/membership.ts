/** What the gateway asks membership: who somebody is, what has changed in its log, and to note a sign-out. */
import { HubError } from '@hub/kit/errors';
import { passportHeader } from '@hub/kit/passport';
import type { Viewer, ViewerAnswer } from '@hub/kit/viewer';
import { Pool } from 'undici';
import type { Passports } from './passports.js';

/** The audience of the passport that opens membership's internal endpoints. */
export const viewerService = 'membership';
const timeoutMs = 3_000;
/** A log that is asked and says nothing for so long beyond what it may wait is asked anew. */
const logGraceMs = 1_000;

/** Whom membership is asked about, as its viewer endpoint takes it: `{issuer, subject}` of a token, with its
 *  session (`sid`) if it has one, or `{apiKey}`. */
export type Question = Readonly<Record<string, string>>;

/** Who somebody is, as membership sees it. Another object whenever it was asked again. */
export interface Standing {
  /** Null for somebody the hub does not know. */
  viewer: Viewer | null;
  /** When this changes by itself: a role ends, for instance. Milliseconds, Infinity where nothing is dated. */
  validUntil: number;
  /** Tokens issued up to then are refused: their owner has signed out. Milliseconds, -Infinity for never. */
  signedOutAt: number;
}

/** An entry of membership's log: something about somebody changed. Which of these it names depends on what it is. */
export interface LogEntry {
  position: number;
  type: string;
  person?: string | null;
  client?: string | null;
  state?: string | null;
  body?: string | null;
  /** Of a sign-out: whose, and of which session. */
  issuer?: string | null;
  subject?: string | null;
  session?: string | null;
}

export interface LogBatch {
  /** The newest position there is. */
  head: number;
  entries: LogEntry[];
}

/** What an identity provider says in a logout token. */
export interface SignOut {
  issuer: string;
  subject: string | null;
  session: string | null;
  /** Which message it was: it counts once. */
  messageId: string;
  at: Date;
}

export interface Membership {
  /** Throws SUBGRAPH_UNAVAILABLE when membership cannot be asked. */
  standingOf(question: Question): Promise<Standing>;
  /** What its log has after a position; waits up to `waitMs` for something. Throws when it cannot be read. */
  readLog(ask: { after: number; limit: number; waitMs: number }, closed: AbortSignal): Promise<LogBatch>;
  /** False when that message was noted before. Throws SUBGRAPH_UNAVAILABLE when it cannot be noted. */
  signOut(signOut: SignOut): Promise<boolean>;
  /** Whether membership answers at all. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}

export function createMembership(viewerUrl: string, passports: Passports): Membership {
  const { origin, pathname, search } = new URL(viewerUrl);
  /** The other endpoints lie beside the one that is configured. */
  const beside = (name: string) => new URL(name, viewerUrl).pathname;
  const pool = new Pool(origin, { connections: 32, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });

  const post = async (path: string, question: unknown) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path,
      headers: { 'content-type': 'application/json', [passportHeader]: await passports.service(viewerService) },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: statusCode, answer: statusCode === 200 ? await body.json() : await body.dump() };
  };
  return {
    async standingOf(question) {
      const { status, answer } = await post(pathname + search, question).catch((cause: unknown) => {
        throw cannotAsk(cause);
      });
      if (status === 404) return { viewer: null, validUntil: Infinity, signedOutAt: -Infinity };
      if (status !== 200 || !isViewer(answer)) throw cannotAsk(new Error(`membership answered ${status}`));
      return standingIn(answer);
    },
    async readLog({ after, limit, waitMs }, closed) {
      const signal = AbortSignal.any([closed, AbortSignal.timeout(waitMs + logGraceMs)]);
      const { statusCode, body } = await pool.request({
        method: 'GET',
        path: beside('log'),
        query: { after, limit, waitMs },
        headers: { [passportHeader]: await passports.service(viewerService) },
        signal,
      });
      const answer = statusCode === 200 ? await body.json() : await body.dump();
      if (!isBatch(answer)) throw new Error(`membership answered ${statusCode}, and not with its log`);
      return answer;
    },
    async signOut({ issuer, subject, session, messageId, at }) {
      const question = { issuer, subject, session, messageId, at: at.toISOString() };
      const { status } = await post(beside('sign-out'), question).catch((cause: unknown) => {
        throw cannotNote(cause);
      });
      if (status !== 200 && status !== 409) throw cannotNote(new Error(`membership answered ${status}`));
      return status === 200;
    },
    async reachable() {
      try {
        const { body } = await pool.request({
          method: 'GET',
          path: '/readyz',
          signal: AbortSignal.timeout(timeoutMs),
        });
        await body.dump();
        return true; // whatever it says: somebody is there
      } catch {
        return false;
      }
    },
    close: () => pool.destroy(),
  };
}

const cannotAsk = (cause: unknown) =>
  new HubError('SUBGRAPH_UNAVAILABLE', 'Who you are cannot be looked up just now. Try again.', { cause });

const cannotNote = (cause: unknown) =>
  new HubError('SUBGRAPH_UNAVAILABLE', 'The sign-out cannot be noted just now. Try again.', { cause });

const isViewer = (value: unknown): value is ViewerAnswer =>
  typeof value === 'object' &&
  value !== null &&
  ['person', 'client'].includes((value as Viewer).kind) &&
  typeof (value as Viewer).key === 'string' &&
  Array.isArray((value as Viewer).roles);

/** Without the times: one passport serves a viewer for as long as they are the same. A time that cannot be read counts against whoever asks: looked up again at once, and signed out. */
function standingIn({ validUntil, signedOutAt, ...viewer }: ViewerAnswer): Standing {
  const time = (text: string | null | undefined, absent: number, unreadable: number) =>
    text === null || text === undefined ? absent : Number.isNaN(Date.parse(text)) ? unreadable : Date.parse(text);
  return {
    viewer,
    validUntil: time(validUntil, Infinity, -Infinity),
    signedOutAt: time(signedOutAt, -Infinity, Infinity),
  };
}

const isBatch = (value: unknown): value is LogBatch =>
  typeof value === 'object' &&
  value !== null &&
  Number.isSafeInteger((value as LogBatch).head) &&
  Array.isArray((value as LogBatch).entries) &&
  (value as LogBatch).entries.every((entry) => Number.isSafeInteger(entry?.position));
