/** Program: loads the reference data into REGION_OWNER_DATABASE_URL. Idempotent; `--reference-only` changes nothing here. */
import { readConfig, required, text } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { seedService } from './seed/seedService.js';

const log = createLog('region-seed');
try {
  const { REGION_OWNER_DATABASE_URL } = readConfig(process.env, {
    REGION_OWNER_DATABASE_URL: required('the database, as its owner role region_owner', text),
  });
  await seedService(REGION_OWNER_DATABASE_URL);
  log.info('seeded');
} catch (error) {
  log.error(`cannot seed: ${(error as Error).message}`, { error });
  process.exitCode = 1;
}
