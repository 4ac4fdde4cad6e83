import type { MigrationInterface, QueryRunner } from 'typeorm';
import { documentTableSql } from '../search/document.sql.js';

/** What search looks at. How it is filled and read is said by the rules (rules.ts). */
export class Search1700000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of documentTableSql) await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
