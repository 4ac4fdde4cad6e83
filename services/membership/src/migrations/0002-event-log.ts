import { eventLogSql } from '@hub/kit/event-log';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { roles } from './roles.js';

/** The log of what changed in memberships and roles; read by the gateway and by practice. Who appends to it and how it
 *  is read are rules, see rules.ts. */
export class EventLog1700000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of [eventTable, ...eventLogSql('membership_event', roles)]) await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

/** state and body: the two of a membership, or the one a role is of; person and role: of the role that changed. */
const eventTable = `create table membership_event (
     id uuid primary key,
     position bigint,
     type text not null check (type in ('MEMBERSHIP_STARTED', 'MEMBERSHIP_ENDED', 'ROLE_STARTED', 'ROLE_ENDED')),
     state text,
     body text,
     person uuid,
     role text,
     valid_from date,
     valid_until date,
     at timestamptz not null default now(),
     check ((type like 'MEMBERSHIP%') = (person is null)),
     check ((type like 'ROLE%') = (role is not null)),
     check (type like 'ROLE%' or (state is not null and body is not null)))`;
