/** The one door to the rows of a practice: batched, and under row-level security for the viewer. */
import DataLoader from 'dataloader';
import type { EntityManager } from 'typeorm';
import type { Base } from '@hub/kit/subgraph';
import { Practice, PracticeRow, SectionRow, VersionRow } from './practice.js';
import { practiceImage } from './practice.visibility.js';
import type { SectionName } from './vocabulary.js';

/** Practices by key, each with the newest version the viewer may see; null when absent or hidden. */
export const practiceLoader = ({ db }: Pick<Base, 'db'>) =>
  new DataLoader<string, Practice | null>(async (keys) => {
    const practices = await db.read((manager) => readPractices(manager, keys));
    const byKey = new Map(practices.map((practice) => [practice.key, practice]));
    return keys.map((key) => byKey.get(key) ?? null);
  });

/** The sections of a version that the viewer may see, by version key; null where a section is absent or hidden. */
export const sectionLoader = ({ db }: Pick<Base, 'db'>) =>
  new DataLoader<string, Partial<Record<SectionName, SectionRow>>>(async (versionKeys) => {
    const rows = await db.read((manager) =>
      manager
        .createQueryBuilder(SectionRow, 'section')
        .where('section.versionKey = any (:versionKeys)', { versionKeys })
        .getMany(),
    );
    const found = new Map<string, Partial<Record<SectionName, SectionRow>>>(versionKeys.map((key) => [key, {}]));
    for (const row of rows) found.get(row.versionKey)![row.name] = row;
    return versionKeys.map((key) => found.get(key)!);
  });

/** Practices by key with the newest visible version, read in the given transaction. */
export async function readPractices(db: EntityManager, keys: readonly string[]): Promise<Practice[]> {
  const rows = await db.query<Record<string, unknown>[]>(
    `select ${selectedColumns(db)} from practice p
       join lateral (select * from practice_version n where n.practice_key = p.key order by n.number desc limit 1) v on true
      where p.key = any ($1::uuid[])`,
    [keys],
  );
  return rows.map(toPractice);
}

/** What is read of a practice otherwise than by its column: how it is shared now. */
const image = practiceImage('p');
const asItIsNow: Partial<Record<string, string>> = {
  'p.marking': image.marking,
  'p.audience': image.audience,
  'p.sectionMarkings': image.sections,
};

/** Every column of a practice `p` and a version `v`, named so that `toPractice` finds them. */
export const selectedColumns = (db: EntityManager): string =>
  (
    [
      ['p', PracticeRow],
      ['v', VersionRow],
    ] as const
  )
    .flatMap(([alias, entity]) =>
      db.connection
        .getMetadata(entity)
        .columns.map(
          ({ databaseName, propertyName, type }) =>
            `${asItIsNow[`${alias}.${propertyName}`] ?? `${alias}."${databaseName}"${type === 'date' ? '::text' : ''}`} as "${alias}.${propertyName}"`,
        ),
    )
    .join(', ');

export function toPractice(row: Record<string, unknown>): Practice {
  const pick = <T extends object>(target: T, alias: string): T => {
    for (const [name, value] of Object.entries(row))
      if (name.startsWith(`${alias}.`)) (target as Record<string, unknown>)[name.slice(2)] = value;
    return target;
  };
  return new Practice(pick(new PracticeRow(), 'p'), pick(new VersionRow(), 'v'));
}
