/** What stands in schema/: every generated file's name and text, out of the services' code. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brokenBorders } from './borders.js';
import { unnamedBreaks } from './changes.js';
import { apiOf, compose, withoutAuth } from './compose.js';
import { openDoors } from './doors.js';
import { lint } from './lint.js';
import { printSubgraphs } from './printSubgraphs.js';

export const pathOf = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

export interface Produced {
  files: Record<string, string>;
  api: string;
  notes: string[];
  /** Rules that the services' schemas break, each in a line. */
  faults: string[];
}

/** Throws when the services do not compose. */
export async function produce(): Promise<Produced> {
  const subgraphs = await printSubgraphs();
  const { supergraph, notes, faults } = compose(subgraphs);
  const api = apiOf(supergraph);
  return {
    files: {
      ...Object.fromEntries(subgraphs.map(({ name, sdl }) => [`${name}.graphql`, sdl])),
      'supergraph.graphql': supergraph,
      'supergraph.open.graphql': compose(subgraphs.map(withoutAuth)).supergraph,
      'api.graphql': api,
    },
    api,
    notes,
    faults: [...faults, ...brokenBorders(subgraphs), ...openDoors(subgraphs), ...(await lint(api))],
  };
}

/** The names of the committed files that are not what the code says. */
export const stale = (files: Record<string, string>): string[] =>
  Object.keys(files).filter((name) => committed(name) !== files[name]);

/** Breaks of the released API that CHANGES.md does not name, each in a line. */
export function breaks(api: string): Promise<string[]> | string[] {
  const baseline = committed('baseline.graphql');
  if (baseline === null) return ['There is no baseline.graphql yet: npm run schema:release makes the first.'];
  return unnamedBreaks(baseline, api, committed('CHANGES.md') ?? '');
}

export function committed(name: string): string | null {
  try {
    return readFileSync(pathOf(name), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return null;
  }
}
