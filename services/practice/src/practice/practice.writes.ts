/**
 * What the mutations do, each in one transaction: look, check, change, append. A lost race shows as zero rows changed
 * under the expected revision. Row-level security and practice_guard hold the same lines once more.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type EntityManager, IsNull, Not } from 'typeorm';
import { HubError } from '@hub/kit/errors';
import { keyAt } from '@hub/kit/ids';
import { isUniqueViolation } from '@hub/kit/database';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import { type Token, type Viewer, holds } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { type EventImage, type NewEvent, append } from '../event/event.log.js';
import { type Content, type Sections, emptyContent, withInput } from './practice.content.js';
import { audienceTokens } from './practice.audience.js';
import type {
  ConsentInput,
  CreatePracticeInput,
  SubmitPracticeInput,
  UpdatePracticeInput,
  WithdrawPracticeInput,
} from './practice.input.js';
import { readPractices } from './practice.loader.js';
import { type PracticePermissions, refusals, submitters, writers } from './practice.permissions.js';
import {
  audienceFaults,
  consentFaults,
  draftFaults,
  expiredFaults,
  looseningFaults,
  noteFaults,
  sectionMarkingFaults,
  statedAudienceFaults,
  submissionFaults,
  withSectionMarkings,
} from './practice.rules.js';
import {
  type Lapse,
  type Sharing,
  isLooser,
  isSame,
  lapsesAfter,
  lapsesRenewed,
  unshared,
} from './practice.sharing.js';
import { type Practice, PracticeRow, SectionRow, VersionRow } from './practice.js';
import { Marking, Origin, PracticeState } from './vocabulary.js';

const reviewAfterMonths = 24;

/** Where mutations take what they are given; the first step of every error's path. */
export const inTheInput = ['input'];

/** What a transaction came to: the key of the practice, or what is to be put right. */
export interface Outcome {
  key: string | null;
  userErrors: UserError[];
}

export async function create(
  tx: EntityManager,
  input: CreatePracticeInput,
  viewer: Viewer,
  now: Date,
): Promise<Outcome> {
  const content = withInput(emptyContent(input.originalLanguage), input);
  const owner = ownerToken(input);
  const marking = input.marking ?? Marking.AMBER_STRICT;
  const sectionMarkings = withSectionMarkings({}, input.sectionMarkings);
  const userErrors = [
    ...ownerFaults(viewer, input, owner),
    ...(await draftFaults(tx, input, content)),
    ...sectionMarkingFaults(marking, input.sectionMarkings),
  ];
  if (
    input.audience &&
    owner &&
    holds(viewer, 'CONTRIBUTOR').includes(owner) &&
    !holds(viewer, ...submitters).includes(owner)
  )
    userErrors.push(
      new UserError(
        ['audience'],
        UserErrorCode.NOT_PERMITTED,
        'A focal point, alternate or officer of the owner sets the audience.',
      ),
    );
  if (userErrors.length > 0) return { key: null, userErrors };

  const key = randomUUID();
  const known = input.idempotencyKey == null ? null : await claimKey(tx, viewer, input, key, now);
  if (known) return { key: known, userErrors: [] };
  await tx.insert(PracticeRow, {
    key,
    slug: `draft-${randomBytes(4).toString('hex')}`, // a title may change before anybody else is to know it
    owner: owner!,
    origin: Origin.SUBMISSION,
    marking,
    audience: input.audience ? await audienceTokens(tx, input.audience, owner!, viewer) : null,
    sectionMarkings,
    stage: 'DRAFT',
    revision: 1,
    createdAt: now,
    createdBy: viewer.key,
  });
  await insertDraft(tx, key, 1, content, viewer, now);
  return { key, userErrors: [] };
}

const ownerToken = ({ owner: { memberState, regionalBody } }: CreatePracticeInput): Token | null =>
  memberState && !regionalBody ? `s:${memberState}` : regionalBody && !memberState ? `b:${regionalBody}` : null;

