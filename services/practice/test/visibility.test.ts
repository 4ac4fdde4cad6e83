/** Who sees what: a row per marking and role, against the row-level policies of a real database. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Viewer } from '@hub/kit/viewer';
import { globalId, parseGlobalId } from '@hub/kit/ids';
import { type Hub, anonymous, client, draft, person, startHub, submitted } from './hub.js';

const named = randomUUID();
const alsoNamed = randomUUID();
const viewers = {
  anonymous,
  'owner focal point': person('FOCAL_POINT', 's:KEN'),
  'owner alternate': person('ALTERNATE', 's:KEN'),
  'owner contributor': person('CONTRIBUTOR', 's:KEN'),
  'audience State focal point': person('FOCAL_POINT', 's:NGA'),
  'audience State alternate': person('ALTERNATE', 's:NGA'),
  'audience State contributor': person('CONTRIBUTOR', 's:NGA'),
  'audience State reviewer': person('REVIEWER', 's:NGA'),
  'audience State client AMBER': client('s:NGA', 'AMBER'),
  'audience State client GREEN': client('s:NGA', 'GREEN'),
  'audience body officer': person('OFFICER', 'b:igad'),
  'audience body client AMBER': client('b:igad', 'AMBER'),
  'member State of the body': person('FOCAL_POINT', 's:UGA'),
  'contributor of a member State': person('CONTRIBUTOR', 's:UGA'),
  'outside focal point': person('FOCAL_POINT', 's:THA', named),
  'outside officer': person('OFFICER', 'b:asean'),
  'outside client AMBER': client('s:THA', 'AMBER'),
  'client CLEAR': client('s:NGA', 'CLEAR'),
  curator: person('CURATOR'),
  auditor: person('AUDITOR'),
  'assigned reviewer': person('REVIEWER', 's:THA'),
  'auditor named at RED': person('AUDITOR', null, alsoNamed),
  'person without a role': { ...person('AUDITOR'), roles: [] },
} satisfies Record<string, Viewer>;
type Who = keyof typeof viewers;
const all = Object.keys(viewers) as Who[];
const owners: Who[] = ['owner focal point', 'owner alternate', 'owner contributor'];
const vetted = all.filter(
  (who) => !['anonymous', 'client CLEAR', 'auditor', 'auditor named at RED', 'person without a role'].includes(who),
);

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const query = `query ($id: ID!) {
  practice(id: $id) { id title { text } narrative { context } }
  node(id: $id) { id }
  nodes(ids: [$id]) { id }
}`;

/** What each viewer sees of a practice: nothing, the header, or all of it; by every way of asking the same. */
async function sight(id: string): Promise<Record<string, 'header' | 'all'>> {
  const seen: Record<string, 'header' | 'all'> = {};
  for (const who of all) {
    const { practice, node, nodes } = await hub.data(viewers[who], query, { id });
    expect([who, node?.id ?? null, nodes[0]?.id ?? null]).toEqual([who, practice?.id ?? null, practice?.id ?? null]);
    const { practices } = await hub.data(
      viewers[who],
      `{ practices(first: 100, filter: { states: [DRAFT SUBMITTED PUBLISHED WITHDRAWN DECLINED], origin: SUBMISSION }) { totalCount nodes { id } } }`,
    );
    expect([who, practices.nodes.some((listed: { id: string }) => listed.id === id)]).toEqual([who, practice !== null]);
    expect(practices.totalCount).toBe(practices.nodes.length);
    if (practice) seen[who] = practice.narrative ? 'all' : 'header';
  }
  return seen;
}
const expected = (full: Who[], header: Who[] = []) =>
  Object.fromEntries([
    ...full.map((who) => [who, 'all']),
    ...header.filter((who) => !full.includes(who)).map((who) => [who, 'header']),
  ]);

async function assign(id: string): Promise<void> {
  const assigned = viewers['assigned reviewer'];
  await hub.sql.query(
    `insert into review_assignment (practice_key, person_key, "of", assigned_at) values ($1, $2, 's:THA', now())`,
    [parseGlobalId(id)!.key, assigned.key],
  );
}

const audience = { memberStates: ['NGA'], regionalBodies: ['igad'] };
const reachedByAudience: Who[] = all.filter((who) => /audience|member State/.test(who));

describe('a submitted practice', () => {
  test.each([
    ['CLEAR', {}, vetted, []],
    ['GREEN', {}, vetted, []],
    [
      'AMBER',
      { audience },
      [...owners, ...reachedByAudience.filter((who) => !who.includes('GREEN')), 'assigned reviewer'],
      ['curator'],
    ],
    [
      'AMBER_STRICT',
      { audience },
      [
        ...owners,
        'audience State focal point',
        'audience State alternate',
        'audience body officer',
        'member State of the body',
        'assigned reviewer',
      ],
      ['curator'],
    ],
    [
      'RED',
      { audience: { persons: [named, alsoNamed].map((key) => globalId('Person', key)) } },
      [...owners, 'outside focal point', 'assigned reviewer'],
      [],
    ],
    ['RED', { audience: {} }, [...owners, 'assigned reviewer'], []],
  ] as [string, object, Who[], Who[]][])(
    'marked %s with %j is seen by whom it says and nobody else',
    async (marking, input, full, header) => {
      const { id } = await submitted(hub, viewers['owner focal point'], 's:KEN', { marking, ...input });
      await assign(id);
      expect(await sight(id)).toEqual(expected(full, header));
    },
  );
});

