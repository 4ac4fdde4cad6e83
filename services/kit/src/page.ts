/** Relay connections (relay.dev/graphql/connections.htm): arguments, page info, types. */
import 'reflect-metadata'; // type-graphql's decorators ask for it, whichever module comes first
import { type ClassType, ArgsType, Directive, Field, Int, ObjectType } from 'type-graphql';
import { badInput } from './errors.js';

export const defaultPageSize = 20;
export const maxPageSize = 100;

@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many from the start, 1 to ${maxPageSize}; ${defaultPageSize} when neither first nor last is given.`,
  })
  first?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes after this paging cursor.' })
  after?: string | null;

  @Field(() => Int, { nullable: true, description: `How many from the end, 1 to ${maxPageSize}.` })
  last?: number | null;

  @Field(() => String, { nullable: true, description: 'Only what comes before this paging cursor.' })
  before?: string | null;
}

@ObjectType({ description: 'Where a page stands within its list.' })
@Directive('@shareable')
export class PageInfo {
  @Field(() => Boolean, { description: 'Whether there is more after this page.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether there is more before this page.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The paging cursor of the first entry; null on an empty page.' })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'The paging cursor of the last entry; null on an empty page.' })
  endCursor!: string | null;
}

/** A page asked for: `size` entries counted from the start (`forward`) or the end of what lies between the two cursors. */
export interface PageRequest<K> {
  size: number;
  forward: boolean;
  after: K | null;
  before: K | null;
}

export const encodePageCursor = (key: unknown): string => Buffer.from(JSON.stringify(key)).toString('base64url');

/** Checks page arguments; `decode` turns the JSON inside a paging cursor into a key or returns null when it is none. */
export function pageRequest<K>(args: PageArgs, decode: (value: unknown) => K | null): PageRequest<K> {
  const { first = null, last = null } = args;
  if (first !== null && last !== null) throw badInput(['last'], 'Give first or last, not both.');
  for (const [name, size] of [
    ['first', first],
    ['last', last],
  ] as const)
    if (size !== null && (size < 1 || size > maxPageSize))
      throw badInput([name], `${name} must be 1 to ${maxPageSize}.`);
  const cursor = (name: 'after' | 'before'): K | null => {
    const value = args[name];
    if (value === null || value === undefined) return null;
    let key: K | null = null;
    try {
      key = decode(JSON.parse(Buffer.from(value, 'base64url').toString('utf8')));
    } catch {
      // answered below: whatever does not decode is not a cursor of this list
    }
    if (key === null) throw badInput([name], `${name} must be a cursor taken from this list.`);
    return key;
  };
  return {
    size: first ?? last ?? defaultPageSize,
    forward: last === null,
    after: cursor('after'),
    before: cursor('before'),
  };
}

/** What a list's source hands over: the page's entries in list order, and whether there is more on either side. */
export interface Page<T> {
  entries: { cursor: string; node: T }[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
  /** Counted only when somebody asks. */
  count: () => Promise<number> | number;
}

/** One page out of a sorted list that is in memory; for reference data, bounded by nature. */
export function pageOf<T>(list: readonly T[], keyOf: (entry: T) => string, args: PageArgs): Page<T> {
  const { size, forward, after, before } = pageRequest(args, (value) => (typeof value === 'string' ? value : null));
  const position = (key: string, name: string) => {
    const index = list.findIndex((entry) => keyOf(entry) === key);
    if (index < 0) throw badInput([name], `${name} must be a cursor taken from this list.`);
    return index;
  };
  const from = after === null ? 0 : position(after, 'after') + 1;
  const to = Math.max(from, before === null ? list.length : position(before, 'before'));
  const start = forward ? from : Math.max(from, to - size);
  const end = forward ? Math.min(to, from + size) : to;
  return {
    entries: list.slice(start, end).map((node) => ({ cursor: encodePageCursor(keyOf(node)), node })),
    hasNextPage: end < list.length,
    hasPreviousPage: start > 0,
    count: () => list.length,
  };
}

/** The connection and edge types of a noun, under its name or that of the `list`: `connectionType('Practice', () => Practice)`. */
export function connectionType<T extends object>(noun: string, node: () => ClassType<T>, list = noun) {
  @ObjectType(`${list}Edge`, { description: `A ${noun} with its place in a list.` })
  class Edge {
    @Field(() => String, { description: 'The paging cursor of this entry.' })
    cursor!: string;

    @Field(node, { description: 'The entry.' })
    node!: T;
  }

  @ObjectType(`${list}Connection`, { description: `A page of a list of ${noun}.` })
  class Connection {
    constructor(readonly page: Page<T>) {}

    @Field(() => [Edge], { description: 'The entries with their paging cursors.' })
    get edges(): Edge[] {
      return this.page.entries;
    }

    @Field(() => [node()], { description: 'The entries alone.' })
    get nodes(): T[] {
      return this.page.entries.map(({ node }) => node);
    }

    @Field(() => PageInfo, { description: 'Where this page stands within the list.' })
    get pageInfo(): PageInfo {
      const { entries, hasNextPage, hasPreviousPage } = this.page;
      return {
        hasNextPage,
        hasPreviousPage,
        startCursor: entries[0]?.cursor ?? null,
        endCursor: entries.at(-1)?.cursor ?? null,
      };
    }

    @Field(() => Int, { description: 'How many entries the whole list has; counted only when asked for.' })
    totalCount(): Promise<number> | number {
      return this.page.count();
    }
  }
  return Connection;
}
