/** The one door to the areas. Public reference data: everybody with a passport reads all of it. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { groupBy } from '../groupBy.js';
import { Region, type RegionLevel } from './region.js';

export const regionLoader = ({ db }: Base) =>
  new DataLoader<string, Region | null>(async (codes) => {
    const rows = await db.read((manager) => manager.findBy(Region, { m49: In([...codes]) }));
    const byCode = new Map(rows.map((row) => [row.m49, row]));
    return codes.map((code) => byCode.get(code) ?? null);
  });

/** The areas right within an area. */
export const childRegionLoader = ({ db }: Base) =>
  new DataLoader<string, Region[]>(async (parents) => {
    const rows = await db.read((manager) =>
      manager.find(Region, { where: { parentM49: In([...parents]) }, order: { place: 'ASC' } }),
    );
    const byParent = groupBy(rows, ({ parentM49 }) => parentM49!);
    return parents.map((parent) => byParent.get(parent) ?? []);
  });

export const listRegions = ({ db }: Base, level: RegionLevel | null): Promise<Region[]> =>
  db.read((manager) => manager.find(Region, { where: level ? { level } : {}, order: { place: 'ASC' } }));

/** The areas with these codes, in this order. */
export const regionsOf = async (
  codes: readonly string[],
  { regions }: { regions: DataLoader<string, Region | null> },
): Promise<Region[]> => (await regions.loadMany(codes)).map(found);

/** Codes on a row of ours are those of areas, see test/data.test.ts; what fails is thrown on. */
function found(region: Region | Error | null): Region {
  if (region instanceof Error) throw region;
  if (region === null) throw new Error('A row names an area that does not exist.');
  return region;
}
