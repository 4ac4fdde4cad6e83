/**
 * The one door to the event log: a SECURITY DEFINER function that decides, for the viewer of the transaction, what
 * each event after a position means to them. Nobody reads the table itself.
 *
 * Of each practice in the batch: was it visible at `after_place` (the before-image of its first event past it), and
 * is it visible now?
 * - yes→no: NO_LONGER_VISIBLE, once, where it first went out of sight.
 * - no→yes: from where it first came into sight, that event (BECAME_VISIBLE when it is not one readers know) and the
 *   later ones.
 * - yes→yes: every event; BECAME_VISIBLE where more or less of its sections came into sight, by a marking or
 *   by a grant to this very person; and where it came back into sight after it had gone, BECAME_VISIBLE. A reader whose cursor
 *   was cut while it was out of sight had not been told of it before; to any other this is nothing new.
 * - no→no: nothing.
 * Taking the first change makes the answer stable however a replay is cut.
 *
 * A change of the bodies of the reader's State (MEMBERSHIP_CHANGED) has its place in the log, too: what they could see
 * before it is decided for the groups they had then, and each practice that it brings into sight or out of it is an
 * event at that place.
 */
import { nowSql } from '@hub/kit/database';
import { eventAppendSql } from '@hub/kit/event-log';
import type { Rules } from '@hub/kit/migrate';
import {
  type Image,
  type Reach,
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

/** Whether an event `b` changed which sections the viewer sees, of a practice whose header they saw and see. */
const sectionsChanged = `(b.type = 'AUDIENCE_CHANGED'
  and coalesce(${seesHeader(image('b', 'before'))} and ${seesHeader(image('b', 'after'))}, false) and exists (
  select 1 from (select distinct s.name from public.practice_version n join public.practice_section s on s.version_key = n.key
     where n.practice_key = b.practice_key and n.submitted_at is not null) k
   where coalesce(${seesSectionNamed(image('b', 'before'), 'k.name')}, false) <> coalesce(${seesSectionNamed(image('b', 'after'), 'k.name')}, false)))`;
/** A grant given or ended is told to the person it is for, and to nobody else. */
const accessChanged = `(b.type = 'ACCESS_CHANGED' and 'p:' || b.person = ${viewer.person})`;

/** Who may append, and how the log is read. */
export const eventRules = (roles: Roles): Rules => ({
  tables: [],
  functions: ['read_events'],
  statements: [...eventAppendSql('event', roles, mayAppend), ...readerSql(roles)],
});

/** The rule over what a practice was or is, for groups the viewer had or has. */
const sees = (of: Image, reach: Reach): string => `coalesce(${seesHeader(of, reach)}, false)`;
const reachAt = (era: string): Reach => ({ groups: `${era}.groups`, strictGroups: `${era}.strict_groups` });
const within = (place: string, era: string) => `${place} >= ${era}.since and ${place} < ${era}.till`;

/** The columns of a practice's image at a place, as `alias`: as the first event past it found it, or as it is now. */
const imageAt = (key: string, place: string, alias: string) =>
  `lateral (select i.* from (
     (select 1 as rank, y.practice_key as key, y.owner, y.marking_before as marking, y.audience_before as audience,
        y.sections_before as sections, y.stage_before as stage from public.event y
        where y.practice_key = ${key} and y.position > ${place} order by y.position limit 1)
     union all
     select 2, n.key, n.owner, ${practiceImage('n').marking}, ${practiceImage('n').audience}, ${practiceImage('n').sections}, n.stage
       from public.practice n where n.key = ${key}) i order by i.rank limit 1) ${alias}`;
const imageOf = (alias: string): Image => ({
  key: `${alias}.key`,
  owner: `${alias}.owner`,
  marking: `${alias}.marking`,
  audience: `${alias}.audience`,
  sections: `${alias}.sections`,
  stage: `${alias}.stage`,
});

const knownTypes = known.map((type) => `'${type}'`).join(', ');
/** A passport lives 60 seconds; after that whoever reads has heard of a change of their bodies. */
const heardAfter = `interval '65 seconds'`;

/**
 * Words of the statement: *own*, changes of bodies of States the viewer has a role of · *era*, a stretch of the log
 * between two of them, with the groups the viewer had in it: today's, with the later changes undone · *held*, the
 * first change that the viewer's passport does not know of yet: nobody goes past it before they would be shown what
 * it changed · *moved*, a practice that such a change brings into sight or out of it; its ordinal at that place is
 * where it first stood in the log, so that a reader cut in the middle goes on behind it · *moment*, where what the
 * viewer sees of a practice may have changed.
 */
const readerSql = (roles: Roles): string[] => [
  `create function read_events(after_place bigint, after_ordinal bigint, origin bigint, origin_ordinal bigint, announced uuid[], batch_size int)
     returns table (place bigint, ordinal bigint, type text, practice_key uuid, at timestamptz, seen_at_origin boolean, is_back boolean)
     language plpgsql stable security definer set search_path = pg_catalog, public set plan_cache_mode = force_generic_plan as $$
   #variable_conflict use_column
   begin
   if not ${viewer.events} then return; end if;
   return query
   with own as materialized (
     select e.position, e.at, e.state, 'b:' || e.body as body, e.joined, 's:' || e.state = any (${viewer.strictHome}) as strict
       from public.event e
      where e.type = 'MEMBERSHIP_CHANGED' and e.state in (select substr(h, 3) from unnest(${viewer.home}) h where h like 's:%')
        and e.position >= least(after_place, origin)
   ), era as materialized (
     select s.since, coalesce(lead(s.since) over (order by s.since), 9223372036854775807) as till,
       array(select g from unnest(${viewer.groups}) g where g = any (${viewer.home}) or not g = any (coalesce(c.gained, '{}'))) || coalesce(c.lost, '{}') as groups,
       array(select g from unnest(${viewer.strictGroups}) g where g = any (${viewer.strictHome}) or not g = any (coalesce(c.strict_gained, '{}'))) || coalesce(c.strict_lost, '{}') as strict_groups
       from (select 0::bigint as since union select o.position from own o) s
       cross join lateral (
         select array_agg(f.body) filter (where f.joined) as gained, array_agg(f.body) filter (where not f.joined) as lost,
           array_agg(f.body) filter (where f.joined and f.strict) as strict_gained, array_agg(f.body) filter (where not f.joined and f.strict) as strict_lost
           from (select distinct on (o.state, o.body) o.* from own o where o.position > s.since order by o.state, o.body, o.position) f) c
   ), held as (
     select coalesce(min(o.position), 9223372036854775807) as place
       from (select distinct on (o.state, o.body) o.* from own o order by o.state, o.body, o.position desc) o
      where o.position > after_place and o.at > ${nowSql} - ${heardAfter} and not o.body = any (${viewer.home})
        and o.joined <> (o.body = any (${viewer.groups}))
   ), batch as materialized (
     select e.* from public.event e, held h
      where e.position > after_place - case when after_ordinal > 0 then 1 else 0 end and e.position < h.place
      order by e.position limit batch_size
   ), moved as materialized (
     select b.position, b.at, p.key as practice_key, f.first
       from batch b
       join era was on ${within('b.position - 1', 'was')}
       join era is_now on ${within('b.position', 'is_now')}
       join public.practice p on p.stage <> 'DRAFT'
       join lateral (select min(x.position) as first from public.event x where x.practice_key = p.key) f on f.first < b.position
       cross join ${imageAt('p.key', 'b.position', 'img')}
      where b.type = 'MEMBERSHIP_CHANGED' and b.position in (select o.position from own o)
        and not (b.position = after_place and f.first <= after_ordinal)
        and 'b:' || b.body = any (img.audience)
        and ${sees(imageOf('img'), reachAt('was'))} <> ${sees(imageOf('img'), reachAt('is_now'))}
   ), touched as materialized (
     select k.practice_key, f.first, s.start,
       coalesce((select ${seesHeader(now)} from public.practice p where p.key = k.practice_key), false) as now,
       (select ${sees(imageOf('img'), reachAt('era'))} from era, ${imageAt('k.practice_key', 's.start', 'img')}
         where ${within('s.start', 'era')}) as before,
       (select ${sees(imageOf('img'), reachAt('era'))} from era, ${imageAt('k.practice_key', 's.origin', 'img')}
         where ${within('s.origin', 'era')}) as at_origin
       from (select b.practice_key from batch b where b.practice_key is not null union select m.practice_key from moved m) k
       cross join lateral (select min(x.position) as first from public.event x where x.practice_key = k.practice_key) f
       -- Within a place, the practices up to the ordinal have been told of what changed there, the others have not.
       cross join lateral (select
         greatest(0, after_place - case when after_ordinal > 0 and f.first > after_ordinal then 1 else 0 end) as start,
         greatest(0, read_events.origin - case when origin_ordinal > 0 and f.first > origin_ordinal then 1 else 0 end) as origin) s
   ), moment as materialized (
     select t.practice_key, e.position as place, ${sees(image('e', 'after'), reachAt('era'))} as seen
       from touched t join public.event e on e.practice_key = t.practice_key and e.position > t.start
       join era on ${within('e.position', 'era')}
     union all
     select t.practice_key, o.position, ${sees(imageOf('img'), reachAt('era'))}
       from touched t join own o on o.position > t.start and o.position > t.first
       join era on ${within('o.position', 'era')}
       cross join ${imageAt('t.practice_key', 'o.position', 'img')}
   ), gone as (
     select m.practice_key, max(m.place) as place from moment m where not m.seen group by 1
   ), turned as materialized (
     select t.practice_key, t.now, t.before, t.at_origin, k.knew,
       min(m.place) filter (where m.seen = t.now and case when t.now then not k.knew else t.before end) as turn,
       min(m.place) filter (where t.now and k.knew and m.seen and m.place > coalesce(g.place, case when not t.before then t.start end)) as back
       from touched t
       -- Wherever a replay is cut: what the reader saw where it began, or has been told of, is not new to it.
       cross join lateral (select t.before or t.at_origin or t.practice_key = any (announced) as knew) k
       left join moment m on m.practice_key = t.practice_key left join gone g on g.practice_key = t.practice_key
      group by 1, 2, 3, 4, 5
   )
   select b.position, 0::bigint,
     case
       when t.now and (t.knew or b.position > t.turn) and (${sectionsChanged} or ${accessChanged}) then 'BECAME_VISIBLE'
       when t.now and (t.knew or b.position > t.turn) and (b.type <> 'REVISED' or ${seesVersionNumbered(now, 'b.practice_key', 'b.version')}) and b.type in (${knownTypes}) then b.type
       when t.now and not t.knew and b.position = t.turn
         then case when b.type in (${knownTypes}) then b.type else 'BECAME_VISIBLE' end
       when not t.now and t.before and b.position = t.turn then 'NO_LONGER_VISIBLE'
     end,
     b.practice_key, b.at, coalesce(t.at_origin, false), coalesce(t.now and b.position = t.back, false)
   from batch b left join turned t on t.practice_key = b.practice_key
     left join public.practice p on p.key = b.practice_key
   union all
   select m.position, m.first,
     case
       when t.now and m.position = t.turn then 'BECAME_VISIBLE'
       when not t.now and t.before and m.position = t.turn then 'NO_LONGER_VISIBLE'
     end,
     m.practice_key, m.at, coalesce(t.at_origin, false), coalesce(t.now and m.position = t.back, false)
   from moved m join turned t on t.practice_key = m.practice_key
   order by 1, 2;
   end $$`,
  ...definerFunction('read_events(bigint, bigint, bigint, bigint, uuid[], int)', roles),
];
