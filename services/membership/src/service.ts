/** The service, wired: database, executor, log, server. */
import { databaseAnswers, openDatabase } from '@hub/kit/database';
import { WakeUps } from '@hub/kit/event-log';
import { createExecutor } from '@hub/kit/execution';
import type { Log } from '@hub/kit/log';
import { passportVerifier } from '@hub/kit/passport';
import type { Running } from '@hub/kit/process';
import { serve } from '@hub/kit/server';
import { buildSubgraph } from '@hub/kit/subgraph';
import { ApiClient } from './api-client/api-client.js';
import { ApiKey } from './api-client/api-key.js';
import { createKeyUse } from './api-client/key-use.js';
import { eventChannel } from './event/event.sql.js';
import { audienceRoute } from './internal/audience.route.js';
import { logRoute } from './internal/log.route.js';
import { signOutRoute } from './internal/sign-out.route.js';
import { viewerRoute } from './internal/viewer.route.js';
import { Invitation } from './invitation/invitation.js';
import { MemberState } from './member-state/member-state.js';
import { Person, PersonContact, PersonRole } from './person/person.js';
import { membershipSubgraph } from './subgraph.js';

export const entities = [MemberState, Person, PersonContact, PersonRole, Invitation, ApiClient, ApiKey];

export interface ServiceConfig {
  host: string;
  port: number;
  databaseUrl: string;
  /** The public keys of who may issue passports. */
  passportKeys: Parameters<typeof passportVerifier>[1];
  log: Log;
  /** The clock; tests set it. */
  now?: () => Date;
}

export async function start({
  host,
  port,
  databaseUrl,
  passportKeys,
  log,
  now = () => new Date(),
}: ServiceConfig): Promise<Running> {
  const subgraph = await buildSubgraph(membershipSubgraph);
  const database = await openDatabase({ url: databaseUrl, entities });
  const keyUse = createKeyUse(database, log);
  let closing = false;
  const wakeUps = await WakeUps.open({
    url: databaseUrl,
    channel: eventChannel,
    log,
    head: async () => {
      const [row] = await database.query<{ last: string }[]>('select last from membership_event_head');
      return Number(row!.last);
    },
  });
  try {
    const verify = passportVerifier('membership', passportKeys);
    const server = await serve({
      host,
      port,
      executor: createExecutor({ subgraph, parts: { wakeUps }, database, log, now }),
      verify,
      log,
      ready: () => databaseAnswers(database, log),
      routes(app) {
        viewerRoute(app, { database, verify, keyUse, now });
        audienceRoute(app, { database, verify, now });
        signOutRoute(app, { database, verify, wakeUps });
        logRoute(app, { database, verify, wakeUps, closing: () => closing });
      },
    });
    return {
      url: server.url,
      async close() {
        closing = true;
        await wakeUps.close(); // lets go of those who wait for the log
        await server.close();
        await keyUse.close();
        await database.destroy();
      },
    };
  } catch (error) {
    await wakeUps.close();
    await database.destroy();
    throw error;
  }
}
