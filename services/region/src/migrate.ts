/** Program: brings the database at REGION_OWNER_DATABASE_URL up to date. Idempotent. */
import { readConfig, required, text } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { migrateService } from './migrations/all.js';

const log = createLog('region-migrate');
try {
  const { REGION_OWNER_DATABASE_URL } = readConfig(process.env, {
    REGION_OWNER_DATABASE_URL: required('the database, as its owner role region_owner', text),
  });
  log.info('migrated', { applied: await migrateService(REGION_OWNER_DATABASE_URL) });
} catch (error) {
  log.error(`cannot migrate: ${(error as Error).message}`, { error });
  process.exitCode = 1;
}