function ownerFaults(viewer: Viewer, { owner }: CreatePracticeInput, token: Token | null): UserError[] {
  if (!token)
    return [new UserError(['owner'], UserErrorCode.INVALID, 'Give a State or a regional body, exactly one of them.')];
  if (holds(viewer, ...writers).includes(token)) return [];
  const field = owner.memberState ? 'memberState' : 'regionalBody';
  return [
    new UserError(['owner', field], UserErrorCode.NOT_PERMITTED, 'You can write for your own State or body only.'),
  ];
}

/** Claims an idempotency key for a new practice; the key of the practice it was claimed for before, if it was. */
async function claimKey(
  tx: EntityManager,
  viewer: Viewer,
  input: CreatePracticeInput,
  practiceKey: string,
  now: Date,
): Promise<string | null> {
  const hash = createHash('sha256').update(stable(input)).digest('hex');
  const name = `${viewer.kind}:${viewer.key}`;
  await tx.query(
    `insert into idempotency_key (viewer, key, input_hash, practice_key, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
    [name, input.idempotencyKey, hash, practiceKey, now],
  );
  const [row] = await tx.query<{ input_hash: string; practice_key: string }[]>(
    'select input_hash, practice_key from idempotency_key where viewer = $1 and key = $2',
    [name, input.idempotencyKey],
  );
  if (row!.input_hash !== hash)
    throw new HubError('CONFLICT', 'This idempotency key was used with another input.', {
      inputPath: [...inTheInput, 'idempotencyKey'],
    });
  if (row!.practice_key === practiceKey) return null;
  const [made] = await readPractices(tx, [row!.practice_key]);
  if (!made)
    throw new HubError('CONFLICT', 'What was made with this idempotency key is gone: use a new key.', {
      inputPath: [...inTheInput, 'idempotencyKey'],
    });
  return made.key;
}

/** JSON with sorted keys, so that the order a client writes fields in makes no other input. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_name, entry: unknown) =>
    entry && typeof entry === 'object' && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  );

/** From the title, with a random suffix: the same title twice tells nothing of the other record. */
function slugOf({ title, originalLanguage }: Content): string {
  const words = (title['en'] ?? title[originalLanguage])!.text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return [...(words ?? ['practice']).join('-').slice(0, 60).split('-'), randomBytes(4).toString('hex')]
    .filter(Boolean)
    .join('-');
}

async function insertDraft(
  tx: EntityManager,
  practiceKey: string,
  number: number,
  { sections, ...header }: Content,
  viewer: Viewer,
  now: Date,
): Promise<void> {
  const key = randomUUID();
  const own = { state: PracticeState.DRAFT, createdAt: now, createdBy: viewer.key, updatedAt: now };
  await tx.insert(VersionRow, { ...header, ...own, key, practiceKey, number } as never);
  await insertSections(tx, key, sections);
}

async function insertSections(tx: EntityManager, versionKey: string, sections: Sections): Promise<void> {
  const rows = Object.entries(sections).map(([name, content]) => ({ versionKey, name, content: content as object }));
  if (rows.length > 0) await tx.insert(SectionRow, rows as never);
}

interface Target {
  id: string;
  expectedRevision: number;
}
type Step<I> = (tx: EntityManager, practice: Practice, input: I, viewer: Viewer, now: Date) => Promise<UserError[]>;

const conflict = () => [
  new UserError(
    ['expectedRevision'],
    UserErrorCode.CONFLICT,
    'Somebody changed the practice meanwhile: look at the newest and try again.',
  ),
];

/** Thrown inside a transaction that lost the race, so that it rolls back. */
class LostUpdate extends Error {}

/** Finds the target, asks whether the viewer may, and runs one step on it under the expected revision. */
export async function change<I extends Target>(
  { db, viewer, now }: PracticeContext,
  input: I,
  what: keyof PracticePermissions,
  step: Step<I>,
): Promise<Outcome> {
  const key = keyAt([...inTheInput, 'id'], 'Practice', input.id);
  try {
    return await db.write(async (tx) => {
      if (key !== null) await noteLapses(tx, key);
      const [practice] = key === null ? [] : await readPractices(tx, [key]);
      if (!practice)
        throw new HubError('NOT_FOUND', 'There is no such practice, or it is not shared with you.', {
          inputPath: [...inTheInput, 'id'],
        });
      const refused = refusals(viewer, practice);
      const mayWrite = refused.update === null || refused.withdraw === null || refused.discard === null;
      if (refused[what] !== null && !(mayWrite && practice.row.revision !== input.expectedRevision))
        throw new HubError('FORBIDDEN', refused[what]);
      if (practice.row.revision !== input.expectedRevision) return { key, userErrors: conflict() };
      return { key, userErrors: await step(tx, practice, input, viewer, now()) };
    });
  } catch (error) {
    if (error instanceof LostUpdate || isUniqueViolation(error, 'practice_version_practice_key_number_key'))
      return { key, userErrors: conflict() };
    throw error;
  }
}

/** Raises the revision, and with it what else changes on the practice; throws `LostUpdate` when somebody was first. */
async function raise(tx: EntityManager, { row }: Practice, set: Partial<PracticeRow> = {}): Promise<void> {
  const revision = row.revision + 1;
  const { affected } = await tx.update(PracticeRow, { key: row.key, revision: row.revision }, {
    ...set,
    revision,
  } as never);
  if (affected !== 1) throw new LostUpdate();
}

export async function update(
  tx: EntityManager,
  practice: Practice,
  input: UpdatePracticeInput,
  viewer: Viewer,
  now: Date,
): Promise<UserError[]> {
  const { row, newest } = practice;
  const before = await contentOf(tx, practice);
  const content = withInput(before, input);
  const shared = await withSharing(tx, row, input, viewer);
  const sharing = !isSame(shared, row);
  const wasSent = row.stage !== 'DRAFT';
  const faults = [
    ...(await draftFaults(tx, input, content)),
    ...sectionMarkingFaults(shared.marking, input.sectionMarkings),
    ...consentFaults(input.consent, now),
  ];
  const mayNotShare = refusals(viewer, practice).setAudience;
  if (mayNotShare) {
    const decides = (field: string) => faults.push(new UserError([field], UserErrorCode.NOT_PERMITTED, mayNotShare));
    if (shared.audience !== row.audience) decides('audience');
    if (shared.marking !== row.marking && wasSent) decides('marking');
    if (!isSame({ ...row, sectionMarkings: shared.sectionMarkings }, row) && wasSent) decides('sectionMarkings');
    if (input.consent) decides('consent');
  }
  if (sharing && wasSent)
    faults.push(
      ...statedAudienceFaults(shared.marking, shared.audience),
      ...looseningFaults(row, shared, input.consent),
    );
  if (faults.length > 0) return faults;
  const writing = newest.state === PracticeState.DRAFT || changesText(input);
  if (!writing && !sharing && !input.consent) return []; // nothing was said

  await raise(tx, practice, {
    ...shared,
    ...(wasSent && (sharing || input.consent) && lapsesOf(row, shared, input.consent)),
  });
  if (input.consent) await record(tx, row.key, input.consent, viewer, now);
  if (newest.state === PracticeState.DRAFT) {
    const { sections, ...header } = content;
    await tx.update(VersionRow, { key: newest.key }, { ...header, updatedAt: now } as never);
    await tx.delete(SectionRow, { versionKey: newest.key });
    await insertSections(tx, newest.key, sections);
  } else if (writing) await insertDraft(tx, row.key, newest.number + 1, content, viewer, now);
  if (sharing && wasSent) {
    const sent = await newestSent(tx, row.key);
    await append(tx, eventOf('AUDIENCE_CHANGED', row, sent, { ...shared, stage: row.stage, state: sent.state }, now));
  }
  return [];
}

/** Whether an input says anything of the text, and not only who may know of it. */
const changesText = ({
  id: _id,
  expectedRevision: _revision,
  marking: _marking,
  audience: _audience,
  sectionMarkings: _sections,
  consent: _consent,
  ...text
}: UpdatePracticeInput): boolean => Object.values(text).some((value) => value !== undefined);

const withSharing = async (
  tx: EntityManager,
  row: PracticeRow,
  input: Pick<UpdatePracticeInput, 'marking' | 'audience' | 'sectionMarkings'>,
  viewer: Viewer,
): Promise<Sharing> => ({
  marking: input.marking ?? row.marking,
  audience: input.audience
    ? sameTokens(row.audience, await audienceTokens(tx, input.audience, row.owner, viewer))
    : row.audience,
  sectionMarkings: withSectionMarkings(row.sectionMarkings, input.sectionMarkings),
});

/** The old list itself when the new one says the same, so that nothing counts as changed. */
const sameTokens = (before: Token[] | null, after: Token[]): Token[] =>
  before && before.length === after.length && after.every((token) => before.includes(token)) ? before : after;

/** The lapses to come of a practice that was sent: a consent covers the loosening it comes with, and without one it
 *  renews the earlier. */
function lapsesOf(
  row: PracticeRow,
  shared: Sharing,
  consent: Pick<ConsentInput, 'expiry'> | null | undefined,
): Pick<PracticeRow, 'lapses' | 'lapsesAt'> {
  const expiry = consent?.expiry ?? null;
  const loosened = isLooser(row, shared);
  const lapses = lapsesAfter(row.lapses, shared, consent && loosened ? { expiry, before: row } : null);
  return withLapses(consent && !loosened ? lapsesRenewed(lapses, expiry) : lapses);
}

const withLapses = (lapses: Lapse[]): Pick<PracticeRow, 'lapses' | 'lapsesAt'> => ({
  lapses,
  lapsesAt: lapses[0] ? new Date(lapses[0].at) : null,
});

/** What ran out since is written down first, with its event: a reader is told of that, and then of the change. */
export const noteLapses = (tx: EntityManager, key: string) => tx.query('select note_lapses($1)', [key]);

const record = (
  tx: EntityManager,
  practiceKey: string,
  { authority, scope, date, expiry }: ConsentInput,
  viewer: Viewer,
  now: Date,
) =>
  tx.query(
    `insert into consent_record (key, practice_key, authority, scope, date, expiry, given_at, given_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [randomUUID(), practiceKey, authority, scope, date, expiry ?? null, now, viewer.key],
  );

/** When the consent that was recorded last runs out; null when there is none or it is without end. */
async function lastExpiry(tx: EntityManager, practiceKey: string): Promise<string | null> {
  const [last] = await tx.query<{ expiry: string | null }[]>(
    'select expiry::text from consent_record where practice_key = $1 order by given_at desc limit 1',
    [practiceKey],
  );
  return last?.expiry ?? null;
}

export async function submit(
  tx: EntityManager,
  practice: Practice,
  input: SubmitPracticeInput,
  viewer: Viewer,
  now: Date,
): Promise<UserError[]> {
  const { row, newest } = practice;
  const shared = await withSharing(tx, row, input, viewer);
  const content = await contentOf(tx, practice);
  const first = row.stage === 'DRAFT';
  // A consent given with the draft ends what the first submission opens: then it is its owner's alone again.
  const expiry = first ? (input.consent ? (input.consent.expiry ?? null) : await lastExpiry(tx, row.key)) : null;
  const faults = [
    ...(await audienceFaults(tx, input.audience)),
    ...submissionFaults(content),
    ...statedAudienceFaults(shared.marking, shared.audience),
    ...noteFaults(input.changeNote),
    ...consentFaults(input.consent, now),
    ...(first ? expiredFaults(input.consent ? null : expiry, now) : looseningFaults(row, shared, input.consent)),
  ];
  if (faults.length > 0) return faults;

  const sent = first ? newest : await newestSent(tx, row.key);
  const stage = row.stage === 'PUBLISHED' ? 'PUBLISHED' : 'SUBMITTED';
  await raise(tx, practice, {
    ...shared,
    stage,
    ...(first && { slug: slugOf(content) }),
    ...(first
      ? withLapses(lapsesAfter([], shared, expiry ? { expiry, before: unshared } : null))
      : lapsesOf(row, shared, input.consent)),
  });
  if (input.consent) await record(tx, row.key, input.consent, viewer, now);
  const reviewBy = new Date(now);
  reviewBy.setUTCMonth(reviewBy.getUTCMonth() + reviewAfterMonths);
  await tx.update(
    VersionRow,
    { key: newest.key },
    {
      state: PracticeState.SUBMITTED,
      submittedAt: now,
      submittedBy: viewer.key,
      updatedAt: now,
      reviewBy: reviewBy.toISOString().slice(0, 10),
      changeNote: input.changeNote ?? null,
    },
  );
  const after = { ...shared, stage, state: PracticeState.SUBMITTED } as const;
  const type = first ? 'SUBMITTED' : 'REVISED';
  await append(tx, eventOf(type, row, { number: newest.number, state: sent.state }, after, now));
  return [];
}

/** What was never submitted goes: the tombstone is of what others could see. */
export async function withdraw(
  tx: EntityManager,
  practice: Practice,
  _input: WithdrawPracticeInput,
  _viewer: Viewer,
  now: Date,
): Promise<UserError[]> {
  const { row } = practice;
  const sent = await newestSent(tx, row.key);
  await raise(tx, practice, { withdrawnAt: now });
  await tx.delete(VersionRow, { practiceKey: row.key, submittedAt: IsNull() });
  await tx.update(VersionRow, { practiceKey: row.key }, { state: PracticeState.WITHDRAWN, updatedAt: now });
  await append(tx, eventOf('WITHDRAWN', row, sent, { ...sharingImage(row), state: PracticeState.WITHDRAWN }, now));
  return [];
}

/** The draft alone, when an earlier version was submitted; else the practice with it. */
export async function discard(tx: EntityManager, practice: Practice): Promise<UserError[]> {
  const { row, newest } = practice;
  await raise(tx, practice); // locks the row: a submission that is under way wins or loses, never both
  if (row.stage === 'DRAFT') await tx.delete(PracticeRow, { key: row.key });
  else await tx.delete(VersionRow, { key: newest.key });
  return [];
}

/** The newest version others could see. */
export async function newestSent(
  tx: EntityManager,
  practiceKey: string,
): Promise<Pick<VersionRow, 'number' | 'state'>> {
  const sent = await tx.findOne(VersionRow, {
    where: { practiceKey, submittedAt: Not(IsNull()) },
    order: { number: 'DESC' },
  });
  if (!sent) throw new Error(`practice ${practiceKey} was never submitted`);
  return sent;
}

/** What an event records of how a practice is shared. */
export const sharingImage = ({ marking, audience, sectionMarkings, stage }: PracticeRow) => ({
  marking,
  audience,
  sectionMarkings,
  stage,
});

const eventOf = (
  type: NewEvent['type'],
  row: PracticeRow,
  { number, state }: Pick<VersionRow, 'number' | 'state'>,
  after: EventImage,
  at: Date,
): NewEvent => ({
  type,
  practiceKey: row.key,
  owner: row.owner,
  version: number,
  at,
  before: { ...sharingImage(row), state },
  after,
});

/** The whole text of the version shown; its owner sees every section. */
async function contentOf(tx: EntityManager, { newest }: Practice): Promise<Content> {
  const rows = await tx.find(SectionRow, { where: { versionKey: newest.key } });
  const { title, originalLanguage, themes, pillars, regions, type } = newest;
  return {
    title,
    originalLanguage,
    themes,
    pillars,
    regions,
    type,
    sections: Object.fromEntries(rows.map(({ name, content }) => [name, content])),
  };
}
