/** The text of a version in memory, and what an input makes of it. Nothing here is checked; see practice.rules.ts. */
import { type Localized, TranslationStatus } from '@hub/kit/localized-text';
import type { CreatePracticeInput, PracticeContentInput, UpdatePracticeInput } from './practice.input.js';
import type {
  IdentityContent,
  PracticeClassification,
  PracticeEvidence,
  PracticeGender,
  PracticeLearning,
  PracticeNarrative,
  PracticeOwnership,
  PracticeRights,
  PracticeScope,
} from './practice.sections.js';
import type { VersionRow } from './practice.js';
import type { SectionName } from './vocabulary.js';

export interface Sections {
  identity?: IdentityContent;
  ownership?: PracticeOwnership;
  classification?: PracticeClassification;
  scope?: PracticeScope;
  narrative?: PracticeNarrative;
  evidence?: PracticeEvidence;
  learning?: PracticeLearning;
  rights?: PracticeRights;
  gender?: PracticeGender;
}

export type Content = Pick<VersionRow, 'title' | 'originalLanguage' | 'themes' | 'pillars' | 'regions' | 'type'> & {
  sections: Sections;
};

export const emptyContent = (originalLanguage: string): Content => ({
  title: {},
  originalLanguage,
  themes: [],
  pillars: [],
  regions: [],
  type: null,
  sections: {},
});

/** Sections whose input is a class of the same shape; identity is made from title, summary and translations. */
export const plainSections = [
  'ownership',
  'classification',
  'scope',
  'narrative',
  'evidence',
  'learning',
  'rights',
  'gender',
] as const satisfies readonly SectionName[];

/** The content after an input: what it leaves out stays, null empties, a section's fields one by one. */
export function withInput(content: Content, input: CreatePracticeInput | UpdatePracticeInput): Content {
  const originalLanguage = input.originalLanguage ?? content.originalLanguage;
  const given = <K extends keyof PracticeContentInput>(name: K) => input[name];
  const sections: Sections = { ...content.sections };
  for (const name of plainSections) {
    const change = given(name);
    if (change === undefined) continue;
    const merged = change === null ? {} : withoutEmpty({ ...sections[name], ...change });
    if (Object.keys(merged).length > 0) Object.assign(sections, { [name]: merged });
    else delete sections[name];
  }
  const summary = localized(
    content.sections.identity?.summary ?? {},
    'summary',
    content.originalLanguage,
    originalLanguage,
    input,
  );
  if (Object.keys(summary).length > 0) sections.identity = { summary };
  else delete sections.identity;
  return {
    originalLanguage,
    title: localized(content.title, 'title', content.originalLanguage, originalLanguage, input),
    themes: unique(given('themes'), content.themes),
    pillars: unique(given('pillars'), content.pillars),
    regions: unique(given('regions'), content.regions),
    type: input.type === undefined ? content.type : input.type,
    sections,
  };
}

const unique = <T>(given: readonly T[] | null | undefined, before: T[]): T[] =>
  given === undefined ? before : [...new Set(given ?? [])];

const withoutEmpty = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== ''),
  );

/** One localised text after an input: the original under its language, the given translations in place of the old. */
function localized(
  before: Localized,
  field: 'title' | 'summary',
  languageBefore: string,
  language: string,
  input: CreatePracticeInput | UpdatePracticeInput,
): Localized {
  // The original language may have been misstated: its text moves along, or stays as a translation where the new
  // language has a text already.
  const moves = language !== languageBefore;
  const inNewLanguage = moves ? before[language]?.text : undefined;
  const original = input[field] === undefined ? (inNewLanguage ?? before[languageBefore]?.text) : input[field]?.trim();
  const translations =
    input.translations === undefined
      ? Object.entries(before)
          .filter(([locale]) => locale !== languageBefore || inNewLanguage !== undefined)
          .map(
            ([locale, { text, status }]) =>
              [
                locale,
                { text, status: status === TranslationStatus.ORIGINAL ? TranslationStatus.HUMAN : status },
              ] as const,
          )
      : (input.translations ?? []).flatMap((translation) => {
          const text = translation[field]?.trim();
          return text ? [[translation.locale, { text, status: translation.status }] as const] : [];
        });
  return Object.fromEntries([
    ...translations.filter(([locale]) => locale !== language),
    ...(original ? [[language, { text: original, status: TranslationStatus.ORIGINAL }] as const] : []),
  ]);
}
