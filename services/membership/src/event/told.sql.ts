import type { Rules } from '@hub/kit/migrate';
import { eventChannel } from './event.sql.js';

/** Whatever program commits an entry, at that moment it wakes who waits for the log: what was taken away is to be gone
 *  within a second. NOTIFY takes a global lock at commit; appends are few here, so that it costs nobody. */
export const toldRules = (): Rules => ({
  tables: [],
  functions: ['membership_event_told'],
  statements: [
    `create function membership_event_told() returns trigger language plpgsql set search_path = pg_catalog as $$
     begin
       perform pg_notify('${eventChannel}', '');
       return null;
     end $$`,
    `revoke all on function membership_event_told() from public`,
    `create trigger membership_event_told after insert on membership_event
       for each statement execute function membership_event_told()`,
  ],
});
