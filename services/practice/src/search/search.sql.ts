/**
 * `search_practices(search)`: the versions in which a viewer finds something, and how well it fits. It looks past
 * row-level security, where `@@` could not use an index, and asks the same rule of everything it finds. Lists join
 * its answer back to the protected tables.
 */
import { nowSql } from '@hub/kit/database';
import type { Rules } from '@hub/kit/migrate';
import {
  type Roles,
  isCurrentGrant,
  isLapsed,
  practiceImage,
  seesHeader,
  seesSection,
  seesSectionNamed,
  seesVersion,
  viewer,
} from '../practice/practice.visibility.js';
import { sectionText, titleText } from './document.sql.js';
import { reach } from './readers.js';

/** Our own SQLSTATE for a search that says only what is not wanted. */
export const onlyUnwanted = 'HUB01';

const p = practiceImage('p');
/** Whether the viewer sees all that is in a document of a version `v` of a practice `p`. */
const seesDocument = (d: string) =>
  `not exists (select from unnest(${d}.markings) m where not coalesce(${seesSection(p, 'm', null)}, false))`;
/** What is opened to the viewer in person and therefore has no reader token, and what is shared with fewer than its
 *  documents say since a consent has run out: few, read one by one. */
const personal = `select a.practice_key from public.review_assignment a where a.person_key::text = ${viewer.reviewer} and a.ended_at is null
  union select g.practice_key from public.access_grant g where ${isCurrentGrant('g')}
  union select l.key from public.practice l where l.lapses_at <= ${nowSql}`;
const sees = `${seesHeader(p)} and ${seesVersion(p, 'v')}`;
// In the text of a query a lexeme stands in quotes; a quote or backslash in it is doubled.
const quoted = `'''((?:[^'']|'''')*)'''`;

export const searchRules = ({ app, definer }: Roles): Rules => ({
  tables: [],
  functions: ['search_practices'],
  statements: [
    `create function search_practices(search text) returns table (practice_key uuid, version_key uuid, rank real)
     language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp set plan_cache_mode = force_generic_plan as $$
   declare
     query tsquery := websearch_to_tsquery('simple', search);
     wanted text := querytree(query); -- without what is not wanted
     lexemes text[];
     is_each_wanted boolean;
     is_any_unwanted boolean;
     found bigint[];
   begin
     if numnode(query) = 0 then return; end if;
     if wanted = 'T' then raise exception 'a search says what is wanted' using errcode = '${onlyUnwanted}'; end if;
     lexemes := array(select distinct replace(replace(m[1], '''''', ''''), '\\\\', '\\') from regexp_matches(wanted, ${quoted}, 'g') m);
     is_each_wanted := position('|' in regexp_replace(wanted, ${quoted}, '', 'g')) = 0;
     is_any_unwanted := position('!' in regexp_replace(query::text, ${quoted}, '', 'g')) > 0;
     -- First what could be found, in plans of its own: its number cannot be foreseen.
     if is_each_wanted then
       found := array(select d.id from unnest(${reach}) r join public.practice_document d
         on public.document_keys(d.readers, d.words) @> array(select public.document_key(r, w) from unnest(lexemes) w));
     else
       found := array(select d.id from public.practice_document d where public.document_keys(d.readers, d.words)
         && array(select public.document_key(r, w) from unnest(${reach}) r, unnest(lexemes) w));
     end if;
     return query
     with hit as (
       select p.key, v.key as version_key, ts_rank(d.words, query) as rank
         from public.practice_document d
         join public.practice p on p.key = d.practice_key
         join public.practice_version v on v.key = d.version_key
        where d.id = any (found) and d.words @@ query and not ${isLapsed('p')} and ${sees} and ${seesDocument('d')}
          -- What is not wanted may stand in a section that this document leaves out and another shows.
          and not (is_any_unwanted and exists (select from public.practice_document more
            where more.version_key = d.version_key and more.markings @> d.markings and not more.words @@ query and ${seesDocument('more')}))
       union all
       select p.key, v.key, ts_rank(l.words, query)
         from public.practice p join public.practice_version v on v.practice_key = p.key,
           lateral (select public.document_words(${titleText('v')}, (select string_agg(${sectionText('s')}, E'\\n')
             from public.practice_section s where s.version_key = v.key and p.withdrawn_at is null
               and ${seesSectionNamed(p, 's.name')})) as words) l
        where p.key in (${personal}) and ${sees} and l.words @@ query
     )
     select hit.key, hit.version_key, max(hit.rank) from hit group by 1, 2;
   end $$`,
    `revoke all on function search_practices(text) from public`,
    `grant execute on function search_practices(text) to ${app}`,
    `alter function search_practices(text) owner to ${definer}`,
  ],
});
