/** Reports receipts to services: `POST /internal/receipts` beside where a service answers GraphQL, in the gateway's own name. */
import { passportHeader } from '@hub/kit/passport';
import { Agent } from 'undici';
import type { ReceiptsOptions } from '../subscribe/receipts.js';

const timeoutMs = 3_000;

export interface ReceiptsRoutes {
  send: ReceiptsOptions['send'];
  close(): Promise<void>;
}

export function receiptsOverHttp(
  urls: ReadonlyMap<string, string>,
  ownPassport: (service: string) => Promise<string | undefined>,
): ReceiptsRoutes {
  const agent = new Agent({ connections: 1 });
  return {
    async send(service, receipts) {
      const passport = await ownPassport(service);
      const { statusCode, body } = await agent.request({
        origin: new URL(urls.get(service)!).origin,
        path: '/internal/receipts',
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(passport !== undefined && { [passportHeader]: passport }) },
        body: JSON.stringify({ receipts }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await body.dump();
      if (statusCode === 401 || statusCode >= 500) throw new Error(`the service answered ${statusCode}`);
      return statusCode < 300;
    },
    close: () => agent.destroy(),
  };
}
