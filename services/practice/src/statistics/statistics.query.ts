/** Counting over the very rows that lists show: the same filter, the same row-level security. One statement. */
import type { PracticeContext } from '../context.js';
import type { PracticeFilter } from '../practice/practice.filter.js';
import { visiblePractices } from '../practice/practice.list.js';
import { RegionLevel } from '../region/region.level.js';
import { searching } from '../search/search.js';
import { PracticeDimension, valuesOf } from './dimension.js';
import { type PracticeStatistics, PracticeStatisticsRow } from './statistics.js';

export interface Counting {
  filter: PracticeFilter | null;
  /** What `checkSearch` has read. */
  search: string | null;
  dimension: PracticeDimension;
  /** For REGION: how wide the areas are that get a row. */
  level: RegionLevel;
}

export async function countBy(
  { db, viewer }: Pick<PracticeContext, 'db' | 'viewer'>,
  { filter, search, dimension, level }: Counting,
): Promise<PracticeStatistics> {
  const { sql, parameters } = visiblePractices(viewer, { filters: [filter], search });
  // An area's path is itself and all that contain it: at most one of them has the level asked for.
  const rolledUp =
    dimension === PracticeDimension.REGION
      ? `join area own on own.m49 = given.value
         join area wide on wide.m49 = any (own.path) and wide.level = ${parameters.$(level)}`
      : null;
  const tally = await db.read((manager) =>
    searching(
      manager.query<{ total: number; assigned: number; key: string | null; count: number | null }[]>(
        `with visible as materialized (select p.key, ${valuesOf[dimension]} as values ${sql}),
         counted as (select distinct visible.key, ${rolledUp ? 'wide.m49' : 'given.value'} as value
           from visible cross join unnest(visible.values) given(value) ${rolledUp ?? ''}
          where given.value is not null),
         tally as (select value, count(*)::int as count from counted group by value)
       select sums.total, sums.assigned, tally.value as key, tally.count
         from (select (select count(*)::int from visible) as total, (select count(distinct key)::int from counted) as assigned) sums
         left join tally on true
        order by tally.count desc, tally.value collate "C"`,
        parameters.values,
      ),
    ),
  );
  const { total, assigned } = tally[0]!;
  return {
    total,
    unassigned: total - assigned,
    rows: tally.flatMap(({ key, count }) => (key === null ? [] : [new PracticeStatisticsRow(dimension, key, count!)])),
  };
}
