/**
 * Persons and API clients for development: one per role, under no name, bound to the subjects that the embedded
 * identity provider gives tokens for. A role's name is its subject: `focal-point:KEN`, `officer:igad`, `curator`, `auditor`.
 */
import { createHash } from 'node:crypto';
import { upsert } from '@hub/kit/seed';
import type { RoleName, Token } from '@hub/kit/viewer';
import type { EntityManager } from 'typeorm';
import type { Areas, Bodies } from './data.js';

export interface DevelopmentPerson {
  subject: string;
  key: string;
  role: RoleName;
  of: Token | null;
}

export interface DevelopmentClient {
  subject: string;
  key: string;
  name: string;
  owner: Token;
  ceiling: 'GREEN' | 'AMBER';
}

/** The key of a development person or client, by subject: the same on every machine. */
export const developmentKey = (subject: string): string => uuidV5(namespace, subject);

export const developmentPersons = ({ states }: Areas, { bodies }: Bodies): DevelopmentPerson[] =>
  [
    ...states.flatMap(({ alpha3 }): Omit<DevelopmentPerson, 'key'>[] => [
      { subject: `focal-point:${alpha3}`, role: 'FOCAL_POINT', of: `s:${alpha3}` },
      { subject: `reviewer:${alpha3}`, role: 'REVIEWER', of: `s:${alpha3}` },
    ]),
    ...bodies.map(({ id }): Omit<DevelopmentPerson, 'key'> => ({
      subject: `officer:${id}`,
      role: 'OFFICER',
      of: `b:${id}`,
    })),
    { subject: 'curator', role: 'CURATOR' as const, of: null },
    { subject: 'auditor', role: 'AUDITOR' as const, of: null },
  ].map((person) => ({ ...person, key: developmentKey(person.subject) }));

export const developmentClients = ({ states }: Areas, { bodies }: Bodies): DevelopmentClient[] =>
  [
    ...bodies.map(({ id }) => ({ name: id, owner: `b:${id}` as const, ceiling: 'AMBER' as const })),
    ...states.map(({ alpha3 }) => ({
      name: alpha3.toLowerCase(),
      owner: `s:${alpha3}` as const,
      ceiling: 'AMBER' as const,
    })),
    // An integrator cleared for less than its owner: what is AMBER for Kenya stays out of the dashboard.
    { name: 'dashboard', owner: 's:KEN' as const, ceiling: 'GREEN' as const },
  ].map((client) => {
    const subject = `integrator:${client.name}`;
    return { ...client, subject, key: developmentKey(subject) };
  });

/** Binds them to `issuer` and to no other. Roles that were ended meanwhile stay ended. */
export async function seedDevelopment(tx: EntityManager, issuer: string, areas: Areas, bodies: Bodies): Promise<void> {
  const persons = developmentPersons(areas, bodies);
  const clients = developmentClients(areas, bodies);
  await tx.query('insert into person (key) select unnest($1::uuid[]) on conflict do nothing', [
    persons.map(({ key }) => key),
  ]);
  await tx.query(
    `with wanted as (
       select * from jsonb_to_recordset($1::jsonb) as w(key uuid, person_key uuid, event uuid, role text, "of" text)
     ), started as (
       insert into person_role (key, person_key, role, of, valid_from)
       select key, person_key, role, "of", now() from wanted on conflict do nothing
       returning key, state, body
     )
     insert into membership_event (id, type, state, body, person, role, valid_from)
     select gen_random_uuid(), 'ROLE_STARTED', s.state, s.body, w.person_key, w.role, (now() at time zone 'utc')::date
       from wanted w join started s using (key) order by w.role, w."of"`,
    [
      JSON.stringify(
        persons.map(({ key, subject, role, of }) => ({
          key: developmentKey(`role of ${subject}`),
          person_key: key,
          role,
          of,
        })),
      ),
    ],
  );
  await upsert(
    tx,
    'api_client',
    'key',
    clients.map(({ key, name, owner, ceiling }) => ({
      key,
      name,
      owner,
      ceiling,
      scopes: ['practices:read', 'events:read'],
    })),
  );
  const keys = [persons, clients].map((list) => list.map(({ key }) => key));
  await tx.query('delete from identity where (person_key = any ($1) or client_key = any ($2)) and issuer <> $3', [
    ...keys,
    issuer,
  ]);
  await tx.query(
    `insert into identity (issuer, subject, person_key, client_key)
     select $1, subject, person_key, client_key
       from jsonb_to_recordset($2::jsonb) as i(subject text, person_key uuid, client_key uuid) on conflict do nothing`,
    [
      issuer,
      JSON.stringify([
        ...persons.map(({ subject, key }) => ({ subject, person_key: key })),
        ...clients.map(({ subject, key }) => ({ subject, client_key: key })),
      ]),
    ],
  );
}

const namespace = '6f1a7b52-0c6e-4c55-9a2e-5d7f0e8b3c14'; // of development keys; any constant would do

/** RFC 9562, section 5.5. */
function uuidV5(space: string, name: string): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(space.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest()
    .subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
