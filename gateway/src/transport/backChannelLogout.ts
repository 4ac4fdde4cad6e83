/** POST /backchannel-logout: where the identity provider tells of sign-outs (OpenID Connect Back-Channel Logout 1.0, section 2.5). */
import type { FastifyInstance } from 'fastify';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import type { SignOuts } from '../identity/signOuts.js';

const bodyLimit = 16 * 1024;
const form = 'application/x-www-form-urlencoded';

export function backChannelLogout(app: FastifyInstance, signOuts: SignOuts, log: Log): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(form, { parseAs: 'string', bodyLimit }, (_request, body, done) =>
      done(null, new URLSearchParams(String(body))),
    );
    scope.post('/backchannel-logout', async ({ body, id }, reply) => {
      void reply.header('cache-control', 'no-store');
      const [token, ...more] = body instanceof URLSearchParams ? body.getAll('logout_token') : [];
      try {
        if (!token || more.length > 0)
          throw new HubError('UNAUTHENTICATED', 'A form with one logout_token is taken here.');
        await signOuts.take(token);
        return await reply.send();
      } catch (error) {
        if (!(error instanceof HubError)) throw error;
        log.info('a sign-out was not taken', { requestId: id, reason: error.message });
        const mayWork = error.code === 'SUBGRAPH_UNAVAILABLE';
        return reply
          .code(mayWork ? 503 : 400)
          .send({ error: mayWork ? 'temporarily_unavailable' : 'invalid_request', error_description: error.message });
      }
    });
  });
}
