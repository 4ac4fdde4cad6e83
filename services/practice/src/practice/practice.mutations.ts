/**
 * Writing practices: create, update, discard, submit, withdraw. Each is one transaction: look, check, change, append;
 * a lost race shows as zero rows changed under the expected revision. After the commit readers are woken.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { EntityManager } from 'typeorm';
import { HubError, badInput } from '@hub/kit/errors';
import { keyAt } from '@hub/kit/ids';
import { isUniqueViolation } from '@hub/kit/database';
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import { type Token, type Viewer, holds } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { type EventImage, type NewEvent, append } from '../event/event.log.js';
import { type Content, type Sections, emptyContent, withInput } from './practice.content.js';
import {
  type AudienceInput,
  CreatePracticeInput,
  CreatePracticePayload,
  DiscardPracticeInput,
  DiscardPracticePayload,
  SubmitPracticeInput,
  SubmitPracticePayload,
  UpdatePracticeInput,
  UpdatePracticePayload,
  WithdrawPracticeInput,
  WithdrawPracticePayload,
} from './practice.input.js';
import { readPractices } from './practice.loader.js';
import { type PracticePermissions, refusals, submitters, writers } from './practice.permissions.js';
import { audienceFaults, draftFaults, looseningFaults, submissionFaults } from './practice.rules.js';
import { Practice, PracticeRow, SectionRow, VersionRow } from './practice.js';
import { Marking, Origin, PracticeState } from './vocabulary.js';

const reviewAfterMonths = 24;
const inTheInput = ['input'];

/** What a transaction came to: the key of the practice, or what is to be put right. */
interface Outcome {
  key: string | null;
  userErrors: UserError[];
}

