/**
 * How far a practice is shared, and what becomes of that: what counts as loosening, and what remains when a consent
 * runs out. Who sees what of it is said in practice.visibility.ts.
 *
 * *sharing*: marking, audience, and the sections' own markings. They belong to the practice and its sections, never to
 * a version's text, so a change holds for all versions at once.
 * *lapse*: a consent expires, and the loosening that it covered ends. What a practice falls back to is written down
 * when the loosening is made, and from the moment of the lapse the rule reads that instead, whether or not a job has
 * run. A lapse never opens anything: what it falls back to is what there was before, less what was taken away by that
 * change and since.
 */
import type { Token } from '@hub/kit/viewer';
import { Marking, type SectionName, strictness } from './vocabulary.js';

export type SectionMarkings = Partial<Record<SectionName, Marking>>;

export interface Sharing {
  marking: Marking;
  /** Null: its owner has not said yet. */
  audience: Token[] | null;
  /** Of sections that have one of their own. The rule asks the practice's and the section's. */
  sectionMarkings: SectionMarkings;
}

/** From `at` on the practice is shared as it says here, unless a later lapse has come. */
export interface Lapse extends Sharing {
  at: string;
}

/** What was never shared: its owner's alone. */
export const unshared: Sharing = { marking: Marking.RED, audience: [], sectionMarkings: {} };

const stricter = (a: Marking, b: Marking): Marking => (strictness(a) >= strictness(b) ? a : b);
/** Below AMBER every vetted viewer is meant, and the audience says nothing. */
const names = (marking: Marking): boolean => strictness(marking) >= strictness(Marking.AMBER);
const sectionsOf = (...sharings: Sharing[]): SectionName[] => [
  ...new Set(sharings.flatMap(({ sectionMarkings }) => Object.keys(sectionMarkings) as SectionName[])),
];

/** The tokens that count at a marking: at RED persons and nobody else, elsewhere States and bodies. */
const counting = (audience: readonly Token[] | null, marking: Marking): Token[] =>
  (audience ?? []).filter((token) => (marking === Marking.RED) === token.startsWith('p:'));

/**
 * Whether a change may show the header or a section to somebody it was not shown to before. Adding a State counts even
 * when a body it is in was there: who is in which body may change.
 */
export function isLooser(before: Sharing, after: Sharing): boolean {
  const reaches = (from: Marking, to: Marking): boolean => {
    if (strictness(to) < strictness(from)) return true;
    if (!names(from)) return false; // every vetted viewer saw it: naming some of them adds nobody
    const reached = new Set(counting(before.audience, from));
    return counting(after.audience, to).some((token) => !reached.has(token));
  };
  const asked = ({ marking, sectionMarkings }: Sharing, section: SectionName) =>
    stricter(marking, sectionMarkings[section] ?? marking);
  return (
    reaches(before.marking, after.marking) ||
    sectionsOf(before, after).some((section) => reaches(asked(before, section), asked(after, section)))
  );
}

/** What two sharings both allow: the stricter markings, and of two audiences whom both name. */
export function both(a: Sharing, b: Sharing): Sharing {
  const marking = stricter(a.marking, b.marking);
  // At RED persons count, and only there: of RED and AMBER, what both allow is nobody, and not who was taken out.
  const nobody = marking === Marking.RED && a.marking !== b.marking;
  const audience =
    names(a.marking) && names(b.marking)
      ? (a.audience ?? []).filter((token) => b.audience?.includes(token) && !(nobody && token.startsWith('p:')))
      : names(a.marking)
        ? a.audience
        : names(b.marking)
          ? b.audience
          : (b.audience ?? a.audience); // counts for neither
  return {
    marking,
    audience,
    sectionMarkings: Object.fromEntries(
      sectionsOf(a, b).map((section) => {
        const [one, other] = [a.sectionMarkings[section], b.sectionMarkings[section]];
        return [section, one && other ? stricter(one, other) : (one ?? other)];
      }),
    ),
  };
}

export const isSame = (a: Sharing, b: Sharing): boolean => {
  const told = ({ marking, audience, sectionMarkings }: Sharing) =>
    JSON.stringify([marking, audience?.toSorted() ?? null, Object.entries(sectionMarkings).toSorted()]);
  return told(a) === told(b);
};

/** A consent holds through the day it names, in UTC. */
export const lapseAt = (expiry: string): string =>
  new Date(Date.parse(`${expiry}T00:00:00Z`) + 86_400_000).toISOString();

/** A consent's part in a change of what is shared. */
export interface Consented {
  /** Null: without end. */
  expiry: string | null;
  /** What falls away with it: the sharing as it was before the change that it covers. */
  before: Sharing;
}

/**
 * The lapses to come after a change to `after`. Earlier consents keep their own ends: when one runs out, what it
 * opened is gone, and so is what was later opened on top of it. The consent given with this change ends what this
 * change opened.
 */
export function lapsesAfter(pending: readonly Lapse[], after: Sharing, consented: Consented | null): Lapse[] {
  const end = consented?.expiry ? lapseAt(consented.expiry) : null;
  const moments = [...new Set([...pending.map(({ at }) => at), ...(end ? [end] : [])])].toSorted();
  const lapses: Lapse[] = [];
  let current = after;
  for (const at of moments) {
    const due = pending.findLast((lapse) => lapse.at <= at);
    let left = due ? both(after, due) : after;
    if (end && end <= at) left = both(left, consented!.before);
    if (isSame(left, current)) continue;
    lapses.push({ at, ...left });
    current = left;
  }
  return lapses;
}

/** A fresh consent to what is shared already takes the place of every earlier one: they end together, when it ends. */
export function lapsesRenewed(pending: readonly Lapse[], expiry: string | null): Lapse[] {
  const last = pending.at(-1);
  return last && expiry ? [{ ...last, at: lapseAt(expiry) }] : [];
}
