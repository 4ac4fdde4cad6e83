/** The data files, as they are. */
import { readFileSync } from 'node:fs';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../data/${name}.json`, import.meta.url), 'utf8')) as T;

type Texts = Record<string, string>;

export interface ThemeFact {
  id: string;
  prefLabel: Texts;
  broader: string | null;
  definition: string;
  pillars: string[];
}

export interface ProductFact {
  id: string;
  title: Texts;
  titleStatus: string;
  publishers: string[];
  series: string;
  year: number;
  launched: string;
  languages: string[];
  themes: string[];
  abstract: string;
  url: string | null;
}

export interface ResourceFact {
  title: string;
  publisher: string | null;
  year: number | null;
  url: string | null;
  /** For curators only. */
  urlConfidence: string | null;
}

export interface PracticeFact {
  id: string;
  title: Texts;
  summary: Texts;
  /** A State's alpha-3 code, or a regional body's slug. */
  submittedBy: string;
  coSubmitters: string[];
  yearStarted: number;
  type: string;
  themes: string[];
  pillars: string[];
  regions: string[];
  context: string;
  objective: string;
  description: string;
  humanRightsSafeguards: string;
  genderDimension: string | null;
  evidenceOfResults: string | null;
  lessonsLearned: string | null;
  resources: ResourceFact[];
  tlp: string;
  /** These four for curators only. */
  confidence: number;
  basis: string;
  note: string | null;
  compilerObservation: string | null;
}

export interface AreaFact {
  m49: string;
  level: string;
  parent: string | null;
}

export const readThemes = (): ThemeFact[] => read<{ concepts: ThemeFact[] }>('themes').concepts;
export const readProducts = (): ProductFact[] => read<{ products: ProductFact[] }>('knowledge-products').products;
export const readPractices = (): PracticeFact[] => read<{ practices: PracticeFact[] }>('practices').practices;
export const readAreas = (): { areas: AreaFact[]; states: { alpha3: string; area: string }[] } => read('regions');
export const readBodies = (): { id: string; regions: string[] }[] =>
  read<{ bodies: { id: string; regions: string[] }[] }>('regional-bodies').bodies;
export const readWorkshops = (): { id: string }[] => read<{ workshops: { id: string }[] }>('workshops').workshops;
