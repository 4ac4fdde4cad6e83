/** The data files, as they are. Facts for curators only (confidence, note, urlConfidence) are not taken further. */
import { readFileSync } from 'node:fs';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../data/${name}.json`, import.meta.url), 'utf8')) as T;

type Names = Record<string, string>;

export interface Areas {
  areas: {
    m49: string;
    level: 'world' | 'region' | 'subregion' | 'intermediate';
    parent: string | null;
    name: Names;
  }[];
  states: { alpha2: string; alpha3: string; m49: string; unStatus: string; area: string; ancestors: string[] }[];
}

export interface Bodies {
  bodies: {
    id: string;
    acronym: string;
    name: string;
    seat: { city: string; country: string };
    foundedYear: number;
    website: string;
    counterTerrorismOrTechnologyOrgans: string[];
    regions: string[];
    members: string[];
    nonUnMembers: { name: string; note?: string }[];
    statusNotes: string[];
    asOf: string;
  }[];
}

export interface Workshops {
  workshops: {
    id: string;
    kind: 'regional' | 'national';
    title: Names;
    venue: { city: string | null; country: string };
    startDate: string | null;
    endDate: string | null;
    datePrecision: string;
    regions: string[];
    participatingRegionsNote: string | null;
    participants: {
      participants?: number;
      officials?: number;
      others?: number;
      partnerStates?: number;
      states?: string[];
      organizations?: string[];
    } | null;
    summary: string;
    facts: string[];
    resources: { title: string; publisher?: string; year?: number; url?: string }[];
  }[];
}

export const readAreas = (): Areas => read('regions');
export const readBodies = (): Bodies => read('regional-bodies');
export const readWorkshops = (): Workshops => read('workshops');
