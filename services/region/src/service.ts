/** The service, wired: database, executor, server. */
import { databaseAnswers, openDatabase } from '@hub/kit/database';
import { createExecutor } from '@hub/kit/execution';
import type { Log } from '@hub/kit/log';
import { passportVerifier } from '@hub/kit/passport';
import type { Running } from '@hub/kit/process';
import { serve } from '@hub/kit/server';
import { buildSubgraph } from '@hub/kit/subgraph';
import { Region } from './region/region.js';
import { RegionalBody } from './regional-body/regional-body.js';
import { regionSubgraph } from './subgraph.js';
import { Workshop } from './workshop/workshop.js';

export const entities = [Region, RegionalBody, Workshop];

export interface ServiceConfig {
  host: string;
  port: number;
  databaseUrl: string;
  /** The public keys of who may issue passports. */
  passportKeys: Parameters<typeof passportVerifier>[1];
  log: Log;
}

export async function start({ host, port, databaseUrl, passportKeys, log }: ServiceConfig): Promise<Running> {
  const subgraph = await buildSubgraph(regionSubgraph);
  const database = await openDatabase({ url: databaseUrl, entities });
  try {
    const server = await serve({
      host,
      port,
      executor: createExecutor({ subgraph, parts: undefined, database, log }),
      verify: passportVerifier('region', passportKeys),
      log,
      ready: () => databaseAnswers(database, log),
    });
    return {
      url: server.url,
      async close() {
        await server.close();
        await database.destroy();
      },
    };
  } catch (error) {
    await database.destroy();
    throw error;
  }
}
