/** `previewAudience` says before submitting whom the policies will let in after it. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import { globalId, parseGlobalId } from '@hub/kit/ids';
import { passportSigner } from '@hub/kit/passport';
import { type RoleName, type Token, type Viewer, markings } from '@hub/kit/viewer';
import { type GroupCounts, askMembership } from '../src/disclosure/people.js';
import { sectionNames } from '../src/practice/vocabulary.js';
import { type Hub, anonymous, client, person, startHub, submitted } from './hub.js';

/** Who is there: three of each kind, so that nobody is confused with a group. */
const roles: [RoleName, Token][] = [
  ['FOCAL_POINT', 's:KEN'],
  ['CONTRIBUTOR', 's:KEN'],
  ['FOCAL_POINT', 's:NGA'],
  ['ALTERNATE', 's:NGA'],
  ['CONTRIBUTOR', 's:NGA'],
  ['REVIEWER', 's:NGA'],
  ['FOCAL_POINT', 's:UGA'],
  ['CONTRIBUTOR', 's:UGA'],
  ['OFFICER', 'b:igad'],
  ['FOCAL_POINT', 's:THA'],
];
const clients: ['CLEAR' | 'GREEN' | 'AMBER', Token][] = [
  ['AMBER', 's:NGA'],
  ['GREEN', 's:NGA'],
  ['CLEAR', 's:NGA'],
  ['AMBER', 'b:igad'],
];
/** The States of bodies that these tests speak of; test/hub.ts says the same of the viewers. */
const members: Record<Token, Token[]> = { 'b:igad': ['s:KEN', 's:UGA'], 'b:asean': ['s:THA'] };
const named = person('FOCAL_POINT', 's:THA');
const former: Viewer = { ...person('AUDITOR'), roles: [] };

const counted = async (tokens: readonly Token[]): Promise<GroupCounts[]> =>
  [...new Set(tokens.flatMap((token) => [token, ...(members[token] ?? [])]))].map((of) => ({
    of,
    roles: Object.fromEntries(roles.flatMap(([role, whose]) => (whose === of ? [[role, 3]] : []))),
    clients: {
      CLEAR: 0,
      GREEN: 0,
      AMBER: 0,
      ...Object.fromEntries(clients.flatMap(([ceiling, whose]) => (whose === of ? [[ceiling, 2]] : []))),
    },
  }));

let hub: Hub;
beforeAll(async () => {
  hub = await startHub({
    people: {
      count: counted,
      viewer: async (key) => [named, former].find((viewer) => viewer.key === key) ?? null,
      close: async () => undefined,
    },
  });
  for (const [body, states] of Object.entries(members))
    await hub.sql.query(
      `insert into membership (state, body) select substr(s, 3), substr($1, 3) from unnest($2::text[]) s`,
      [body, states],
    );
});
afterAll(() => hub.close());

const kenya = person('FOCAL_POINT', 's:KEN');
const preview = `query ($input: PreviewAudienceInput!) { previewAudience(input: $input) {
  everyoneOncePublished curatorsSeeHeader
  groups { of { ... on MemberState { id } ... on RegionalBody { id } } isOwner roles { role persons hiddenSections } clients { ceiling clients hiddenSections } }
  persons { id sees hiddenSections }
  totalByRole { role persons hiddenSections } totalByCeiling { ceiling clients } } }`;
const considered = async (sharing: object) =>
  (await hub.data(kenya, preview, { input: { owner: { memberState: 'KEN' }, ...sharing } })).previewAudience;

const groupOf = (id: string): Token => {
  const { type, key } = parseGlobalId(id)!;
  return type === 'MemberState' ? `s:${key}` : `b:${key}`;
};
interface Group {
  of: { id: string };
  roles: { role: string; persons: number }[];
  clients: { ceiling: string; clients: number }[];
}
/** `role of group` → how many, of whatever is in a preview. */
const asTable = ({ groups }: { groups: Group[] }): Record<string, number> =>
  Object.fromEntries(
    groups.flatMap(({ of, roles, clients }) => [
      ...roles.map(({ role, persons }) => [`${role} ${groupOf(of.id)}`, persons]),
      ...clients.map(({ ceiling, clients }) => [`${ceiling} ${groupOf(of.id)}`, clients]),
    ]),
  );

