/** What one operation read of the sections of practices, noted where a section reaches its resolver. */
import { type RoleHeld, type Viewer, holds } from '@hub/kit/viewer';
import { writers } from '../practice/practice.permissions.js';
import type { Practice } from '../practice/practice.js';
import { Marking, type SectionName, sectionNames, strictness } from '../practice/vocabulary.js';
import type { Access, AccessChannel } from './access.js';

interface Noted {
  practice: Practice;
  sections: Set<SectionName>;
  strict: boolean;
}

export class AccessNotes {
  readonly #noted = new Map<string, Noted>(); // by version
  /** How the reader comes by it. One answer has one: the most telling its fields name. */
  channel: AccessChannel | null = null;

  get isEmpty(): boolean {
    return this.#noted.size === 0;
  }

  /** A section reaches the answer. What was never submitted is its writers' alone, and no access. */
  section(practice: Practice, name: SectionName, sectionMarking: Marking | null): void {
    const { row, newest } = practice;
    if (newest.submittedAt === null) return;
    let noted = this.#noted.get(newest.key);
    if (!noted) this.#noted.set(newest.key, (noted = { practice, sections: new Set(), strict: isStrict(row.marking) }));
    noted.sections.add(name);
    noted.strict ||= isStrict(sectionMarking);
  }

  /** The accesses of the operation, and which of them have to be written before its answer leaves. */
  accesses(viewer: Viewer, at: Date, fallback: AccessChannel): { strict: Access[]; others: Access[] } {
    const strict: Access[] = [];
    const others: Access[] = [];
    const owners = viewer.kind === 'person' ? holds(viewer, ...writers) : [];
    for (const { practice, sections, ...noted } of this.#noted.values()) {
      const held = roleOf(viewer, practice);
      (noted.strict ? strict : others).push({
        at,
        kind: viewer.kind,
        key: viewer.key,
        role: held?.role ?? null,
        of: held?.of ?? null,
        practiceKey: practice.key,
        version: practice.newest.number,
        sections: sectionNames.filter((name) => sections.has(name)),
        channel: this.channel ?? fallback,
        own: owners.includes(practice.row.owner),
        times: 1,
      });
    }
    return { strict, others };
  }
}

const isStrict = (marking: Marking | null): boolean =>
  marking !== null && strictness(marking) >= strictness(Marking.AMBER_STRICT);

/** Of a viewer's roles, the one to be told: of the owner, else one the audience reaches (who decides first), else the first. */
function roleOf({ roles }: Viewer, { row }: Practice): RoleHeld | undefined {
  if (roles.length < 2) return roles[0];
  const decides = ({ role }: RoleHeld) => role === 'FOCAL_POINT' || role === 'ALTERNATE' || role === 'OFFICER';
  const reached = roles.filter(({ groups }) => groups.some((token) => row.audience?.includes(token)));
  return roles.find(({ of }) => of === row.owner) ?? reached.find(decides) ?? reached[0] ?? roles[0];
}
