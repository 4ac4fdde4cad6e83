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

export interface Section {
  name: SectionName;
  /** Its own marking; null: the practice’s. */
  marking: Marking | null;
}

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
  sections: Section[];
}

export interface Grant {
  key: string;
  person: string;
  sections: SectionName[];
  grantedAt: Date;
  until: Date;
  endedAt: Date | null;
}

export interface Assignment {
  person: string;
  of: Owner;
  endedAt: Date | null;
}

/** What visibility hangs on at a moment: `stage` is how far its furthest version had come. */
export interface Image {
  marking: Marking;
  audience: string[] | null;
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

export interface Practice {
  key: string;
  index: number;
  slug: string;
  owner: Owner;
  origin: 'SUBMISSION' | 'PUBLIC_SOURCE';
  marking: Marking;
  audience: string[] | null;
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
