/**
 * POST /internal/receipts {receipts: [{receipt, viewer: {kind, key}}]}: the gateway tells to whom it delivered events.
 * Answers {accepted} when they are in the database, so that whoever reports may forget them. A receipt that was not made
 * here is left out and told to the log: to report it again would not mend it.
 */
import { HubError, badInput } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { type PassportVerifier, passportHeader } from '@hub/kit/passport';
import type { ServerOptions } from '@hub/kit/server';
import type { Access, Reader } from './access.js';
import type { AccessLog } from './access.log.js';
import type { ReceiptCodec } from './access.receipt.js';

export interface ReceiptsRoute {
  verify: PassportVerifier;
  receipts: ReceiptCodec;
  accessLog: AccessLog;
  log: Log;
}

const most = 1_000;
const bodyLimit = 4 * 1024 * 1024;
const reporter = 'gateway';

export function receiptsRoute(
  app: Parameters<NonNullable<ServerOptions['routes']>>[0],
  { verify, receipts, accessLog, log }: ReceiptsRoute,
): void {
  const onlyGateway = async ({ headers }: { headers: Record<string, unknown> }) => {
    const header = headers[passportHeader];
    const passport = await verify(typeof header === 'string' ? header : undefined);
    if (passport.kind !== 'service' || passport.service !== reporter)
      throw new HubError('UNAUTHENTICATED', 'The gateway’s own passport is needed here.');
  };
  app.post('/internal/receipts', { onRequest: onlyGateway, bodyLimit }, async ({ body }, reply) => {
    const reported = parse(body);
    const opened = reported.map(({ receipt, viewer }) => receipts.open(receipt, viewer));
    const accesses = opened.filter((one): one is Access[] => one !== null);
    const refused = opened.length - accesses.length;
    if (refused > 0) log.error('receipts were reported that were not made here', { refused });
    await accessLog.write(accesses.flat());
    return reply.header('cache-control', 'no-store').send({ accepted: accesses.length });
  });
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function parse(body: unknown): { receipt: string; viewer: Reader }[] {
  const given = (body as { receipts?: unknown } | null)?.receipts;
  if (!Array.isArray(given) || given.length > most)
    throw badInput(['receipts'], `receipts must be a list of at most ${most}.`);
  return given.map((one: { receipt?: unknown; viewer?: { kind?: unknown; key?: unknown } } | null, index) => {
    const { receipt, viewer: { kind, key = null } = {} } = one ?? {};
    if (typeof receipt !== 'string') throw badInput(['receipts', index, 'receipt'], 'receipt must be a text.');
    if (kind === 'anonymous' && key === null) return { receipt, viewer: { kind, key } };
    if ((kind !== 'person' && kind !== 'client') || typeof key !== 'string' || !uuid.test(key))
      throw badInput(['receipts', index, 'viewer'], 'viewer must be {kind, key}, or {kind: "anonymous"}.');
    return { receipt, viewer: { kind, key } };
  });
}
