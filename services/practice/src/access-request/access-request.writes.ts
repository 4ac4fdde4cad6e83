/** Asking, granting, declining, ending: each in one transaction. Row-level security holds the same lines once more. */
import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { isUniqueViolation } from '@hub/kit/database';
import { HubError, badInput } from '@hub/kit/errors';
import { keyAt } from '@hub/kit/ids';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import { type Viewer, holds } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { append } from '../event/event.log.js';
import { askRefusal, submitters } from '../practice/practice.permissions.js';
import { readPractices } from '../practice/practice.loader.js';
import { type RedactedSection, redactedSections } from '../practice/practice.redactions.js';
import { textFaults } from '../practice/practice.rules.js';
import { inTheInput, newestSent, noteLapses, sharingImage } from '../practice/practice.writes.js';
import { Origin, sectionName } from '../practice/vocabulary.js';
import { AccessRequest, type AccessRequestRow, AccessRequestStatus } from './access-request.js';
import type {
  DeclineAccessInput,
  EndAccessGrantInput,
  GrantAccessInput,
  RequestAccessInput,
} from './access-request.input.js';
import { readAccessRequest } from './access-request.list.js';
import type { Practice } from '../practice/practice.js';

const maxReasonCharacters = 2_000;
const maxGrantDays = 366;
const { REQUIRED, INVALID, CONFLICT } = UserErrorCode;

/** The key of the request that was made, changed or is in the way, and what is to be put right. */
interface Outcome {
  key: string | null;
  userErrors: UserError[];
}

const reasonFaults = (reason: string): UserError[] =>
  reason.trim()
    ? textFaults(reason, ['reason'], maxReasonCharacters)
    : [new UserError(['reason'], REQUIRED, 'Say why.')];

export async function request(
  { db, viewer, now, openRequests }: PracticeContext,
  { practiceId, sections, reason }: RequestAccessInput,
): Promise<Outcome> {
  const practiceKey = keyAt([...inTheInput, 'practiceId'], 'Practice', practiceId);
  try {
    return await db.write(async (tx) => {
      const [practice] = practiceKey === null ? [] : await readPractices(tx, [practiceKey]);
      if (!practice)
        throw new HubError('NOT_FOUND', 'There is no such practice, or it is not shared with you.', {
          inputPath: [...inTheInput, 'practiceId'],
        });
      const refused = askRefusal(viewer, practice);
      if (refused) throw new HubError('FORBIDDEN', refused);
      const hidden = await redactedSections(tx, [practice.newest.key]);
      const wanted = [...new Set(sections.map(sectionName))];
      const faults = [...sectionFaults(sections.map(sectionName), hidden), ...reasonFaults(reason)];
      if (faults.length > 0) return { key: null, userErrors: faults };
      const key = randomUUID();
      const { role, of } = viewer.roles.find((held) => held.role !== 'AUDITOR')!;
      await tx.query(
        `insert into access_request (key, practice_key, person_key, role, "of", sections, reason, status, asked_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'OPEN', $8)`,
        [key, practice.key, viewer.key, role, of, wanted, reason.trim(), now()],
      );
      return { key, userErrors: [] };
    });
  } catch (error) {
    if (!isUniqueViolation(error, 'access_request_open')) throw error;
    const conflict = new UserError(['practiceId'], CONFLICT, 'You have asked already; the owner has not decided yet.');
    return { key: await openRequests.load(practiceKey!), userErrors: [conflict] };
  }
}

function sectionFaults(wanted: readonly string[], hidden: readonly RedactedSection[]): UserError[] {
  if (wanted.length === 0) return [new UserError(['sections'], REQUIRED, 'Name at least one section.')];
  return wanted.flatMap((name, index) =>
    hidden.some((section) => section.name === name)
      ? []
      : [new UserError(['sections', index], INVALID, 'This section is not redacted: there is nothing to ask for.')],
  );
}

