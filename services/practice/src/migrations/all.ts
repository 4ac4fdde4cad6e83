import { type Migrations, migrate } from '@hub/kit/migrate';
import { Practice1700000000001 } from './0001-practice.js';
import { Sharing1700000000002 } from './0002-sharing.js';
import { Search1700000000003 } from './0003-search.js';
import { AccessLog1700000000004 } from './0004-access-log.js';
import { rules } from './rules.js';

export const migrations: Migrations = [
  Practice1700000000001,
  Sharing1700000000002,
  Search1700000000003,
  AccessLog1700000000004,
];

/** Brings the practice database at `ownerUrl` up to date, its rules too. */
export const migrateService = (ownerUrl: string): Promise<string[]> => migrate(ownerUrl, migrations, rules);
