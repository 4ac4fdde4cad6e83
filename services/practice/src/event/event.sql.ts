/**
 * The one door to the event log: a SECURITY DEFINER function that decides, for the viewer of the transaction, what
 * each event after a position means to them. Nobody reads the table itself.
 *
 * Of each practice in the batch: was it visible at `after_place` (the before-image of its first event past it), and
 * is it visible now?
 * - yes→no: NO_LONGER_VISIBLE, once, where it first went out of sight.
 * - no→yes: from where it first came into sight, that event (BECAME_VISIBLE when it is not one readers know) and the
 *   later ones.
 * - yes→yes: every event; BECAME_VISIBLE where more or less of its sections came into sight, by a section's marking or
 *   by a grant to this very person; and where it came back into sight after it had gone, BECAME_VISIBLE. A reader whose cursor
 *   was cut while it was out of sight had not been told of it before; to any other this is nothing new.
 * - no→no: nothing.
 * Taking the first change makes the answer stable however a replay is cut. A change of the reader's own bodies
 * (MEMBERSHIP_CHANGED) has its place in the log and yields no events yet: what it shows is seen by asking.
 */
import { eventAppendSql } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';
import {
  type Image,
  type Roles,
  definerFunction,
  mayAppend,
  practiceImage,
  seesHeader,
  seesSectionNamed,
  seesVersionNumbered,
  viewer,
} from '../practice/practice.visibility.js';

/** Events readers know; the others only change who sees what. */
const known = ['SUBMITTED', 'PUBLISHED', 'REVISED', 'REVIEWED', 'ADOPTED', 'WITHDRAWN', 'SUPERSEDED'];

const image = (event: string, side: 'before' | 'after'): Image => ({
  key: `${event}.practice_key`,
  owner: `${event}.owner`,
  marking: `${event}.marking_${side}`,
  audience: `${event}.audience_${side}`,
  sections: `${event}.sections_${side}`,
  stage: `${event}.stage_${side}`,
});
const now = practiceImage('p');

/** Whether an event `b` changed which sections the viewer sees, of a practice whose header they see. */
const sectionsChanged = `(b.type = 'AUDIENCE_CHANGED' and exists (
  select 1 from jsonb_object_keys(b.sections_before || b.sections_after) k(name)
   where coalesce(${seesSectionNamed(image('b', 'before'), 'k.name')}, false) <> coalesce(${seesSectionNamed(image('b', 'after'), 'k.name')}, false)
     and exists (select 1 from public.practice_version n join public.practice_section s on s.version_key = n.key
       where n.practice_key = b.practice_key and n.submitted_at is not null and s.name = k.name)))`;
/** A grant given or ended is told to the person it is for, and to nobody else. */
const accessChanged = `(b.type = 'ACCESS_CHANGED' and 'p:' || b.person = ${viewer.person})`;

/** Who may append, and how the log is read. */
export const eventRules = (roles: Roles): Rules => ({
  tables: [],
  functions: ['read_events'],
  statements: [...eventAppendSql('event', roles, mayAppend), ...readerSql(roles)],
});

const readerSql = (roles: Roles): string[] => [
  `create function read_events(after_place bigint, origin bigint, batch int)
     returns table (place bigint, type text, practice_key uuid, at timestamptz, seen_at_origin boolean)
     language sql stable security definer set search_path = pg_catalog, public as $$
   with batch as (
     select e.* from public.event e where e.position > after_place order by e.position limit batch
   ), touched as (
     select k.practice_key,
       coalesce((select ${seesHeader(now)} from public.practice p where p.key = k.practice_key), false) as now,
       (select coalesce(${seesHeader(image('f', 'before'))}, false) from public.event f
         where f.practice_key = k.practice_key and f.position > after_place order by f.position limit 1) as before,
       (select coalesce(${seesHeader(image('f', 'before'))}, false) from public.event f
         where f.practice_key = k.practice_key and f.position > origin order by f.position limit 1) as at_origin
     from (select distinct b.practice_key from batch b where b.practice_key is not null) k
   ), turned as (
     select t.*,
       (select min(f.position) from public.event f where f.practice_key = t.practice_key and f.position > after_place
         and t.now <> t.before and coalesce(${seesHeader(image('f', 'after'))}, false) = t.now) as turn,
       (select min(n.position) from public.event n where n.practice_key = t.practice_key and t.now and t.before
         and n.position > (select max(f.position) from public.event f where f.practice_key = t.practice_key
           and f.position > after_place and not coalesce(${seesHeader(image('f', 'after'))}, false))) as back
     from touched t
   )
   select b.position,
     case
       when t.now and b.position = t.back then 'BECAME_VISIBLE'
       when t.now and (t.before or b.position > t.turn) and (${sectionsChanged} or ${accessChanged}) then 'BECAME_VISIBLE'
       when t.now and (t.before or b.position > t.turn) and (b.type <> 'REVISED' or ${seesVersionNumbered(now, 'b.practice_key', 'b.version')}) and b.type in (${known.map((type) => `'${type}'`).join(', ')}) then b.type
       when t.now and not t.before and b.position = t.turn
         then case when b.type in (${known.map((type) => `'${type}'`).join(', ')}) then b.type else 'BECAME_VISIBLE' end
       when not t.now and t.before and b.position = t.turn then 'NO_LONGER_VISIBLE'
     end,
     b.practice_key, b.at, coalesce(t.at_origin, false)
   from batch b left join turned t on t.practice_key = b.practice_key
     left join public.practice p on p.key = b.practice_key
   order by b.position
   $$`,
  ...definerFunction('read_events(bigint, bigint, int)', roles),
];
