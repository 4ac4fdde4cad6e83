/** The one door to API clients: row-level security decides, see person.visibility.ts. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { ApiClient } from './api-client.js';

export const apiClientLoader = ({ db }: Base) =>
  new DataLoader<string, ApiClient | null>(async (keys) => {
    const rows = await db.read((manager) => manager.findBy(ApiClient, { key: In([...keys]) }));
    const byKey = new Map(rows.map((row) => [row.key, row]));
    return keys.map((key) => byKey.get(key) ?? null);
  });
