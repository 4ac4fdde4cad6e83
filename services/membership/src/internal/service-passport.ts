import { HubError } from '@hub/kit/errors';
import { type PassportVerifier, passportHeader } from '@hub/kit/passport';
import type { FastifyRequest } from 'fastify';

/** Lets one of our own processes through: a viewer's passport, however valid, opens no internal endpoint. */
export const onlyServices = (verify: PassportVerifier) => async (request: FastifyRequest) => {
  const header = request.headers[passportHeader];
  const passport = await verify(typeof header === 'string' ? header : undefined);
  if (passport.kind !== 'service') throw new HubError('UNAUTHENTICATED', 'A service’s passport is needed here.');
};