test('at AMBER the audience: States, bodies with their members, and their clients cleared for it', async () => {
  const answer = await considered({ marking: 'AMBER', audience: { regionalBodies: ['igad'], memberStates: ['NGA'] } });
  expect(asTable(answer)).toEqual({
    'FOCAL_POINT s:KEN': 3,
    'CONTRIBUTOR s:KEN': 3,
    'FOCAL_POINT s:NGA': 3,
    'ALTERNATE s:NGA': 3,
    'CONTRIBUTOR s:NGA': 3,
    'REVIEWER s:NGA': 3,
    'FOCAL_POINT s:UGA': 3,
    'CONTRIBUTOR s:UGA': 3,
    'OFFICER b:igad': 3,
    'AMBER s:NGA': 2,
    'AMBER b:igad': 2,
  });
  expect(answer).toMatchObject({ everyoneOncePublished: false, curatorsSeeHeader: true, persons: [] });
  expect(answer.totalByRole).toContainEqual({ role: 'FOCAL_POINT', persons: 9, hiddenSections: [] });
  expect(answer.totalByCeiling).toEqual([{ ceiling: 'AMBER', clients: 4 }]);
  expect(
    answer.groups
      .filter(({ isOwner }: { isOwner: boolean }) => isOwner)
      .map(({ of }: { of: { id: string } }) => groupOf(of.id)),
  ).toEqual(['s:KEN']);
});

test('at AMBER_STRICT focal points, alternates and officers; a State of which nobody is there shows as such', async () => {
  const answer = await considered({ marking: 'AMBER_STRICT', audience: { memberStates: ['NGA', 'FRA'] } });
  expect(asTable(answer)).toEqual({
    'FOCAL_POINT s:KEN': 3,
    'CONTRIBUTOR s:KEN': 3,
    'FOCAL_POINT s:NGA': 3,
    'ALTERNATE s:NGA': 3,
  });
  expect(answer.groups.find(({ of }: { of: { id: string } }) => groupOf(of.id) === 's:FRA')).toMatchObject({
    roles: [],
    clients: [],
  });
});

test('at GREEN every vetted viewer of the hub, in numbers over all', async () => {
  const answer = await considered({ marking: 'GREEN' });
  expect(Object.keys(asTable(answer))).toHaveLength(roles.length + clients.length - 1); // not the client at CLEAR
  expect(answer.totalByRole).toContainEqual({ role: 'FOCAL_POINT', persons: 12, hiddenSections: [] });
  expect(
    answer.totalByCeiling.toSorted((a: { ceiling: string }, b: { ceiling: string }) =>
      a.ceiling.localeCompare(b.ceiling),
    ),
  ).toEqual([
    { ceiling: 'AMBER', clients: 4 },
    { ceiling: 'GREEN', clients: 2 },
  ]);
  expect(answer.everyoneOncePublished).toBe(false);
  expect((await considered({ marking: 'CLEAR' })).everyoneOncePublished).toBe(true);
});

test('at RED the owner and the persons named, unless they hold no role any more', async () => {
  const persons = [named.key!, former.key!, randomUUID()].map((key) => globalId('Person', key));
  const answer = await considered({ marking: 'RED', audience: { persons, memberStates: ['NGA'] } });
  expect(asTable(answer)).toEqual({ 'FOCAL_POINT s:KEN': 3, 'CONTRIBUTOR s:KEN': 3 });
  expect(answer.persons.map(({ id, sees }: { id: string; sees: boolean }) => [id, sees])).toEqual([
    [persons[0], true],
    [persons[1], false],
    [persons[2], false],
  ]);
  expect(answer.curatorsSeeHeader).toBe(false);
});

test('sections that travel less far are named for those who would not see them', async () => {
  const answer = await considered({
    marking: 'AMBER',
    audience: { memberStates: ['NGA'] },
    sectionMarkings: [
      { section: 'EVIDENCE', marking: 'AMBER_STRICT' },
      { section: 'RIGHTS', marking: 'RED' },
    ],
  });
  const hidden = Object.fromEntries(
    answer.groups
      .find(({ of }: { of: { id: string } }) => groupOf(of.id) === 's:NGA')
      .roles.map(({ role, hiddenSections }: { role: string; hiddenSections: string[] }) => [role, hiddenSections]),
  );
  expect(hidden).toEqual({
    FOCAL_POINT: ['RIGHTS'],
    ALTERNATE: ['RIGHTS'],
    CONTRIBUTOR: ['EVIDENCE', 'RIGHTS'],
    REVIEWER: ['EVIDENCE', 'RIGHTS'],
  });
  expect(answer.totalByRole.find(({ role }: { role: string }) => role === 'FOCAL_POINT')).toEqual({
    role: 'FOCAL_POINT',
    persons: 6,
    hiddenSections: ['RIGHTS'],
  });
});

const fields = [
  'summary',
  'ownership',
  'classification',
  'scope',
  'narrative',
  'evidence',
  'learning',
  'rights',
  'gender',
];
const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)]!;

