/** The practice service: its database, its subgraph, its event log, on the network. */
import type { JWK } from 'jose';
import { cursorCodec } from '@hub/kit/cursor';
import { databaseAnswers, openDatabase } from '@hub/kit/database';
import { WakeUps } from '@hub/kit/event-log';
import { createExecutor } from '@hub/kit/execution';
import type { Log } from '@hub/kit/log';
import { passportSigner, passportVerifier } from '@hub/kit/passport';
import type { Running } from '@hub/kit/process';
import { serve } from '@hub/kit/server';
import { buildSubgraph } from '@hub/kit/subgraph';
import { openAccessLog } from './access/access.log.js';
import { receiptCodec } from './access/access.receipt.js';
import { receiptsRoute } from './access/receipts.route.js';
import { askMembership } from './disclosure/people.js';
import { KnowledgeProduct } from './knowledge-product/knowledge-product.js';
import { PracticeRow, SectionRow, VersionRow } from './practice/practice.js';
import { followMembership } from './projection/membership.js';
import { practiceSubgraph } from './subgraph.js';
import { Theme } from './theme/theme.js';
import { startWorker } from './worker.js';

/** The tables TypeORM knows as classes; the others are read and written in SQL. */
export const entities = [PracticeRow, VersionRow, SectionRow, Theme, KnowledgeProduct];

export interface ServiceConfig {
  host: string;
  port: number;
  databaseUrl: string;
  poolSize?: number;
  /** Public keys of who may issue passports. */
  passportKeys: { keys: JWK[] };
  /** Whose log of who is in which body is followed; null leaves the projection as it is. */
  membership: { url: string; passportKey: JWK } | null;
  /** 32 bytes under which event cursors are encrypted. */
  cursorKey: Buffer;
  heartbeatMs?: number;
  /** False measures what it costs; a hub that is in use has it. */
  accessLog?: boolean;
  /** The clock; tests set it. */
  now?: () => Date;
  log: Log;
}

export async function start(config: ServiceConfig): Promise<Running> {
  const { host, port, databaseUrl, poolSize, passportKeys, membership, cursorKey, log } = config;
  const { heartbeatMs = 30_000, accessLog: logsAccess = true, now = () => new Date() } = config;
  const database = await openDatabase({ url: databaseUrl, entities, ...(poolSize && { poolSize }) });
  const closing: (() => Promise<unknown>)[] = [() => database.destroy()];
  const close = async () => {
    for (const step of closing.toReversed()) await step();
  };
  try {
    const wakeUps = await WakeUps.open({
      url: databaseUrl,
      channel: 'practice_event',
      log,
      head: async () => Number((await database.query<{ last: string }[]>('select last from event_head'))[0]!.last),
    });
    closing.push(() => wakeUps.close());
    const accessLog = logsAccess ? openAccessLog({ url: databaseUrl, log }) : null;
    if (accessLog) closing.push(() => accessLog.close());
    const receipts = receiptCodec(cursorKey);
    const signer = membership && (await passportSigner(membership.passportKey));
    const people = signer && askMembership({ url: membership.url, signer });
    if (people) closing.push(() => people.close());
    const executor = createExecutor({
      subgraph: await buildSubgraph(practiceSubgraph),
      parts: { wakeUps, cursors: cursorCodec(cursorKey), heartbeatMs, accessLog, receipts, people },
      database,
      log,
      now,
    });
    const worker = startWorker({ database, now, wake: () => wakeUps.wake(), log });
    closing.push(() => worker.close());
    if (signer) {
      const projection = followMembership({
        database,
        membershipUrl: membership.url,
        signer,
        log,
        wake: () => wakeUps.wake(),
      });
      closing.push(() => projection.close());
    }
    const verify = passportVerifier('practice', passportKeys);
    const server = await serve({
      host,
      port,
      executor,
      verify,
      log,
      ready: () => databaseAnswers(database, log),
      subscriptions: true,
      routes: (app) => accessLog && receiptsRoute(app, { verify, receipts, accessLog, log }),
    });
    closing.push(() => server.close());
    return { url: server.url, close };
  } catch (error) {
    await close();
    throw error;
  }
}
