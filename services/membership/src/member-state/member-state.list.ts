/** The list of States: filtered, in the order of their English names, a page at a time. */
import { badInput } from '@hub/kit/errors';
import { type Page, PageArgs, connectionType, encodePageCursor, pageRequest } from '@hub/kit/page';
import { M49 } from '@hub/kit/scalars';
import type { Base } from '@hub/kit/subgraph';
import { ArgsType, Field, InputType } from 'type-graphql';
import type { SelectQueryBuilder } from 'typeorm';
import { dayOf, holdsOn } from './member-state.loader.js';
import { MemberState, UnStatus } from './member-state.js';

export const MemberStateConnection = connectionType('MemberState', () => MemberState);

@InputType({ description: 'Narrows a list of States. Within a field any value fits; all fields must fit.' })
export class MemberStateFilter {
  @Field(() => [M49], { nullable: true, description: 'Areas the State lies in: each itself and all within it.' })
  regions?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Regional bodies the State is in today, by short name (slug).',
  })
  regionalBodies?: string[] | null;

  @Field(() => UnStatus, { nullable: true, description: 'What the State is in the United Nations.' })
  unStatus?: UnStatus | null;
}

@ArgsType()
export class MemberStatesArgs extends PageArgs {
  @Field(() => MemberStateFilter, { nullable: true, description: 'Only States that fit.' })
  filter?: MemberStateFilter | null;
}

const slug = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const maxValues = 200;

export async function listMemberStates(
  { db, now }: Base,
  { filter, ...args }: MemberStatesArgs,
): Promise<Page<MemberState>> {
  const { size, forward, after, before } = pageRequest(args, placeOf);
  checkFilter(filter ?? {});
  const rows = await db.read((manager) => {
    const list = narrowed(manager.createQueryBuilder(MemberState, 's'), filter ?? {}, now());
    if (after !== null) list.andWhere('s.place > :after', { after });
    if (before !== null) list.andWhere('s.place < :before', { before });
    return list
      .orderBy('s.place', forward ? 'ASC' : 'DESC')
      .limit(size + 1) // one more tells whether there is more
      .getMany();
  });
  const more = rows.length > size;
  const page = rows.slice(0, size);
  if (!forward) page.reverse();
  return {
    entries: page.map((node) => ({ cursor: encodePageCursor(node.place), node })),
    hasNextPage: forward ? more : before !== null,
    hasPreviousPage: forward ? after !== null : more,
    count: () =>
      db.read((manager) => narrowed(manager.createQueryBuilder(MemberState, 's'), filter ?? {}, now()).getCount()),
  };
}

/** A paging cursor is the State's place: it stays good when the State no longer fits the filter. */
const placeOf = (value: unknown): number | null =>
  Number.isSafeInteger(value) && Math.abs(value as number) < 2 ** 15 ? (value as number) : null;

function checkFilter({ regions, regionalBodies }: MemberStateFilter): void {
  for (const [name, values] of Object.entries({ regions, regionalBodies }))
    if (values && values.length > maxValues) throw badInput(['filter', name], `At most ${maxValues} values, please.`);
  for (const [index, body] of (regionalBodies ?? []).entries())
    if (!slug.test(body))
      throw badInput(
        ['filter', 'regionalBodies', index],
        'A short name (slug) is lower case letters, digits and hyphens, such as "igad".',
      );
}

function narrowed(list: SelectQueryBuilder<MemberState>, filter: MemberStateFilter, now: Date) {
  const { regions, regionalBodies, unStatus } = filter;
  if (regions)
    list.andWhere('exists (select from state_area a where a.iso3 = s.iso3 and a.m49 = any (:regions))', { regions });
  if (regionalBodies)
    list.andWhere(
      `exists (select from membership m where m.iso3 = s.iso3 and m.body = any (:regionalBodies) and ${holdsOn(':day::date')})`,
      { regionalBodies, day: dayOf(now) },
    );
  if (unStatus) list.andWhere('s.un_status = :unStatus', { unStatus });
  return list;
}
