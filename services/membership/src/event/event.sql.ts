import type { EventLogRoles } from '@hub/kit/event-log';

/** The NOTIFY channel of the log. */
export const eventChannel = 'membership_event';

/** state and body: the two of a membership, or the one a role is of; person and role: of the role that changed. */
export const eventTableSql = `create table membership_event (
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

/** `read_membership_events(after, size)`: {head, entries} of one moment, as the internal endpoint answers. The
 *  run-time role cannot read the table itself. */
export const eventReaderSql = ({ app, definer }: EventLogRoles): string[] => [
  `create function read_membership_events(after bigint, size int) returns jsonb
     language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
   select jsonb_build_object(
     'head', (select last from public.membership_event_head),
     'entries', (select coalesce(jsonb_agg(e.entry order by e.position), '[]') from (
        select e.position, jsonb_build_object('position', e.position, 'type', e.type, 'state', e.state, 'body', e.body,
          'from', e.valid_from, 'until', e.valid_until,
          'at', to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
          || case when e.person is null then '{}'::jsonb else jsonb_build_object('person', e.person, 'role', e.role) end as entry
          from public.membership_event e where e.position > $1 order by e.position limit $2) e))
   $$`,
  `revoke all on function read_membership_events(bigint, int) from public`,
  `grant execute on function read_membership_events(bigint, int) to ${app}`,
  `alter function read_membership_events(bigint, int) owner to ${definer}`,
];
