/** The one door to the knowledge products. Public reference data: everybody with a passport reads all of it. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { KnowledgeProduct } from './knowledge-product.js';

/** Knowledge products by slug; null where there is none. */
export const knowledgeProductLoader = ({ db }: Pick<Base, 'db'>) =>
  new DataLoader<string, KnowledgeProduct | null>(async (slugs) => {
    const rows = await db.read((manager) => manager.findBy(KnowledgeProduct, { slug: In([...slugs]) }));
    const bySlug = new Map(rows.map((row) => [row.slug, row]));
    return slugs.map((slug) => bySlug.get(slug) ?? null);
  });

export const listKnowledgeProducts = ({ db }: Pick<Base, 'db'>): Promise<KnowledgeProduct[]> =>
  db.read((manager) => manager.find(KnowledgeProduct, { order: { ordinal: 'ASC' } }));
