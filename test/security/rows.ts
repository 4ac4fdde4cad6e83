/** Writes a world into the databases of practice and membership, as their owners: real tables, real triggers. */
import type pg from 'pg';
import { consentText, contentOf, titleOf } from './texts.js';
import type { Happening, Move, Practice, World } from './world.js';

/** Who an issuer’s subject is: of a person or client by its key. */
export const issuer = 'https://issuer.test';

/** Inserts rows given as objects; columns are the keys of the first. */
export async function insert(sql: pg.Client, table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0]!).map((column) => `"${column}"`);
  await sql.query(
    `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, $1)`,
    [JSON.stringify(rows)],
  );
}

/** Everything of an earlier world goes; reference data stay. */
export async function clear(practice: pg.Client, membership: pg.Client): Promise<void> {
  await practice.query('truncate practice, event, idempotency_key, membership cascade');
  await membership.query('truncate person, api_client, membership, identity cascade');
}

export async function writeMembership(sql: pg.Client, { memberships, persons, clients }: World): Promise<void> {
  await insert(
    sql,
    'membership',
    memberships.map(({ state, body, from, until }, index) => ({
      key: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      iso3: state,
      body,
      valid_from: from,
      valid_until: until,
    })),
  );
  const began = new Date(0);
  await insert(
    sql,
    'person',
    persons.map(({ key }) => ({ key, created_at: began })),
  );
  for (const { key, roles } of persons)
    for (const { role, of, from, until } of roles)
      await sql.query(
        `insert into person_role (key, person_key, role, of, valid_from, valid_until) values (gen_random_uuid(), $1, $2, $3, $4, $5)`,
        [key, role, of, from, until],
      );
  for (const { key, owner, scopes, ceiling, expiresAt, endedAt } of clients)
    await sql.query(
      `insert into api_client (key, name, owner, scopes, ceiling, expires_at, ended_at) values ($1, $2, $3, $4, $5, $6, $7)`,
      [key, key, owner, scopes, ceiling, expiresAt, endedAt],
    );
  await insert(
    sql,
    'identity',
    [...persons, ...clients].map(({ key, kind }) => ({
      issuer,
      subject: key,
      person_key: kind === 'person' ? key : null,
      client_key: kind === 'client' ? key : null,
    })),
  );
}

export async function writePractices(sql: pg.Client, world: World): Promise<void> {
  await insert(
    sql,
    'membership',
    world.memberships.map(({ state, body, from, until }) => ({ state, body, from, until })),
  );
  await writeRecords(sql, world.practices);
  await writeLog(sql, world, world.log);
}

/** Replaces practices by what has become of them, and tells the log, in one transaction. */
export async function rewritePractices(
  sql: pg.Client,
  world: World,
  practices: readonly Practice[],
  happened: readonly Happening[],
): Promise<void> {
  await sql.query('begin');
  await sql.query('delete from practice where key = any ($1)', [practices.map(({ key }) => key)]);
  await writeRecords(sql, practices);
  await writeLog(sql, world, happened);
  await sql.query('commit');
}

