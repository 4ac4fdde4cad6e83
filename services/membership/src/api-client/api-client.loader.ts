/** The one door to API clients and their keys: row-level security decides, see person.visibility.ts. */
import type { Base } from '@hub/kit/subgraph';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { groupBy } from '../groupBy.js';
import { ApiClient } from './api-client.js';
import { ApiKey } from './api-key.js';

export const apiClientLoader = ({ db }: Base) =>
  new DataLoader<string, ApiClient | null>(async (keys) => {
    const rows = await db.read((manager) => manager.findBy(ApiClient, { key: In([...keys]) }));
    const byKey = new Map(rows.map((row) => [row.key, row]));
    return keys.map((key) => byKey.get(key) ?? null);
  });

/** The keys of a client, the newest first. */
export const keysOfClientLoader = ({ db }: Base) =>
  new DataLoader<string, ApiKey[]>(async (clients) => {
    const rows = await db.read((manager) =>
      manager.find(ApiKey, { where: { clientKey: In([...clients]) }, order: { createdAt: 'DESC', key: 'ASC' } }),
    );
    const byClient = groupBy(rows, ({ clientKey }) => clientKey);
    return clients.map((key) => byClient.get(key) ?? []);
  });
