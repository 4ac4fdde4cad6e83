import type { MigrationInterface, QueryRunner } from 'typeorm';
import { viewerOfSql } from '../identity/viewer-of.sql.js';
import { roles } from './roles.js';

/** Who an issuer's subject is. */
export class Viewer1700000000003 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of viewerOfSql(roles)) await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}
