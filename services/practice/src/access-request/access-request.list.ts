/** Requests as the viewer may see them: their own, and those they may decide. Row-level security decides, nothing here does. */
import DataLoader from 'dataloader';
import { ArgsType, Field } from 'type-graphql';
import { type Page, PageArgs, encodePageCursor, pageRequest } from '@hub/kit/page';
import type { Base } from '@hub/kit/subgraph';
import type { EntityManager } from 'typeorm';
import type { PracticeContext } from '../context.js';
import { Parameters } from '../practice/practice.filter.js';
import { AccessRequest, type AccessRequestRow, AccessRequestStatus } from './access-request.js';

@ArgsType()
export class AccessRequestListArgs extends PageArgs {
  @Field(() => AccessRequestStatus, { nullable: true, description: 'Only requests of which this became.' })
  status?: AccessRequestStatus | null;
}

const columns = `r.key, r.practice_key as "practiceKey", r.person_key as "personKey", r.role, r."of", r.sections, r.reason,
  r.status, r.asked_at as "askedAt", r.decided_at as "decidedAt", r.decline_reason as "declineReason",
  g.sections as "grantedSections", g.until, g.ended_at as "endedAt"`;
const from = 'from access_request r left join access_grant g on g.request_key = r.key';

/** When it was asked, and its key. */
type Key = [askedAt: string, key: string];
const isKey = (value: unknown): value is Key =>
  Array.isArray(value) &&
  value.length === 2 &&
  typeof value[0] === 'string' &&
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/.test(value[0]) &&
  !Number.isNaN(Date.parse(value[0])) &&
  typeof value[1] === 'string' &&
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value[1]);

/** The latest first; of one practice where its key is given. */
export async function accessRequestPage(
  { db }: PracticeContext,
  args: AccessRequestListArgs,
  practiceKey: string | null = null,
): Promise<Page<AccessRequest>> {
  const { size, forward, after, before } = pageRequest<Key>(args, (value) => (isKey(value) ? value : null));
  const parameters = new Parameters();
  const $ = (value: unknown) => parameters.$(value);
  const wanted = [
    practiceKey && `r.practice_key = ${$(practiceKey)}::uuid`,
    args.status && `r.status = ${$(args.status)}`,
  ].filter(Boolean);
  const where = wanted.length > 0 ? wanted.join(' and ') : 'true';
  const counted = [...parameters.values];
  const beyond = (key: Key | null, sign: '<' | '>') =>
    key ? `and (r.asked_at, r.key) ${sign} (${$(key[0])}::timestamptz, ${$(key[1])}::uuid)` : '';
  const direction = forward ? 'desc' : 'asc';
  const rows = await db.read((tx) =>
    tx.query<AccessRequestRow[]>(
      `select ${columns} ${from} where ${where} ${beyond(after, '<')} ${beyond(before, '>')}
        order by r.asked_at ${direction}, r.key ${direction} limit ${$(size + 1)}`,
      parameters.values,
    ),
  );
  const more = rows.length > size;
  const page = rows.slice(0, size);
  if (!forward) page.reverse();
  return {
    entries: page.map((row) => ({
      cursor: encodePageCursor([row.askedAt.toISOString(), row.key] satisfies Key),
      node: new AccessRequest(row),
    })),
    hasNextPage: forward ? more : before !== null,
    hasPreviousPage: forward ? after !== null : more,
    count: async () => {
      const [row] = await db.read((tx) =>
        tx.query<{ count: number }[]>(`select count(*)::int as count from access_request r where ${where}`, counted),
      );
      return row!.count;
    },
  };
}

/** One request, in the given transaction; null when absent or hidden. */
export async function readAccessRequest(tx: EntityManager, key: string): Promise<AccessRequestRow | null> {
  const [row] = await tx.query<AccessRequestRow[]>(`select ${columns} ${from} where r.key = $1`, [key]);
  return row ?? null;
}

/** The viewer's own open request for a practice, by the practice's key. */
export const openRequestLoader = ({ db, viewer }: Base) =>
  new DataLoader<string, string | null>(async (practiceKeys) => {
    const rows = await db.read((tx) =>
      tx.query<{ key: string; practice_key: string }[]>(
        `select key, practice_key from access_request where practice_key = any ($1::uuid[]) and person_key = $2 and status = 'OPEN'`,
        [practiceKeys, viewer.key],
      ),
    );
    return practiceKeys.map((key) => rows.find((row) => row.practice_key === key)?.key ?? null);
  });
