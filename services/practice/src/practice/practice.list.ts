/**
 * Lists of practices: one FROM and WHERE for lists, counts and statistics, and keyset paging over them.
 * Row-level security decides what is there; nothing here does.
 */
import { ArgsType, Field, InputType, registerEnumType } from 'type-graphql';
import type { EntityManager } from 'typeorm';
import { type Page, PageArgs, connectionType, encodePageCursor, pageRequest } from '@hub/kit/page';
import type { Viewer } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { Parameters, PracticeFilter, checkFilter, conditions } from './practice.filter.js';
import { selectedColumns, toPractice } from './practice.loader.js';
import { Practice } from './practice.js';
import { PracticeState } from './vocabulary.js';

export enum PracticeOrderField {
  UPDATED_AT = 'UPDATED_AT',
  SUBMITTED_AT = 'SUBMITTED_AT',
  PUBLISHED_AT = 'PUBLISHED_AT',
}
registerEnumType(PracticeOrderField, {
  name: 'PracticeOrderField',
  description: 'What practices can be sorted by.',
  valuesConfig: {
    UPDATED_AT: { description: 'When it was last changed.' },
    SUBMITTED_AT: { description: 'When it was submitted.' },
    PUBLISHED_AT: { description: 'When it was published.' },
  },
});

export enum OrderDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(OrderDirection, {
  name: 'OrderDirection',
  description: 'Upwards or downwards.',
  valuesConfig: {
    ASC: { description: 'Upwards: the earliest first.' },
    DESC: { description: 'Downwards: the latest first.' },
  },
});

@InputType({ description: 'The order of a list of practices. Entries of equal rank keep an order of their own.' })
export class PracticeOrder {
  @Field(() => PracticeOrderField, { description: 'What to sort by; a date that is missing counts as the earliest.' })
  field!: PracticeOrderField;

  @Field(() => OrderDirection, {
    defaultValue: OrderDirection.DESC,
    description: 'Latest first unless asked otherwise.',
  })
  direction!: OrderDirection;
}

@ArgsType()
export class PracticeListArgs extends PageArgs {
  @Field(() => PracticeFilter, { nullable: true, description: 'Narrows the list.' })
  filter?: PracticeFilter | null;

  @Field(() => PracticeOrder, { nullable: true, description: 'The order; the latest change first when left out.' })
  orderBy?: PracticeOrder | null;
}

export const PracticeConnection = connectionType('Practice', () => Practice);
export type PracticeConnection = InstanceType<typeof PracticeConnection>;

/** A FROM and WHERE over practices `p` and the newest version `v` of each that the viewer may see. */
export interface VisiblePractices {
  sql: string;
  parameters: Parameters;
}

/** The practices a viewer may see that fit all the given filters. */
export function visiblePractices(viewer: Viewer, ...filters: (PracticeFilter | null | undefined)[]): VisiblePractices {
  const parameters = new Parameters();
  const $ = (value: unknown) => parameters.$(value);
  const given = filters.filter((filter): filter is PracticeFilter => Boolean(filter));
  // The default of leaving out what was withdrawn holds unless one of the filters asks for states.
  const asked = given.find((filter) => filter.states)?.states ?? null;
  const where = (given.length > 0 ? given : [{}]).flatMap((filter) =>
    conditions({ ...filter, states: filter.states ?? asked }, viewer, { $ }),
  );
  return {
    parameters,
    sql: `from practice p
      join lateral (select * from practice_version n where n.practice_key = p.key order by n.number desc limit 1) v on true
      where ${where.map((condition) => `(${condition})`).join(' and ')}`,
  };
}

const sortedBy: Record<PracticeOrderField, string> = {
  UPDATED_AT: 'v.updated_at',
  SUBMITTED_AT: `coalesce(case when p.origin = 'SUBMISSION' then v.submitted_at end, '-infinity')`,
  PUBLISHED_AT: `coalesce(v.published_at, '-infinity')`,
};

