/**
 * Who may know of what, written by hand from the domain and from nothing else: this file imports no code of the hub,
 * so that a mistake in the rules is not made twice. It knows the world as data (world.ts).
 *
 * *standing*: what a viewer is to a practice. Somebody may have several; the one that sees most counts.
 */
import {
  type Image,
  type Marking,
  type Membership,
  type Move,
  type Owner,
  type Person,
  type Practice,
  type RoleName,
  type SectionName,
  type Sharing,
  type Version,
  type Viewer,
  type World,
  sectionNames,
} from './world.js';

/** Nothing; the header alone; the header and what lies below it. */
export type Sight = 'nothing' | 'header' | 'all';

const standings = ['anyone', 'vetted', 'client', 'person', 'speaker', 'named', 'curator', 'reviewer', 'owner'] as const;
/**
 * anyone: signed in or not · vetted: a person with a current role other than auditor, a client cleared for GREEN ·
 * client: of the audience, cleared for AMBER · person: of the audience, whatever their role · speaker: focal point,
 * alternate or officer of the audience · named: in the audience by name · curator · reviewer: assigned to it · owner:
 * focal point, alternate, officer or contributor of its owner.
 */
export type Standing = (typeof standings)[number];

/** The truth table: `-` nothing, `h` the header, `a` all. A column per standing, in the order above. */
const table = `
                          anyone vetted client person speaker named curator reviewer owner
  DRAFT     CLEAR            -      -      -      -      -      -      -       -       a
  DRAFT     GREEN            -      -      -      -      -      -      -       -       a
  DRAFT     AMBER            -      -      -      -      -      -      -       -       a
  DRAFT     AMBER_STRICT     -      -      -      -      -      -      -       -       a
  DRAFT     RED              -      -      -      -      -      -      -       -       a
  SUBMITTED CLEAR            -      a      -      -      -      -      h       a       a
  SUBMITTED GREEN            -      a      -      -      -      -      h       a       a
  SUBMITTED AMBER            -      -      a      a      a      -      h       a       a
  SUBMITTED AMBER_STRICT     -      -      -      -      a      -      h       a       a
  SUBMITTED RED              -      -      -      -      -      a      -       a       a
  PUBLISHED CLEAR            a      a      a      a      a      a      a       a       a
  PUBLISHED GREEN            -      a      -      -      -      -      h       a       a
  PUBLISHED AMBER            -      -      a      a      a      -      h       a       a
  PUBLISHED AMBER_STRICT     -      -      -      -      a      -      h       a       a
  PUBLISHED RED              -      -      -      -      -      a      -       a       a
  DECLINED  CLEAR            -      -      -      -      -      -      h       a       a
  DECLINED  GREEN            -      -      -      -      -      -      h       a       a
  DECLINED  AMBER            -      -      -      -      -      -      h       a       a
  DECLINED  AMBER_STRICT     -      -      -      -      -      -      h       a       a
  DECLINED  RED              -      -      -      -      -      -      -       a       a`;

const sightOf: Record<string, Sight> = { '-': 'nothing', h: 'header', a: 'all' };
const truth = new Map(
  table
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map(([stage, marking, ...sights]) => [`${stage} ${marking}`, sights.map((sight) => sightOf[sight]!)]),
);
const most: Sight[] = ['all', 'header', 'nothing'];

const look = (stage: string, marking: Marking, has: ReadonlySet<Standing>): Sight => {
  const row = truth.get(`${stage} ${marking}`)!;
  return (
    most.find((sight) => standings.some((standing, column) => has.has(standing) && row[column] === sight)) ?? 'nothing'
  );
};

const strictness: Marking[] = ['CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED'];
export const stricter = (one: Marking, other: Marking): Marking =>
  strictness.indexOf(one) > strictness.indexOf(other) ? one : other;

/** A section narrows: whoever sees it sees what the practice’s own marking shows, and its own as well if that is stricter. */
const seesContent = (stage: string, shared: Sharing, name: SectionName, has: ReadonlySet<Standing>): boolean =>
  look(stage, shared.marking, has) === 'all' && look(stage, sectionMarking(shared, name), has) === 'all';

export const sectionMarking = ({ marking, sectionMarkings }: Sharing, name: SectionName): Marking =>
  stricter(marking, sectionMarkings[name] ?? marking);

