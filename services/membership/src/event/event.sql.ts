import { type EventLogRoles, eventAppendSql } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';
import { mayAppend } from '../person/person.permissions.js';

/** The NOTIFY channel of the log. */
export const eventChannel = 'membership_event';

/**
 * What an event says beside its type. A membership: state and body. A role: whose, which, and the State or body it is
 * of, if any. A person: whose. A client: whose (state or body), and which. A key: also its own key, `api_key`.
 * A sign-out: issuer, and subject or session or both, of the identity provider.
 * from and until are days, as the memberships' are; a role, a client or a key changes at the moment `at`, or at
 * `effective_at` where that is later.
 */
export const eventTypes = [
  'MEMBERSHIP_STARTED',
  'MEMBERSHIP_ENDED',
  'ROLE_STARTED',
  'ROLE_ENDED',
  'PERSON_JOINED',
  'PERSON_REMOVED',
  'CLIENT_CREATED',
  'CLIENT_ENDED',
  'KEY_CREATED',
  'KEY_REVOKED',
  'SIGNED_OUT',
] as const;
export type EventType = (typeof eventTypes)[number];

/** Who may append, and how the log is read. */
export const eventRules = (roles: EventLogRoles): Rules => ({
  tables: [],
  functions: ['read_membership_events'],
  statements: [...eventAppendSql('membership_event', roles, mayAppend), ...readerSql(roles)],
});

/** `read_membership_events(after, size)`: {head, entries} of one moment, as the internal endpoint answers. The
 *  run-time role cannot read the table itself. */
const readerSql = ({ app, definer }: EventLogRoles): string[] => [
  `create function read_membership_events(after bigint, size int) returns jsonb
     language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
   select jsonb_build_object(
     'head', (select last from public.membership_event_head),
     'entries', (select coalesce(jsonb_agg(e.entry order by e.position), '[]') from (
        select e.position, jsonb_build_object('position', e.position, 'type', e.type, 'state', e.state, 'body', e.body,
          'from', e.valid_from, 'until', e.valid_until,
          'at', to_char(e.at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
          || jsonb_strip_nulls(jsonb_build_object('person', e.person, 'role', e.role, 'client', e.client, 'apiKey', e.api_key,
            'effectiveAt', to_char(e.effective_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'issuer', e.issuer, 'subject', e.subject, 'session', e.session)) as entry
          from public.membership_event e where e.position > $1 order by e.position limit $2) e))
   $$`,
  `revoke all on function read_membership_events(bigint, int) from public`,
  `grant execute on function read_membership_events(bigint, int) to ${app}`,
  `alter function read_membership_events(bigint, int) owner to ${definer}`,
];
