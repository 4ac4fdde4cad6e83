import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { RegionalBody } from './regional-body.js';

/** The bodies that exist. */
export const regionalBodyLoader = ({ db }: Base) =>
  new DataLoader<string, RegionalBody | null>(async (slugs) => {
    const rows = await db.read((manager) =>
      manager.query<{ slug: string }[]>('select slug from regional_body where slug = any ($1)', [slugs]),
    );
    const known = new Set(rows.map(({ slug }) => slug));
    return slugs.map((slug) => (known.has(slug) ? new RegionalBody(slug) : null));
  });