test('a draft is its owner’s alone, whatever its marking, and not its reviewer’s', async () => {
  for (const marking of ['CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED']) {
    const { id } = await draft(hub, viewers['owner focal point'], 's:KEN', { marking, audience });
    await assign(id);
    expect(await sight(id)).toEqual(expected(owners));
  }
});

test('CLEAR is for everyone once published, signed in or not', async () => {
  const { id } = await submitted(hub, viewers['owner focal point'], 's:KEN', { marking: 'CLEAR' });
  const { key } = parseGlobalId(id)!;
  await hub.sql.query(`update practice set stage = 'PUBLISHED' where key = $1`, [key]);
  await hub.sql.query(`update practice_version set state = 'PUBLISHED', published_at = now() where practice_key = $1`, [
    key,
  ]);
  expect(await sight(id)).toEqual(expected(all));
});

test('a declined practice is seen by its owner, the reviewers and, without its content, the curators', async () => {
  const { id } = await submitted(hub, viewers['owner focal point'], 's:KEN', { marking: 'GREEN' });
  const { key } = parseGlobalId(id)!;
  await assign(id);
  await hub.sql.query(`update practice set stage = 'DECLINED' where key = $1`, [key]);
  await hub.sql.query(`update practice_version set state = 'DECLINED' where practice_key = $1`, [key]);
  expect(await sight(id)).toEqual(expected([...owners, 'assigned reviewer'], ['curator']));
});

test('a section with a stricter marking is null for whom it does not name; a laxer one opens nothing', async () => {
  const { id } = await submitted(hub, viewers['owner focal point'], 's:KEN', { marking: 'AMBER', audience });
  const { key } = parseGlobalId(id)!;
  const mark = (marking: string) =>
    hub.sql.query(`update practice set section_markings = jsonb_build_object('narrative', $1::text) where key = $2`, [
      marking,
      key,
    ]);
  await mark('AMBER_STRICT');
  const strict = await sight(id);
  expect(strict['audience State contributor']).toBe('header');
  expect(strict['audience State focal point']).toBe('all');
  await mark('CLEAR');
  expect((await sight(id))['outside focal point']).toBeUndefined();
});

test('who sees a published version does not see that the next one is being drafted or submitted at CLEAR', async () => {
  const owner = viewers['owner focal point'];
  const { id } = await submitted(hub, owner, 's:KEN', { marking: 'CLEAR' });
  const { key } = parseGlobalId(id)!;
  await hub.sql.query(`update practice set stage = 'PUBLISHED' where key = $1`, [key]);
  await hub.sql.query(`update practice_version set state = 'PUBLISHED', published_at = now() where practice_key = $1`, [
    key,
  ]);
  const ask = `query ($id: ID!) { practice(id: $id) { version revision state updatedAt title { text } } }`;
  const before = await hub.data(anonymous, ask, { id });
  const { revision } = (await hub.data(owner, ask, { id }))['practice'];
  const change = `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { practice { version revision state } userErrors { path message } } }`;
  const { updatePractice } = await hub.data(owner, change, {
    input: { id, expectedRevision: revision, title: 'A better title' },
  });
  expect(updatePractice).toMatchObject({ userErrors: [], practice: { version: 2, state: 'DRAFT' } });
  expect(await hub.data(anonymous, ask, { id })).toEqual(before);
  expect(await hub.data(viewers['outside focal point'], ask, { id })).toEqual(before);
});

test('after its withdrawal the header stays for whoever could see it, and no section for anybody', async () => {
  const owner = viewers['owner focal point'];
  const { id, revision } = await submitted(hub, owner, 's:KEN', { marking: 'AMBER', audience });
  const before = Object.keys(await sight(id));
  const { withdrawPractice } = await hub.data(
    owner,
    `mutation ($input: WithdrawPracticeInput!) { withdrawPractice(input: $input) { practice { state narrative { context } } userErrors { message } } }`,
    { input: { id, expectedRevision: revision } },
  );
  expect(withdrawPractice).toEqual({ practice: { state: 'WITHDRAWN', narrative: null }, userErrors: [] });
  expect(await sight(id)).toEqual(Object.fromEntries(before.map((who) => [who, 'header'])));
  const { practices } = await hub.data(owner, `{ practices(first: 100) { nodes { id } } }`);
  expect(practices.nodes).not.toContainEqual({ id });
});
