/**
 * Who somebody is, as the database answers: the viewer of kit/viewer.ts as JSON, with `validUntil`.
 *
 * - `viewer_of(issuer, subject)`: whom the identity provider means;
 * - `viewer_of_key(hash)`: the client that holds an API key;
 * - `viewer_of_person(key)`: a person, for a service that explains what they see.
 *
 * Each answers for one at a time, and null for nobody: unknown, ended, expired, revoked and removed look the same. They
 * look past row-level security, and so belong to a role of their own. Current means from <= moment < until; what runs
 * out is thereby without effect from that moment on, whether or not anybody cleans up.
 */
import type { EventLogRoles } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';
import { scopeNames } from '@hub/kit/viewer';

/** The day in UTC on which a moment lies: memberships are dated by day. */
const dayOf = (moment: string) => `(${moment} at time zone 'utc')::date`;

const signatures = [
  'viewer_of_one(uuid, uuid, timestamptz, timestamptz)',
  'viewer_of(text, text, timestamptz)',
  'viewer_of_key(text, timestamptz)',
  'viewer_of_person(uuid, timestamptz)',
];

const head = (signature: string) => `create function ${signature} returns jsonb
     language sql stable security definer set search_path = pg_catalog, public, pg_temp as`;

export const viewerRules = (roles: EventLogRoles): Rules => ({
  tables: [],
  functions: ['viewer_of', 'viewer_of_key', 'viewer_of_person', 'viewer_of_one'],
  statements: viewerSql(roles),
});

const viewerSql = ({ app, definer }: EventLogRoles): string[] => [
  // person or client: one of the two; until: when what they showed runs out.
  `${head('viewer_of_one(person uuid, client uuid, until timestamptz, moment timestamptz)')} $$
   with held as (
     select r.role, r.of, r.state, r.valid_until as until from public.person_role r
      where r.person_key = $1 and r.valid_from <= $4 and (r.valid_until is null or $4 < r.valid_until)
     union all
     select 'INTEGRATOR', c.owner, c.state, least(c.expires_at, c.ended_at) from public.api_client c where c.key = $2
   ), roles as (
     select coalesce(jsonb_agg(jsonb_build_object(
              'role', held.role,
              'of', held.of,
              'groups', to_jsonb(array_remove(array[held.of], null) || array(
                select 'b:' || m.body from public.membership m
                 where m.iso3 = held.state
                   and (m.valid_from is null or m.valid_from <= ${dayOf('$4')})
                   and (m.valid_until is null or ${dayOf('$4')} < m.valid_until)
                 order by m.body))
            ) order by held.role, held.of), '[]') as list
       from held
   ), changes as (
     select min(at) as next from (
       select held.until as at from held
       union all select r.valid_from from public.person_role r where r.person_key = $1 and $4 < r.valid_from
       union all select d.day::timestamp at time zone 'utc'
         from held join public.membership m on m.iso3 = held.state
         cross join lateral (values (m.valid_from), (m.valid_until)) d(day) where ${dayOf('$4')} < d.day
       union all select $3) c
   ), valid as (
     -- up to the next whole millisecond, so that who asks again then is answered anew
     select jsonb_build_object('roles', roles.list, 'validUntil', to_char(
       (changes.next + interval '999 microseconds') at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) as part
       from roles, changes
   )
   select jsonb_build_object('kind', 'person', 'key', p.key, 'scopes', '${JSON.stringify(scopeNames)}'::jsonb, 'ceiling', 'RED') || valid.part
     from public.person p, valid where p.key = $1 and p.removed_at is null
   union all
   select jsonb_build_object('kind', 'client', 'key', c.key, 'scopes', to_jsonb(c.scopes), 'ceiling', c.ceiling) || valid.part
     from public.api_client c, valid
    where c.key = $2 and (c.expires_at is null or $4 < c.expires_at) and (c.ended_at is null or $4 < c.ended_at)
   $$`,
  `${head('viewer_of(issuer text, subject text, moment timestamptz default now())')} $$
   select public.viewer_of_one(i.person_key, i.client_key, null, $3)
     from public.identity i where i.issuer = $1 and i.subject = $2
   $$`,
  `${head('viewer_of_key(hash text, moment timestamptz default now())')} $$
   select public.viewer_of_one(null, k.client_key, least(k.expires_at, k.revoked_at), $2)
     from public.api_key k
    where k.hash = $1 and $2 < k.expires_at and (k.revoked_at is null or $2 < k.revoked_at)
   $$`,
  `${head('viewer_of_person(person uuid, moment timestamptz default now())')} $$
   select public.viewer_of_one($1, null, null, $2)
   $$`,
  ...signatures.flatMap((signature) => [
    `revoke all on function ${signature} from public`,
    ...(signature.startsWith('viewer_of_one') ? [] : [`grant execute on function ${signature} to ${app}`]),
    `alter function ${signature} owner to ${definer}`,
  ]),
];
