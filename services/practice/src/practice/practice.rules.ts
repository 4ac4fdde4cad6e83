/**
 * What a practice must have and be: at each write (D) and to be submitted (S). Every fault is answered at once, by its
 * path into the input. What must be there to publish (P) is asked by the publish gate.
 */
import { UserError, UserErrorCode } from '@hub/kit/user-error';
import type { EntityManager } from 'typeorm';
import { TranslationStatus } from '@hub/kit/localized-text';
import { type Content, plainSections } from './practice.content.js';
import type {
  AudienceInput,
  ConsentInput,
  CreatePracticeInput,
  SectionMarkingInput,
  TranslationInput,
  UpdatePracticeInput,
} from './practice.input.js';
import { type SectionMarkings, type Sharing, isLooser, lapseAt } from './practice.sharing.js';
import { Marking, sectionName, strictness } from './vocabulary.js';

export const maxTitleCharacters = 150;
export const maxSummaryWords = 250;
const maxTextCharacters = 20_000;
const maxEntries = 100;
const maxEntryCharacters = 500;

const { REQUIRED, TOO_LONG, TOO_MANY, INVALID, UNKNOWN, CONSENT_REQUIRED } = UserErrorCode;
type Path = (string | number)[];

const characters = (text: string): number => [...text].length;
const words = (text: string, locale: string): number =>
  [...new Intl.Segmenter(locale, { granularity: 'word' }).segment(text)].filter(({ isWordLike }) => isWordLike).length;

/** Faults of the texts and lists of an input, wherever they stand. */
function shapeFaults(value: unknown, path: Path, faults: UserError[], limit = maxTextCharacters): void {
  if (typeof value === 'string') {
    // eslint-disable-next-line no-control-regex -- U+0000 and its like cannot be stored or shown
    if (!value.isWellFormed() || /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value))
      faults.push(new UserError(path, INVALID, 'Control characters cannot be stored.'));
    if (characters(value) > limit) faults.push(new UserError(path, TOO_LONG, `At most ${limit} characters, please.`));
  } else if (Array.isArray(value)) {
    if (value.length > maxEntries) faults.push(new UserError(path, TOO_MANY, `At most ${maxEntries} entries, please.`));
    for (const [index, entry] of value.slice(0, maxEntries).entries())
      shapeFaults(entry, [...path, index], faults, typeof entry === 'string' ? maxEntryCharacters : maxTextCharacters);
  } else if (value && typeof value === 'object' && !(value instanceof Date)) {
    for (const [name, entry] of Object.entries(value)) shapeFaults(entry, [...path, name], faults, limit);
  }
}

/** D: what is wrong with a draft's input, and with the content it makes. */
export async function draftFaults(
  db: EntityManager,
  input: CreatePracticeInput | UpdatePracticeInput,
  content: Content,
): Promise<UserError[]> {
  const faults: UserError[] = [];
  const { translations, title, ...rest } = input;
  shapeFaults(rest, [], faults);
  const original = title === undefined ? content.title[content.originalLanguage]?.text : title?.trim();
  if (!original) faults.push(new UserError(['title'], REQUIRED, 'A practice needs a title.'));
  titleFaults(original, ['title'], faults);
  summaryFaults(input.summary, content.originalLanguage, ['summary'], faults);
  faults.push(...translationFaults(translations ?? [], content.originalLanguage));
  const { scope, evidence, gender } = input;
  const { periodStart, periodEnd } = content.sections.scope ?? {};
  if (scope && periodStart && periodEnd && periodEnd < periodStart)
    faults.push(new UserError(['scope', 'periodEnd'], INVALID, 'The end lies before the beginning.'));
  for (const [index, { url, year }] of (evidence?.items ?? []).entries()) {
    if (url && !isWebAddress(url))
      faults.push(
        new UserError(['evidence', 'items', index, 'url'], INVALID, 'An address starts with https:// or http://.'),
      );
    if (year != null && (year < 1900 || year > 2100))
      faults.push(new UserError(['evidence', 'items', index, 'year'], INVALID, 'A year from 1900 to 2100.'));
  }
  if (gender?.marker != null && (gender.marker < 0 || gender.marker > 3))
    faults.push(new UserError(['gender', 'marker'], INVALID, 'The gender marker is 0, 1, 2 or 3.'));
  faults.push(
    ...(await unknown(db, 'theme', 'slug', ['themes'], input.themes, 'theme of the vocabulary')),
    ...(await unknown(db, 'area', 'm49', ['regions'], input.regions, 'region of the M49 tree')),
    ...(await unknown(db, 'state', 'iso3', ['scope', 'memberStates'], scope?.memberStates, 'State')),
    ...(await unknown(
      db,
      'knowledge_product',
      'slug',
      ['classification', 'knowledgeProducts'],
      input.classification?.knowledgeProducts,
      'knowledge product',
    )),
    ...(await unknown(
      db,
      'workshop',
      'slug',
      ['ownership', 'submittedVia'],
      input.ownership?.submittedVia && [input.ownership.submittedVia],
      'workshop',
    )),
    ...(await audienceFaults(db, input.audience)),
  );
  return faults;
}

