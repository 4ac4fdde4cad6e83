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
import { checkSearch, findings, searchDescription, searching } from '../search/search.js';
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

  @Field(() => String, { nullable: true, description: searchDescription })
  search?: string | null;

  @Field(() => PracticeOrder, {
    nullable: true,
    description: 'The order; when left out, what fits the search best first, and without a search the latest change.',
  })
  orderBy?: PracticeOrder | null;
}

export const PracticeConnection = connectionType('Practice', () => Practice);
export type PracticeConnection = InstanceType<typeof PracticeConnection>;

/** A FROM and WHERE over practices `p` and the newest version `v` of each that the viewer may see; with a search also
 *  how well it `found` each. */
export interface VisiblePractices {
  sql: string;
  parameters: Parameters;
}

/** What a list is narrowed by: all of the filters, and a search that `checkSearch` has read. */
export interface Narrowing {
  filters: (PracticeFilter | null | undefined)[];
  search?: string | null;
}

/** The practices a viewer may see that fit. */
export function visiblePractices(viewer: Viewer, { filters, search = null }: Narrowing): VisiblePractices {
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
      ${search === null ? '' : findings($(search))}
      where ${where.map((condition) => `(${condition})`).join(' and ')}`,
  };
}

/** What a list is sorted by, each with the type its values are compared as and the form of such a value in a cursor. */
interface SortKey {
  sql: string;
  text: string;
  type: string;
  isValue: (text: string) => boolean;
}
const moment = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})\.\d{6}\+00$/;

const byMoment = (sql: string): SortKey => ({
  sql,
  text: `case when ${sql} = '-infinity' then '-infinity' else to_char(${sql} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') || '+00' end`,
  type: 'timestamptz',
  isValue(value) {
    const [, day, time] = moment.exec(value) ?? [];
    const date = new Date(`${day}T${time}Z`);
    return value === '-infinity' || (!Number.isNaN(date.getTime()) && date.toISOString().startsWith(`${day}T${time}`));
  },
});

const sortedBy: Record<PracticeOrderField, SortKey> = {
  UPDATED_AT: byMoment('v.updated_at'),
  SUBMITTED_AT: byMoment(`coalesce(case when p.origin = 'SUBMISSION' then v.submitted_at end, '-infinity')`),
  PUBLISHED_AT: byMoment(`coalesce(v.published_at, '-infinity')`),
};
const byRank: SortKey = {
  sql: 'found.rank',
  text: 'found.rank::text',
  type: 'real',
  isValue: (value) => /^\d{1,9}(\.\d{1,12})?(e-\d\d)?$/.test(value) && (Number(value) === 0 || Number(value) > 1e-37),
};
const byKey: SortKey = {
  sql: 'p.key',
  text: 'p.key::text',
  type: 'uuid',
  isValue: (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
};

/** The name of an order, which its cursors carry, and what it sorts by; the practice's key last, so that no two are equal. */
function orderOf({ orderBy, search }: { orderBy?: PracticeOrder | null; search: string | null }) {
  if (search !== null && !orderBy)
    return { name: 'BEST', descending: true, keys: [byRank, sortedBy.UPDATED_AT, byKey] };
  const { field, direction } = orderBy ?? { field: PracticeOrderField.UPDATED_AT, direction: OrderDirection.DESC };
  return {
    name: `${field} ${direction}`,
    descending: direction === OrderDirection.DESC,
    keys: [sortedBy[field], byKey],
  };
}

/** The order a cursor is of, then the values of its sort keys. */
type Place = [order: string, ...values: string[]];

const isPlaceIn =
  ({ name, keys }: ReturnType<typeof orderOf>) =>
  (value: unknown): value is Place =>
    Array.isArray(value) &&
    value.length === keys.length + 1 &&
    value[0] === name &&
    keys.every((key, index) => typeof value[index + 1] === 'string' && key.isValue(value[index + 1] as string));

/** One page of the practices that fit `args.filter`, `args.search` and `scope`. One statement; another when somebody counts. */
export async function practicePage(
  context: PracticeContext,
  args: PracticeListArgs,
  scope?: PracticeFilter,
): Promise<Page<Practice>> {
  checkFilter(args.filter);
  const search = checkSearch(args.search);
  const order = orderOf({ ...args, search });
  const isPlace = isPlaceIn(order);
  const request = pageRequest<Place>(args, (value) => (isPlace(value) ? value : null));
  const list = visiblePractices(context.viewer, { filters: [scope, args.filter], search });
  const { parameters } = list;
  const beyond = (place: Place | null, forwards: boolean) =>
    place &&
    `and (${order.keys.map(({ sql }) => sql).join(', ')}) ${forwards !== order.descending ? '>' : '<'}
       (${order.keys.map(({ type }, index) => `${parameters.$(place[index + 1])}::${type}`).join(', ')})`;
  const direction = request.forward !== order.descending ? 'asc' : 'desc';
  const rows = await context.db.read((db) =>
    searching(
      db.query<Record<string, unknown>[]>(
        `select ${selectedColumns(db)}, array[${order.keys.map(({ text }) => text).join(', ')}] as place
         ${list.sql} ${beyond(request.after, true) ?? ''} ${beyond(request.before, false) ?? ''}
         order by ${order.keys.map(({ sql }) => `${sql} ${direction}`).join(', ')} limit ${parameters.$(request.size + 1)}`,
        parameters.values,
      ),
    ),
  );
  const more = rows.length > request.size;
  const page = rows.slice(0, request.size);
  if (!request.forward) page.reverse();
  return {
    entries: page.map((row) => {
      const node = toPractice(row);
      context.practices.prime(node.key, node);
      return { cursor: encodePageCursor([order.name, ...(row['place'] as string[])] satisfies Place), node };
    }),
    hasNextPage: request.forward ? more : request.before !== null,
    hasPreviousPage: request.forward ? request.after !== null : more,
    count: () => countPractices(context, { filters: [scope, args.filter], search }),
  };
}

async function countPractices({ viewer, db }: PracticeContext, narrowing: Narrowing): Promise<number> {
  const { sql, parameters } = visiblePractices(viewer, narrowing);
  const rows = await db.read((tx) =>
    searching(tx.query<{ count: number }[]>(`select count(*)::int as count ${sql}`, parameters.values)),
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
  const { sql, parameters } = visiblePractices(viewer, { filters: [{ ...filter, states: anyState }] });
  const rows = await db.query<{ key: string }[]>(
    `select p.key ${sql} and p.key = any (${parameters.$(keys)}::uuid[])`,
    parameters.values,
  );
  return new Set(rows.map(({ key }) => key));
}