const current = (now: Date, from: Date | null, until: Date | null) =>
  (from === null || from <= now) && (until === null || now < until);

/** Whether the hub knows who asks at all: an expired or ended client is refused, not served less. */
export const isKnown = (viewer: Viewer, now: Date): boolean =>
  viewer.kind !== 'client' || (current(now, null, viewer.expiresAt) && current(now, null, viewer.endedAt));

export const currentRoles = (viewer: Viewer, now: Date): { role: RoleName; of: Owner | null }[] =>
  viewer.kind === 'person' ? viewer.roles.filter(({ from, until }) => current(now, from, until)) : [];

const writers: RoleName[] = ['FOCAL_POINT', 'ALTERNATE', 'OFFICER', 'CONTRIBUTOR'];
const speakers: RoleName[] = ['FOCAL_POINT', 'ALTERNATE', 'OFFICER'];

/** The bodies a State is in, on the day of `now`; `undone` are moves that had not happened yet. */
export function bodiesOf(
  memberships: readonly Membership[],
  state: string,
  now: Date,
  undone: readonly Move[] = [],
): string[] {
  const today = now.toISOString().slice(0, 10);
  const inToday = memberships
    .filter((one) => one.state === state)
    .filter(({ from, until }) => (from === null || from <= today) && (until === null || today < until))
    .map(({ body }) => body);
  const were = new Set(inToday);
  for (const move of undone.toReversed())
    if (move.state === state) {
      if (move.joined) were.delete(move.body);
      else were.add(move.body);
    }
  return [...were];
}

/** Who asks, as far as sharing is concerned; `undone` takes the memberships back to an earlier place in the log. */
export interface Asking {
  viewer: Viewer;
  world: World;
  undone?: readonly Move[];
}

/** Whether an audience reaches who holds something of `of`: itself, or as a member State of a body in it. */
function reaches(audience: readonly string[] | null, of: Owner | null, { world, undone }: Asking): boolean {
  if (!audience || !of) return false;
  if (audience.includes(of)) return true;
  return (
    of.startsWith('s:') &&
    bodiesOf(world.memberships, of.slice(2), world.now, undone).some((body) => audience.includes(`b:${body}`))
  );
}

export function standing(asking: Asking, practice: Practice, audience: readonly string[] | null): Set<Standing> {
  const { viewer, world } = asking;
  const has = new Set<Standing>(['anyone']);
  if (!isKnown(viewer, world.now)) return has;
  if (viewer.kind === 'client') {
    if (viewer.ceiling !== 'CLEAR') has.add('vetted');
    if (viewer.ceiling === 'AMBER' && reaches(audience, viewer.owner, asking)) has.add('client');
    return has;
  }
  const roles = currentRoles(viewer, world.now);
  const vetted = roles.some(({ role }) => role !== 'AUDITOR');
  if (!vetted || viewer.kind === 'anonymous') return has;
  has.add('vetted');
  if (audience?.includes(`p:${viewer.key}`)) has.add('named');
  for (const { role, of } of roles) {
    if (role === 'CURATOR') has.add('curator');
    if (reaches(audience, of, asking)) {
      has.add('person');
      if (speakers.includes(role)) has.add('speaker');
    }
    if (of === practice.owner && writers.includes(role)) has.add('owner');
    if (role === 'REVIEWER' && isAssigned(practice, viewer, of, world.now)) has.add('reviewer');
  }
  return has;
}

const isAssigned = (practice: Practice, { key }: Person, of: Owner | null, now: Date) =>
  practice.assignments.some((one) => one.person === key && one.of === of && current(now, null, one.endedAt));

/** A client reads within its scopes: without this one it is shown nothing of the practices. */
const mayRead = ({ viewer }: Asking) => viewer.kind !== 'client' || viewer.scopes.includes('practices:read');

const stageOf = (practice: Practice, version: Version): string => {
  if (version.state === 'DECLINED' || (practice.stage === 'DECLINED' && version.submittedAt)) return 'DECLINED';
  if (version.publishedAt) return 'PUBLISHED';
  return version.submittedAt ? 'SUBMITTED' : 'DRAFT';
};

