/**
 * Two practice databases of the same 200,000 records on a PostgreSQL of their own: in one the policies hold, in the other
 * nothing is hidden from anybody. The viewer of the first, a focal point, may see one record in six.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '@hub/kit/database';
import { createExecutor, isPrepared } from '@hub/kit/execution';
import { buildSubgraph } from '@hub/kit/subgraph';
import { scopeNames } from '@hub/kit/viewer';
import pg from 'pg';
import { newPasswords, prepareDatabase, prepareRoles, urlTo } from '@hub/local/databases';
import { startPostgres } from '@hub/local/postgres';
import { migrateService } from '@hub/practice/migrations/all';
import { seedService } from '@hub/practice/seed/seedService';
import { entities } from '@hub/practice/service';
import { practiceSubgraph } from '@hub/practice/subgraph';

export const viewer = {
  kind: 'person',
  key: '6b1f4c1e-6b0e-4c8e-9b46-0a8c5a1f5e01',
  roles: [{ role: 'FOCAL_POINT', of: 's:KEN', groups: ['s:KEN', 'b:igad', 'b:au'] }],
  scopes: [...scopeNames],
  ceiling: 'RED',
};
/** A word that stands in a tenth of all records, and only in those the viewer may not see. */
export const hiddenWord = 'zzhidden';

/** Words as text has them: a few everywhere, most of them rarely. */
const words = (count) =>
  `(select string_agg('w' || floor(power(random(), 3) * 50000)::int, ' ') from generate_series(1, ${count} + 0 * g))`;
const text = (sql) => `jsonb_build_object('en', jsonb_build_object('text', ${sql}, 'status', 'ORIGINAL'))`;

/** g numbers the records; r decides on the marking, v on whether the viewer is in the audience. */
const fill = (records) => [
  'set synchronous_commit = off',
  'alter table practice disable trigger user',
  'alter table practice_version disable trigger user',
  'alter table practice_section disable trigger user',
  `create temp table plan as select g, gen_random_uuid() as key, gen_random_uuid() as version, random() as r, random() < 0.11 as v
     from generate_series(1, ${records}) g`,
  `create temp table others as select array_agg('s:' || iso3 order by iso3) as states from state where iso3 <> 'KEN'`,
  `insert into practice (key, slug, owner, origin, marking, audience, stage, revision, created_at)
   select key, 'record-' || g, case when g % 200 = 0 then 's:KEN' else states[1 + g % cardinality(states)] end, 'SUBMISSION',
     case when r < 0.03 then 'CLEAR' when r < 0.06 then 'GREEN' when r < 0.5 then 'AMBER' when r < 0.97 then 'AMBER_STRICT' else 'RED' end,
     case when r < 0.06 then '{}' when r >= 0.97 then array['p:' || gen_random_uuid()]
       when v then array['b:igad'] || states[1 + g * 3 % 150 : 1 + g * 3 % 150 + g % 4]
       else states[1 + g * 7 % 150 : 1 + g * 7 % 150 + g % 4] end,
     case when g % 3 = 0 then 'PUBLISHED' else 'SUBMITTED' end, 2, now() - g * interval '1 minute' from plan, others`,
  `insert into practice_version (key, practice_key, number, state, title, original_language, themes, pillars, regions, type,
     created_at, updated_at, submitted_at, published_at)
   select p.version, p.key, 1, q.stage,
     ${text(`${words(5)} || case when not p.v and r between 0.06 and 0.97 and g % 200 <> 0 and g % 8 = 0 then ' ${hiddenWord}' else '' end`)},
     'en', array[(select array_agg(slug order by slug) from theme)[1 + g % 24]], array['II'], array['014'], 'POLICY', t, t, t,
     case when q.stage = 'PUBLISHED' then t end
   from plan p join practice q using (key), lateral (select now() - p.g * interval '1 minute' as t) at`,
  // One in ten is being revised.
  `insert into practice_version (key, practice_key, number, state, title, original_language, themes, pillars, regions, type, created_at, updated_at)
   select gen_random_uuid(), practice_key, 2, 'DRAFT', title, 'en', themes, pillars, regions, type, updated_at, updated_at
     from practice_version where ctid in (select v.ctid from practice_version v join plan p on p.version = v.key where p.g % 10 = 0)`,
  `insert into practice_section (version_key, name, content)
   select version, 'identity', jsonb_build_object('summary', ${text(words(8))}) from plan`,
  `insert into practice_section (version_key, name, content)
   select version, 'narrative', jsonb_build_object('context', ${words(8)}) from plan`,
  'alter table practice enable trigger user',
  'alter table practice_version enable trigger user',
  'alter table practice_section enable trigger user',
  // An index that is made at once takes a fraction of one that grows.
  `do $$ declare index text := pg_get_indexdef('practice_document_found'::regclass); begin
     drop index practice_document_found;
     perform refresh_documents(array(select key from practice));
     set local maintenance_work_mem = '256MB';
     execute index;
   end $$`,
];

/** As the tables would be without policies, and the search without asking who looks. */
const withoutPolicies = [
  ...['practice', 'practice_version', 'practice_section'].map(
    (table) => `alter table ${table} disable row level security`,
  ),
  `drop index practice_document_found`,
  `create index practice_document_words on practice_document using gin (words) with (fastupdate = off)`,
  `drop function search_practices(text)`,
  `create function search_practices(search text) returns table (practice_key uuid, version_key uuid, rank real)
     language sql stable security definer set search_path = pg_catalog, public as $$
   select d.practice_key, d.version_key, max(ts_rank(d.words, q)) from public.practice_document d, websearch_to_tsquery('simple', search) q
    where d.words @@ q group by 1, 2 $$`,
];

const quiet = { info: () => undefined, error: () => undefined };

/** An asker of one database: `ask(query, variables)` answers data or throws. */
async function asker(url) {
  const database = await openDatabase({ url, entities, poolSize: 2 });
  const executor = createExecutor({ subgraph: await buildSubgraph(practiceSubgraph), parts: {}, database, log: quiet });
  return {
    async ask(query, variables = {}) {
      const prepared = executor.prepare({ query, variables });
      if (!isPrepared(prepared)) throw prepared[0];
      const { data, errors } = await executor.run(prepared, { viewer, locales: [] });
      if (errors) throw errors[0];
      return data;
    },
    close: () => database.destroy(),
  };
}

/** Makes the databases; `withOpen: false` leaves out the one without policies. */
export async function manyPractices({ records, withOpen = true, tell }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'hub-bench-practices-'));
  const server = await startPostgres({ dataDir, fast: true, discard: true });
  const opened = [];
  const stop = async () => {
    for (const { close } of opened) await close();
    await server.stop();
  };
  const as = async (url, statements) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  };
  try {
    const passwords = newPasswords();
    await prepareRoles(server.adminUrl, passwords);
    const held = await prepareDatabase(server.adminUrl, 'practice', passwords, { database: 'held' });
    await migrateService(held.ownerUrl);
    await seedService(held.ownerUrl, { referenceOnly: true });
    tell(`filling a database with ${records} practices, which takes minutes`);
    await as(urlTo(server.adminUrl, 'held'), [...fill(records), 'vacuum analyze']);
    const open = withOpen
      ? await prepareDatabase(server.adminUrl, 'practice', passwords, { database: 'open', template: 'held' })
      : null;
    if (open)
      await as(urlTo(server.adminUrl, 'open'), [
        ...withoutPolicies,
        `grant execute on function search_practices to practice_app`,
        'vacuum analyze',
      ]);
    for (const urls of [held, open]) if (urls) opened.push(await asker(urls.url));
    return { held: opened[0], open: opened[1], stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
