import { scopeNames } from '@hub/kit/viewer';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API keys, invitations, persons who were removed; the log tells of all of them. */
export class People1700000000004 implements MigrationInterface {
  async up(db: QueryRunner): Promise<void> {
    for (const statement of [...tables, ...events]) await db.query(statement);
  }

  async down(): Promise<void> {
    throw new Error('Migrations only go forward.');
  }
}

const text = (column: string, most: number) => `check (length(${column}) between 1 and ${most})`;

const tables = [
  `alter table person add column removed_at timestamptz`,
  `create index person_role_person on person_role (person_key)`,
  `alter table api_client
     add column created_at timestamptz not null default now(),
     add constraint api_client_scopes check (scopes <@ '{${scopeNames.join(',')}}'),
     add constraint api_client_name ${text('name', 100)}`,
  `create unique index api_client_named on api_client (owner, name) where ended_at is null`,
  // hash: see kit/secret.ts. revoked_at may lie ahead: a key that was rotated goes on for the overlap.
  `create table api_key (
     key uuid primary key,
     client_key uuid not null references api_client,
     hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
     start text not null check (length(start) <= 16),
     created_at timestamptz not null,
     expires_at timestamptz not null,
     last_used_at timestamptz,
     revoked_at timestamptz,
     constraint api_key_lifetime check (expires_at - created_at between interval '1 hour' and interval '365 days'),
     constraint api_key_overlap check (revoked_at >= created_at))`,
  `create index api_key_client on api_key (client_key)`,
  // Who accepts brings their own identity; where issuer and subject are given, it has to be that one.
  `create table invitation (
     key uuid primary key,
     hash text not null unique check (hash ~ '^[0-9a-f]{64}$'),
     role text not null,
     of text,
     state text generated always as (case when of like 's:%' then substr(of, 3) end) stored references state,
     body text generated always as (case when of like 'b:%' then substr(of, 3) end) stored references regional_body,
     name text ${text('name', 200)},
     email text ${text('email', 254)},
     issuer text,
     subject text,
     invited_by uuid not null references person,
     created_at timestamptz not null,
     expires_at timestamptz not null,
     accepted_at timestamptz,
     accepted_by uuid references person,
     withdrawn_at timestamptz,
     constraint invitation_lifetime check (expires_at - created_at between interval '1 hour' and interval '30 days'),
     check ((issuer is null) = (subject is null)),
     check ((accepted_at is null) = (accepted_by is null)),
     check (accepted_at is null or withdrawn_at is null),
     check (case when role in ('FOCAL_POINT', 'ALTERNATE') then of like 's:%'
                 when role = 'OFFICER' then of like 'b:%'
                 when role in ('CONTRIBUTOR', 'REVIEWER') then state is not null or body is not null
                 when role in ('CURATOR', 'AUDITOR') then of is null
                 else false end is true))`,
  `create index invitation_of on invitation (of)`,
];

const types = [
  ...['MEMBERSHIP_STARTED', 'MEMBERSHIP_ENDED', 'ROLE_STARTED', 'ROLE_ENDED', 'PERSON_JOINED', 'PERSON_REMOVED'],
  ...['CLIENT_CREATED', 'CLIENT_ENDED', 'KEY_CREATED', 'KEY_REVOKED'],
];

/** client and api_key: of a client or a key that changed; effective_at: when a key stops, if that is later. */
const events = [
  `alter table membership_event
     add column client uuid,
     add column api_key uuid,
     add column effective_at timestamptz`,
  `do $$ declare name text;
   begin
     for name in select conname from pg_constraint where conrelid = 'membership_event'::regclass and contype = 'c' loop
       execute format('alter table membership_event drop constraint %I', name);
     end loop;
   end $$`,
  `alter table membership_event
     add constraint membership_event_type check (type in (${types.map((type) => `'${type}'`).join(', ')})),
     add check ((type like 'MEMBERSHIP%') <= (state is not null and body is not null)),
     add check ((type like 'ROLE%') = (role is not null)),
     add check ((type like 'ROLE%' or type like 'PERSON%') = (person is not null)),
     add check ((type like 'CLIENT%' or type like 'KEY%') = (client is not null)),
     add check ((type like 'KEY%') = (api_key is not null))`,
];
