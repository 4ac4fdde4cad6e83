import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';

/** The codes of the areas a State lies in, the world first; null when there is no such State. */
export const areasOfStateLoader = ({ db }: Base) =>
  new DataLoader<string, string[] | null>(async (states) => {
    const rows = await db.read((manager) =>
      manager.query<{ iso3: string; areas: string[] }[]>('select iso3, areas from state_area where iso3 = any($1)', [
        states,
      ]),
    );
    const byState = new Map(rows.map(({ iso3, areas }) => [iso3, areas]));
    return states.map((state) => byState.get(state) ?? null);
  });