/** What a viewer is shown of a practice: the newest version they may see, and which of its sections. */
export interface Shown {
  version: Version;
  shared: Sharing;
  level: Sight;
  sections: ReadonlySet<SectionName>;
  has: ReadonlySet<Standing>;
}

export function shown(asking: Asking, practice: Practice): Shown | null {
  if (!mayRead(asking)) return null;
  const shared = sharedNow(practice, asking.world.now);
  const has = standing(asking, practice, shared.audience);
  for (const version of practice.versions.toReversed()) {
    const stage = stageOf(practice, version);
    const level = look(stage, shared.marking, has);
    if (level === 'nothing') continue;
    const reads = (name: SectionName) => seesContent(stage, shared, name, has) || isGranted(asking, practice, name);
    const sections = practice.withdrawnAt ? [] : version.sections.filter(reads);
    return { version, shared, level, sections: new Set(sections), has };
  }
  return null;
}

/** Once a consent has run out, what it leaves, whether or not anybody has noted that. */
export const sharedNow = (practice: Practice, now: Date): Sharing =>
  practice.lapses.filter(({ at }) => at <= now).at(-1) ?? practice;

/** A grant is a person’s; it opens sections of what they see, and never the header. */
const isGranted = ({ viewer, world }: Asking, practice: Practice, section: SectionName): boolean =>
  viewer.kind === 'person' &&
  currentRoles(viewer, world.now).some(({ role }) => role !== 'AUDITOR') &&
  practice.grants.some(
    ({ person, sections, grantedAt, until, endedAt }) =>
      person === viewer.key &&
      sections.includes(section) &&
      current(world.now, grantedAt, until) &&
      current(world.now, null, endedAt),
  );

/** Whether a viewer knew of a practice when it stood as an event’s image says. */
export function knewOf(asking: Asking, practice: Practice, image: Image | null): boolean {
  if (!image || !mayRead(asking)) return false;
  return look(image.stage, image.marking, standing(asking, practice, image.audience)) !== 'nothing';
}

/** Which sections a viewer could have read of a practice when it stood as an event’s image says. */
export function readOf(asking: Asking, practice: Practice, image: Image | null): string {
  if (!image || !knewOf(asking, practice, image)) return '';
  const has = standing(asking, practice, image.audience);
  return sectionNames.filter((name) => seesContent(image.stage, image, name, has)).join(' ');
}

/** Areas of the M49 standard: each with all that contain it, itself included. */
const areas: Record<string, string[]> = {
  '001': ['001'],
  '002': ['001', '002'],
  '011': ['001', '002', '202', '011'],
  '014': ['001', '002', '202', '014'],
  '015': ['001', '002', '015'],
  '035': ['001', '142', '035'],
  '142': ['001', '142'],
  '155': ['001', '150', '155'],
};
/** The regions of the bodies in these worlds. */
const bodyRegions: Record<string, string[]> = { igad: ['014', '015'], ecowas: ['011'], asean: ['035'], oic: ['001'] };

export const isWithin = (area: string, outer: string): boolean => areas[area]!.includes(outer);
export const areasOf = (area: string): readonly string[] => areas[area]!;

/** Whether a practice the viewer sees concerns a body, in a filter of theirs. */
export function concerns(asking: Asking, practice: Practice, { version }: Shown, body: string): boolean {
  const { viewer, world } = asking;
  const token: Owner = `b:${body}`;
  const { marking, audience } = sharedNow(practice, world.now);
  if (marking === 'RED') return false;
  if (practice.owner === token) return true;
  const sent = practice.versions.findLast(({ submittedAt }) => submittedAt);
  if (!sent || stageOf(practice, sent) === 'DECLINED') return false; // the body may not see it
  const own =
    viewer.kind === 'client' ? viewer.owner === token : currentRoles(viewer, world.now).some(({ of }) => of === token);
  const inAudience = audience?.includes(token) ?? false;
  const strict = marking === 'AMBER' || marking === 'AMBER_STRICT';
  if (strict && !(own && inAudience)) return false;
  if (own && inAudience) return true;
  const ofMember =
    practice.owner.startsWith('s:') && bodiesOf(world.memberships, practice.owner.slice(2), world.now).includes(body);
  const meets = version.regions.some((region) =>
    bodyRegions[body]!.some((area) => isWithin(region, area) || isWithin(area, region)),
  );
  return ofMember || meets;
}
