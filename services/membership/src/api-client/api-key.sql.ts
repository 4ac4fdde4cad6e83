import type { EventLogRoles } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';

const signature = 'note_key_use(text, timestamptz)';

/** `note_key_use(hash, moment)`: when a key was last used, to the minute; a busy key writes once a minute. */
export const keyUseRules = ({ app, definer }: EventLogRoles): Rules => ({
  tables: [],
  functions: ['note_key_use'],
  statements: [
    `grant update (last_used_at) on api_key to ${definer}`,
    `create policy api_key_used on api_key for update to ${definer} using (true) with check (true)`,
    `create function note_key_use(hash text, moment timestamptz) returns void
     language sql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
   update public.api_key k set last_used_at = $2
    where k.hash = $1 and (k.last_used_at is null or k.last_used_at <= $2 - interval '1 minute')
   $$`,
    `revoke all on function ${signature} from public`,
    `grant execute on function ${signature} to ${app}`,
    `alter function ${signature} owner to ${definer}`,
  ],
});
