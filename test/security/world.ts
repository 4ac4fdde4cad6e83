/**
 * A world of the hub, as data: who there is, what they share, and what happened. Its words are those of the domain and
 * not of the database: createWorld.ts makes one, rows.ts writes it down, oracle.ts says what follows from it.
 */
import type { Random } from '../conformance/random.js';

export const markings = ['CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED'] as const;
export type Marking = (typeof markings)[number];

export const sectionNames = [
  'identity',
  'ownership',
  'classification',
  'scope',
  'narrative',
  'evidence',
  'learning',
  'rights',
  'gender',
] as const;
export type SectionName = (typeof sectionNames)[number];

export type Owner = `s:${string}` | `b:${string}`;
export type RoleName = 'CONTRIBUTOR' | 'FOCAL_POINT' | 'ALTERNATE' | 'OFFICER' | 'REVIEWER' | 'CURATOR' | 'AUDITOR';

/** A State’s time in a body: days (YYYY-MM-DD), `until` the first day outside; null is not known, or open. */
export interface Membership {
  state: string;
  body: string;
  from: string | null;
  until: string | null;
}

export interface Role {
  role: RoleName;
  of: Owner | null;
  from: Date;
  until: Date | null;
}

export interface Person {
  kind: 'person';
  key: string;
  name: string;
  roles: Role[];
}

export interface ApiClient {
  kind: 'client';
  key: string;
  name: string;
  owner: Owner;
  ceiling: 'CLEAR' | 'GREEN' | 'AMBER';
  scopes: string[];
  expiresAt: Date | null;
  endedAt: Date | null;
}

export interface Anonymous {
  kind: 'anonymous';
  name: string;
}
export type Viewer = Person | ApiClient | Anonymous;

export type SectionMarkings = Partial<Record<SectionName, Marking>>;

export interface Version {
  key: string;
  number: number;
  state: string;
  createdAt: Date;
  updatedAt: Date;
  submittedAt: Date | null;
  publishedAt: Date | null;
  languages: string[];
  themes: string[];
  pillars: string[];
  regions: string[];
  type: string | null;
  maturity: string;
  /** Those that have been written. */
  sections: SectionName[];
}

export interface Grant {
  key: string;
  person: string;
  sections: SectionName[];
  grantedAt: Date;
  until: Date;
  endedAt: Date | null;
}

export interface Consent {
  key: string;
  date: string;
  expiry: string | null;
  givenAt: Date;
}

export interface Assignment {
  person: string;
  of: Owner;
  endedAt: Date | null;
}

/** How far a practice is shared. Sections’ own markings hold for all versions, as the practice’s does. */
export interface Sharing {
  marking: Marking;
  audience: string[] | null;
  sectionMarkings: SectionMarkings;
}

/** A consent runs out at `at`: from then on the practice is shared as it says here, and no further. */
export interface Lapse extends Sharing {
  at: Date;
}

/** What visibility hangs on at a moment: `stage` is how far its furthest version had come. */
export interface Image extends Sharing {
  stage: Stage;
  state: string;
}
export type Stage = 'DRAFT' | 'SUBMITTED' | 'PUBLISHED' | 'DECLINED';

export interface Happening {
  id: string;
  type: string;
  at: Date;
  practice: string;
  version: number;
  before: Image | null;
  after: Image;
  /** Of ACCESS_CHANGED: whose access. */
  person: string | null;
}
/** A State joined or left a body, at a place in the same log. */
export interface Move {
  id: string;
  type: 'MEMBERSHIP_CHANGED';
  at: Date;
  state: string;
  body: string;
  joined: boolean;
}

export interface Practice extends Sharing {
  key: string;
  index: number;
  slug: string;
  owner: Owner;
  origin: 'SUBMISSION' | 'PUBLIC_SOURCE';
  lapses: Lapse[];
  consents: Consent[];
  stage: Stage;
  revision: number;
  createdAt: Date;
  withdrawnAt: Date | null;
  versions: Version[];
  assignments: Assignment[];
  grants: Grant[];
}

export interface World {
  seed: number;
  now: Date;
  memberships: Membership[];
  persons: Person[];
  clients: ApiClient[];
  viewers: Viewer[];
  practices: Practice[];
  /** In the order of the log. */
  log: (Happening | Move)[];
}

/** A few States and bodies of the hub’s reference data, far enough apart for their regions to tell them apart. */
export const states = ['KEN', 'UGA', 'NGA', 'THA', 'FRA'] as const;
export const bodies = ['igad', 'ecowas', 'asean', 'oic'] as const;

export const owners: Owner[] = [
  ...states.map((iso3): Owner => `s:${iso3}`),
  ...bodies.map((slug): Owner => `b:${slug}`),
];
export const minute = 60_000;
export const day = 24 * 60 * minute;

/** What everything random is made with. */
export interface Makers {
  random: Random;
  now: Date;
  ago(ms: number): Date;
  uuid(): string;
}
