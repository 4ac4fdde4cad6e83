/** Program: brings the database at PRACTICE_OWNER_DATABASE_URL up to date. Idempotent. */
import { readConfig, required, text } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { migrateService } from './migrations/all.js';

const log = createLog('practice-migrate');
try {
  const { PRACTICE_OWNER_DATABASE_URL } = readConfig(process.env, {
    PRACTICE_OWNER_DATABASE_URL: required('the database, as its owner role practice_owner', text),
  });
  log.info('migrated', { applied: await migrateService(PRACTICE_OWNER_DATABASE_URL) });
} catch (error) {
  log.error(`cannot migrate: ${(error as Error).message}`, { error });
  process.exitCode = 1;
}
