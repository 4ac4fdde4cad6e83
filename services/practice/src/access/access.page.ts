/** Pages of the access log: an owner's, through a function that leaves out who it was, and the auditor's, from the table. */
import { globalId, idAt } from '@hub/kit/ids';
import { type Page, type PageArgs, type PageRequest, encodePageCursor, pageRequest } from '@hub/kit/page';
import { badInput } from '@hub/kit/errors';
import type { Token } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import type { Role } from '../member-state/role.js';
import { ownerOf } from '../practice/practice-owner.js';
import { Parameters } from '../practice/practice.filter.js';
import { type SectionName, sectionOf } from '../practice/vocabulary.js';
import type { AccessChannel, EntryRow } from './access.js';
import type { AccessLogEntry, AccessLogFilter, AuditedAccess } from './access.types.js';

type ShownRow = Pick<EntryRow, 'number' | 'role' | 'of' | 'version' | 'sections' | 'channel' | 'times'> & { at: Date };
type WholeRow = Omit<EntryRow, 'at'> & { at: Date };
type Cursors = PracticeContext['events']['cursors'];

/** Paging cursors are places in the log, sealed as event cursors are: numbers would tell an owner how much others are read. */
const epoch = 0xacce55;
const cursorAt = (cursors: Cursors, number: number): string =>
  encodePageCursor(cursors.encode(epoch, { position: number, ordinal: 0 }));
const requestOf = (cursors: Cursors, args: PageArgs): PageRequest<number> =>
  pageRequest(args, (value) => (typeof value === 'string' ? cursors.decode(epoch, value).position : null));

const beyondAll = Number.MAX_SAFE_INTEGER;

/** The latest first. */
export async function ownersPage(
  { db, events: { cursors } }: PracticeContext,
  practiceKey: string,
  args: PageArgs,
): Promise<Page<AccessLogEntry>> {
  const request = requestOf(cursors, args);
  const rows = await db.read((tx) =>
    tx.query<ShownRow[]>('select * from read_accesses($1, $2, $3, $4, $5)', [
      practiceKey,
      request.before ?? 0,
      request.after ?? beyondAll,
      request.forward,
      request.size + 1,
    ]),
  );
  return pageOf(rows, request, cursors, shown, async () => {
    const [row] = await db.read((tx) =>
      tx.query<{ count: number }[]>('select count_accesses($1) as count', [practiceKey]),
    );
    return row!.count;
  });
}

/** By number. */
export async function auditedPage(
  { db, events: { cursors } }: PracticeContext,
  filter: AccessLogFilter,
  args: PageArgs,
): Promise<Page<AuditedAccess>> {
  const request = requestOf(cursors, args);
  const parameters = new Parameters();
  const where = conditions(filter, parameters).join(' and ') || 'true';
  const counted = [...parameters.values];
  const from = `from access_log where ${where}`;
  const rows = await db.read((tx) =>
    tx.query<WholeRow[]>(
      `select * ${from} and number > ${parameters.$(request.after ?? 0)} and number < ${parameters.$(request.before ?? beyondAll)}
        order by number ${request.forward ? 'asc' : 'desc'} limit ${parameters.$(request.size + 1)}`,
      parameters.values,
    ),
  );
  return pageOf(rows, request, cursors, audited, async () => {
    const [row] = await db.read((tx) =>
      tx.query<{ count: number }[]>(`select count(*)::int as count ${from}`, counted),
    );
    return row!.count;
  });
}

function pageOf<R extends { number: string }, T>(
  rows: R[],
  { size, forward, after, before }: PageRequest<number>,
  cursors: Cursors,
  toNode: (row: R) => T,
  count: () => Promise<number>,
): Page<T> {
  const more = rows.length > size;
  const page = rows.slice(0, size);
  if (!forward) page.reverse();
  return {
    entries: page.map((row) => ({ cursor: cursorAt(cursors, Number(row.number)), node: toNode(row) })),
    hasNextPage: forward ? more : before !== null,
    hasPreviousPage: forward ? after !== null : more,
    count,
  };
}

const shown = ({ at, role, of, channel, version, sections, times }: ShownRow): AccessLogEntry => ({
  at,
  role: role as Role | null,
  readFor: of ? ownerOf(of as Token) : null,
  channel: channel as AccessChannel,
  version,
  sections: sections.map((name) => sectionOf(name as SectionName)),
  times,
});

const audited = (row: WholeRow): AuditedAccess => ({
  ...shown(row),
  number: Number(row.number),
  personId: row.viewer_kind === 'person' ? globalId('Person', row.viewer_key!) : null,
  apiClientId: row.viewer_kind === 'client' ? globalId('ApiClient', row.viewer_key!) : null,
  practiceId: globalId('Practice', row.practice_key),
  own: row.own,
  hash: row.hash.toString('hex'),
});

function conditions(filter: AccessLogFilter, parameters: Parameters): string[] {
  const $ = (value: unknown) => parameters.$(value);
  const key = (name: 'practice' | 'person' | 'apiClient', type: string): string | null => {
    const id = filter[name];
    if (id == null) return null;
    const parsed = idAt(['filter', name], id);
    if (parsed.type !== type) throw badInput(['filter', name], `This is not the id of a ${type}.`);
    return parsed.key;
  };
  const practice = key('practice', 'Practice');
  const person = key('person', 'Person');
  const client = key('apiClient', 'ApiClient');
  const { memberState, regionalBody, channels, since, until } = filter;
  return [
    practice && `practice_key = ${$(practice)}`,
    person && `viewer_kind = 'person' and viewer_key = ${$(person)}`,
    client && `viewer_kind = 'client' and viewer_key = ${$(client)}`,
    memberState && `"of" = ${$(`s:${memberState}`)}`,
    regionalBody && `"of" = ${$(`b:${regionalBody}`)}`,
    channels && `channel = any (${$(channels)})`,
    since && `at >= ${$(since)}`,
    until && `at < ${$(until)}`,
  ].filter((condition): condition is string => Boolean(condition));
}
