/** What the oracle says a viewer gets of a practice, in the form of the API: the whole record, and nothing beside it. */
import type { Json } from '../hub.js';
import { type Asking, type Shown, currentRoles, sectionMarking } from './oracle.js';
import { consentText, contentOf, titleOf } from './texts.js';
import type { Practice, SectionName, Sharing } from './world.js';

export const globalId = (type: string, key: string): string => Buffer.from(`${type}:${key}`).toString('base64url');
export const practiceId = ({ key }: Pick<Practice, 'key'>): string => globalId('Practice', key);
const ownerId = (token: string) => globalId(token.startsWith('s:') ? 'MemberState' : 'RegionalBody', token.slice(2));
const byId = (type: string, keys: readonly string[]) => keys.map((key) => ({ id: globalId(type, key) }));
const iso = (date: Date | null) => date?.toISOString() ?? null;

export function recordOf(practice: Practice, { version, shared, level, sections, has }: Shown, now: Date): Json {
  const mine = has.has('owner');
  const content = (name: SectionName): Json => (sections.has(name) ? contentOf(practice, version, name) : null);
  const title = titleOf(practice, version);
  const identity = content('identity');
  return {
    id: practiceId(practice),
    slug: practice.slug,
    version: version.number,
    revision: mine ? practice.revision : version.number,
    state: version.state,
    marking: shared.marking,
    title: { locale: 'en', ...title['en'] },
    originalLanguage: 'en',
    owner: { id: ownerId(practice.owner) },
    origin: practice.origin,
    caution: practice.origin === 'PUBLIC_SOURCE',
    themes: byId('Theme', version.themes),
    pillars: version.pillars,
    regions: byId('Region', version.regions),
    type: version.type,
    createdAt: iso(practice.createdAt),
    submittedAt: practice.origin === 'PUBLIC_SOURCE' ? null : iso(version.submittedAt), // nobody’s submission
    publishedAt: iso(version.publishedAt),
    updatedAt: iso(version.updatedAt),
    reviewBy: null,
    audience: mine ? audienceOf(shared.audience) : null,
    consents: mine
      ? practice.consents.map(({ date, expiry, givenAt }) => ({
          authority: consentText(practice),
          scope: consentText(practice),
          date,
          expiry,
          givenAt: iso(givenAt),
        }))
      : null,
    sectionMarkings: mine ? markingsOf(shared) : null,
    sharingLapses: mine
      ? practice.lapses
          .filter(({ at }) => at > now)
          .map((lapse) => ({
            at: iso(lapse.at),
            marking: lapse.marking,
            audience: audienceOf(lapse.audience),
            sectionMarkings: markingsOf(lapse),
          }))
      : null,
    redactions: practice.withdrawnAt
      ? []
      : version.sections
          .filter((name) => !sections.has(name))
          .map((name) => ({
            section: name.toUpperCase(),
            path: name === 'identity' ? 'summary' : name,
            marking: sectionMarking(shared, name),
            reason: level === 'all' ? 'MARKING' : 'HEADER_ONLY',
          }))
          .toSorted(bySection),
    summary: identity && { locale: 'en', ...identity.summary['en'] },
    translations: version.languages.map((locale) => ({
      locale,
      status: title[locale]!.status,
      title: title[locale]!.text,
      summary: identity?.summary[locale].text ?? null,
    })),
    ownership: content('ownership'),
    workshop: content('ownership') && { id: globalId('Workshop', 'ct-tech-nairobi-2023') },
    classification: content('classification'),
    knowledgeProducts: content('classification')
      ? byId('KnowledgeProduct', content('classification').knowledgeProducts)
      : practice.withdrawnAt || !version.sections.includes('classification')
        ? []
        : null,
    scope: content('scope'),
    narrative: content('narrative'),
    evidence: content('evidence'),
    learning: content('learning'),
    rights: content('rights'),
    gender: content('gender'),
    viewerCan: { onlyForItsOwner: true },
  };
}

const bySection = (one: Json, other: Json) => (one.section < other.section ? -1 : 1);
const markingsOf = ({ sectionMarkings }: Sharing) =>
  Object.entries(sectionMarkings)
    .map(([name, marking]) => ({ section: name.toUpperCase(), marking }))
    .toSorted(bySection);

const audienceOf = (audience: string[] | null) => {
  if (!audience) return null;
  const named = (kind: string) => audience.filter((token) => token.startsWith(kind)).map((token) => token.slice(2));
  return {
    memberStates: byId('MemberState', named('s:')),
    regionalBodies: byId('RegionalBody', named('b:')),
    persons: named('p:').map((key) => globalId('Person', key)),
  };
};

/** An answer in the form of `recordOf`: wordings are left to other tests, and who may write is the owner’s side. */
export function comparable(answer: Json, asking: Asking, practice: Practice): Json {
  if (!answer) return null;
  const mine = currentRoles(asking.viewer, asking.world.now).some(({ of }) => of === practice.owner);
  const allowed = Object.entries<Json>(answer.viewerCan ?? {}).filter(([, permission]) => permission.allowed);
  return {
    ...answer,
    caution: answer.caution !== null,
    sectionMarkings: answer.sectionMarkings?.toSorted(bySection) ?? null,
    sharingLapses:
      answer.sharingLapses?.map((lapse: Json) => ({
        ...lapse,
        sectionMarkings: lapse.sectionMarkings.toSorted(bySection),
      })) ?? null,
    redactions: answer.redactions
      .map(({ section, path, marking, reason }: Json) => ({ section, path, marking, reason }))
      .toSorted(bySection),
    viewerCan: { onlyForItsOwner: mine || allowed.length === 0 },
  };
}