function translationFaults(translations: readonly TranslationInput[], originalLanguage: string): UserError[] {
  if (translations.length > maxEntries)
    return [new UserError(['translations'], TOO_MANY, `At most ${maxEntries}, please.`)];
  const faults: UserError[] = [];
  const seen = new Set<string>();
  for (const [index, { locale, title, summary, status }] of translations.entries()) {
    const at = (name: string) => ['translations', index, name];
    titleFaults(title, at('title'), faults);
    summaryFaults(summary, locale, at('summary'), faults);
    if (locale === originalLanguage)
      faults.push(new UserError(at('locale'), INVALID, 'This is the original language: use title and summary.'));
    if (seen.has(locale))
      faults.push(new UserError(at('locale'), INVALID, 'There is a translation into this language already.'));
    if (status === TranslationStatus.ORIGINAL)
      faults.push(new UserError(at('status'), INVALID, 'A translation is HUMAN, MACHINE or MACHINE_REVIEWED.'));
    seen.add(locale);
  }
  return faults;
}

function titleFaults(title: string | null | undefined, path: Path, faults: UserError[]): void {
  if (!title) return;
  shapeFaults(title, path, faults);
  if (characters(title) > maxTitleCharacters)
    faults.push(
      new UserError(
        path,
        TOO_LONG,
        `A title has at most ${maxTitleCharacters} characters; this one has ${characters(title)}.`,
      ),
    );
}

function summaryFaults(summary: string | null | undefined, locale: string, path: Path, faults: UserError[]): void {
  if (!summary) return;
  shapeFaults(summary, path, faults);
  if (characters(summary) > maxTextCharacters) return; // said already; counting its words costs
  const count = words(summary, locale);
  if (count > maxSummaryWords)
    faults.push(
      new UserError(path, TOO_LONG, `A summary has at most ${maxSummaryWords} words; this one has ${count}.`),
    );
}

const isWebAddress = (url: string): boolean => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol);

/** A fault for each value that is not in a reference table. `table` and `column` are ours, never a client's. */
async function unknown(
  db: EntityManager,
  table: string,
  column: string,
  path: Path,
  given: readonly string[] | null | undefined | '',
  noun: string,
): Promise<UserError[]> {
  if (!given || given.length === 0 || given.length > maxEntries) return [];
  const values = given.filter((value) => /^[\w-]{1,100}$/.test(value));
  const rows = await db.query<{ value: string }[]>(
    `select ${column} as value from ${table} where ${column} = any ($1::text[])`,
    [values],
  );
  const known = new Set(rows.map(({ value }) => value));
  const single = path.at(-1) === 'submittedVia';
  return given.flatMap((value, index) =>
    known.has(value) ? [] : [new UserError(single ? path : [...path, index], UNKNOWN, `This is not a ${noun}.`)],
  );
}

/** Unknown States and bodies in an audience. */
export const audienceFaults = async (
  db: EntityManager,
  audience: AudienceInput | null | undefined,
): Promise<UserError[]> =>
  audience
    ? [
        ...(await unknown(db, 'state', 'iso3', ['audience', 'memberStates'], audience.memberStates, 'State')),
        ...(await unknown(
          db,
          'body',
          'slug',
          ['audience', 'regionalBodies'],
          audience.regionalBodies,
          'regional body',
        )),
        ...(await unknown(
          db,
          'area',
          'm49',
          ['audience', 'presets', 'statesOfRegions'],
          audience.presets?.statesOfRegions,
          'region of the M49 tree',
        )),
        ...([audience.memberStates, audience.regionalBodies, audience.persons, audience.presets?.statesOfRegions].some(
          (list) => (list?.length ?? 0) > maxEntries,
        )
          ? [new UserError(['audience'], TOO_MANY, `At most ${maxEntries} of each, please.`)]
          : []),
      ]
    : [];

/** S: the fields that must be there before a practice is submitted. */
const requiredToSubmit: [path: Path, is: (content: Content) => unknown][] = [
  [['summary'], ({ sections, originalLanguage }) => sections.identity?.summary?.[originalLanguage]],
  [['pillars'], ({ pillars }) => pillars[0]],
  [['themes'], ({ themes }) => themes[0]],
  [['type'], ({ type }) => type],
  [['regions'], ({ regions }) => regions[0]],
  ...(
    [
      ['ownership', ['leadInstitution', 'contactRole']],
      ['scope', ['level', 'periodStart']],
      ['narrative', ['context', 'objectives', 'actors', 'methodology', 'resourcesNeeded', 'legalBasis']],
      ['evidence', ['maturity']],
      ['learning', ['successFactors', 'constraints', 'lessons', 'replicability', 'sustainability']],
      ['rights', ['rightsAffected']],
    ] satisfies [(typeof plainSections)[number], string[]][]
  ).flatMap(([section, fields]) =>
    fields.map((field): [Path, (content: Content) => unknown] => [
      [section, field],
      ({ sections }) => {
        const value = (sections[section] as Record<string, unknown> | undefined)?.[field];
        return Array.isArray(value) ? String(value[0] ?? '').trim() : typeof value === 'string' ? value.trim() : value;
      },
    ]),
  ),
];

