/** Appends to the log in the caller's transaction. The position is given at commit, see @hub/kit/event-log. */
import { randomUUID } from 'node:crypto';
import type { RoleName, Token } from '@hub/kit/viewer';
import type { EntityManager } from 'typeorm';

/** Days are YYYY-MM-DD, UTC; null is not known, or no end. */
export type Change =
  | {
      type: 'MEMBERSHIP_STARTED' | 'MEMBERSHIP_ENDED';
      state: string;
      body: string;
      from: string | null;
      until: string | null;
    }
  | {
      type: 'ROLE_STARTED' | 'ROLE_ENDED';
      person: string;
      role: RoleName;
      of: Token | null;
      from: Date;
      until: Date | null;
    }
  | { type: 'PERSON_REMOVED'; person: string }
  | { type: 'CLIENT_CREATED' | 'CLIENT_ENDED'; client: string; owner: Token }
  /** `effectiveAt`: when the key stops, where that is later than now. */
  | { type: 'KEY_CREATED' | 'KEY_REVOKED'; client: string; owner: Token; apiKey: string; effectiveAt?: Date };

export const append = (tx: EntityManager, change: Change, at: Date = new Date()): Promise<unknown> => {
  const row = { id: randomUUID(), type: change.type, at, ...columnsOf(change) };
  const columns = Object.keys(row);
  return tx.query(
    `insert into membership_event (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(row),
  );
};

const columnsOf = (change: Change): Record<string, unknown> => {
  switch (change.type) {
    case 'MEMBERSHIP_STARTED':
    case 'MEMBERSHIP_ENDED':
      return { state: change.state, body: change.body, valid_from: change.from, valid_until: change.until };
    case 'ROLE_STARTED':
    case 'ROLE_ENDED':
      return {
        ...partsOf(change.of),
        person: change.person,
        role: change.role,
        valid_from: dayOf(change.from),
        valid_until: change.until && dayOf(change.until),
      };
    case 'PERSON_REMOVED':
      return { person: change.person };
    case 'CLIENT_CREATED':
    case 'CLIENT_ENDED':
      return { ...partsOf(change.owner), client: change.client };
    case 'KEY_CREATED':
    case 'KEY_REVOKED':
      return {
        ...partsOf(change.owner),
        client: change.client,
        api_key: change.apiKey,
        effective_at: change.effectiveAt ?? null,
      };
  }
};

const partsOf = (of: Token | null) => ({
  state: of?.startsWith('s:') ? of.slice(2) : null,
  body: of?.startsWith('b:') ? of.slice(2) : null,
});

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);
