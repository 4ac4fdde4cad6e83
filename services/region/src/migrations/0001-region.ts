import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Public reference data, read by everybody with a passport and written by seeds alone: no row-level security. */
export const publicTables = ['region', 'state_area', 'regional_body', 'workshop'] as const;

export class Region1700000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of tables) await db.query(statement);
    await db.query(`grant select on ${publicTables.join(', ')} to region_app`);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

const tables = [
  `create table region (
     m49 text primary key check (m49 ~ '^[0-9]{3}$'),
     level text not null check (level in ('WORLD', 'REGION', 'SUBREGION', 'INTERMEDIATE')),
     parent_m49 text references region deferrable initially deferred,
     names jsonb not null,
     place smallint not null,
     check ((level = 'WORLD') = (parent_m49 is null)))`,
  `create index region_parent on region (parent_m49)`,
  // areas: from the world to the smallest
  `create table state_area (iso3 text primary key check (iso3 ~ '^[A-Z]{3}$'), areas text[] not null)`,
  `create table regional_body (
     slug text primary key,
     acronym text not null,
     names jsonb not null,
     seat_city text not null,
     seat_state text not null references state_area,
     founded_year smallint not null,
     website text not null,
     organs text[] not null,
     regions text[] not null,
     non_un_members jsonb not null,
     status_notes text[] not null,
     as_of text not null)`,
  `create table workshop (
     slug text primary key,
     kind text not null check (kind in ('REGIONAL', 'NATIONAL')),
     titles jsonb not null,
     venue_city text,
     venue_state text not null references state_area,
     start_date date,
     end_date date,
     date_precision text not null check (date_precision in ('DAY', 'MONTH', 'BETWEEN')),
     earliest_date date not null,
     latest_date date not null,
     regions text[] not null,
     regions_note text,
     participant_facts jsonb,
     summary text not null,
     facts text[] not null,
     resources jsonb not null,
     check ((date_precision = 'DAY') = (start_date is not null and end_date is not null)),
     check (earliest_date <= latest_date))`,
];
