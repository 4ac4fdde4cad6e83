/** This subgraph alone, in process, on a database of its own. */
import { openDatabase } from '@hub/kit/database';
import { createExecutor, isPrepared } from '@hub/kit/execution';
import { WakeUps } from '@hub/kit/event-log';
import type { Log } from '@hub/kit/log';
import { buildSubgraph } from '@hub/kit/subgraph';
import { type Viewer, type ViewerAnswer, anonymous } from '@hub/kit/viewer';
import { freshDatabase } from '@hub/local/testing';
import pg from 'pg';
import { eventChannel } from '../src/event/event.sql.js';
import { migrateService } from '../src/migrations/all.js';
import { seedService } from '../src/seed/seedService.js';
import { entities } from '../src/service.js';
import { membershipSubgraph } from '../src/subgraph.js';

export const issuer = 'http://issuer.test/';

export const failing: Log = {
  info: () => undefined,
  error: (message, fields) => {
    throw new Error(`${message}: ${String(fields?.['error'])}`);
  },
};

export const migratedDatabase = () => freshDatabase('membership', migrateService);
export const seededDatabase = () =>
  freshDatabase(
    'membership',
    async (ownerUrl) => {
      await migrateService(ownerUrl);
      await seedService(ownerUrl, { developmentIssuer: issuer });
    },
    { template: 'seeded' },
  );

export async function as<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The viewer that the database says a subject is. */
export const viewerOf = (url: string, subject: string, of = issuer): Promise<ViewerAnswer | null> =>
  as(url, async (client) => (await client.query('select viewer_of($1, $2) as viewer', [of, subject])).rows[0].viewer);

export async function openMembership(databaseUrl: string, now: () => Date = () => new Date()) {
  const subgraph = await buildSubgraph(membershipSubgraph);
  const database = await openDatabase({ url: databaseUrl, entities });
  const wakeUps = await WakeUps.open({
    url: databaseUrl,
    channel: eventChannel,
    log: failing,
    head: () => Promise.resolve(0), // nobody reads the log here
  });
  const executor = createExecutor({ subgraph, parts: { wakeUps }, database, log: failing, now });
  return {
    /** Data and error codes of an operation. */
    async ask(
      query: string,
      variables: Record<string, unknown> = {},
      { viewer = anonymous, locales = [] }: { viewer?: Viewer; locales?: string[] } = {},
    ) {
      const prepared = executor.prepare({ query, variables });
      const { data, errors } = isPrepared(prepared)
        ? await executor.run(prepared, { viewer, locales })
        : { data: null, errors: prepared };
      return {
        data: JSON.parse(JSON.stringify(data ?? null)),
        errors: (errors ?? []).map(({ extensions }) => ({ code: extensions['code'], path: extensions['path'] })),
      };
    },
    async close() {
      await wakeUps.close();
      await database.destroy();
    },
  };
}
