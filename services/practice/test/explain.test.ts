/** `explainVisibility` says what the policies do, and why: over random cases, and in words for each rule. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId, parseGlobalId } from '@hub/kit/ids';
import { type RoleName, type Token, type Viewer, markings } from '@hub/kit/viewer';
import { sectionNames } from '../src/practice/vocabulary.js';
import { type Hub, anonymous, client, draft, person, startHub, submitted } from './hub.js';

/** Who membership would say these persons are. */
const persons = new Map<string, Viewer>();
const known = (role: RoleName, of: Token | null = null): Viewer => {
  const viewer = person(role, of);
  persons.set(viewer.key!, viewer);
  return viewer;
};

let hub: Hub;
beforeAll(async () => {
  hub = await startHub({
    people: { count: async () => [], viewer: async (key) => persons.get(key) ?? null, close: async () => undefined },
  });
});
afterAll(() => hub.close());

const kenya = known('FOCAL_POINT', 's:KEN');
const curator = known('CURATOR');
const everybody: Viewer[] = [
  kenya,
  curator,
  known('CONTRIBUTOR', 's:KEN'),
  known('FOCAL_POINT', 's:NGA'),
  known('CONTRIBUTOR', 's:NGA'),
  known('REVIEWER', 's:NGA'),
  known('FOCAL_POINT', 's:UGA'),
  known('OFFICER', 'b:igad'),
  known('FOCAL_POINT', 's:THA'),
  known('REVIEWER', 's:THA'),
  known('AUDITOR'),
];
const thailand = everybody[8]!;
const reviewer = everybody[9]!;

const keyOf = (id: string) => parseGlobalId(id)!.key;
const explain = async (asker: Viewer, practice: string, who: Viewer) =>
  hub.ask(
    asker,
    `query ($practice: ID!, $person: ID!) { explainVisibility(practice: $practice, person: $person) {
       sees rule explanation via { ... on MemberState { id } ... on RegionalBody { id } } sections { section sees rule marking explanation } } }`,
    { practice, person: globalId('Person', who.key!) },
  );
const told = async (asker: Viewer, practice: string, who: Viewer) => {
  const { data, errors } = await explain(asker, practice, who);
  expect(errors).toBeUndefined();
  return data!['explainVisibility'];
};

const text = {
  summary: 's',
  ownership: { leadInstitution: 'a' },
  classification: { resolutions: ['S/RES/2396 (2017)'] },
  scope: { level: 'NATIONAL' },
  narrative: { context: 'c' },
  evidence: { maturity: 'GOOD' },
  learning: { lessons: 'l' },
  rights: { summary: 'r' },
  gender: { analysis: 'g' },
};
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;
const some = <T>(from: readonly T[], chance: number): T[] => from.filter(() => Math.random() < chance);

/** A practice of Kenya's at random, written past the API; 25 rounds have every marking in every stage. */
async function randomPractice(round: number): Promise<string> {
  const { id } = await draft(hub, kenya, 's:KEN', text);
  const key = keyOf(id);
  const stage = ['DRAFT', 'SUBMITTED', 'SUBMITTED', 'PUBLISHED', 'DECLINED'][Math.floor(round / 5) % 5]!;
  const audience = [
    ...some(['s:NGA', 'b:igad', 'b:asean'], 0.4),
    ...some(
      everybody.map(({ key }) => `p:${key}`),
      0.3,
    ),
  ];
  await hub.sql.query(
    `update practice set marking = $2, audience = $3, section_markings = $4, stage = $5, withdrawn_at = $6 where key = $1`,
    [
      key,
      markings[round % 5],
      Math.random() < 0.1 ? null : audience,
      Object.fromEntries(some(sectionNames, 0.4).map((name) => [name, pick(markings)])),
      stage,
      stage !== 'DRAFT' && round % 7 === 0 ? new Date() : null,
    ],
  );
  if (stage !== 'DRAFT')
    await hub.sql.query(
      `update practice_version set state = $2, submitted_at = now(), published_at = case when $2 = 'PUBLISHED' then now() end where practice_key = $1`,
      [key, stage],
    );
  for (const { key: who, roles } of everybody) {
    if (roles[0]!.role === 'REVIEWER' && Math.random() < 0.3)
      await hub.sql.query(
        `insert into review_assignment (practice_key, person_key, "of", assigned_at, ended_at) values ($1, $2, 's:THA', now(), $3)`,
        [key, who, Math.random() < 0.3 ? new Date() : null],
      );
    if (Math.random() < 0.3) {
      const sections = some(sectionNames, 0.5);
      if (sections.length > 0) await grant(key, who!, sections, Math.random() < 0.3 ? '1 microsecond' : '1 day');
    }
  }
  return id;
}

