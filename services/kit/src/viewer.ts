/**
 * The viewer: who asks. Said once by membership, carried to every service in a passport, turned into
 * database settings by the session. Deny by default: the anonymous viewer holds nothing.
 */

/** TLP 2.0 labels (first.org/tlp), from the loosest to the strictest. */
export const markings = ['CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED'] as const;
export type MarkingName = (typeof markings)[number];

export const roleNames = [
  'CONTRIBUTOR',
  'FOCAL_POINT',
  'ALTERNATE',
  'OFFICER',
  'REVIEWER',
  'CURATOR',
  'AUDITOR',
  'INTEGRATOR',
] as const;
export type RoleName = (typeof roleNames)[number];

/** Names a State (`s:KEN`), a regional body (`b:igad`) or a person (`p:<key>`) in an audience. */
export type Token = `s:${string}` | `b:${string}` | `p:${string}`;

/** A current role. `of` is null for the secretariat's. `groups` are the audience tokens the role reaches today:
 *  the State or body itself and, for a State, the bodies it is in now. */
export interface RoleHeld {
  role: RoleName;
  of: Token | null;
  groups: Token[];
}

export interface Viewer {
  kind: 'anonymous' | 'person' | 'client';
  /** The person's or client's key (a UUID); null when anonymous. */
  key: string | null;
  roles: RoleHeld[];
  /** What an API client was given, for instance `practices:read`; empty for persons. */
  scopes: string[];
  /** The strictest marking this viewer may reach: RED for persons, at most AMBER for clients, CLEAR for anonymous. */
  ceiling: MarkingName;
}

export const anonymous: Viewer = { kind: 'anonymous', key: null, roles: [], scopes: [], ceiling: 'CLEAR' };

/** Vetted: a person with a current role (the auditor's aside), or a client whose ceiling is GREEN or higher. */
export const isVetted = (viewer: Viewer): boolean =>
  viewer.kind === 'client'
    ? viewer.roles.length > 0 && viewer.ceiling !== 'CLEAR'
    : viewer.roles.some(({ role }) => role !== 'AUDITOR');

/** Every audience token the viewer reaches through roles of the given kinds. */
export const groupsOf = (viewer: Viewer, ...roles: RoleName[]): Token[] => [
  ...new Set(viewer.roles.filter(({ role }) => roles.includes(role)).flatMap(({ groups }) => groups)),
];

/** The States and bodies the viewer holds one of the given roles of. */
export const holds = (viewer: Viewer, ...roles: RoleName[]): Token[] => [
  ...new Set(viewer.roles.flatMap(({ role, of }) => (of && roles.includes(role) ? [of] : []))),
];
