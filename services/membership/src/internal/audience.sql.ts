import type { EventLogRoles } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';

const signature = 'audience_counts(text[], timestamptz)';

/**
 * `audience_counts(tokens)`: how many persons hold which role of a State or body, and how many clients it has per
 * ceiling, for the tokens given and, of a body, for each State that is in it today. Numbers and no names. Clients that
 * may not read practices see none, and are not counted.
 */
export const audienceRules = ({ app, definer }: EventLogRoles): Rules => ({
  tables: [],
  functions: ['audience_counts'],
  statements: [
    `create function audience_counts(tokens text[], moment timestamptz default now()) returns jsonb
     language sql stable security definer set search_path = pg_catalog, public, pg_temp as $$
   with asked as (
     select distinct t.of from unnest($1) t(of)
      where exists (select from public.state s where 's:' || s.iso3 = t.of)
         or exists (select from public.regional_body b where 'b:' || b.slug = t.of)
   ), meant as (
     select of from asked
     union
     select 's:' || m.iso3 from asked join public.membership m on asked.of = 'b:' || m.body
      where (m.valid_from is null or m.valid_from <= ($2 at time zone 'utc')::date)
        and (m.valid_until is null or ($2 at time zone 'utc')::date < m.valid_until)
   ), persons as (
     select r.of, r.role, count(distinct r.person_key) as n from public.person_role r
      where r.of in (select of from meant) and r.valid_from <= $2 and (r.valid_until is null or $2 < r.valid_until)
      group by r.of, r.role
   ), clients as (
     select c.owner as of, c.ceiling, count(*) as n from public.api_client c
      where c.owner in (select of from meant) and 'practices:read' = any (c.scopes)
        and (c.expires_at is null or $2 < c.expires_at) and (c.ended_at is null or $2 < c.ended_at)
      group by c.owner, c.ceiling
   )
   select jsonb_build_object('groups', coalesce(jsonb_agg(jsonb_build_object(
       'of', meant.of,
       'roles', (select coalesce(jsonb_object_agg(p.role, p.n), '{}') from persons p where p.of = meant.of),
       'clients', jsonb_build_object('CLEAR', 0, 'GREEN', 0, 'AMBER', 0)
         || (select coalesce(jsonb_object_agg(c.ceiling, c.n), '{}') from clients c where c.of = meant.of)
     ) order by meant.of), '[]')) from meant
   $$`,
    `revoke all on function ${signature} from public`,
    `grant execute on function ${signature} to ${app}`,
    `alter function ${signature} owner to ${definer}`,
  ],
});
