/** Counts comparisons, and keeps what differed from the oracle in words that let one see it again. */
import type { Practice, Viewer, World } from './world.js';

/** Enough to see a pattern. */
const keptDifferences = 25;

export class Tally {
  comparisons = 0;
  differences = 0;
  readonly told: string[] = [];
  readonly perPath = new Map<string, number>();
  /** Paths that have shown an example: one of each is enough. */
  readonly #alike = new Set<string>();

  constructor(private readonly world: { seed: number }) {}

  /** One decision, or `count` of them that stand and fall together. */
  compare(path: string, viewer: Viewer, what: string, expected: unknown, actual: unknown, count = 1): void {
    this.comparisons += count;
    this.perPath.set(path, (this.perPath.get(path) ?? 0) + count);
    if (same(actual, expected)) return;
    this.differences += 1;
    const kind = path.replace(/\d+/g, '');
    if (this.told.length < keptDifferences && !this.#alike.has(kind)) {
      this.#alike.add(kind);
      this.told.push(
        `seed ${this.world.seed} · ${path} · ${viewer.name}${viewer.kind === 'anonymous' ? '' : ` (${viewer.key})`}\n    ${what}\n    ${difference(expected, actual)}`,
      );
    }
  }

  add(other: Tally): void {
    this.comparisons += other.comparisons;
    this.differences += other.differences;
    this.told.push(...other.told.slice(0, keptDifferences - this.told.length));
    for (const [path, count] of other.perPath) this.perPath.set(path, (this.perPath.get(path) ?? 0) + count);
  }
}

const plain = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
};

/** Where two answers part, and what each says there. */
function difference(expected: unknown, actual: unknown, path = ''): string {
  if (isRecord(expected) && isRecord(actual))
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)]))
      if (!same(expected[key], actual[key])) return difference(expected[key], actual[key], `${path}.${key}`);
  return `${path || 'answer'}: expected ${plain(expected)}, got ${plain(actual)}`;
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A practice in a difference. */
export const described = (world: World, practice: Practice): string => {
  const { owner, origin, marking, audience, sectionMarkings, lapses, stage, withdrawnAt } = practice;
  const { versions, assignments, grants } = practice;
  const named = (key: string) => world.persons.find((person) => person.key === key)?.name ?? key;
  return [
    `practice ${practice.index} of ${owner} (${origin}), ${marking} ${stage}${withdrawnAt ? ' WITHDRAWN' : ''}`,
    `audience ${audience?.map((token) => (token.startsWith('p:') ? `p:${named(token.slice(2))}` : token)).join(', ')}`,
    `versions ${versions.map(({ number, state, sections }) => `${number} ${state} (${sections.join(' ')})`).join('; ')}`,
    `sections ${JSON.stringify(sectionMarkings)}`,
    lapses.length > 0 && `lapses ${JSON.stringify(lapses)}`,
    assignments.length > 0 &&
      `reviewers ${assignments.map(({ person, endedAt }) => named(person) + (endedAt ? ' (over)' : '')).join(', ')}`,
    grants.length > 0 &&
      `grants ${grants.map(({ person, sections, until, endedAt }) => `${named(person)}: ${sections.join(' ')} until ${until.toISOString()}${endedAt ? ' (ended)' : ''}`).join(', ')}`,
  ]
    .filter(Boolean)
    .join(' · ');
};

/** Equality of what JSON can say, whichever realm its objects come from; undefined is absent. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (!isRecord(one) || !isRecord(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && same(one[key], other[key]));
}
