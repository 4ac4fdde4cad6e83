/** This subgraph alone, in process, on a database of its own. */
import { anonymous } from '@hub/kit/viewer';
import { openDatabase } from '@hub/kit/database';
import { createExecutor, isPrepared } from '@hub/kit/execution';
import type { Log } from '@hub/kit/log';
import { buildSubgraph } from '@hub/kit/subgraph';
import { freshDatabase } from '@hub/local/testing';
import { migrateService } from '../src/migrations/all.js';
import { seedService } from '../src/seed/seedService.js';
import { entities } from '../src/service.js';
import { regionSubgraph } from '../src/subgraph.js';

export const failing: Log = {
  info: () => undefined,
  error: (message, fields) => {
    throw new Error(`${message}: ${String(fields?.['error'])}`);
  },
};

export const seededDatabase = () =>
  freshDatabase(
    'region',
    async (ownerUrl) => {
      await migrateService(ownerUrl);
      await seedService(ownerUrl);
    },
    { template: 'seeded' },
  );

export async function openRegion(databaseUrl: string) {
  const subgraph = await buildSubgraph(regionSubgraph);
  const database = await openDatabase({ url: databaseUrl, entities });
  const executor = createExecutor({ subgraph, parts: undefined, database, log: failing });
  return {
    sdl: subgraph.sdl,
    /** Data and error codes of an operation, run for an anonymous viewer who prefers these languages. */
    async ask(query: string, variables: Record<string, unknown> = {}, locales: string[] = []) {
      const prepared = executor.prepare({ query, variables });
      const { data, errors } = isPrepared(prepared)
        ? await executor.run(prepared, { viewer: anonymous, locales })
        : { data: null, errors: prepared };
      return {
        data: JSON.parse(JSON.stringify(data ?? null)),
        errors: (errors ?? []).map(({ extensions }) => ({ code: extensions['code'], path: extensions['path'] })),
      };
    },
    close: () => database.destroy(),
  };
}
