import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eventLogSql } from '@hub/kit/event-log';
import { Marking, Maturity, Origin, PracticeState, PracticeType, sectionNames } from '../practice/vocabulary.js';
import { roles } from './roles.js';

const oneOf = (column: string, values: readonly string[]) =>
  `check (${column} in (${values.map((value) => `'${value}'`).join(', ')}))`;
const markings = Object.values(Marking);

/** The whole record of a practice, the vocabularies it is filed under, and the event log. Who may read and write which
 *  row is not said here: see rules.ts. Until those rules are in force nobody but the owner role has any right. */
export class Practice1700000000001 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of [...reference, ...record, ...logs, ...eventLogSql('event', roles)])
      await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

/** Public reference data: vocabularies of our own, and projections of what region and membership say in public. */
const reference = [
  `create table theme (
     slug text primary key,
     label jsonb not null,
     definition text not null,
     broader text references theme deferrable initially deferred,
     pillars text[] not null,
     ordinal int not null)`,
  `create table knowledge_product (
     slug text primary key,
     title jsonb not null,
     title_status text not null,
     publishers text[] not null,
     series text,
     year int,
     launched text,
     languages text[] not null,
     themes text[] not null,
     abstract text not null,
     url text,
     ordinal int not null)`,
  // path: the area itself and all that contain it
  `create table area (m49 text primary key, level text not null, path text[] not null)`,
  `create table state (iso3 text primary key, area text not null references area)`,
  `create table body (slug text primary key, regions text[] not null)`,
  `create table workshop (slug text primary key)`,
  // "from" null: not known; dates are days
  `create table membership (
     state text not null, body text not null, "from" date, until date,
     primary key (state, body))`,
  `create table membership_progress (one_row boolean primary key default true check (one_row), position bigint not null default 0)`,
  `insert into membership_progress default values`,
];

const record = [
  `create table practice (
     key uuid primary key,
     slug text not null unique,
     owner text not null check (owner ~ '^(s:[A-Z]{3}|b:[a-z0-9-]+)$'),
     origin text not null ${oneOf('origin', Object.values(Origin))},
     marking text not null default 'AMBER_STRICT' ${oneOf('marking', markings)},
     audience text[], -- null: its owner has not said yet
     stage text not null default 'DRAFT' ${oneOf('stage', ['DRAFT', 'SUBMITTED', 'PUBLISHED', 'DECLINED'])},
     revision int not null default 1,
     created_at timestamptz not null,
     created_by uuid,
     withdrawn_at timestamptz,
     supersedes uuid references practice,
     consent jsonb -- {authority, scope, date, expiry}
  )`,
  `create index practice_owned on practice (owner)`,
  `create table practice_version (
     key uuid primary key,
     practice_key uuid not null references practice on delete cascade,
     number int not null check (number > 0),
     state text not null ${oneOf('state', Object.values(PracticeState))},
     title jsonb not null,
     original_language text not null,
     themes text[] not null default '{}',
     pillars text[] not null default '{}',
     regions text[] not null default '{}',
     type text ${oneOf('type', Object.values(PracticeType))},
     change_note text,
     created_at timestamptz not null,
     created_by uuid,
     updated_at timestamptz not null,
     submitted_at timestamptz,
     submitted_by uuid,
     published_at timestamptz,
     published_by uuid,
     superseded_at timestamptz,
     review_by date,
     unique (practice_key, number))`,
  `create index practice_version_updated on practice_version (updated_at, practice_key)`,
  `create table practice_section (
     version_key uuid not null references practice_version on delete cascade,
     name text not null ${oneOf('name', sectionNames)},
     marking text ${oneOf('marking', markings)}, -- null: the practice's
     content jsonb not null ${oneOf(`coalesce(content->>'maturity', 'GOOD')`, Object.values(Maturity))},
     primary key (version_key, name))`,
  `create table practice_curation (
     practice_key uuid primary key references practice on delete cascade,
     confidence numeric,
     basis text,
     note text,
     compiler_observation text,
     resources jsonb not null default '[]')`,
  `create table review_assignment (
     practice_key uuid not null references practice on delete cascade,
     person_key uuid not null,
     "of" text not null,
     assigned_at timestamptz not null,
     ended_at timestamptz,
     primary key (practice_key, person_key))`,
  // What a create answered, so that the same key answers the same again. Scoped to the viewer.
  `create table idempotency_key (
     viewer text not null,
     key text not null,
     input_hash text not null,
     practice_key uuid not null,
     created_at timestamptz not null,
     primary key (viewer, key))`,
];

/** An event carries ids and, before and after, what visibility hangs on; never content. */
const logs = [
  `create table event (
     id uuid primary key,
     position bigint,
     type text not null,
     at timestamptz not null,
     practice_key uuid,
     version int,
     owner text,
     marking_before text, audience_before text[], stage_before text, state_before text,
     marking_after text, audience_after text[], stage_after text, state_after text,
     state text, body text, joined boolean)`, // MEMBERSHIP_CHANGED
  `create index event_practice on event (practice_key, position)`,
  `create index event_membership on event (state, position) where type = 'MEMBERSHIP_CHANGED'`,
];
