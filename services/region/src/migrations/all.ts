import { type Migrations, migrate } from '@hub/kit/migrate';
import { Region1700000000001 } from './0001-region.js';

export const migrations: Migrations = [Region1700000000001];

/** Brings the region database at `ownerUrl` up to date; returns the names of what it applied. */
export const migrateService = (ownerUrl: string): Promise<string[]> => migrate(ownerUrl, migrations);