async function writeRecords(sql: pg.Client, practices: readonly Practice[]): Promise<void> {
  await insert(
    sql,
    'practice',
    practices.map(
      ({
        key,
        slug,
        owner,
        origin,
        marking,
        audience,
        sectionMarkings,
        lapses,
        stage,
        revision,
        createdAt,
        withdrawnAt,
      }) => ({
        key,
        slug,
        owner,
        origin,
        marking,
        audience,
        section_markings: sectionMarkings,
        lapses,
        lapses_at: lapses[0]?.at ?? null,
        stage,
        revision,
        created_at: createdAt,
        withdrawn_at: withdrawnAt,
      }),
    ),
  );
  await insert(
    sql,
    'practice_version',
    practices.flatMap((practice) =>
      practice.versions.map((version) => ({
        key: version.key,
        practice_key: practice.key,
        number: version.number,
        state: version.state,
        title: titleOf(practice, version),
        original_language: 'en',
        themes: version.themes,
        pillars: version.pillars,
        regions: version.regions,
        type: version.type,
        created_at: version.createdAt,
        updated_at: version.updatedAt,
        submitted_at: version.submittedAt,
        published_at: version.publishedAt,
      })),
    ),
  );
  await insert(
    sql,
    'practice_section',
    practices.flatMap((practice) =>
      practice.versions.flatMap((version) =>
        version.sections.map((name) => ({
          version_key: version.key,
          name,
          content: contentOf(practice, version, name),
        })),
      ),
    ),
  );
  await insert(
    sql,
    'review_assignment',
    practices.flatMap(({ key, createdAt, assignments }) =>
      assignments.map(({ person, of, endedAt }) => ({
        practice_key: key,
        person_key: person,
        of,
        assigned_at: createdAt,
        ended_at: endedAt,
      })),
    ),
  );
  await writeSharing(sql, practices);
}

/** What the owner keeps, and whom they opened sections to. */
async function writeSharing(sql: pg.Client, practices: readonly Practice[]): Promise<void> {
  const nobody = '00000000-0000-4000-8000-000000000000';
  await insert(
    sql,
    'consent_record',
    practices.flatMap((practice) =>
      practice.consents.map(({ key, date, expiry, givenAt }) => ({
        key,
        practice_key: practice.key,
        authority: consentText(practice),
        scope: consentText(practice),
        date,
        expiry,
        given_at: givenAt,
        given_by: nobody,
      })),
    ),
  );
  const grants = practices.flatMap((practice) => practice.grants.map((grant) => ({ practice, grant })));
  await insert(
    sql,
    'access_request',
    grants.map(({ practice, grant }) => ({
      key: grant.key,
      practice_key: practice.key,
      person_key: grant.person,
      role: 'FOCAL_POINT',
      of: null,
      sections: grant.sections,
      reason: 'We want to do the same.',
      status: 'GRANTED',
      asked_at: grant.grantedAt,
      decided_at: grant.grantedAt,
      decided_by: nobody,
    })),
  );
  await insert(
    sql,
    'access_grant',
    grants.map(({ practice, grant: { key, person, sections, grantedAt, until, endedAt } }) => ({
      key,
      request_key: key,
      practice_key: practice.key,
      person_key: person,
      sections,
      granted_at: grantedAt,
      granted_by: nobody,
      until,
      ended_at: endedAt,
    })),
  );
}

/** Appends to the log in one transaction: positions follow the order of the list. */
export async function writeLog(
  sql: pg.Client,
  { practices }: World,
  log: readonly (Happening | Move)[],
): Promise<void> {
  const ownerOf = new Map(practices.map(({ key, owner }) => [key, owner]));
  await insert(
    sql,
    'event',
    log.map((entry) => {
      const happening = 'practice' in entry ? entry : null;
      const move = 'practice' in entry ? null : entry;
      return {
        id: entry.id,
        type: entry.type,
        at: entry.at,
        practice_key: happening?.practice ?? null,
        version: happening?.version ?? null,
        owner: happening ? ownerOf.get(happening.practice) : null,
        marking_before: happening?.before?.marking ?? null,
        audience_before: happening?.before?.audience ?? null,
        stage_before: happening?.before?.stage ?? null,
        state_before: happening?.before?.state ?? null,
        sections_before: happening?.before?.sectionMarkings ?? {},
        sections_after: happening?.after.sectionMarkings ?? {},
        person: happening?.person ?? null,
        marking_after: happening?.after.marking ?? null,
        audience_after: happening?.after.audience ?? null,
        stage_after: happening?.after.stage ?? null,
        state_after: happening?.after.state ?? null,
        state: move?.state ?? null,
        body: move?.body ?? null,
        joined: move?.joined ?? null,
      };
    }),
  );
}
