import { type Migrations, migrate } from '@hub/kit/migrate';
import { Membership1700000000001 } from './0001-membership.js';
import { EventLog1700000000002 } from './0002-event-log.js';
import { People1700000000004 } from './0004-people.js';
import { SignOut1700000000005 } from './0005-sign-out.js';
import { rules } from './rules.js';

/** 0003 made functions, which are rules now. */
export const migrations: Migrations = [
  Membership1700000000001,
  EventLog1700000000002,
  People1700000000004,
  SignOut1700000000005,
];

/** Brings the membership database at `ownerUrl` up to date, its rules too; returns the names of what it applied. */
export const migrateService = (ownerUrl: string): Promise<string[]> => migrate(ownerUrl, migrations, rules);
