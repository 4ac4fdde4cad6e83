/** Program: loads reference data and practices into PRACTICE_OWNER_DATABASE_URL. Idempotent; `--reference-only` leaves out the practices. */
import { parseArgs } from 'node:util';
import { readConfig, required, text } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { seedService } from './seed/seedService.js';

const log = createLog('practice-seed');
try {
  const { values } = parseArgs({ options: { 'reference-only': { type: 'boolean', default: false } } });
  const { PRACTICE_OWNER_DATABASE_URL } = readConfig(process.env, {
    PRACTICE_OWNER_DATABASE_URL: required('the database, as its owner role practice_owner', text),
  });
  const loaded = await seedService(PRACTICE_OWNER_DATABASE_URL, { referenceOnly: values['reference-only'] });
  log.info('seeded', { ...loaded });
} catch (error) {
  log.error(`cannot seed: ${(error as Error).message}`, { error });
  process.exitCode = 1;
}