async function grant(practice: string, who: string, sections: readonly string[], lasting = '1 day'): Promise<void> {
  const request = randomUUID();
  await hub.sql.query(
    `insert into access_request (key, practice_key, person_key, role, sections, reason, status, asked_at, decided_at)
     values ($1, $2, $3, 'FOCAL_POINT', $4, 'To learn.', 'GRANTED', now(), now())`,
    [request, practice, who, sections],
  );
  await hub.sql.query(
    `insert into access_grant (key, request_key, practice_key, person_key, sections, granted_at, granted_by, until)
     values (gen_random_uuid(), $1, $2, $3, $4, now() - interval '1 minute', $5, now() - interval '1 minute' + $6::interval)`,
    [request, practice, who, sections, kenya.key, lasting],
  );
}

const fields: Record<string, string> = {
  summary: 'IDENTITY',
  ownership: 'OWNERSHIP',
  classification: 'CLASSIFICATION',
  scope: 'SCOPE',
  narrative: 'NARRATIVE',
  evidence: 'EVIDENCE',
  learning: 'LEARNING',
  rights: 'RIGHTS',
  gender: 'GENDER',
};
const read = `query ($id: ID!) { practice(id: $id) { id ${Object.keys(fields)
  .map((field) => `${field} { __typename }`)
  .join(' ')} } }`;

const rounds = 30; // in which every line of the rule is met

test('yes and no are what the person’s own reading shows, for the header and each section', async () => {
  const rules = new Set<string>();
  let compared = 0;
  for (let round = 0; round < rounds; round++) {
    const id = await randomPractice(round);
    for (const who of everybody) {
      const { practice } = await hub.data(who, read, { id });
      const explained = await told(kenya, id, who);
      const seen = Object.entries(fields)
        .filter(([field]) => practice?.[field])
        .map(([, section]) => section);
      expect([who.roles, explained.sees]).toEqual([who.roles, practice !== null]);
      expect([
        who.roles,
        explained.sections
          .filter(({ sees }: { sees: boolean }) => sees)
          .map(({ section }: { section: string }) => section)
          .toSorted(),
      ]).toEqual([who.roles, seen.toSorted()]);
      for (const { rule } of [explained, ...explained.sections]) rules.add(rule);
      compared += 10;
    }
  }
  expect(compared).toBe(rounds * 11 * 10);
  // Every line of the rule was met.
  expect([...rules].toSorted()).toEqual(
    [
      'ASSIGNED_REVIEWER',
      'AUDIENCE_BODY',
      'AUDIENCE_STATE',
      'CURATOR',
      'DECLINED',
      'EVERYONE',
      'GRANT',
      'HEADER_ONLY',
      'NAMED',
    ].concat([
      'NOT_IN_AUDIENCE',
      'NOT_NAMED',
      'NOT_SUBMITTED',
      'NOT_VETTED',
      'OWNER',
      'ROLE_TOO_LOW',
      'VETTED',
      'WITHDRAWN',
    ]),
  );
});

