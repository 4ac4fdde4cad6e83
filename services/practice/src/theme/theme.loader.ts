/** The one door to the themes. Public reference data: everybody with a passport reads all of it. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { Theme } from './theme.js';

/** Themes by slug; null where there is none. */
export const themeLoader = ({ db }: Pick<Base, 'db'>) =>
  new DataLoader<string, Theme | null>(async (slugs) => {
    const rows = await db.read((manager) => manager.findBy(Theme, { slug: In([...slugs]) }));
    const bySlug = new Map(rows.map((row) => [row.slug, row]));
    return slugs.map((slug) => bySlug.get(slug) ?? null);
  });

/** The themes right below a theme, by its slug. */
export const narrowerThemeLoader = ({ db }: Pick<Base, 'db'>) =>
  new DataLoader<string, Theme[]>(async (slugs) => {
    const rows = await db.read((manager) =>
      manager.find(Theme, { where: { broader: In([...slugs]) }, order: { ordinal: 'ASC' } }),
    );
    const below = new Map<string, Theme[]>(slugs.map((slug) => [slug, []]));
    for (const row of rows) below.get(row.broader!)!.push(row);
    return slugs.map((slug) => below.get(slug)!);
  });

export const listThemes = ({ db }: Pick<Base, 'db'>): Promise<Theme[]> =>
  db.read((manager) => manager.find(Theme, { order: { ordinal: 'ASC' } }));
