/**
 * What search looks at: `practice_document`, the words of a version as somebody may see them. A version has one document
 * for its header and one per set of section markings, so that whoever sees some of its sections finds a document with
 * exactly those: nobody can tell from a search what stands in a section they may not see. Most versions have two.
 *
 * Triggers keep them up to date in the transaction of the change, whoever makes it; nothing else writes them.
 */
import { createHash } from 'node:crypto';
import type { Rules } from '@hub/kit/migrate';
import { type Roles, markingOf, protectedTable, storedImage } from '../practice/practice.visibility.js';
import { Marking } from '../practice/vocabulary.js';
import { draftReaders, headerReaders, submittedReaders } from './readers.js';

/** Entries a document has in the index at most, so that a long text for many readers cannot hold up its submission. */
const maxKeys = 1_000_000;

/** The table, and the functions its index is made of: they may not change without rebuilding it. */
export const documentTableSql = [
  `create table practice_document (
     id bigint generated always as identity primary key,
     practice_key uuid not null references practice on delete cascade,
     version_key uuid not null references practice_version on delete cascade,
     markings text[] not null, -- of the sections in it; none: the header alone
     readers text[] not null,
     words tsvector not null,
     unique (version_key, markings))`,
  `create index practice_document_practice on practice_document (practice_key)`,
  `create function document_key(reader text, word text) returns bigint language sql immutable parallel safe
     return hashtextextended(reader || ' ' || word, 0)`,
  `create function document_keys(readers text[], words tsvector) returns bigint[] language sql immutable parallel safe
     begin atomic
       select array_agg(document_key(r, w))
         from unnest(readers) r,
           unnest((tsvector_to_array(words))[: greatest(1, ${maxKeys} / greatest(1, cardinality(readers)))]) w;
     end`,
  // Without a list of pending entries, which every search would have to go through.
  `create index practice_document_found on practice_document using gin (document_keys(readers, words)) with (fastupdate = off)`,
];

const p = storedImage('p');
const markings = Object.values(Marking);
const strictness = (marking: string) =>
  `array_position(array[${markings.map((name) => `'${name}'`).join(', ')}], ${marking})`;
/** A version's title in all its languages. */
export const titleText = (version: string): string =>
  `(select string_agg(t #>> '{}', E'\\n') from jsonb_path_query(${version}.title, '$.*.text') t)`;
/** The text of a section; of the summaries without the words that say how they were translated. */
export const sectionText = (section: string): string =>
  `(select string_agg(t #>> '{}', E'\\n') from jsonb_path_query(${section}.content,
     case ${section}.name when 'identity' then '$.summary.*.text'::jsonpath else 'strict $.** ? (@.type() == "string")' end) t)`;

/** What documents are made of. What is deleted with its practice or version takes its documents along. */
const sources = [
  {
    table: 'practice',
    keys: 'select key from changed',
    events: [
      ['insert', 'new'],
      ['update', 'new'],
    ],
  },
  {
    table: 'practice_version',
    keys: 'select distinct practice_key from changed',
    events: [
      ['insert', 'new'],
      ['update', 'new'],
    ],
  },
  {
    table: 'practice_section',
    keys: 'select distinct v.practice_key from changed join public.practice_version v on v.key = changed.version_key',
    events: [
      ['insert', 'new'],
      ['update', 'new'],
      ['delete', 'old'],
    ],
  },
] as const;

