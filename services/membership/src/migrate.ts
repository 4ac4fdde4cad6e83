/** Program: brings the database at MEMBERSHIP_OWNER_DATABASE_URL up to date. Idempotent. */
import { readConfig, required, text } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { migrateService } from './migrations/all.js';

const log = createLog('membership-migrate');
try {
  const { MEMBERSHIP_OWNER_DATABASE_URL } = readConfig(process.env, {
    MEMBERSHIP_OWNER_DATABASE_URL: required('the database, as its owner role membership_owner', text),
  });
  log.info('migrated', { applied: await migrateService(MEMBERSHIP_OWNER_DATABASE_URL) });
} catch (error) {
  log.error(`cannot migrate: ${(error as Error).message}`, { error });
  process.exitCode = 1;
}
