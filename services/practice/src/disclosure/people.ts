/** What only membership knows: how many people an audience means, and who a person is. Asked over its internal
 *  endpoints with a service's passport; never names. */
import { HubError } from '@hub/kit/errors';
import { type PassportSigner, passportHeader } from '@hub/kit/passport';
import type { MarkingName, RoleName, Token, Viewer } from '@hub/kit/viewer';
import { Agent, request } from 'undici';

/** How many hold each role of a State or body, and how many of its API clients have each ceiling. */
export interface GroupCounts {
  of: Token;
  roles: Partial<Record<RoleName, number>>;
  clients: Partial<Record<MarkingName, number>>;
}

export interface People {
  /** Of each State and body that exists, and of a body's current member States. */
  count(tokens: readonly Token[]): Promise<GroupCounts[]>;
  /** Who a person is to every service; null when there is no such person. */
  viewer(personKey: string): Promise<Viewer | null>;
  close(): Promise<void>;
}

const timeoutMs = 5_000;
const mostTokens = 500; // as many as membership takes at once

export function askMembership({ url, signer }: { url: string; signer: PassportSigner }): People {
  const dispatcher = new Agent({ connections: 4 });
  const ask = async (path: string, question: object): Promise<unknown> => {
    try {
      const { statusCode, body } = await request(new URL(path, url), {
        method: 'POST',
        headers: { [passportHeader]: await signer.service('membership'), 'content-type': 'application/json' },
        body: JSON.stringify(question),
        dispatcher,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      });
      if (statusCode === 200) return await body.json();
      await body.dump();
      if (statusCode === 404) return null;
      throw new Error(`Membership answered with status ${statusCode}.`);
    } catch (cause) {
      throw new HubError('SUBGRAPH_UNAVAILABLE', 'Who people are cannot be asked now: try again later.', { cause });
    }
  };
  return {
    async count(tokens) {
      const groups: GroupCounts[] = [];
      for (let at = 0; at < tokens.length; at += mostTokens) {
        const answer = (await ask('/internal/audience', { tokens: tokens.slice(at, at + mostTokens) })) as {
          groups: GroupCounts[];
        };
        groups.push(...answer.groups);
      }
      return groups;
    },
    viewer: async (person) => (await ask('/internal/viewer', { person })) as Viewer | null,
    close: () => dispatcher.destroy(),
  };
}
