import type { EventLogRoles } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';

const signature = 'remove_person(uuid, timestamptz)';

/**
 * `remove_person(key)`: a curator's erasure. Name, e-mail and the binding to the identity provider go; the key stays,
 * because logs and records name it. False when there is no such person (any more). The run-time role cannot read who
 * is bound to what, which is why this looks past row-level security; it asks for a curator itself.
 */
export const removePersonRules = ({ app, definer }: EventLogRoles): Rules => ({
  tables: [],
  functions: ['remove_person'],
  statements: [
    `grant update (removed_at) on person to ${definer}`,
    `create policy person_removed on person for update to ${definer} using (true) with check (true)`,
    ...['person_contact', 'identity'].flatMap((table) => [
      `grant delete on ${table} to ${definer}`,
      `create policy ${table}_removed on ${table} for delete to ${definer} using (true)`,
    ]),
    `create function remove_person(person uuid, moment timestamptz) returns boolean
     language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
   begin
     if current_setting('hub.curator', true) is distinct from 'true' then
       raise exception 'curators remove persons' using errcode = '42501';
     end if;
     update public.person p set removed_at = $2 where p.key = $1 and p.removed_at is null;
     if not found then return false; end if;
     delete from public.person_contact c where c.person_key = $1;
     delete from public.identity i where i.person_key = $1;
     return true;
   end $$`,
    `revoke all on function ${signature} from public`,
    `grant execute on function ${signature} to ${app}`,
    `alter function ${signature} owner to ${definer}`,
  ],
});
