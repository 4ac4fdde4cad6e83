/** Loads States, areas and who is in which body. Running it again writes, and logs, only what changed. */
import { randomUUID } from 'node:crypto';
import { upsert } from '@hub/kit/seed';
import type { EntityManager } from 'typeorm';
import type { Areas, Bodies } from './data.js';
import { namesOf } from './names.js';

export async function seedReference(tx: EntityManager, { areas, states }: Areas, { bodies }: Bodies): Promise<void> {
  await upsert(tx, 'state', 'iso3', stateRows(states));
  await insertMissing(
    tx,
    'area',
    areas.map(({ m49 }) => ({ m49 })),
  );
  await insertMissing(
    tx,
    'state_area',
    states.flatMap(({ alpha3, ancestors }) => ancestors.map((m49) => ({ iso3: alpha3, m49 }))),
  );
  await insertMissing(
    tx,
    'regional_body',
    bodies.map(({ id }) => ({ slug: id })),
  );
  await seedMemberships(tx, bodies);
}

function stateRows(states: Areas['states']) {
  const english = new Intl.Collator('en');
  return states
    .map((state) => ({
      iso3: state.alpha3,
      iso2: state.alpha2,
      m49: state.m49,
      un_status: state.unStatus.toUpperCase(),
      names: namesOf(state),
    }))
    .toSorted((a, b) => english.compare(a.names['en']!.text, b.names['en']!.text))
    .map((row, place) => ({ ...row, place }));
}

const insertMissing = (tx: EntityManager, table: string, rows: object[]) =>
  tx.query(
    `insert into ${table} select * from jsonb_populate_recordset(null::${table}, $1::jsonb) on conflict do nothing`,
    [JSON.stringify(rows)],
  );

/**
 * What a data file says holds until an act in the hub says otherwise: a membership that the hub has dated (`as_of`
 * null), or that a file of the same or a later month has ended, is left as it is. A State that a later file no longer
 * names has left by the first day of that file's month.
 */
async function seedMemberships(tx: EntityManager, bodies: Bodies['bodies']): Promise<void> {
  const wanted = JSON.stringify(
    bodies.flatMap(({ id, members, asOf }) =>
      members.map((iso3) => ({ key: randomUUID(), event: randomUUID(), iso3, body: id, as_of: asOf })),
    ),
  );
  await tx.query(
    `with wanted as (
       select * from jsonb_to_recordset($1::jsonb) as w(key uuid, event uuid, iso3 text, body text, as_of text)
     ), started as (
       insert into membership (key, iso3, body, as_of)
       select w.key, w.iso3, w.body, w.as_of from wanted w
        where not exists (select from membership m where m.iso3 = w.iso3 and m.body = w.body
                             and (m.valid_until is null or m.as_of is null or m.as_of >= w.as_of))
       returning key
     )
     insert into membership_event (id, type, state, body)
     select w.event, 'MEMBERSHIP_STARTED', w.iso3, w.body from wanted w join started using (key) order by w.body, w.iso3`,
    [wanted],
  );
  await tx.query(
    `update membership m set as_of = w.as_of from jsonb_to_recordset($1::jsonb) as w(iso3 text, body text, as_of text)
      where m.iso3 = w.iso3 and m.body = w.body and m.valid_until is null and m.as_of < w.as_of`,
    [wanted],
  );
  await tx.query(
    `with file as (
       select * from jsonb_to_recordset($1::jsonb) as f(body text, as_of text)
     ), ended as (
       update membership m set valid_until = (f.as_of || '-01')::date, as_of = f.as_of from file f
        where m.body = f.body and m.valid_until is null and m.as_of < f.as_of
       returning m.iso3, m.body, m.valid_from, m.valid_until
     )
     insert into membership_event (id, type, state, body, valid_from, valid_until)
     select gen_random_uuid(), 'MEMBERSHIP_ENDED', iso3, body, valid_from, valid_until from ended order by body, iso3`,
    [JSON.stringify(bodies.map(({ id, asOf }) => ({ body: id, as_of: asOf })))],
  );
}
