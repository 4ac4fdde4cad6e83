/**
 * Whether a database has been migrated and seeded by exactly these programs, data and settings: then the start skips
 * both. The mark is a comment on the database itself, so it goes where the data go.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { connected } from './databases.js';

/** Changes when a file in one of the folders or one of the settings does. */
export function fingerprint(folders: string[], settings: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const folder of folders.filter((path) => existsSync(path))) {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(map|d\.ts)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    for (const file of files) hash.update(`\0${relative(folder, file)}\0`).update(readFileSync(file));
  }
  return `prepared ${hash.digest('hex')}`;
}

export const isPrepared = (ownerUrl: string, mark: string): Promise<boolean> =>
  connected(ownerUrl, async (owner) => {
    const { rows } = await owner.query<{ mark: string | null }>(
      `select shobj_description(oid, 'pg_database') as mark from pg_database where datname = current_database()`,
    );
    return rows[0]?.mark === mark;
  });

export const setPrepared = (ownerUrl: string, mark: string): Promise<void> =>
  connected(ownerUrl, async (owner) => {
    await owner.query(
      `do $$ begin execute format('comment on database %I is %L', current_database(), '${mark}'); end $$`,
    );
  });
