/** For our own machines only: passports for a gateway that is not this one. */
import type { FastifyInstance } from 'fastify';
import type { Log } from '@hub/kit/log';
import type { Identity } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import { bareApplication } from './http.js';

export function internalApplication(
  identity: Identity,
  services: () => readonly string[],
  limits: Limits,
  log: Log,
): FastifyInstance {
  const app = bareApplication(limits, log);
  app.get('/livez', () => ({ status: 'ok' }));
  app.post('/passport', async ({ headers }, reply) => {
    const asker = await identity.ask({
      authorization: headers.authorization,
      acceptLanguage: headers['accept-language'],
    });
    const passports = await Promise.all(services().map(async (service) => [service, await asker.passport(service)]));
    return reply.header('cache-control', 'no-store').send(Object.fromEntries(passports));
  });
  return app;
}
