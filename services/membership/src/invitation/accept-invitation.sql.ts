import type { EventLogRoles } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';
import { givesAs } from '../person/person.permissions.js';

const signature = 'accept_invitation(text, text, text, uuid, timestamptz)';

/**
 * `accept_invitation(hash, issuer, subject, person)`: makes whoever holds an invitation's secret the person it is for,
 * and gives them its role; answers {person, role, of}. `person` is somebody the hub knows already, who gets the role
 * too; else `issuer` and `subject` become a new person's. Null for what cannot be accepted: unknown, used, withdrawn
 * and expired look the same, and so does one that is for another subject, one of whoever may no longer give that role,
 * and an API client's try. The row is locked, so of two who accept at once one does.
 *
 * Nobody who accepts may read or write any of these rows, which is why it looks past row-level security.
 */
export const acceptInvitationRules = ({ app, definer }: EventLogRoles): Rules => ({
  tables: [],
  functions: ['accept_invitation'],
  statements: [
    `grant update (accepted_at, accepted_by, name, email, issuer, subject) on invitation to ${definer}`,
    `create policy invitation_accepted on invitation for update to ${definer} using (true) with check (true)`,
    ...['person', 'identity', 'person_role', 'person_contact'].flatMap((table) => [
      `grant insert on ${table} to ${definer}`,
      `create policy ${table}_accepted on ${table} for insert to ${definer} with check (true)`,
    ]),
    `grant insert on membership_event to ${definer}`, // under its policy of 0002
    `create function accept_invitation(hash text, issuer text, subject text, person uuid, moment timestamptz) returns jsonb
     language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
   declare
     given public.invitation;
     bound public.identity;
     who uuid := $4;
   begin
     select * into given from public.invitation i
      where i.hash = $1 and i.accepted_at is null and i.withdrawn_at is null and $5 < i.expires_at for update;
     if not found then return null; end if;
     if not exists (select from public.person_role r where r.person_key = given.invited_by
          and r.valid_from <= $5 and (r.valid_until is null or $5 < r.valid_until) and ${givesAs('r', 'given.role', 'given.of')})
     then return null; end if;
     if who is null then
       select * into bound from public.identity i where i.issuer = $2 and i.subject = $3;
       if bound.client_key is not null then return null; end if;
       who := bound.person_key;
     end if;
     if given.issuer is not null and ($2, $3) is distinct from (given.issuer, given.subject)
        and not exists (select from public.identity i
          where i.issuer = given.issuer and i.subject = given.subject and i.person_key = who)
     then return null; end if;
     if who is null then
       who := gen_random_uuid();
       insert into public.person (key, created_at) values (who, $5);
       insert into public.identity (issuer, subject, person_key) values ($2, $3, who);
       insert into public.membership_event (id, type, person, at) values (gen_random_uuid(), 'PERSON_JOINED', who, $5);
     end if;
     -- What they are called already stays: it is theirs to correct.
     insert into public.person_contact (person_key, name, email) values (who, given.name, given.email) on conflict do nothing;
     insert into public.person_role (key, person_key, role, of, valid_from)
       values (gen_random_uuid(), who, given.role, given.of, $5) on conflict do nothing;
     if found then
       insert into public.membership_event (id, type, state, body, person, role, valid_from, at)
         values (gen_random_uuid(), 'ROLE_STARTED', given.state, given.body, who, given.role, ($5 at time zone 'utc')::date, $5);
     end if;
     update public.invitation i set accepted_at = $5, accepted_by = who, name = null, email = null, issuer = null, subject = null
      where i.key = given.key;
     return jsonb_build_object('person', who, 'role', given.role, 'of', given.of);
   end $$`,
    `revoke all on function ${signature} from public`,
    `grant execute on function ${signature} to ${app}`,
    `alter function ${signature} owner to ${definer}`,
  ],
});
