import type { EventLogRoles } from '@hub/kit/event-log';

/**
 * `viewer_of(issuer, subject)`: the viewer of kit/viewer.ts as JSON, or null when nobody is bound to the pair, or an
 * API client that has expired or was ended. It looks past row-level security, so it answers for one pair only and
 * belongs to a role of its own. Current means from <= now < until, by the database's clock.
 */
export const viewerOfSql = ({ app, definer }: EventLogRoles): string[] => [
  ...['identity', 'person_role', 'api_client'].flatMap((table) => [
    `grant select on ${table} to ${definer}`,
    `create policy ${table}_definer on ${table} for select to ${definer} using (true)`,
  ]),
  `create function viewer_of(issuer text, subject text) returns jsonb
     language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
   with bound as (
     select i.person_key, i.client_key from public.identity i where i.issuer = $1 and i.subject = $2
   ), held as (
     select r.role, r.of, r.state from public.person_role r join bound on r.person_key = bound.person_key
      where r.valid_from <= now() and (r.valid_until is null or now() < r.valid_until)
     union all
     select 'INTEGRATOR', c.owner, c.state from public.api_client c join bound on c.key = bound.client_key
   ), roles as (
     select coalesce(jsonb_agg(jsonb_build_object(
              'role', held.role,
              'of', held.of,
              'groups', to_jsonb(array_remove(array[held.of], null) || array(
                select 'b:' || m.body from public.membership m
                 where m.iso3 = held.state
                   and (m.valid_from is null or m.valid_from <= (now() at time zone 'utc')::date)
                   and (m.valid_until is null or (now() at time zone 'utc')::date < m.valid_until)
                 order by m.body))
            ) order by held.role, held.of), '[]') as list
       from held
   )
   select jsonb_build_object('kind', 'person', 'key', bound.person_key, 'roles', roles.list, 'scopes', '[]'::jsonb, 'ceiling', 'RED')
     from bound, roles where bound.person_key is not null
   union all
   select jsonb_build_object('kind', 'client', 'key', c.key, 'roles', roles.list, 'scopes', to_jsonb(c.scopes), 'ceiling', c.ceiling)
     from bound join public.api_client c on c.key = bound.client_key, roles
    where (c.expires_at is null or now() < c.expires_at) and (c.ended_at is null or now() < c.ended_at)
   $$`,
  `revoke all on function viewer_of(text, text) from public`,
  `grant execute on function viewer_of(text, text) to ${app}`,
  `alter function viewer_of(text, text) owner to ${definer}`,
];
