/** Loads vocabularies, the projections of public facts, and the practices compiled from public sources. Idempotent. */
import { asOwner, upsert } from '@hub/kit/seed';
import { readAreas, readBodies, readPractices, readProducts, readThemes, readWorkshops } from './data.js';
import { type Loaded, loadPractices } from './practices.js';
import { areaRows, productRow, themeRow } from './rows.js';

export interface SeedOptions {
  /** Leaves out the practices. */
  referenceOnly?: boolean;
  now?: Date;
  /** The records to load, those of the data files when left out. */
  practices?: typeof readPractices;
}

export function seedService(
  ownerUrl: string,
  { referenceOnly = false, now = new Date(), practices = readPractices }: SeedOptions = {},
): Promise<Loaded> {
  const { areas, states } = readAreas();
  return asOwner(ownerUrl, async (tx) => {
    await upsert(tx, 'theme', 'slug', readThemes().map(themeRow));
    await upsert(tx, 'knowledge_product', 'slug', readProducts().map(productRow));
    await upsert(tx, 'area', 'm49', areaRows(areas));
    await upsert(
      tx,
      'state',
      'iso3',
      states.map(({ alpha3, area }) => ({ iso3: alpha3, area })),
    );
    await upsert(
      tx,
      'body',
      'slug',
      readBodies().map(({ id, regions }) => ({ slug: id, regions })),
    );
    await tx.query('insert into workshop (slug) select unnest($1::text[]) on conflict do nothing', [
      readWorkshops().map(({ id }) => id),
    ]);
    return referenceOnly ? { added: 0, updated: 0 } : loadPractices(tx, practices(), now);
  });
}
