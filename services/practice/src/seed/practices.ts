/**
 * Loads records compiled from public sources. Set-based: a handful of statements however many records there are.
 *
 * A record is *untouched* while nobody edited, withdrew or took it over. Untouched ones follow the data files; the
 * others are left alone for good. Whatever a reader has to take in again ends in an event, so that the log from its
 * start is a full copy: PUBLISHED for a new record, REVISED for one whose facts were mended.
 */
import type { EntityManager } from 'typeorm';
import type { PracticeFact } from './data.js';
import { practiceRow, sectionRows } from './rows.js';

export interface Loaded {
  added: number;
  updated: number;
}

const reviewAfter = '24 months';

export async function loadPractices(tx: EntityManager, facts: readonly PracticeFact[], now: Date): Promise<Loaded> {
  const rows = JSON.stringify(facts.map(practiceRow));
  const sections = JSON.stringify(facts.flatMap(sectionRows));

  const added = await keys(
    tx,
    `with ${records}
     insert into practice (key, slug, owner, origin, marking, audience, stage, revision, created_at)
     select key, slug, owner, 'PUBLIC_SOURCE', marking, '{}', 'PUBLISHED', 1, $2::timestamptz from record
     on conflict do nothing returning key`,
    [rows, now],
  );
  const [{ untouched }] = (await tx.query(
    `with ${records}
     select coalesce(array_agg(key), '{}') as untouched from (
       select p.key from practice p join record using (key)
        where p.origin = 'PUBLIC_SOURCE' and p.revision = 1 and p.withdrawn_at is null
        order by p.key for update of p) locked`,
    [rows],
  )) as [{ untouched: string[] }];

  const changed = [
    await keys(
      tx,
      `with ${records}
       update practice p set owner = r.owner, marking = r.marking from record r
        where p.key = r.key and p.key = any ($2::uuid[]) and (p.owner, p.marking) is distinct from (r.owner, r.marking)
       returning p.key`,
      [rows, untouched],
    ),
    await keys(
      tx,
      `with ${records}
       insert into practice_version as v (key, practice_key, number, state, title, original_language, themes,
         pillars, regions, type, created_at, updated_at, submitted_at, published_at, review_by)
       select version_key, key, 1, 'PUBLISHED', title, 'en', themes, pillars, regions, type, $3::timestamptz, $3::timestamptz, $3::timestamptz, $3::timestamptz,
         ($3::timestamptz at time zone 'UTC' + interval '${reviewAfter}')::date
         from record where key = any ($2::uuid[])
       on conflict (key) do update set title = excluded.title, themes = excluded.themes, pillars = excluded.pillars,
         regions = excluded.regions, type = excluded.type
         where (v.title, v.themes, v.pillars, v.regions, v.type)
           is distinct from (excluded.title, excluded.themes, excluded.pillars, excluded.regions, excluded.type)
       returning practice_key as key`,
      [rows, untouched, now],
    ),
    await keys(
      tx,
      `with ${records}, section as (
         select s.* from jsonb_populate_recordset(null::practice_section, $3::jsonb) s
           join record r on r.version_key = s.version_key where r.key = any ($2::uuid[])
       ), gone as (
         delete from practice_section s using record r
          where s.version_key = r.version_key and r.key = any ($2::uuid[])
            and not exists (select from section n where n.version_key = s.version_key and n.name = s.name)
         returning s.version_key
       ), written as (
         insert into practice_section as s (version_key, name, content)
         select version_key, name, content from section
         on conflict (version_key, name) do update set content = excluded.content
           where s.content is distinct from excluded.content
         returning version_key
       )
       select distinct r.key from (select * from gone union select * from written) w join record r using (version_key)`,
      [rows, untouched, sections],
    ),
  ].flat();

  // For curators only: no reader is told of a change.
  await tx.query(
    `with ${records}
     insert into practice_curation as c (practice_key, confidence, basis, note, compiler_observation, resources)
     select key, confidence, basis, note, compiler_observation, resources from record where key = any ($2::uuid[])
     on conflict (practice_key) do update set confidence = excluded.confidence, basis = excluded.basis,
       note = excluded.note, compiler_observation = excluded.compiler_observation, resources = excluded.resources
       where (c.confidence, c.basis, c.note, c.compiler_observation, c.resources) is distinct from
         (excluded.confidence, excluded.basis, excluded.note, excluded.compiler_observation, excluded.resources)`,
    [rows, untouched],
  );

  const isNew = new Set(added);
  const updated = [...new Set(changed)].filter((key) => !isNew.has(key));
  await tx.query('update practice_version set updated_at = $2 where practice_key = any ($1::uuid[]) and number = 1', [
    updated,
    now,
  ]);
  await tx.query(
    `with ${records}
     insert into event (id, type, at, practice_key, version, owner,
       marking_before, audience_before, stage_before, state_before,
       marking_after, audience_after, stage_after, state_after)
     select event_id, 'PUBLISHED', $2::timestamptz, key, 1, owner, null::text, null::text[], 'DRAFT', null::text,
       marking, '{}'::text[], 'PUBLISHED', 'PUBLISHED'
       from (select * from record where key = any ($3::uuid[]) order by ordinal) new
     union all
     select gen_random_uuid(), 'REVISED', $2::timestamptz, key, 1, owner, marking, '{}', 'PUBLISHED', 'PUBLISHED',
       marking, '{}', 'PUBLISHED', 'PUBLISHED'
       from (select * from record where key = any ($4::uuid[]) order by ordinal) changed`,
    [rows, now, added, updated],
  );
  return { added: added.length, updated: updated.length };
}

/** The rows of $1, by the names `practiceRow` gives them. */
const records = `record as (select * from jsonb_to_recordset($1::jsonb) as t (
  key uuid, version_key uuid, event_id uuid, ordinal int, slug text, owner text, marking text, title jsonb,
  themes text[], pillars text[], regions text[], type text,
  confidence numeric, basis text, note text, compiler_observation text, resources jsonb))`;

async function keys(tx: EntityManager, sql: string, parameters: unknown[]): Promise<string[]> {
  const result = (await tx.query(sql, parameters)) as { key: string }[] | [{ key: string }[], number];
  // TypeORM answers an UPDATE with its rows and their number, everything else with the rows alone.
  const rows = Array.isArray(result[0]) ? result[0] : (result as { key: string }[]);
  return rows.map(({ key }) => key);
}
