/** The embedded server, started again on the same port when it dies: the services hold its address. */
import type { Surroundings } from './childProcess.js';
import { type Postgres, startPostgres } from './postgres.js';

const deathsAllowed = 5; // within
const quickMs = 60_000;

export interface KeptPostgres {
  adminUrl: string;
  stop(): Promise<void>;
}

export async function keepPostgres(
  dataDir: string,
  { say, giveUp }: Pick<Surroundings, 'say'> & { giveUp(error: Error): void },
): Promise<KeptPostgres> {
  let over = false;
  let server: Postgres = await startPostgres({ dataDir });
  const { adminUrl, port } = server;
  const deaths: number[] = [];
  const live = async () => {
    for (;;) {
      await server.ended;
      if (over) return;
      deaths.push(Date.now());
      const lately = deaths.filter((at) => Date.now() - at < quickMs).length;
      if (lately > deathsAllowed)
        throw new Error(`PostgreSQL ended ${lately} times within a minute: see ${dataDir}/server.log.`);
      say('PostgreSQL ended; starting it again.');
      server = await startPostgres({ dataDir, port });
      if (over) return server.stop();
      say('PostgreSQL answers again.');
    }
  };
  const living = live().catch(giveUp);
  return {
    adminUrl,
    async stop() {
      over = true;
      await server.stop();
      await living; // another may have been starting
    },
  };
}
