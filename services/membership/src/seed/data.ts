/** The data files, as they are. Facts for curators only (confidence, note) are not taken further. */
import { readFileSync } from 'node:fs';

const read = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../data/${name}.json`, import.meta.url), 'utf8')) as T;

export interface Areas {
  areas: { m49: string; parent: string | null }[];
  states: {
    alpha2: string;
    alpha3: string;
    m49: string;
    unStatus: 'member' | 'observer';
    ancestors: string[];
    unShortName?: Record<string, string>;
  }[];
}

export interface Bodies {
  bodies: { id: string; members: string[]; asOf: string }[];
}

export const readAreas = (): Areas => read('regions');
export const readBodies = (): Bodies => read('regional-bodies');
