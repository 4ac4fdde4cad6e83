import { type Migrations, migrate } from '@hub/kit/migrate';
import { Membership1700000000001 } from './0001-membership.js';
import { EventLog1700000000002 } from './0002-event-log.js';
import { Viewer1700000000003 } from './0003-viewer.js';

export const migrations: Migrations = [Membership1700000000001, EventLog1700000000002, Viewer1700000000003];

/** Brings the membership database at `ownerUrl` up to date; returns the names of what it applied. */
export const migrateService = (ownerUrl: string): Promise<string[]> => migrate(ownerUrl, migrations);
