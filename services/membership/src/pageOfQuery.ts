/** A page of a query, in the order of some columns of which the last is unique. */
import { type Page, type PageArgs, encodePageCursor, pageRequest } from '@hub/kit/page';
import type { Base } from '@hub/kit/subgraph';
import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';

interface Column<T> {
  /** As SQL: `c.name`. */
  name: string;
  /** Its value in a row, as a text that PostgreSQL reads as the column's type. */
  of: (row: T) => string;
  /** Whether a text may be one: a cursor comes from outside. */
  fits: (value: string) => boolean;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export const column = {
  text: <T>(name: string, of: (row: T) => string): Column<T> => ({
    name,
    of,
    fits: (value) => value.length <= 200 && !value.includes('\0'),
  }),
  moment: <T>(name: string, of: (row: T) => Date): Column<T> => ({
    name,
    of: (row) => of(row).toISOString(),
    fits: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  }),
  key: <T>(name: string, of: (row: T) => string): Column<T> => ({ name, of, fits: (value) => uuid.test(value) }),
};

export async function pageOfQuery<T extends ObjectLiteral>(
  { db }: Base,
  args: PageArgs,
  query: (manager: EntityManager) => SelectQueryBuilder<T>,
  columns: readonly Column<T>[],
): Promise<Page<T>> {
  const { size, forward, after, before } = pageRequest(args, (value) =>
    Array.isArray(value) &&
    value.length === columns.length &&
    value.every((part, index) => typeof part === 'string' && columns[index]!.fits(part))
      ? (value as string[])
      : null,
  );
  const rows = await db.read((manager) => {
    const page = query(manager);
    const past = (sign: '<' | '>', place: string[]) => {
      const names = place.map((_, index) => `${sign === '<' ? 'before' : 'after'}${index}`);
      page.andWhere(
        `(${columns.map(({ name }) => name).join(', ')}) ${sign} (${names.map((name) => `:${name}`).join(', ')})`,
        Object.fromEntries(names.map((name, index) => [name, place[index]])),
      );
    };
    if (after) past('>', after);
    if (before) past('<', before);
    for (const { name } of columns) page.addOrderBy(name, forward ? 'ASC' : 'DESC');
    return page.limit(size + 1).getMany(); // one more tells whether there is more
  });
  const more = rows.length > size;
  const entries = rows
    .slice(0, size)
    .map((node) => ({ cursor: encodePageCursor(columns.map(({ of }) => of(node))), node }));
  if (!forward) entries.reverse();
  return {
    entries,
    hasNextPage: forward ? more : before !== null,
    hasPreviousPage: forward ? after !== null : more,
    count: () => db.read((manager) => query(manager).getCount()),
  };
}
