/**
 * Who may read which row about persons, their roles and API clients: one table, rendered into row-level policies.
 *
 * Words: *own* are the States and bodies the viewer holds a current role of, as tokens (`s:KEN`, `b:igad`). The
 * viewer is set per transaction from the passport; without a setting there is no viewer, and no row.
 */
import type { Settings } from '@hub/kit/database';
import { type Viewer, holds } from '@hub/kit/viewer';
import { roles } from '../migrations/roles.js';

/** What everybody with a passport may read: no row-level security. Written by migrations and seeds alone. */
export const publicTables = ['state', 'area', 'state_area', 'regional_body', 'membership'] as const;

export const settings = (viewer: Viewer): Settings => ({
  'hub.person': viewer.kind === 'person' ? (viewer.key ?? '') : '',
  'hub.client': viewer.kind === 'client' ? (viewer.key ?? '') : '',
  // A client reads what its owner shared with the hub, never who its owner's people are.
  'hub.own':
    viewer.kind === 'person'
      ? arrayOf(holds(viewer, 'CONTRIBUTOR', 'FOCAL_POINT', 'ALTERNATE', 'OFFICER', 'REVIEWER'))
      : '',
  'hub.curator': String(viewer.kind === 'person' && viewer.roles.some(({ role }) => role === 'CURATOR')),
});

const arrayOf = (tokens: readonly string[]) => `{${tokens.join(',')}}`; // tokens need no quotes

// Wrapped in a select, a setting is read once per statement and not once per row; after a transaction it is '' .
const person = `(select nullif(current_setting('hub.person', true), '')::uuid)`;
const client = `(select nullif(current_setting('hub.client', true), '')::uuid)`;
const own = `(select coalesce(nullif(current_setting('hub.own', true), ''), '{}'))::text[]`; // cast outside: any (select …) would ask for rows
const curator = `(select current_setting('hub.curator', true) = 'true')`;
// With its table's name: bare, the subquery's own column of that name would be meant, and everybody a colleague.
const colleague = (key: `${string}.${string}`) =>
  `exists (select from person_role r where r.person_key = ${key} and r.of = any (${own})
     and r.valid_from <= now() and (r.valid_until is null or now() < r.valid_until))`;

/** Per protected table, which rows the run-time role reads. */
export const seenBy = {
  person: `key = ${person} or ${curator} or ${colleague('person.key')}`,
  person_contact: `person_key = ${person} or ${curator} or ${colleague('person_contact.person_key')}`,
  person_role: `person_key = ${person} or ${curator} or of = any (${own})`,
  api_client: `key = ${client} or ${curator} or owner = any (${own})`,
  identity: null, // nobody: viewer_of answers for one pair of issuer and subject
} satisfies Record<string, string | null>;

export const policies = (): string[] =>
  Object.entries(seenBy).flatMap(([table, rule]) => [
    `alter table ${table} enable row level security`,
    `alter table ${table} force row level security`,
    `create policy ${table}_owner on ${table} for all to ${roles.owner} using (true) with check (true)`,
    ...(rule === null
      ? []
      : [
          `create policy ${table}_read on ${table} for select to ${roles.app} using (${rule})`,
          `grant select on ${table} to ${roles.app}`,
        ]),
  ]);
