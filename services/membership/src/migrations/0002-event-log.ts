import { eventAppendSql, eventLogSql } from '@hub/kit/event-log';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventReaderSql, eventTableSql } from '../event/event.sql.js';
import { roles } from './roles.js';

/** The log of what changed in memberships and roles; read by the gateway and by practice. */
export class EventLog1700000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of [
      eventTableSql,
      ...eventLogSql('membership_event', roles),
      ...eventAppendSql('membership_event', roles),
      ...eventReaderSql(roles),
    ])
      await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
