/** Asks membership who a subject is. Each request asks; those that ask the same at the same moment share the answer. */
import { HubError } from '@hub/kit/errors';
import { passportHeader } from '@hub/kit/passport';
import type { Viewer } from '@hub/kit/viewer';
import { Pool } from 'undici';
import type { Passports } from './passports.js';
import type { Claim } from './tokens.js';

/** The audience of the passport that opens the viewer endpoint. */
const viewerService = 'membership';
const timeoutMs = 3_000;

export interface Membership {
  /** Throws UNAUTHENTICATED for somebody the hub does not know, SUBGRAPH_UNAVAILABLE when membership cannot be asked. */
  viewerOf(claim: Claim): Promise<Viewer>;
  /** Whether membership answers at all. */
  reachable(): Promise<boolean>;
  close(): Promise<void>;
}

export function createMembership(viewerUrl: string, passports: Passports): Membership {
  const { origin, pathname, search } = new URL(viewerUrl);
  const pool = new Pool(origin, { connections: 32, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  const asking = new Map<string, Promise<Viewer>>();

  const ask = async ({ issuer, subject }: Claim): Promise<Viewer> => {
    let status: number;
    let answer: unknown;
    try {
      const { statusCode, body } = await pool.request({
        method: 'POST',
        path: pathname + search,
        headers: { 'content-type': 'application/json', [passportHeader]: await passports.service(viewerService) },
        body: JSON.stringify({ issuer, subject }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      status = statusCode;
      answer = statusCode === 200 ? await body.json() : await body.dump();
    } catch (cause) {
      throw cannotAsk(cause);
    }
    if (status === 404)
      throw new HubError('UNAUTHENTICATED', 'You are not known to the hub. Ask a curator to add you.');
    if (status !== 200 || !isViewer(answer)) throw cannotAsk(new Error(`membership answered ${status}`));
    return answer;
  };
  return {
    viewerOf(claim) {
      const key = JSON.stringify([claim.issuer, claim.subject]);
      const shared = asking.get(key);
      if (shared) return shared;
      const answer = ask(claim).finally(() => asking.delete(key));
      asking.set(key, answer);
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

const isViewer = (value: unknown): value is Viewer =>
  typeof value === 'object' &&
  value !== null &&
  ['person', 'client'].includes((value as Viewer).kind) &&
  typeof (value as Viewer).key === 'string' &&
  Array.isArray((value as Viewer).roles);
