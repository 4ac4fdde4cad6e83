import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { Region } from './region.js';

/** The areas that exist. */
export const regionLoader = ({ db }: Base) =>
  new DataLoader<string, Region | null>(async (codes) => {
    const rows = await db.read((manager) =>
      manager.query<{ m49: string }[]>('select m49 from area where m49 = any ($1)', [codes]),
    );
    const known = new Set(rows.map(({ m49 }) => m49));
    return codes.map((m49) => (known.has(m49) ? new Region(m49) : null));
  });