/** The order a cursor is of, the value sorted by, the practice's key. */
type Key = [order: string, value: string, key: string];
const moment = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})\.\d{6}\+00$/;

function isSortValue(value: string): boolean {
  const [, day, time] = moment.exec(value) ?? [];
  const date = new Date(`${day}T${time}Z`);
  return value === '-infinity' || (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${day}T${time}`));
}

const isKeyOf =
  (order: string) =>
  (value: unknown): value is Key =>
    Array.isArray(value) &&
    value.length === 3 &&
    value[0] === order &&
    typeof value[1] === 'string' &&
    isSortValue(value[1]) &&
    typeof value[2] === 'string' &&
    /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value[2]);

/** One page of the practices that fit `args.filter` and `scope`. One statement; another when somebody counts. */
export async function practicePage(
  context: PracticeContext,
  args: PracticeListArgs,
  scope?: PracticeFilter,
): Promise<Page<Practice>> {
  checkFilter(args.filter);
  const order = args.orderBy ?? { field: PracticeOrderField.UPDATED_AT, direction: OrderDirection.DESC };
  const orderName = `${order.field} ${order.direction}`;
  const isKey = isKeyOf(orderName);
  const request = pageRequest<Key>(args, (value) => (isKey(value) ? value : null));
  const sort = sortedBy[order.field];
  const descending = order.direction === OrderDirection.DESC;
  const list = visiblePractices(context.viewer, scope, args.filter);
  const { parameters } = list;
  const beyond = (key: Key | null, forwards: boolean) =>
    key &&
    `and (${sort}, p.key) ${forwards !== descending ? '>' : '<'} (${parameters.$(key[1])}::timestamptz, ${parameters.$(key[2])}::uuid)`;
  const direction = request.forward !== descending ? 'asc' : 'desc';
  const rows = await context.db.read((db) =>
    db.query<Record<string, unknown>[]>(
      `select ${selectedColumns(db)}, to_char(${sort} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' as sort_value, ${sort} = '-infinity' as sort_missing
       ${list.sql} ${beyond(request.after, true) ?? ''} ${beyond(request.before, false) ?? ''}
       order by ${sort} ${direction}, p.key ${direction} limit ${parameters.$(request.size + 1)}`,
      parameters.values,
    ),
  );
  const more = rows.length > request.size;
  const page = rows.slice(0, request.size);
  if (!request.forward) page.reverse();
  return {
    entries: page.map((row) => {
      const node = toPractice(row);
      const value = row['sort_missing'] ? '-infinity' : (row['sort_value'] as string);
      context.practices.prime(node.key, node);
      return { cursor: encodePageCursor([orderName, value, node.key] satisfies Key), node };
    }),
    hasNextPage: request.forward ? more : request.before !== null,
    hasPreviousPage: request.forward ? request.after !== null : more,
    count: () => countPractices(context, scope, args.filter),
  };
}

async function countPractices(
  context: PracticeContext,
  ...filters: (PracticeFilter | null | undefined)[]
): Promise<number> {
  const { sql, parameters } = visiblePractices(context.viewer, ...filters);
  const rows = await context.db.read((db) =>
    db.query<{ count: number }[]>(`select count(*)::int as count ${sql}`, parameters.values),
  );
  return rows[0]!.count;
}

/** Which of these practices the viewer may see and fit the filter; for streams. */
export async function fitting(
  db: EntityManager,
  viewer: Viewer,
  keys: readonly string[],
  filter: PracticeFilter,
): Promise<Set<string>> {
  // A withdrawal reaches whoever could see the practice, so streams do not leave out WITHDRAWN unless states are asked for.
  const anyState = filter.states ?? (Object.values(PracticeState) as PracticeState[]);
  const { sql, parameters } = visiblePractices(viewer, { ...filter, states: anyState });
  const rows = await db.query<{ key: string }[]>(
    `select p.key ${sql} and p.key = any (${parameters.$(keys)}::uuid[])`,
    parameters.values,
  );
  return new Set(rows.map(({ key }) => key));
}