@Resolver()
export class PracticeMutations {
  @Mutation(() => CreatePracticePayload, { description: 'Begins a draft: visible to its owner alone.' })
  async createPractice(
    @Arg('input', () => CreatePracticeInput) input: CreatePracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<CreatePracticePayload> {
    const viewer = signedIn(context);
    checkPersons(input.audience);
    if (input.idempotencyKey && !/^[\x21-\x7e]{1,200}$/.test(input.idempotencyKey))
      throw badInput([...inTheInput, 'idempotencyKey'], 'An idempotency key is 1 to 200 visible ASCII characters.');
    return answer(context, await context.db.write((tx) => create(tx, input, viewer, context.now())));
  }

  @Mutation(() => UpdatePracticePayload, {
    description:
      'Changes a draft, or drafts the next version of what was submitted. Marking and audience of what was submitted change at once.',
  })
  async updatePractice(
    @Arg('input', () => UpdatePracticeInput) input: UpdatePracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<UpdatePracticePayload> {
    signedIn(context);
    checkPersons(input.audience);
    return answer(context, await change(context, input, 'update', update));
  }

  @Mutation(() => SubmitPracticePayload, {
    description: 'Submits the draft: its audience may know of it from now on, and is told.',
  })
  async submitPractice(
    @Arg('input', () => SubmitPracticeInput) input: SubmitPracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<SubmitPracticePayload> {
    signedIn(context);
    checkPersons(input.audience);
    return answer(context, await change(context, input, 'submit', submit));
  }

  @Mutation(() => WithdrawPracticePayload, {
    description:
      'Takes a submitted practice back. The header stays as a tombstone for whoever could see it; the content is gone from view.',
  })
  async withdrawPractice(
    @Arg('input', () => WithdrawPracticeInput) input: WithdrawPracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<WithdrawPracticePayload> {
    signedIn(context);
    return answer(context, await change(context, input, 'withdraw', withdraw));
  }

  @Mutation(() => DiscardPracticePayload, { description: 'Discards a draft that was never submitted. It is gone.' })
  async discardPractice(
    @Arg('input', () => DiscardPracticeInput) input: DiscardPracticeInput,
    @Ctx() context: PracticeContext,
  ): Promise<DiscardPracticePayload> {
    signedIn(context);
    const outcome = await change(context, input, 'discard', discard);
    const payload = await answer(context, outcome);
    return { ...payload, discardedId: outcome.userErrors.length === 0 ? input.id : null };
  }
}

function signedIn({ viewer }: PracticeContext): Viewer {
  if (viewer.kind === 'anonymous') throw new HubError('UNAUTHENTICATED', 'Sign in to do this.');
  if (viewer.kind === 'client') throw new HubError('FORBIDDEN', 'API clients read; persons write.');
  return viewer;
}

/** A malformed person id is not for a form to mend. */
function checkPersons(audience: AudienceInput | null | undefined): void {
  for (const [index, id] of (audience?.persons ?? []).entries())
    if (keyAt([...inTheInput, 'audience', 'persons', index], 'Person', id) === null)
      throw badInput([...inTheInput, 'audience', 'persons', index], 'This is not the id of a person.');
}

/** Wakes the readers of the log and answers the practice as it is after the commit. */
async function answer({ events, practices }: PracticeContext, { key, userErrors }: Outcome) {
  if (userErrors.length === 0) events.wakeUps.wake();
  return { practice: key === null ? null : await practices.load(key), userErrors };
}

const audienceTokens = (audience: AudienceInput): Token[] => [
  ...new Set<Token>([
    ...(audience.memberStates ?? []).map((iso3): Token => `s:${iso3}`),
    ...(audience.regionalBodies ?? []).map((slug): Token => `b:${slug}`),
    ...(audience.persons ?? []).map((id): Token => `p:${keyAt([], 'Person', id)}`),
  ]),
];

async function create(tx: EntityManager, input: CreatePracticeInput, viewer: Viewer, now: Date): Promise<Outcome> {
  const content = withInput(emptyContent(input.originalLanguage), input);
  const owner = ownerToken(input);
  const userErrors = [...ownerFaults(viewer, input, owner), ...(await draftFaults(tx, input, content))];
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
  const known = input.idempotencyKey ? await claimKey(tx, viewer, input, key, now) : null;
  if (known) return { key: known, userErrors: [] };
  await tx.insert(PracticeRow, {
    key,
    slug: slugOf(content),
    owner: owner!,
    origin: Origin.SUBMISSION,
    marking: input.marking ?? Marking.AMBER_STRICT,
    audience: input.audience ? audienceTokens(input.audience) : null,
    stage: 'DRAFT',
    revision: 1,
    createdAt: now,
    createdBy: viewer.key,
  });
  await insertDraft(
    tx,
    { practiceKey: key, number: 1, revision: 1, marking: input.marking ?? Marking.AMBER_STRICT },
    content,
    viewer,
    now,
  );
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
  return row!.practice_key === practiceKey ? null : row!.practice_key;
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

type Draft = { practiceKey: string; number: number; revision: number; marking: Marking };

async function insertDraft(
  tx: EntityManager,
  { practiceKey, number, revision, marking }: Draft,
  content: Content,
  viewer: Viewer,
  now: Date,
): Promise<void> {
  const { sections, ...header } = content;
  const key = randomUUID();
  await tx.insert(VersionRow, {
    ...header,
    key,
    practiceKey,
    number,
    state: PracticeState.DRAFT,
    revision,
    createdAt: now,
    createdBy: viewer.key,
    updatedAt: now,
  } as never);
  await insertSections(tx, key, sections, marking);
}

async function insertSections(
  tx: EntityManager,
  versionKey: string,
  sections: Sections,
  marking: Marking,
): Promise<void> {
  const rows = Object.entries(sections).map(([name, content]) => ({
    versionKey,
    name,
    marking,
    content: content as object,
  }));
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
async function change<I extends Target>(
  { db, viewer, now }: PracticeContext,
  input: I,
  what: keyof PracticePermissions,
  step: Step<I>,
): Promise<Outcome> {
  const key = keyAt([...inTheInput, 'id'], 'Practice', input.id);
  try {
    return await db.write(async (tx) => {
      const [practice] = key === null ? [] : await readPractices(tx, [key]);
      if (!practice)
        throw new HubError('NOT_FOUND', 'There is no such practice, or it is not shared with you.', {
          inputPath: [...inTheInput, 'id'],
        });
      const refused = refusals(viewer, practice);
      const mayWrite = refused.update === null || refused.withdraw === null || refused.discard === null;
      if (refused[what] !== null && !(mayWrite && practice.newest.revision !== input.expectedRevision))
        throw new HubError('FORBIDDEN', refused[what]);
      if (practice.newest.revision !== input.expectedRevision) return { key, userErrors: conflict() };
      return { key, userErrors: await step(tx, practice, input, viewer, now()) };
    });
  } catch (error) {
    if (error instanceof LostUpdate || isUniqueViolation(error, 'practice_version_practice_key_number_key'))
      return { key, userErrors: conflict() };
    throw error;
  }
}

/** Raises the revision, and with it what else changes on the practice; throws `LostUpdate` when somebody was first. */
async function raise(tx: EntityManager, { row }: Practice, set: Partial<PracticeRow> = {}): Promise<number> {
  const revision = row.revision + 1;
  const { affected } = await tx.update(PracticeRow, { key: row.key, revision: row.revision }, {
    ...set,
    revision,
  } as never);
  if (affected !== 1) throw new LostUpdate();
  return revision;
}

async function update(
  tx: EntityManager,
  practice: Practice,
  input: UpdatePracticeInput,
  viewer: Viewer,
  now: Date,
): Promise<UserError[]> {
  const { row, newest } = practice;
  const before = await contentOf(tx, practice);
  const content = withInput(before, input);
  const shared = withAudience(row, input);
  const sharing = shared.marking !== row.marking || shared.audience !== row.audience;
  const faults = await draftFaults(tx, input, content);
  const mayShare = refusals(viewer, practice).setAudience;
  if (sharing && mayShare && (row.stage !== 'DRAFT' || shared.audience !== row.audience))
    faults.push(
      new UserError([shared.audience !== row.audience ? 'audience' : 'marking'], UserErrorCode.NOT_PERMITTED, mayShare),
    );
  if (sharing && row.stage !== 'DRAFT') faults.push(...looseningFaults(row, shared, input.consent));
  if (faults.length > 0) return faults;

  const revision = await raise(tx, practice, { ...shared, ...(input.consent && { consent: input.consent }) });
  if (newest.state === PracticeState.DRAFT) {
    const { sections, ...header } = content;
    await tx.update(VersionRow, { key: newest.key }, { ...header, revision, updatedAt: now } as never);
    await tx.delete(SectionRow, { versionKey: newest.key });
    await insertSections(tx, newest.key, sections, shared.marking);
  } else if (changesText(input)) {
    await insertDraft(
      tx,
      { practiceKey: row.key, number: newest.number + 1, revision, marking: shared.marking },
      content,
      viewer,
      now,
    );
  }
  if (sharing && row.stage !== 'DRAFT') {
    await tx.update(VersionRow, { practiceKey: row.key }, { revision });
    await append(
      tx,
      eventOf('AUDIENCE_CHANGED', practice, newest.number, { ...shared, stage: row.stage, state: newest.state }, now),
    );
  } else if (newest.state !== PracticeState.DRAFT && !changesText(input)) {
    await tx.update(VersionRow, { key: newest.key }, { revision });
  }
  return [];
}

/** Whether an input says anything of the text, and not only who may know of it. */
const changesText = ({
  id: _id,
  expectedRevision: _revision,
  marking: _marking,
  audience: _audience,
  consent: _consent,
  ...text
}: UpdatePracticeInput): boolean => Object.values(text).some((value) => value !== undefined);

const withAudience = (
  row: PracticeRow,
  input: Pick<UpdatePracticeInput, 'marking' | 'audience'>,
): Pick<PracticeRow, 'marking' | 'audience'> => ({
  marking: input.marking ?? row.marking,
  audience: input.audience ? sameTokens(row.audience, audienceTokens(input.audience)) : row.audience,
});

/** The old list itself when the new one says the same, so that nothing counts as changed. */
const sameTokens = (before: Token[] | null, after: Token[]): Token[] =>
  before && before.length === after.length && after.every((token) => before.includes(token)) ? before : after;

async function submit(
  tx: EntityManager,
  practice: Practice,
  input: SubmitPracticeInput,
  viewer: Viewer,
  now: Date,
): Promise<UserError[]> {
  const { row, newest } = practice;
  const shared = withAudience(row, input);
  const content = await contentOf(tx, practice);
  const first = row.stage === 'DRAFT';
  const faults = [
    ...(await audienceFaults(tx, input.audience)),
    ...submissionFaults(content, shared.marking, shared.audience),
    ...(first
      ? []
      : looseningFaults(row, shared, input.consent).filter(({ code }) => code === UserErrorCode.CONSENT_REQUIRED)),
    ...(input.changeNote && [...input.changeNote].length > 500
      ? [new UserError(['changeNote'], UserErrorCode.TOO_LONG, 'At most 500 characters, please.')]
      : []),
  ];
  if (faults.length > 0) return faults;

  const stage = row.stage === 'PUBLISHED' ? 'PUBLISHED' : 'SUBMITTED';
  const revision = await raise(tx, practice, { ...shared, stage, ...(input.consent && { consent: input.consent }) });
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
  await tx.update(VersionRow, { practiceKey: row.key }, { revision });
  await append(
    tx,
    eventOf(
      first ? 'SUBMITTED' : 'REVISED',
      practice,
      newest.number,
      { ...shared, stage, state: PracticeState.SUBMITTED },
      now,
    ),
  );
  return [];
}

async function withdraw(
  tx: EntityManager,
  practice: Practice,
  _input: WithdrawPracticeInput,
  _viewer: Viewer,
  now: Date,
): Promise<UserError[]> {
  const { row, newest } = practice;
  const revision = await raise(tx, practice, { withdrawnAt: now });
  await tx.update(VersionRow, { practiceKey: row.key }, { state: PracticeState.WITHDRAWN, revision, updatedAt: now });
  await append(
    tx,
    eventOf(
      'WITHDRAWN',
      practice,
      newest.number,
      { marking: row.marking, audience: row.audience, stage: row.stage, state: PracticeState.WITHDRAWN },
      now,
    ),
  );
  return [];
}

async function discard(tx: EntityManager, practice: Practice): Promise<UserError[]> {
  await raise(tx, practice); // locks the row: a submission that is under way wins or loses, never both
  await tx.delete(PracticeRow, { key: practice.key });
  return [];
}

const eventOf = (
  type: NewEvent['type'],
  { row, newest }: Practice,
  version: number,
  after: EventImage,
  at: Date,
): NewEvent => ({
  type,
  practiceKey: row.key,
  owner: row.owner,
  version,
  at,
  before: { marking: row.marking, audience: row.audience, stage: row.stage, state: newest.state },
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
