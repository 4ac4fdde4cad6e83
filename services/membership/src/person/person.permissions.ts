/**
 * Who gives and ends which role, and who changes what about persons, invitations, API clients and keys: the rules that
 * the mutations answer by, and the write policies that hold the same line in the database.
 */
import { type RoleName, type Token, type Viewer, holds } from '@hub/kit/viewer';
import { asking, speakers } from './viewer.settings.js';

export type GivenRole = Exclude<RoleName, 'INTEGRATOR'>; // an API client's, which is created and not named

/** Who names somebody to a role, and ends it: curators each; these also who speaks for the State or body itself. */
const givers: Record<GivenRole, 'curators' | 'its own too'> = {
  CONTRIBUTOR: 'its own too',
  ALTERNATE: 'its own too',
  OFFICER: 'its own too',
  FOCAL_POINT: 'curators',
  REVIEWER: 'curators',
  CURATOR: 'curators',
  AUDITOR: 'curators',
};
const roleNames = Object.keys(givers) as GivenRole[];
const ofItsOwn = roleNames.filter((role) => givers[role] === 'its own too');

export const isCurator = (viewer: Viewer): boolean =>
  viewer.kind === 'person' && viewer.roles.some(({ role }) => role === 'CURATOR');

/** Whether the viewer decides for a State or body: its focal points and alternates, its officers. */
export const speaksFor = (viewer: Viewer, of: Token | null): boolean =>
  viewer.kind === 'person' && of !== null && holds(viewer, ...speakers).includes(of);

export const mayGive = (viewer: Viewer, role: GivenRole, of: Token | null): boolean =>
  isCurator(viewer) || (ofItsOwn.includes(role) && speaksFor(viewer, of));

const quoted = (names: readonly string[]) => `'{${names.join(',')}}'`;

/** The same of a row's columns, as SQL. */
export const gives = (role: string, of: string): string =>
  `((${asking.curator} and ${role} = any (${quoted(roleNames)}))
    or (${role} = any (${quoted(ofItsOwn)}) and ${of} = any (${asking.speaksFor})))`;

/** The same of a role `r` that somebody holds, whoever they are. */
export const givesAs = (r: string, role: string, of: string): string =>
  `(${r}.role = 'CURATOR' and ${role} = any (${quoted(roleNames)})
    or ${r}.role = any (${quoted(speakers)}) and ${r}.of = ${of} and ${role} = any (${quoted(ofItsOwn)}))`;

const ownsClient = `exists (select from api_client c where c.key = client_key and c.owner = any (${asking.speaksFor})
  and (c.ended_at is null or ${asking.now} < c.ended_at))`;

interface Write {
  command: 'insert' | 'update';
  columns: readonly string[];
  rows: string;
}

/** What the run-time role writes at all. The guards of 0004-people.ts say what may become of what. */
export const writes: Record<string, readonly Write[]> = {
  person_role: [
    {
      command: 'insert',
      columns: ['key', 'person_key', 'role', 'of', 'valid_from', 'valid_until'],
      rows: gives('role', 'of'),
    },
    {
      command: 'update',
      columns: ['valid_until'],
      rows: `${gives('role', 'of')} or person_key = ${asking.person}`, // anybody may lay down a role of their own
    },
  ],
  person_contact: [
    { command: 'insert', columns: ['person_key', 'name', 'email'], rows: `person_key = ${asking.person}` },
    { command: 'update', columns: ['name', 'email'], rows: `person_key = ${asking.person}` },
  ],
  invitation: [
    {
      command: 'insert',
      columns: [
        ...[
          'key',
          'hash',
          'role',
          'of',
          'name',
          'email',
          'issuer',
          'subject',
          'invited_by',
          'created_at',
          'expires_at',
        ],
      ],
      rows: `invited_by = ${asking.person} and ${gives('role', 'of')}`,
    },
    { command: 'update', columns: ['withdrawn_at', 'name', 'email', 'issuer', 'subject'], rows: gives('role', 'of') },
  ],
  api_client: [
    {
      command: 'insert',
      columns: ['key', 'name', 'owner', 'scopes', 'ceiling', 'expires_at', 'created_at'],
      rows: `owner = any (${asking.speaksFor})`,
    },
    { command: 'update', columns: ['ended_at'], rows: `owner = any (${asking.speaksFor})` },
  ],
  api_key: [
    {
      command: 'insert',
      columns: ['key', 'client_key', 'hash', 'start', 'created_at', 'expires_at'],
      rows: ownsClient,
    },
    { command: 'update', columns: ['revoked_at'], rows: ownsClient },
  ],
};

/** Events are appended by who may do what they say. What nobody signed in does, the definer's functions append. */
export const mayAppend = `case
    when type = 'ROLE_ENDED' and person = ${asking.person} then true
    when type like 'ROLE%' then ${gives('role', `case when state is null then 'b:' || body else 's:' || state end`)}
    when type like 'CLIENT%' or type like 'KEY%' then
      exists (select from api_client c where c.key = client and c.owner = any (${asking.speaksFor}))
    when type = 'PERSON_REMOVED' then ${asking.curator}
    when type = 'SIGNED_OUT' then (select coalesce(current_setting('hub.viewer', true), '') = '')
    else false end`;
