/** Tells which of another service's entities exist, by the projection of their keys: an id is no proof. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';

/** Entities by natural key, out of a projection `table` whose primary key is `column`; null where there is none. */
export const existenceLoader = <T>(
  { db }: Pick<Base, 'db'>,
  table: 'state' | 'area' | 'body' | 'workshop',
  column: 'iso3' | 'm49' | 'slug',
  entity: (key: string) => T,
) =>
  new DataLoader<string, T | null>(async (keys) => {
    const rows = await db.read((manager) =>
      manager.query<{ key: string }[]>(`select ${column} as key from ${table} where ${column} = any ($1)`, [keys]),
    );
    const present = new Set(rows.map(({ key }) => key));
    return keys.map((key) => (present.has(key) ? entity(key) : null));
  });
