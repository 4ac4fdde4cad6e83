import type { MigrationInterface, QueryRunner } from 'typeorm';
import { accessLogTablesSql } from '../access/access.sql.js';

/** Who read what: a queue that is appended to, and a log that is numbered and chained. Who may do what is said by the rules (rules.ts). */
export class AccessLog1700000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of accessLogTablesSql) await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
