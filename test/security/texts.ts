/**
 * The words of a random world. Every text says in one word of its own whose it is (`zq7v1evidence`), so that an
 * answer can be searched for what it must not hold, wherever it hides.
 */
import type { Practice, SectionName, Version } from './world.js';

export const wordOf = (practice: Practice, version: Version, part: SectionName | 'title'): string =>
  `zq${practice.index}v${version.number}${part}`;

/** In what is its owner’s alone: of version 0, which there is not. */
export const consentText = ({ index }: Practice): string => `zq${index}v0consent`;

/** Every word of that form in a text, with its parts; `part` is '' in a slug. */
export const wordsIn = (text: string): { index: number; number: number; part: string }[] =>
  [...text.matchAll(/zq(\d+)(?:v(\d+)([a-z]+))?/g)].map(([, index, number, part]) => ({
    index: Number(index),
    number: Number(number ?? 0),
    part: part ?? '',
  }));

const localized = (version: Version, text: string) =>
  Object.fromEntries(
    version.languages.map((locale, place) => [
      locale,
      { text: `${text} ${locale}`, status: place === 0 ? 'ORIGINAL' : 'HUMAN' },
    ]),
  );

export const titleOf = (practice: Practice, version: Version) =>
  localized(version, `Shared desk ${wordOf(practice, version, 'title')}`);

/** A section as it is stored, with every field it has, all of them saying whose it is. */
export function contentOf(practice: Practice, version: Version, name: SectionName) {
  const text = `Common text ${wordOf(practice, version, name)}`;
  const contents: Record<SectionName, object> = {
    identity: { summary: localized(version, text) },
    ownership: { leadInstitution: text, contactRole: text, partners: [text], submittedVia: 'ct-tech-nairobi-2023' },
    classification: { knowledgeProducts: ['ct-tech-kp-threat-assessment'], resolutions: [text] },
    scope: { level: 'NATIONAL', memberStates: ['KEN'], periodStart: '2024-01-01', periodEnd: '2025-01-01' },
    narrative: {
      context: text,
      objectives: text,
      actors: text,
      methodology: text,
      resourcesNeeded: text,
      legalBasis: text,
    },
    evidence: {
      maturity: version.maturity,
      validation: text,
      results: [{ indicator: text, baseline: text, result: text, unintendedEffects: text }],
      resultsSummary: text,
      items: [
        { title: text, publisher: text, year: 2024, url: `https://example.org/${wordOf(practice, version, name)}` },
      ],
    },
    learning: { successFactors: text, constraints: text, lessons: text, replicability: text, sustainability: text },
    rights: {
      rightsAffected: [text],
      summary: text,
      safeguardTest: { legality: text, necessity: text, proportionality: text, nonDiscrimination: text },
      oversightAndRemedy: text,
      dataProtection: text,
      doNoHarm: text,
    },
    gender: { marker: 2, analysis: text, disaggregatedData: text },
  };
  return contents[name];
}
