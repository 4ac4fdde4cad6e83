/** The one door to the workshops. Public reference data: everybody with a passport reads all of it. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { Workshop } from './workshop.js';

export const workshopLoader = ({ db }: Base) =>
  new DataLoader<string, Workshop | null>(async (slugs) => {
    const rows = await db.read((manager) => manager.findBy(Workshop, { slug: In([...slugs]) }));
    const bySlug = new Map(rows.map((row) => [row.slug, row]));
    return slugs.map((slug) => bySlug.get(slug) ?? null);
  });

export const listWorkshops = ({ db }: Base): Promise<Workshop[]> =>
  db.read((manager) => manager.find(Workshop, { order: { earliestDate: 'ASC', slug: 'ASC' } }));
