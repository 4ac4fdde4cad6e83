/**
 * What the session tells PostgreSQL about the viewer, and how policies read it. Set per transaction from the passport;
 * without a setting there is no viewer, and no row.
 *
 * *own*: the States and bodies the viewer holds a current role of, as tokens (`s:KEN`, `b:igad`).
 * *speaks for*: those of them the viewer decides for.
 */
import { type Settings, arrayLiteral, nowSql } from '@hub/kit/database';
import { type RoleName, type Viewer, hasScope, holds, isVetted } from '@hub/kit/viewer';

/** Who speaks for a State or body. */
export const speakers = ['FOCAL_POINT', 'ALTERNATE', 'OFFICER'] as const satisfies RoleName[];

export const settings = (viewer: Viewer): Settings => {
  const person = viewer.kind === 'person';
  return {
    'hub.person': person ? (viewer.key ?? '') : '',
    'hub.client': viewer.kind === 'client' ? (viewer.key ?? '') : '',
    // A client reads what its owner shared with the hub, never who its owner's people are.
    'hub.own': arrayLiteral(
      person ? holds(viewer, 'CONTRIBUTOR', 'FOCAL_POINT', 'ALTERNATE', 'OFFICER', 'REVIEWER') : [],
    ),
    'hub.speaks_for': arrayLiteral(person ? holds(viewer, ...speakers) : []),
    'hub.curator': String(person && viewer.roles.some(({ role }) => role === 'CURATOR')),
    'hub.directory': String(isVetted(viewer) && hasScope(viewer, 'directory:read')),
  };
};

// Wrapped in a select, a setting is read once per statement and not once per row; after a transaction it is ''.
const setting = (name: string) => `nullif(current_setting('hub.${name}', true), '')`;
const tokens = (name: string) => `(select coalesce(${setting(name)}, '{}'))::text[]`; // cast outside: any (select …) would ask for rows
const flag = (name: string) => `(select current_setting('hub.${name}', true) = 'true')`;

/** The viewer, as SQL. */
export const asking = {
  person: `(select ${setting('person')}::uuid)`,
  client: `(select ${setting('client')}::uuid)`,
  own: tokens('own'),
  speaksFor: tokens('speaks_for'),
  curator: flag('curator'),
  directory: flag('directory'),
  now: nowSql,
};

/** Whether a role `r` is held now. */
export const isCurrent = (r: string): string =>
  `(${r}.valid_from <= ${asking.now} and (${r}.valid_until is null or ${asking.now} < ${r}.valid_until))`;
