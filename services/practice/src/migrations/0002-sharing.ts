import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Marking, sectionNames } from '../practice/vocabulary.js';

/** Sections' own markings, consents that run out, and requests for what is redacted with the grants that answer them. */
export class Sharing1700000000002 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of [...sharing, ...consents, ...access, ...events]) await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

const listed = (values: readonly string[]) => values.map((value) => `'${value}'`).join(', ');
const knownSections = (column: string) => `check (${column} <@ array[${listed(sectionNames)}])`;

/** practice.sharing.ts says what these mean. */
const sharing = [
  `alter table practice
     add column section_markings jsonb not null default '{}'
       check (section_markings - array[${listed(sectionNames)}] = '{}'
         and not jsonb_path_exists(section_markings, '$.* ? (!(${Object.values(Marking)
           .map((marking) => `@ == "${marking}"`)
           .join(' || ')}))')),
     add column lapses jsonb not null default '[]' check (jsonb_typeof(lapses) = 'array'),
     add column lapses_at timestamptz,
     add check ((lapses_at is null) = (lapses = '[]'))`,
  `create index practice_lapsing on practice (lapses_at) where lapses_at is not null`,
  // A section's marking was never set through the API, so there is nothing to take over from practice_section.marking.
  // It is not read any more; the column goes once no older process runs.
];

/** Consents are their owner's own matter: a table of theirs, since whoever sees a practice reads its row. */
const consents = [
  `create table consent_record (
     key uuid primary key,
     practice_key uuid not null references practice on delete cascade,
     authority text not null,
     scope text not null,
     date date not null,
     expiry date, -- null: without end
     given_at timestamptz not null,
     given_by uuid not null)`,
  `create index consent_record_practice on consent_record (practice_key, given_at)`,
  `insert into consent_record (key, practice_key, authority, scope, date, expiry, given_at, given_by)
     select gen_random_uuid(), key, consent->>'authority', consent->>'scope', (consent->>'date')::date,
            (consent->>'expiry')::date, created_at, created_by
       from practice where consent is not null and created_by is not null`,
  `update practice set consent = null where consent is not null`,
];

const access = [
  // The role and State or body are those the person asked as: what the owner decides on.
  `create table access_request (
     key uuid primary key,
     practice_key uuid not null references practice on delete cascade,
     person_key uuid not null,
     role text not null,
     "of" text,
     sections text[] not null ${knownSections('sections')} check (cardinality(sections) > 0),
     reason text not null,
     status text not null check (status in ('OPEN', 'GRANTED', 'DECLINED')),
     asked_at timestamptz not null,
     decided_at timestamptz,
     decided_by uuid,
     decline_reason text,
     check ((status = 'OPEN') = (decided_at is null)),
     check ((status = 'DECLINED') = (decline_reason is not null)))`,
  `create unique index access_request_open on access_request (practice_key, person_key) where status = 'OPEN'`,
  `create index access_request_person on access_request (person_key, asked_at)`,
  `create table access_grant (
     key uuid primary key,
     request_key uuid not null unique references access_request on delete cascade,
     practice_key uuid not null references practice on delete cascade,
     person_key uuid not null,
     sections text[] not null ${knownSections('sections')} check (cardinality(sections) > 0),
     granted_at timestamptz not null,
     granted_by uuid not null,
     until timestamptz not null check (until > granted_at and until <= granted_at + interval '366 days'),
     ended_at timestamptz,
     ended_by uuid)`,
  `create index access_grant_held on access_grant (practice_key, person_key) where ended_at is null`,
  `create index access_grant_ending on access_grant (until) where ended_at is null`,
];

/** ACCESS_CHANGED is one person's: nobody else is told of it. */
const events = [
  `alter table event
     add column sections_before jsonb not null default '{}',
     add column sections_after jsonb not null default '{}',
     add column person uuid,
     add check ((type = 'ACCESS_CHANGED') = (person is not null))`,
];