test('what is foretold comes true, over random sharings', async () => {
  let compared = 0;
  for (let round = 0; round < 25; round++) {
    const marking = markings[round % 5]!;
    const stricter = markings.slice(markings.indexOf(marking));
    const sharing = {
      marking,
      audience: {
        memberStates: ['NGA', 'UGA', 'THA'].filter(() => Math.random() < 0.4),
        regionalBodies: Math.random() < 0.5 ? ['igad'] : ['asean'],
        persons: Math.random() < 0.5 ? [globalId('Person', named.key!)] : [],
      },
      sectionMarkings: sectionNames
        .filter(() => Math.random() < 0.4)
        .map((name) => ({ section: name.toUpperCase(), marking: pick(stricter) })),
    };
    const answer = await considered(sharing);
    const { id } = await submitted(hub, kenya, 's:KEN', {
      ...sharing,
      classification: { resolutions: ['S/RES/2396 (2017)'] },
      gender: { analysis: 'g' },
    });
    const sight = async (viewer: Viewer) => {
      const { practice } = await hub.data(
        viewer,
        `query ($id: ID!) { practice(id: $id) { ${fields.map((field) => `${field} { __typename }`).join(' ')} } }`,
        { id },
      );
      return practice && sectionNames.filter((_, index) => !practice[fields[index]!]).map((name) => name.toUpperCase());
    };
    const foretold = (of: Token, list: 'roles' | 'clients', kind: string) =>
      answer.groups
        .find((group: { of: { id: string } }) => groupOf(group.of.id) === of)
        ?.[list].find(({ role, ceiling }: { role?: string; ceiling?: string }) => (role ?? ceiling) === kind)
        ?.hiddenSections ?? null;
    for (const [role, of] of roles)
      expect([sharing, role, of, foretold(of, 'roles', role)]).toEqual([
        sharing,
        role,
        of,
        await sight(person(role, of)),
      ]);
    for (const [ceiling, of] of clients)
      expect([sharing, ceiling, of, foretold(of, 'clients', ceiling)]).toEqual([
        sharing,
        ceiling,
        of,
        await sight(client(of, ceiling)),
      ]);
    for (const { sees, hiddenSections } of answer.persons)
      expect([sharing, sees ? hiddenSections : null]).toEqual([sharing, await sight(named)]);
    expect(answer.curatorsSeeHeader).toBe((await sight(person('CURATOR'))) !== null);
    compared += roles.length + clients.length + 1;
  }
  expect(compared).toBe(25 * 15);
});

test('while membership cannot be asked, it says so', async () => {
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const signer = await passportSigner({ ...(await exportJWK(privateKey)), kid: 'practice' });
  const away = askMembership({ url: 'http://127.0.0.1:1', signer }); // where nobody listens
  for (const asked of [away.count(['s:KEN']), away.viewer(randomUUID())])
    await expect(asked).rejects.toMatchObject({ code: 'SUBGRAPH_UNAVAILABLE' });
  await away.close();
});

test('it is for those who decide for the owner', async () => {
  const input = { owner: { memberState: 'KEN' }, marking: 'GREEN' };
  const code = async (viewer: Viewer, of: object = input) =>
    (await hub.ask(viewer, preview, { input: of })).errors?.[0]?.extensions;
  expect(await code(person('ALTERNATE', 's:KEN'))).toBeUndefined();
  expect(await code(person('OFFICER', 'b:igad'), { ...input, owner: { regionalBody: 'igad' } })).toBeUndefined();
  for (const viewer of [
    person('CONTRIBUTOR', 's:KEN'),
    person('FOCAL_POINT', 's:NGA'),
    person('CURATOR'),
    client('s:KEN', 'AMBER'),
  ])
    expect(await code(viewer)).toMatchObject({ code: 'FORBIDDEN' });
  expect(await code(anonymous)).toMatchObject({ code: 'UNAUTHENTICATED' });
  for (const [of, path] of [
    [{ ...input, owner: {} }, ['input', 'owner']],
    [{ ...input, audience: { memberStates: ['XXX'] } }, ['input', 'audience', 'memberStates', '0']],
    [{ ...input, audience: { persons: ['what'] } }, ['input', 'audience', 'persons', '0']],
    [
      { ...input, marking: 'RED', sectionMarkings: [{ section: 'RIGHTS', marking: 'GREEN' }] },
      ['input', 'sectionMarkings', '0', 'marking'],
    ],
  ] as const)
    expect(await code(kenya, of)).toMatchObject({ code: 'BAD_USER_INPUT', path });
});