/** The functions that make documents out of rows. */
const making = [
  // A tsvector has 1 MiB at most: of a text beyond that the beginning is searched.
  `create function document_words(title text, body text) returns tsvector language plpgsql immutable set search_path = pg_catalog as $$
     begin
       return setweight(to_tsvector('simple', coalesce(title, '')), 'A') || to_tsvector('simple', coalesce(body, ''));
     exception when program_limit_exceeded then
       return setweight(to_tsvector('simple', left(coalesce(title, ''), 10000)), 'A') || to_tsvector('simple', left(coalesce(body, ''), 50000));
     end $$`,
  `create function refresh_documents(practices uuid[]) returns void language sql security definer set search_path = pg_catalog, public, pg_temp as $$
     delete from public.practice_document d where d.practice_key = any (practices);
     with version as (
       select p.key, p.owner, p.marking, p.audience, p.section_markings, p.stage, p.withdrawn_at, v.key as version_key, v.submitted_at, ${titleText('v')} as title
         from public.practice p join public.practice_version v on v.practice_key = p.key where p.key = any (practices)
     ), section as (
       select p.version_key, ${sectionText('s')} as text,
         ${markingOf(p, 's.name')} as marking
         from version p join public.practice_section s on s.version_key = p.version_key where p.withdrawn_at is null
     ), own as (
       select p.version_key, p.marking, coalesce(array_agg(distinct s.marking) filter (where s.marking <> p.marking), '{}') as markings
         from version p left join section s using (version_key) where p.withdrawn_at is null group by 1, 2
     ), subset as ( -- n has a bit per marking beside the practice's
       select t.version_key, array(select t.marking union select t.markings[i] from generate_subscripts(t.markings, 1) i where (n >> (i - 1)) & 1 = 1 order by 1) as markings
         from own t, generate_series(0, (1 << cardinality(t.markings)) - 1) n
     ), body as (
       select b.version_key, b.markings, string_agg(s.text, E'\\n') as text
         from subset b left join section s on s.version_key = b.version_key and s.marking = any (b.markings) group by 1, 2
     )
     insert into public.practice_document (practice_key, version_key, markings, readers, words)
     select p.key, p.version_key, '{}',
       case when p.submitted_at is null then ${draftReaders(p)} else ${headerReaders(p, 'p.withdrawn_at is not null')} end,
       public.document_words(p.title, null)
       from version p
     union all
     select p.key, p.version_key, b.markings,
       case when p.submitted_at is null then ${draftReaders(p)}
            else ${submittedReaders(p, `(select m from unnest(b.markings) m order by ${strictness('m')} desc limit 1)`)} end,
       public.document_words(p.title, b.text)
       from version p join body b using (version_key)
     $$`,
];
const madeBy = createHash('sha256').update(making.join()).digest('hex');

/** What keeps the documents up to date, and who reads them: search alone. Rendered anew with the rules. */
export const documentRules = (roles: Roles): Rules => ({
  tables: ['practice_document'],
  functions: ['document_words', 'refresh_documents', ...sources.map(({ table }) => `${table}_documents`)],
  statements: [
    ...protectedTable('practice_document', roles, []),
    `create policy practice_document_refresh on practice_document for all to ${roles.definer} using (true) with check (true)`,
    `grant insert, delete on practice_document to ${roles.definer}`,
    ...making,
    // All anew when documents are made in another way than those that are there: minutes for a large hub, so not
    // whenever some rule has changed.
    `do $do$ begin
       if obj_description('practice_document'::regclass, 'pg_class') is distinct from '${madeBy}' then
         perform refresh_documents(array(select key from practice));
         comment on table practice_document is '${madeBy}';
       end if;
     end $do$`,
    ...sources.flatMap(({ table, keys, events }) => [
      `create function ${table}_documents() returns trigger language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
       begin
         perform public.refresh_documents(array(${keys}));
         return null;
       end $$`,
      ...events.map(
        ([event, rows]) =>
          `create trigger ${table}_documents_${event} after ${event} on ${table} referencing ${rows} table as changed
             for each statement execute function ${table}_documents()`,
      ),
    ]),
    // Last: the owner of the schema may not use what is the definer's.
    ...['refresh_documents(uuid[])', ...sources.map(({ table }) => `${table}_documents()`)].flatMap((name) => [
      `revoke all on function ${name} from public`,
      `alter function ${name} owner to ${roles.definer}`,
    ]),
  ],
});