export const submissionFaults = (content: Content): UserError[] =>
  requiredToSubmit
    .filter(([, is]) => !is(content))
    .map(([path]) => new UserError(path, REQUIRED, 'Needed before the practice can be submitted.'));

const maxNoteCharacters = 500;

export const noteFaults = (changeNote: string | null | undefined): UserError[] =>
  textFaults(changeNote, ['changeNote'], maxNoteCharacters);

/** Faults of a text with a limit of its own. */
export function textFaults(text: string | null | undefined, path: Path, limit: number): UserError[] {
  const faults: UserError[] = [];
  shapeFaults(text, path, faults, limit);
  return faults;
}

/** A consent record names who agreed to what, and holds today. */
export function consentFaults(consent: ConsentInput | null | undefined, now: Date): UserError[] {
  if (!consent) return [];
  const faults: UserError[] = [];
  shapeFaults(consent, ['consent'], faults, maxNoteCharacters);
  for (const field of ['authority', 'scope'] as const)
    if (!consent[field].trim()) faults.push(new UserError(['consent', field], REQUIRED, 'A consent record needs it.'));
  const today = now.toISOString().slice(0, 10);
  if (consent.date > today)
    faults.push(new UserError(['consent', 'date'], INVALID, 'Consent was given today or earlier.'));
  if (consent.expiry && (consent.expiry < consent.date || consent.expiry < today))
    faults.push(new UserError(['consent', 'expiry'], INVALID, 'The consent has expired.'));
  return faults;
}

/** At AMBER and stricter the owner says whom; at RED nobody is an answer: then it stays the owner's alone. */
export function statedAudienceFaults(marking: Marking, audience: readonly string[] | null): UserError[] {
  if (strictness(marking) < strictness(Marking.AMBER)) return [];
  const counts = marking === Marking.RED ? audience !== null : audience?.some((token) => !token.startsWith('p:'));
  return counts
    ? []
    : [
        new UserError(
          ['audience'],
          REQUIRED,
          `At ${marking} say who may know of it: ${marking === Marking.RED ? 'the persons, or none' : 'at least one State or body'}.`,
        ),
      ];
}

/** A change of marking, audience or section markings of what was submitted: tightening needs nothing, loosening fresh
 *  consent. */
export const looseningFaults = (before: Sharing, after: Sharing, consent: object | null | undefined): UserError[] =>
  consent || !isLooser(before, after)
    ? []
    : [
        new UserError(
          ['consent'],
          CONSENT_REQUIRED,
          'This shows the practice, or a section of it, to more people than before: say who agreed to it.',
        ),
      ];

/** A draft whose recorded consent ran out before it was sent needs a fresh one. */
export const expiredFaults = (expiry: string | null, now: Date): UserError[] =>
  expiry !== null && Date.parse(lapseAt(expiry)) <= now.getTime()
    ? [new UserError(['consent'], CONSENT_REQUIRED, 'The recorded consent has expired: give a fresh one.')]
    : [];

/** A section travels no further than its practice. */
export function sectionMarkingFaults(
  marking: Marking,
  given: readonly SectionMarkingInput[] | null | undefined,
): UserError[] {
  const faults: UserError[] = [];
  const seen = new Set<string>();
  for (const [index, { section, marking: own }] of (given ?? []).entries()) {
    if (own && strictness(own) < strictness(marking))
      faults.push(
        new UserError(
          ['sectionMarkings', index, 'marking'],
          INVALID,
          `The practice is marked ${marking}: a section’s own marking is as strict or stricter.`,
        ),
      );
    if (seen.has(section))
      faults.push(
        new UserError(['sectionMarkings', index, 'section'], INVALID, 'There is a marking for this section already.'),
      );
    seen.add(section);
  }
  return faults;
}

/** The sections' own markings after an input: what it leaves out stays, null takes away. */
export function withSectionMarkings(
  before: SectionMarkings,
  given: readonly SectionMarkingInput[] | null | undefined,
): SectionMarkings {
  if (given === null) return {};
  const after = { ...before };
  for (const { section, marking } of given ?? [])
    if (marking) after[sectionName(section)] = marking;
    else delete after[sectionName(section)];
  return after;
}
