/** Asks membership who somebody is. Each request asks; those that ask the same at the same moment share the answer. */
import { HubError } from '@hub/kit/errors';
import { passportHeader } from '@hub/kit/passport';
import type { Viewer, ViewerAnswer } from '@hub/kit/viewer';
import { Pool } from 'undici';
import type { KeyClaim } from './apiKeys.js';
import type { Passports } from './passports.js';
import type { Claim } from './tokens.js';

/** The audience of the passport that opens the viewer endpoint. */
export const viewerService = 'membership';
const timeoutMs = 3_000;

/** Who somebody is. */
export interface Known {
  viewer: Viewer;
  /** When that changes although nothing happens: a role, a membership, a client or a key begins or ends by itself. */
  validUntil: Date | null;
}

export interface Membership {
  /** Null for somebody the hub does not know. Throws SUBGRAPH_UNAVAILABLE when membership cannot be asked. */
  viewerOf(claim: Claim | KeyClaim): Promise<Known | null>;
  /** Whether membership answers at all. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}

export function createMembership(viewerUrl: string, passports: Passports): Membership {
  const { origin, pathname, search } = new URL(viewerUrl);
  const pool = new Pool(origin, { connections: 32, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  const asking = new Map<string, Promise<Known | null>>();

  const ask = async (question: string): Promise<Known | null> => {
    let status: number;
    let answer: unknown;
    try {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: pathname + search,
        headers: { 'content-type': 'application/json', [passportHeader]: await passports.service(viewerService) },
        body: question,
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = statusCode;
      answer = statusCode === 200 ? await body.json() : await body.dump();
    } catch (cause) {
      throw cannotAsk(cause);
    }
    if (status === 404) return null;
    if (status !== 200 || !isViewer(answer)) throw cannotAsk(new Error(`membership answered ${status}`));
    const { validUntil, ...viewer } = answer; // not in passports: one serves a viewer for as long as they are the same
    return { viewer, validUntil: validUntil ? new Date(validUntil) : null };
  };
  return {
    viewerOf(claim) {
      const question = JSON.stringify(
        'apiKey' in claim ? { apiKey: claim.apiKey } : { issuer: claim.issuer, subject: claim.subject },
      );
      const shared = asking.get(question);
      if (shared) return shared;
      const answer = ask(question).finally(() => asking.delete(question));
      asking.set(question, answer);
      return answer;
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

const isViewer = (value: unknown): value is ViewerAnswer =>
  typeof value === 'object' &&
  value !== null &&
  ['person', 'client'].includes((value as Viewer).kind) &&
  typeof (value as Viewer).key === 'string' &&
  Array.isArray((value as Viewer).roles);
