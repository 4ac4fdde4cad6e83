import type { EventLogRoles } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';

/**
 * Sign-outs, as the identity provider told them. Each is a row, which decides on tokens from then on, and an entry of
 * the log, which tells whoever follows it at once. `message` is the provider's id of its message: it counts once.
 */
export const signOutTableSql = [
  `create table sign_out (
     key uuid primary key,
     issuer text not null,
     message text not null,
     subject text,
     session text,
     at timestamptz not null,
     unique (issuer, message),
     check (num_nonnulls(subject, session) > 0))`,
  `create index sign_out_subject on sign_out (issuer, subject, at)`,
  `create index sign_out_session on sign_out (issuer, session, at)`,
];

export const signOutRules = ({ owner, app, definer }: EventLogRoles): Rules => ({
  tables: ['sign_out'],
  functions: ['signed_out_at'],
  statements: [
    `alter table sign_out enable row level security`,
    `alter table sign_out force row level security`,
    `create policy sign_out_owner on sign_out for all to ${owner} using (true) with check (true)`,
    `create policy sign_out_definer on sign_out for select to ${definer} using (true)`,
    // Noted by the process itself, on behalf of no viewer; nobody reads it but through signed_out_at.
    `create policy sign_out_note on sign_out for insert to ${app}
       with check ((select coalesce(current_setting('hub.viewer', true), '') = ''))`,
    `grant insert on sign_out to ${app}`,
    `grant select on sign_out to ${definer}`,
    // When what a token shows was last signed out: by its session, or by its subject where either names no session.
    `create function signed_out_at(issuer text, subject text, session text) returns timestamptz
       language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
     select max(s.at) from public.sign_out s
      where s.issuer = $1
        and ((s.subject = $2 and (s.session is null or $3 is null or s.session = $3))
          or (s.subject is null and s.session = $3))
     $$`,
    `revoke all on function signed_out_at(text, text, text) from public`,
    `grant execute on function signed_out_at(text, text, text) to ${app}`,
    `alter function signed_out_at(text, text, text) owner to ${definer}`,
  ],
});
