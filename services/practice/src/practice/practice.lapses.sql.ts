import { nowSql } from '@hub/kit/database';
import type { Rules } from '@hub/kit/migrate';
import { type Roles, definerFunction, practiceImage } from './practice.visibility.js';

/**
 * Writes down what has come to its end by `hub.now`: lapses of consents become the practice's marking, audience and
 * section markings, with the event that tells readers; grants are marked as ended, with the event that tells the
 * person. The rule needs none of it. Run by the job for all practices, and by whoever is about to change one, so that
 * a change never hides a lapse before it from readers. Says how many events it appended.
 */
export function lapseRules(roles: Roles): Rules {
  const now = practiceImage('p');
  const sent = `(select n.number, n.state from public.practice_version n
    where n.practice_key = p.key and n.submitted_at is not null order by n.number desc limit 1)`;
  const statements = [
    `create function note_lapses(only_key uuid) returns int
       language plpgsql security definer set search_path = pg_catalog, public as $$
     declare noted int; ended int;
     begin
       with due as (
         select p.key, p.owner, p.stage, p.lapses, p.marking, p.audience, p.section_markings,
           ${now.marking} as to_marking, ${now.audience} as to_audience, ${now.sections} as to_sections
           from public.practice p
          where p.lapses_at <= ${nowSql} and (only_key is null or p.key = only_key)
          order by p.key for update
       ), step as (
         select d.key,
           max((l.step->>'at')::timestamptz) filter (where (l.step->>'at')::timestamptz <= ${nowSql}) as at,
           min((l.step->>'at')::timestamptz) filter (where (l.step->>'at')::timestamptz > ${nowSql}) as next,
           coalesce(jsonb_agg(l.step order by l.place) filter (where (l.step->>'at')::timestamptz > ${nowSql}), '[]') as rest
           from due d cross join jsonb_array_elements(d.lapses) with ordinality l(step, place) group by d.key
       ), fallen as (
         update public.practice p set marking = d.to_marking, audience = d.to_audience, section_markings = d.to_sections,
           lapses = s.rest, lapses_at = s.next
           from due d join step s using (key) where p.key = d.key
       )
       insert into public.event (id, type, at, practice_key, version, owner,
         marking_before, audience_before, sections_before, stage_before, state_before,
         marking_after, audience_after, sections_after, stage_after, state_after)
       select gen_random_uuid(), 'AUDIENCE_CHANGED', s.at, p.key, sent.number, p.owner,
         p.marking, p.audience, p.section_markings, p.stage, sent.state,
         p.to_marking, p.to_audience, p.to_sections, p.stage, sent.state
         from due p join step s using (key) join lateral ${sent} sent on true;
       get diagnostics noted = row_count;
       with over as (
         update public.access_grant g set ended_at = g.until
          where g.ended_at is null and g.until <= ${nowSql} and (only_key is null or g.practice_key = only_key)
          returning g.practice_key, g.person_key, g.until
       )
       insert into public.event (id, type, at, practice_key, version, owner, person,
         marking_before, audience_before, sections_before, stage_before, state_before,
         marking_after, audience_after, sections_after, stage_after, state_after)
       select gen_random_uuid(), 'ACCESS_CHANGED', o.until, p.key, sent.number, p.owner, o.person_key,
         p.marking, p.audience, p.section_markings, p.stage, sent.state,
         p.marking, p.audience, p.section_markings, p.stage, sent.state
         from over o join public.practice p on p.key = o.practice_key join lateral ${sent} sent on true;
       get diagnostics ended = row_count;
       return noted + ended;
     end $$`,
    `create policy practice_lapses on practice for update to ${roles.definer} using (true) with check (true)`,
    `create policy access_grant_over on access_grant for update to ${roles.definer} using (true) with check (true)`,
    `grant update (marking, audience, section_markings, lapses, lapses_at) on practice to ${roles.definer}`,
    `grant update (ended_at) on access_grant to ${roles.definer}`,
    `grant insert on event to ${roles.definer}`,
    ...definerFunction('note_lapses(uuid)', roles),
  ];
  return { tables: [], functions: ['note_lapses'], statements };
}
