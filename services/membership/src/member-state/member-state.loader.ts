/** The one door to the States and to who is in which body. Public reference data. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { groupBy } from '../groupBy.js';
import { MemberState } from './member-state.js';

export const memberStateLoader = ({ db }: Base) =>
  new DataLoader<string, MemberState | null>(async (states) => {
    const rows = await db.read((manager) => manager.findBy(MemberState, { iso3: In([...states]) }));
    const byCode = new Map(rows.map((row) => [row.iso3, row]));
    return states.map((iso3) => byCode.get(iso3) ?? null);
  });

/** A membership `m` that holds on the day `$n`: from <= day < until, and a date that is not known is no bound. */
export const holdsOn = (day: string): string =>
  `(m.valid_from is null or m.valid_from <= ${day}) and (m.valid_until is null or ${day} < m.valid_until)`;

export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);

/** The slugs of the bodies a State is in today. */
export const bodiesOfStateLoader = ({ db, now }: Base) =>
  new DataLoader<string, string[]>(async (states) => {
    const rows = await db.read((manager) =>
      manager.query<{ iso3: string; body: string }[]>(
        `select m.iso3, m.body from membership m where m.iso3 = any ($1) and ${holdsOn('$2::date')} order by m.body`,
        [states, dayOf(now())],
      ),
    );
    const byState = groupBy(rows, ({ iso3 }) => iso3);
    return states.map((iso3) => (byState.get(iso3) ?? []).map(({ body }) => body));
  });

/** The codes of the States that are in a body today, in the order of their English names. */
export const statesOfBodyLoader = ({ db, now }: Base) =>
  new DataLoader<string, string[]>(async (bodies) => {
    const rows = await db.read((manager) =>
      manager.query<{ iso3: string; body: string }[]>(
        `select m.body, m.iso3 from membership m join state s using (iso3)
          where m.body = any ($1) and ${holdsOn('$2::date')} order by s.place`,
        [bodies, dayOf(now())],
      ),
    );
    const byBody = groupBy(rows, ({ body }) => body);
    return bodies.map((body) => (byBody.get(body) ?? []).map(({ iso3 }) => iso3));
  });

/** The codes of the States within an area, nested areas included, in the order of their English names. */
export const statesOfAreaLoader = ({ db }: Base) =>
  new DataLoader<string, string[]>(async (areas) => {
    const rows = await db.read((manager) =>
      manager.query<{ iso3: string; m49: string }[]>(
        'select a.m49, a.iso3 from state_area a join state s using (iso3) where a.m49 = any ($1) order by s.place',
        [areas],
      ),
    );
    const byArea = groupBy(rows, ({ m49 }) => m49);
    return areas.map((m49) => (byArea.get(m49) ?? []).map(({ iso3 }) => iso3));
  });
