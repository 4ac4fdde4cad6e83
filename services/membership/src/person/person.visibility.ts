/**
 * Who may read which row about persons, their roles, invitations, API clients and their keys: one table, rendered into
 * row-level policies. Who may change them is in person.permissions.ts.
 *
 * The directory: whoever is vetted knows of a person by key, role and State or body. Name and e-mail are for their
 * colleagues and the curators.
 */
import { asking, isCurrent } from './viewer.settings.js';
import { gives } from './person.permissions.js';

/** What everybody with a passport may read: no row-level security. Written by migrations and seeds alone. */
export const publicTables = ['state', 'area', 'state_area', 'regional_body', 'membership'] as const;

const { person, client, own, curator, directory } = asking;

// With its table's name: bare, the subquery's own column of that name would be meant, and everybody a colleague.
const colleague = (key: `${string}.${string}`) =>
  `exists (select from person_role r where r.person_key = ${key} and r.of = any (${own}) and ${isCurrent('r')})`;
const listed = (key: `${string}.${string}`) =>
  `(${directory} and exists (select from person_role r where r.person_key = ${key} and ${isCurrent('r')}))`;

/** Per protected table, which rows the run-time role reads; of some, which columns. */
export const seenBy: Record<string, { rows: string; columns?: readonly string[] } | null> = {
  person: { rows: `key = ${person} or ${curator} or ${colleague('person.key')} or ${listed('person.key')}` },
  person_contact: { rows: `person_key = ${person} or ${curator} or ${colleague('person_contact.person_key')}` },
  person_role: {
    rows: `person_key = ${person} or ${curator} or of = any (${own}) or (${directory} and ${isCurrent('person_role')})`,
  },
  // The hash of a secret stays in the database, where the definer's functions compare it.
  invitation: {
    rows: gives('role', 'of'),
    columns: [
      ...['key', 'role', 'of', 'name', 'email', 'issuer', 'subject', 'invited_by', 'created_at', 'expires_at'],
      ...['accepted_at', 'accepted_by', 'withdrawn_at'],
    ],
  },
  api_client: { rows: `key = ${client} or ${curator} or owner = any (${own})` },
  api_key: {
    rows: `exists (select from api_client c where c.key = api_key.client_key)`, // under that table's own rule
    columns: ['key', 'client_key', 'start', 'created_at', 'expires_at', 'last_used_at', 'revoked_at'],
  },
  identity: null, // nobody: viewer_of answers for one pair of issuer and subject
};
