/** The one door to the regional bodies. Public reference data: everybody with a passport reads all of it. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { ArrayOverlap, In } from 'typeorm';
import { RegionalBody } from './regional-body.js';

export const regionalBodyLoader = ({ db }: Base) =>
  new DataLoader<string, RegionalBody | null>(async (slugs) => {
    const rows = await db.read((manager) => manager.findBy(RegionalBody, { slug: In([...slugs]) }));
    const bySlug = new Map(rows.map((row) => [row.slug, row]));
    return slugs.map((slug) => bySlug.get(slug) ?? null);
  });

/** The bodies that name an area as theirs. */
export const bodiesOfRegionLoader = ({ db }: Base) =>
  new DataLoader<string, RegionalBody[]>(async (codes) => {
    const rows = await db.read((manager) =>
      manager.find(RegionalBody, { where: { regionCodes: ArrayOverlap([...codes]) }, order: { acronym: 'ASC' } }),
    );
    return codes.map((code) => rows.filter(({ regionCodes }) => regionCodes.includes(code)));
  });

export const listRegionalBodies = ({ db }: Base): Promise<RegionalBody[]> =>
  db.read((manager) => manager.find(RegionalBody, { order: { acronym: 'ASC' } }));