test.each([
  ['their own', 'AMBER', () => everybody[2]!, 'OWNER', 'OWNER'],
  ['every vetted viewer’s', 'GREEN', () => thailand, 'VETTED', 'VETTED'],
  ['the audience’s, by their State', 'AMBER', () => everybody[4]!, 'AUDIENCE_STATE', 'ROLE_TOO_LOW'],
  ['the audience’s, by a body', 'AMBER_STRICT', () => everybody[6]!, 'AUDIENCE_BODY', 'AUDIENCE_BODY'],
  ['not a contributor’s at AMBER_STRICT', 'AMBER_STRICT', () => everybody[4]!, 'ROLE_TOO_LOW', 'ROLE_TOO_LOW'],
  ['not somebody’s outside', 'AMBER', () => thailand, 'NOT_IN_AUDIENCE', 'NOT_IN_AUDIENCE'],
  ['not whose role does not count', 'GREEN', () => everybody[10]!, 'NOT_VETTED', 'NOT_VETTED'],
  ['the curators’, in its header', 'AMBER', () => curator, 'CURATOR', 'HEADER_ONLY'],
  ['not the unnamed’s', 'RED', () => thailand, 'NOT_NAMED', 'NOT_NAMED'],
] as const)('a practice that is %s: %s', async (_what, marking, who, rule, narrative) => {
  const audience = { memberStates: ['NGA'], regionalBodies: ['igad'] };
  const { id } = await submitted(hub, kenya, 's:KEN', {
    marking,
    audience,
    ...(marking === 'AMBER' && { sectionMarkings: [{ section: 'NARRATIVE', marking: 'AMBER_STRICT' }] }),
  });
  const explained = await told(kenya, id, who());
  expect(explained.rule).toBe(rule);
  expect(explained.explanation).toMatch(/^[A-Z].*\.$/);
  expect(explained.sections.find(({ section }: { section: string }) => section === 'NARRATIVE').rule).toBe(narrative);
  expect(explained.via.map(({ id }: { id: string }) => parseGlobalId(id)!.key)).toEqual(
    { AUDIENCE_STATE: ['NGA'], AUDIENCE_BODY: ['igad'] }[rule as string] ?? [],
  );
});

test('a grant is named, and so is its end', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', {
    marking: 'GREEN',
    sectionMarkings: [{ section: 'NARRATIVE', marking: 'RED' }],
    audience: {},
  });
  const narrative = async () =>
    (await told(kenya, id, thailand)).sections.find(({ section }: { section: string }) => section === 'NARRATIVE');
  expect(await narrative()).toMatchObject({ sees: false, rule: 'NOT_NAMED', marking: 'RED' });
  await grant(keyOf(id), thailand.key!, ['narrative']);
  expect(await narrative()).toMatchObject({ sees: true, rule: 'GRANT', marking: 'RED' });
  await hub.sql.query('update access_grant set ended_at = now() where practice_key = $1', [keyOf(id)]);
  expect(await narrative()).toMatchObject({ sees: false, rule: 'NOT_NAMED' });
});

test('it is for the owner’s people and the curators who see the practice', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN' });
  const hidden = await submitted(hub, kenya, 's:KEN', { marking: 'RED', audience: {} });
  for (const asker of [kenya, everybody[2]!, curator]) expect((await told(asker, id, thailand)).sees).toBe(true);
  for (const asker of [thailand, reviewer, client('s:NGA', 'AMBER')])
    expect((await explain(asker, id, kenya)).errors![0]!.extensions['code']).toBe('FORBIDDEN');
  for (const asker of [curator, thailand, anonymous]) expect(await told(asker, hidden.id, thailand)).toBeNull();
  expect(await told(kenya, globalId('Practice', randomUUID()), thailand)).toBeNull();
  expect(await told(kenya, id, person('FOCAL_POINT', 's:NGA'))).toBeNull(); // of whom membership knows nothing
});

test('asking leaves the asker who they are, and the function itself tells others nothing', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'RED', audience: {} });
  const { explainVisibility, practice } = await hub.data(
    kenya,
    `query ($id: ID!, $person: ID!) { explainVisibility(practice: $id, person: $person) { sees } practice(id: $id) { summary { text } } }`,
    { id, person: globalId('Person', thailand.key!) },
  );
  expect([explainVisibility.sees, practice.summary.text]).toEqual([false, expect.any(String)]);
  const sql = new (await import('pg')).default.Client({ connectionString: hub.database.url });
  await sql.connect();
  const { viewerSettings } = await import('../src/practice/practice.visibility.js');
  try {
    for (const asker of [thailand, curator, anonymous]) {
      await sql.query('begin');
      await sql.query('select set_config(key, value, true) from jsonb_each_text($1)', [viewerSettings(asker)]);
      expect((await sql.query('select * from why_seen($1, $2)', [keyOf(id), viewerSettings(kenya)])).rows).toEqual([]);
      await sql.query('rollback');
    }
  } finally {
    await sql.end();
  }
});
