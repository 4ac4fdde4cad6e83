/**
 * What the rule says of other people than the viewer: of kinds of people for a sharing that is only considered, and of
 * one person for a practice there is. Both evaluate the very rule of practice.visibility.ts under those people's
 * settings, and put the viewer's back; there is no second rule that could say something else.
 */
import type { Rules } from '@hub/kit/migrate';
import { type MarkingName, markings } from '@hub/kit/viewer';
import {
  type Image,
  type Line,
  type Roles,
  byMarking,
  definerFunction,
  headerLines,
  markingOf,
  practiceImage,
  sectionLines,
  seesHeader,
  seesSectionNamed,
  viewer,
} from '../practice/practice.visibility.js';
import { sectionNames } from '../practice/vocabulary.js';

const names = `array[${sectionNames.map((name) => `'${name}'`).join(', ')}]`;

/** Why a marking opens to somebody, or what they would need. A new marking does not compile without its row. */
const inWords: Record<MarkingName, (p: Image) => { opens: string; lacks: string }> = {
  CLEAR: ({ stage }) => ({
    opens: `case when ${stage} = 'PUBLISHED' then 'EVERYONE' else 'VETTED' end`,
    lacks: `'NOT_VETTED'`,
  }),
  GREEN: () => ({ opens: `'VETTED'`, lacks: `'NOT_VETTED'` }),
  AMBER: () => ({ opens: `'AUDIENCE'`, lacks: `'NOT_IN_AUDIENCE'` }),
  AMBER_STRICT: (p) => ({
    opens: `'AUDIENCE'`,
    lacks: `case when ${byMarking(`'AMBER'`, p)} then 'ROLE_TOO_LOW' else 'NOT_IN_AUDIENCE' end`,
  }),
  RED: () => ({ opens: `'NAMED'`, lacks: `'NOT_NAMED'` }),
};
const ofMarking = (marking: string, p: Image, what: 'opens' | 'lacks'): string =>
  `case ${marking} ${Object.entries(inWords)
    .map(([name, row]) => `when '${name}' then ${row(p)[what]}`)
    .join(' ')} end`;

const rank = (marking: string) =>
  `array_position(array[${markings.map((name) => `'${name}'`).join(', ')}], ${marking})`;
/** The stricter of a practice's and a section's marking: whom the rule asks for both, it asks for this. */
const stricterOf = (p: Image, marking: string) =>
  `case when ${rank(marking)} > ${rank(p.marking)} then ${marking} else ${p.marking} end`;

const deciding = (lines: readonly Line[], none: string): string =>
  `case ${lines.map(([name, , applies]) => `when ${applies} then '${name}'`).join(' ')} else ${none} end`;

const settingsOf = `(select jsonb_object_agg(name, coalesce(current_setting(name, true), '')) from jsonb_object_keys(person) name)`;
const become = (settings: string) =>
  `perform set_config(name, value, true) from jsonb_each_text(${settings}) s(name, value);`;

export function disclosureRules(roles: Roles): Rules {
  const considered: Image = {
    key: `'00000000-0000-0000-0000-000000000000'::uuid`, // no practice has it: nobody is its reviewer or holds a grant
    owner: 'of_owner',
    marking: 'with_marking',
    audience: 'for_audience',
    sections: 'with_sections',
    stage: 'at_stage',
  };
  const p = practiceImage('p');
  const section = 'k.name';
  const header = deciding(
    headerLines(p),
    `case when p.stage = 'DECLINED' then 'DECLINED' else ${ofMarking(p.marking, p, 'lacks')} end`,
  );
  const below = deciding(
    sectionLines(p, markingOf(p, section), section),
    `case when not ${seesHeader(p)} then (select h.because from header h)
          when p.stage = 'DECLINED' or not coalesce(${byMarking(p.marking, p)}, false) then 'HEADER_ONLY'
          else ${ofMarking(markingOf(p, section), p, 'lacks')} end`,
  );
  return {
    tables: [],
    functions: ['who_would_see', 'why_seen'],
    statements: [
      `create function who_would_see(of_owner text, with_marking text, for_audience text[], with_sections jsonb, at_stage text, people jsonb)
         returns table (place int, header boolean, sections text[]) language plpgsql set search_path = pg_catalog, public, pg_temp as $$
       declare
         person jsonb := people->0;
         before jsonb := ${settingsOf};
       begin
         for i in 0 .. jsonb_array_length(people) - 1 loop
           place := i;
           ${become('people->i')}
           select coalesce(${seesHeader(considered)}, false),
             array(select k.name from unnest(${names}) k(name) where coalesce(${seesSectionNamed(considered, section)}, false))
             into header, sections;
           return next;
         end loop;
         ${become('before')}
       end $$`,
      `revoke all on function who_would_see(text, text, text[], jsonb, text, jsonb) from public`,
      `grant execute on function who_would_see(text, text, text[], jsonb, text, jsonb) to ${roles.app}`,
      // Only to its owner's people and the curators who see it does it speak of a practice at all.
      `create function why_seen(practice uuid, person jsonb)
         returns table (part text, sees boolean, because text, marking text, via text[])
         language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
       declare
         before jsonb := ${settingsOf};
       begin
         if not exists (select from public.practice p where p.key = practice
            and (p.owner = any (${viewer.owners}) or ${viewer.curator} and ${seesHeader(p)})) then return; end if;
         ${become('person')}
         return query
         with header as (
           select 'HEADER'::text as part, coalesce(${seesHeader(p)}, false) as sees, ${header} as because, ${p.marking} as marking
             from public.practice p where p.key = practice
         ), every_part as (
           select * from header
           union all
           select k.name, coalesce(p.withdrawn_at is null and ${seesSectionNamed(p, section)}, false),
             case when p.withdrawn_at is not null then 'WITHDRAWN' else ${below} end, ${stricterOf(p, markingOf(p, section))}
             from public.practice p, unnest(${names}) k(name) where p.key = practice
         )
         select e.part, e.sees, case when e.because = 'MARKING' then ${ofMarking('e.marking', p, 'opens')} else e.because end, e.marking,
           array(select t from unnest(${p.audience}) t where t = any (case when e.marking = 'AMBER_STRICT' then ${viewer.strictGroups} else ${viewer.groups} end))
           from every_part e, public.practice p where p.key = practice;
         ${become('before')}
       end $$`,
      ...definerFunction('why_seen(uuid, jsonb)', roles),
    ],
  };
}
