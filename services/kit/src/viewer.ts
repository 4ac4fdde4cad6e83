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

/**
 * What an API client may be given. Persons have all of it: what they reach is said by their roles. Who has not signed
 * in has what everyone has, and reads what is there for everyone.
 */
export const scopeNames = ['practices:read', 'events:read', 'directory:read'] as const;
export type ScopeName = (typeof scopeNames)[number];
const publicScopes: readonly ScopeName[] = ['practices:read', 'events:read'];

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
  /** A client's are those it was given. */
  scopes: string[];
  /** The strictest marking this viewer may reach: RED for persons, at most AMBER for clients, CLEAR for anonymous. */
  ceiling: MarkingName;
  /** Of an anonymous viewer whose token is good but whom the hub does not know: they may accept an invitation. Only
   *  membership is told; to every other service they are anonymous and nothing else. */
  stranger?: Identity;
}

/** Who somebody is to their identity provider. */
export interface Identity {
  issuer: string;
  subject: string;
}

/** What membership answers about somebody. */
export interface ViewerAnswer extends Viewer {
  /** When to ask again although nothing happened: the earliest moment at which a role, a membership, a client or a key
   *  begins or ends by itself. RFC 3339; null: never. */
  validUntil: string | null;
  /** When they signed out last, in the session that was asked about; absent: never. Tokens issued up to then are refused. */
  signedOutAt?: string;
}

export const anonymous: Viewer = {
  kind: 'anonymous',
  key: null,
  roles: [],
  scopes: [...publicScopes],
  ceiling: 'CLEAR',
};

/** Whether the viewer may do what a scope names. Only clients are bound by scopes. */
export const hasScope = (viewer: Viewer, scope: ScopeName): boolean =>
  viewer.kind !== 'client' || viewer.scopes.includes(scope);

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