export const grant = (context: PracticeContext, input: GrantAccessInput): Promise<Outcome> =>
  decide(context, input, async (tx, asked, practice) => {
    const { viewer } = context;
    const now = context.now();
    const faults: UserError[] = [];
    if (input.until <= now || input.until.getTime() > now.getTime() + maxGrantDays * 86_400_000)
      faults.push(new UserError(['until'], INVALID, `A grant ends within ${maxGrantDays} days from now.`));
    const sections = input.sections ? [...new Set(input.sections.map(sectionName))] : asked.sections;
    if (sections.length === 0) faults.push(new UserError(['sections'], REQUIRED, 'Name at least one section.'));
    for (const [index, section] of (input.sections ?? []).entries())
      if (!asked.sections.includes(sectionName(section)))
        faults.push(new UserError(['sections', index], INVALID, 'This section was not asked for.'));
    if (faults.length > 0) return faults;
    if (!(await close(tx, asked, { status: AccessRequestStatus.GRANTED, viewer, now, declineReason: null })))
      return decided();
    await tx.query(
      `insert into access_grant (key, request_key, practice_key, person_key, sections, granted_at, granted_by, until)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [randomUUID(), asked.key, asked.practiceKey, asked.personKey, sections, now, viewer.key, input.until],
    );
    await tell(tx, asked, practice, now);
    return [];
  });

export const decline = (context: PracticeContext, input: DeclineAccessInput): Promise<Outcome> =>
  decide(context, input, async (tx, asked) => {
    const faults = reasonFaults(input.reason);
    if (faults.length > 0) return faults;
    const answer = { status: AccessRequestStatus.DECLINED, declineReason: input.reason.trim() };
    return (await close(tx, asked, { ...answer, viewer: context.viewer, now: context.now() })) ? [] : decided();
  });

export const end = (context: PracticeContext, input: EndAccessGrantInput): Promise<Outcome> =>
  decide(context, input, async (tx, asked, practice) => {
    const now = context.now();
    const [, ended] = await tx.query<[unknown[], number]>(
      'update access_grant set ended_at = $2, ended_by = $3 where request_key = $1 and ended_at is null',
      [asked.key, now, context.viewer.key],
    );
    if (ended === 0) return [new UserError(['requestId'], CONFLICT, 'There is no grant, or it has ended already.')];
    await tell(tx, asked, practice, now);
    return [];
  });

/** Finds a request and asks whether the viewer decides for its owner; what they may not know of is not found. */
async function decide(
  { db, viewer }: PracticeContext,
  { requestId }: { requestId: string },
  step: (tx: EntityManager, asked: AccessRequestRow, practice: Practice) => Promise<UserError[]>,
): Promise<Outcome> {
  const path = [...inTheInput, 'requestId'];
  const key = keyAt(path, 'AccessRequest', requestId);
  if (key !== null && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key))
    throw badInput(path, 'This is not an id of the hub: ids are opaque, take them from an answer as they are.');
  return db.write(async (tx) => {
    const found = key === null ? null : await readAccessRequest(tx, key);
    if (found) await noteLapses(tx, found.practiceKey);
    const asked = found && (await readAccessRequest(tx, found.key));
    const [practice] = asked ? await readPractices(tx, [asked.practiceKey]) : [];
    if (!asked || !practice)
      throw new HubError('NOT_FOUND', 'There is no such request, or it is not for you to see.', { inputPath: path });
    const mayDecide =
      practice.row.origin === Origin.SUBMISSION && holds(viewer, ...submitters).includes(practice.row.owner);
    if (!mayDecide)
      throw new HubError(
        'FORBIDDEN',
        'A focal point, an alternate or an officer of the practice’s owner decides this.',
      );
    return { key: asked.key, userErrors: await step(tx, asked, practice) };
  });
}

const decided = () => [new UserError(['requestId'], CONFLICT, 'This request has been decided already.')];

/** Decides an open request; false when somebody was first. */
async function close(
  tx: EntityManager,
  { key }: AccessRequestRow,
  answer: { status: AccessRequestStatus; viewer: Viewer; now: Date; declineReason: string | null },
): Promise<boolean> {
  const [, closed] = await tx.query<[unknown[], number]>(
    `update access_request set status = $2, decided_at = $3, decided_by = $4, decline_reason = $5
      where key = $1 and status = 'OPEN'`,
    [key, answer.status, answer.now, answer.viewer.key, answer.declineReason],
  );
  return closed === 1;
}

/** The person's own streams learn that they may see more or less of the practice now; nobody else's do. */
async function tell(tx: EntityManager, { personKey }: AccessRequestRow, { row }: Practice, at: Date): Promise<void> {
  const sent = await newestSent(tx, row.key);
  const image = { ...sharingImage(row), state: sent.state };
  await append(tx, {
    type: 'ACCESS_CHANGED',
    practiceKey: row.key,
    owner: row.owner,
    version: sent.number,
    at,
    before: image,
    after: image,
    person: personKey,
  });
}

/** The request as it is after the commit; wakes the readers of the log. */
export async function answer(context: PracticeContext, { key, userErrors }: Outcome) {
  if (userErrors.length === 0) context.events.wakeUps.wake();
  const row = key === null ? null : await context.db.read((tx) => readAccessRequest(tx, key));
  return { request: row && new AccessRequest(row), userErrors };
}
