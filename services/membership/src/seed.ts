/**
 * Program: loads the reference data into MEMBERSHIP_OWNER_DATABASE_URL and binds development persons to
 * DEVELOPMENT_ISSUER where that is given; `--reference-only` leaves them out. Idempotent.
 */
import { optional, readConfig, required, text, url } from '@hub/kit/config';
import { createLog } from '@hub/kit/log';
import { seedService } from './seed/seedService.js';

const log = createLog('membership-seed');
try {
  const config = readConfig(process.env, {
    MEMBERSHIP_OWNER_DATABASE_URL: required('the database, as its owner role membership_owner', text),
    DEVELOPMENT_ISSUER: optional('the issuer of development tokens', url, ''),
  });
  const referenceOnly = process.argv.includes('--reference-only');
  await seedService(config.MEMBERSHIP_OWNER_DATABASE_URL, {
    developmentIssuer: referenceOnly ? undefined : config.DEVELOPMENT_ISSUER || undefined,
  });
  log.info('seeded');
} catch (error) {
  log.error(`cannot seed: ${(error as Error).message}`, { error });
  process.exitCode = 1;
}
