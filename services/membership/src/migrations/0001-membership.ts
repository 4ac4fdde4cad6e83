import type { MigrationInterface, QueryRunner } from 'typeorm';

/** States and their areas, who is in which body, persons with roles, API clients, and who an issuer's subject is. Who
 *  may read and write which row is not said here: see rules.ts. */
export class Membership1700000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of [...reference, ...people]) await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

const token = `'^(s:[A-Z]{3}|b:[a-z0-9]+(-[a-z0-9]+)*)$'`;

/** The State and body in a token, as columns of their own, so that neither can be one that does not exist. */
const parts = (column: string) =>
  `state text generated always as (case when ${column} like 's:%' then substr(${column}, 3) end) stored references state,
     body text generated always as (case when ${column} like 'b:%' then substr(${column}, 3) end) stored references regional_body`;

const reference = [
  // place: in the order of the English names
  `create table state (
     iso3 text primary key check (iso3 ~ '^[A-Z]{3}$'),
     iso2 text not null unique check (iso2 ~ '^[A-Z]{2}$'),
     m49 text not null unique check (m49 ~ '^[0-9]{3}$'),
     un_status text not null check (un_status in ('MEMBER', 'OBSERVER')),
     names jsonb not null,
     place smallint not null)`,
  `create table area (m49 text primary key check (m49 ~ '^[0-9]{3}$'))`,
  // every area a State lies in, the world included
  `create table state_area (
     iso3 text not null references state,
     m49 text not null references area,
     primary key (m49, iso3))`,
  `create index state_area_state on state_area (iso3)`,
  `create table regional_body (slug text primary key)`,
  // from null: not known; until: the first day outside. as_of: the month a data file says so; null once an act in the hub has dated it
  `create table membership (
     key uuid primary key,
     iso3 text not null references state,
     body text not null references regional_body,
     valid_from date,
     valid_until date,
     as_of text,
     check (valid_from < valid_until))`,
  `create unique index membership_open on membership (iso3, body) where valid_until is null`,
  `create index membership_body on membership (body)`,
];

const people = [
  `create table person (key uuid primary key, created_at timestamptz not null default now())`,
  `create table person_contact (
     person_key uuid primary key references person,
     name text,
     email text)`,
  `create table person_role (
     key uuid primary key,
     person_key uuid not null references person,
     role text not null,
     of text check (of ~ ${token}),
     ${parts('of')},
     valid_from timestamptz not null,
     valid_until timestamptz,
     check (case when role in ('FOCAL_POINT', 'ALTERNATE') then of like 's:%'
                 when role = 'OFFICER' then of like 'b:%'
                 when role in ('CONTRIBUTOR', 'REVIEWER') then true
                 when role in ('CURATOR', 'AUDITOR') then of is null
                 else false end is true),
     check ((role in ('CURATOR', 'AUDITOR')) = (of is null)),
     check (valid_from < valid_until))`,
  `create unique index person_role_open on person_role (person_key, role, of) nulls not distinct where valid_until is null`,
  `create index person_role_of on person_role (of)`,
  `create table api_client (
     key uuid primary key,
     name text not null,
     owner text not null check (owner ~ ${token}),
     ${parts('owner')},
     scopes text[] not null,
     ceiling text not null check (ceiling in ('CLEAR', 'GREEN', 'AMBER')),
     expires_at timestamptz,
     ended_at timestamptz)`,
  `create index api_client_owner on api_client (owner)`,
  `create table identity (
     issuer text not null,
     subject text not null,
     person_key uuid references person,
     client_key uuid references api_client,
     primary key (issuer, subject),
     check (num_nonnulls(person_key, client_key) = 1))`,
  `create index identity_person on identity (person_key)`,
  `create index identity_client on identity (client_key)`,
];
