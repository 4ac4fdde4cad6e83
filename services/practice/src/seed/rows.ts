/** From the facts of the data files to rows: names are mapped as the data's README says, nulls stay absent. */
import { type Localized, TranslationStatus } from '@hub/kit/localized-text';
import type {
  PracticeClassification,
  PracticeEvidence,
  PracticeGender,
  PracticeLearning,
  PracticeNarrative,
  PracticeOwnership,
  PracticeRights,
  PracticeScope,
} from '../practice/practice.sections.js';
import type { SectionName } from '../practice/vocabulary.js';
import type { AreaFact, PracticeFact, ProductFact, ThemeFact } from './data.js';
import { uuid5 } from './uuid5.js';

/** English is the original; everything else was drafted by machine. */
const localized = (texts: Record<string, string>): Localized =>
  Object.fromEntries(
    Object.entries(texts).map(([locale, text]) => [
      locale,
      { text, status: locale === 'en' ? TranslationStatus.ORIGINAL : TranslationStatus.MACHINE },
    ]),
  );

export const themeRow = ({ id, prefLabel, definition, broader, pillars }: ThemeFact, ordinal: number) => ({
  slug: id,
  label: localized(prefLabel),
  definition,
  broader,
  pillars,
  ordinal,
});

export const productRow = (product: ProductFact, ordinal: number) => ({
  slug: product.id,
  title: localized(product.title),
  title_status: product.titleStatus,
  publishers: product.publishers,
  series: product.series,
  year: product.year,
  launched: product.launched,
  languages: product.languages,
  themes: product.themes,
  abstract: product.abstract,
  url: product.url,
  ordinal,
});

/** Areas with their paths: the area itself and all that contain it, the world first. */
export function areaRows(areas: readonly AreaFact[]) {
  const parents = new Map(areas.map(({ m49, parent }) => [m49, parent]));
  const path = (m49: string | null): string[] => (m49 === null ? [] : [...path(parents.get(m49) ?? null), m49]);
  return areas.map(({ m49, level }) => ({ m49, level: level.toUpperCase(), path: path(m49) }));
}

/** The namespace of seeded keys; never to change, or seeding again would double every record. */
const namespace = '6f3e4a51-3c0b-5d0e-9d0a-2b1d6c5e7f10';
const versionNumber = 1;

export function practiceRow(fact: PracticeFact, ordinal: number) {
  const isState = /^[A-Z]{3}$/.test(fact.submittedBy);
  return {
    key: uuid5(namespace, fact.id),
    version_key: uuid5(namespace, `${fact.id}/${versionNumber}`),
    event_id: uuid5(namespace, `${fact.id}/published`),
    ordinal,
    slug: fact.id,
    owner: `${isState ? 's' : 'b'}:${fact.submittedBy}`,
    marking: fact.tlp,
    title: localized(fact.title),
    themes: fact.themes,
    pillars: fact.pillars,
    regions: fact.regions,
    type: fact.type.toUpperCase(),
    confidence: fact.confidence,
    basis: fact.basis,
    note: fact.note,
    compiler_observation: fact.compilerObservation,
    resources: fact.resources,
  };
}

/** The sections of a practice that have something in them. */
export function sectionRows(fact: PracticeFact) {
  const sections = {
    identity: present({ summary: localized(fact.summary) }),
    ownership: present<PracticeOwnership>({ partners: fact.coSubmitters }),
    classification: present<PracticeClassification>({}),
    scope: present<PracticeScope>({ periodStart: `${fact.yearStarted}-01-01` }),
    narrative: present<PracticeNarrative>({
      context: fact.context,
      objectives: fact.objective,
      methodology: fact.description,
    }),
    evidence: present<PracticeEvidence>({
      resultsSummary: fact.evidenceOfResults,
      items: fact.resources.map(({ title, publisher, year, url }) => present({ title, publisher, year, url })),
    }),
    learning: present<PracticeLearning>({ lessons: fact.lessonsLearned }),
    rights: present<PracticeRights>({ summary: fact.humanRightsSafeguards }),
    gender: present<PracticeGender>({ analysis: fact.genderDimension }),
  } satisfies Record<SectionName, object>;
  return Object.entries(sections)
    .filter(([, content]) => Object.keys(content).length > 0)
    .map(([name, content]) => ({
      version_key: uuid5(namespace, `${fact.id}/${versionNumber}`),
      name,
      content,
    }));
}

/** Without what nothing was found for: nulls and empty lists. */
const present = <T extends object>(content: T): T =>
  Object.fromEntries(
    Object.entries(content).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  ) as T;
