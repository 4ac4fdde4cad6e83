import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { type Hub, anonymous, startHub } from './hub.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub({ referenceOnly: false });
});
afterAll(() => hub.close());

test('a theme is found by its slug, with its place in the vocabulary', async () => {
  const { theme } = await hub.data(
    anonymous,
    `{ theme(slug: "content-moderation-referral") { id slug definition pillars broader { slug } narrower { slug }
       fr: label(locale: "fr-CA") { text locale status } en: label(locale: "en") { text status } } }`,
  );
  expect(theme).toEqual({
    id: globalId('Theme', 'content-moderation-referral'),
    slug: 'content-moderation-referral',
    definition: expect.stringMatching(/^Finding terrorist content/),
    pillars: ['II', 'IV'],
    broader: { slug: 'online-content' },
    narrower: [],
    fr: { text: 'Modération et signalement de contenus', locale: 'fr', status: 'MACHINE' },
    en: { text: 'Content moderation and referral', status: 'ORIGINAL' },
  });
});

test('Accept-Language decides when no language is asked for', async () => {
  const { theme } = await hub.data(anonymous, `{ theme(slug: "prevention") { label { text } } }`, {}, ['de', 'es']);
  expect(theme).toEqual({ label: { text: 'Prevención y resiliencia' } });
});

test('42 themes, 8 of them at the top, with all below them', async () => {
  const { themes } = await hub.data(anonymous, `{ themes { slug broader { slug } narrower { slug } } }`);
  expect(themes).toHaveLength(42);
  const tops = themes.filter(({ broader }: { broader: object | null }) => broader === null);
  expect(tops).toHaveLength(8);
  expect(tops.flatMap(({ narrower }: { narrower: object[] }) => narrower)).toHaveLength(34);
  expect(tops[0].narrower.map(({ slug }: { slug: string }) => slug)).toEqual([
    'content-moderation-referral',
    'terrorist-operated-websites',
    'crisis-response',
    'encrypted-messaging',
    'gaming-platforms',
    'recommender-systems',
    'public-reporting',
  ]);
});

test('what is no theme is null, however it is spelt', async () => {
  for (const slug of ['nothing', '', 'Prevention', '\\u0027 or 1=1'])
    expect(await hub.data(anonymous, `{ theme(slug: "${slug}") { id } }`)).toEqual({ theme: null });
});

test('4 of 6 knowledge products have a working title only', async () => {
  const { knowledgeProducts } = await hub.data(
    anonymous,
    `{ knowledgeProducts { id slug workingTitle title { text locale } publishers series year launched languages themes { slug } abstract url } }`,
  );
  expect(knowledgeProducts).toHaveLength(6);
  expect(knowledgeProducts[0]).toEqual({
    id: globalId('KnowledgeProduct', 'ct-tech-kp-capabilities-framework'),
    slug: 'ct-tech-kp-capabilities-framework',
    workingTitle: false,
    title: {
      text: 'Law Enforcement Capabilities Framework for New Technologies in Countering Terrorism',
      locale: 'en',
    },
    publishers: ['UNOCT/UNCCT', 'INTERPOL'],
    series: 'CT TECH',
    year: 2023,
    launched: '2023-06',
    languages: ['en'],
    themes: [{ slug: 'capacity-building' }, { slug: 'threat-assessment' }, { slug: 'legal-frameworks' }],
    abstract: expect.any(String),
    url: null,
  });
  expect(
    knowledgeProducts
      .filter(({ workingTitle }: { workingTitle: boolean }) => workingTitle)
      .map(({ slug }: { slug: string }) => slug),
  ).toEqual([
    'ct-tech-kp-battlefield-devices',
    'ct-tech-kp-legislative-transparency',
    'ct-tech-kp-threat-assessment',
    'ct-tech-kp-national-policy',
  ]);
});

const listed = `practices(first: 100) { totalCount nodes { slug } }`;
const slugsOf = (connection: { nodes: { slug: string }[] }) => connection.nodes.map(({ slug }) => slug).toSorted();

test('a State, a region and a body have the practices they should', async () => {
  const references = [
    { __typename: 'MemberState', id: globalId('MemberState', 'KEN') },
    { __typename: 'MemberState', id: globalId('MemberState', 'FRA') },
    { __typename: 'Region', id: globalId('Region', '014') },
    { __typename: 'Region', id: globalId('Region', '002') },
    { __typename: 'RegionalBody', id: globalId('RegionalBody', 'igad') },
  ];
  const { _entities: found } = await hub.data(
    anonymous,
    `query ($references: [_Any!]!) { _entities(representations: $references) {
       ... on MemberState { ${listed} } ... on Region { ${listed} } ... on RegionalBody { ${listed} } } }`,
    { references },
  );
  expect(slugsOf(found[0].practices)).toEqual(['ken-county-action-plans']);
  expect(found[1].practices).toEqual({ totalCount: 0, nodes: [] });
  expect(slugsOf(found[2].practices)).toEqual(['igad-icepcve', 'ken-county-action-plans']);
  expect(found[3].practices.totalCount).toBe(9);
  // By region: Eastern or Northern Africa, or the world. Membership is not projected here.
  expect(slugsOf(found[4].practices)).toEqual([
    'egy-al-azhar-observatory',
    'igad-icepcve',
    'ken-county-action-plans',
    'mar-e-blagh',
    'nzl-christchurch-call',
    'tun-national-strategy-communication',
  ]);
});

test('a filter narrows the practices of a State further', async () => {
  const { _entities: found } = await hub.data(
    anonymous,
    `query ($references: [_Any!]!) { _entities(representations: $references) {
       ... on MemberState { practices(filter: {types: [LAW]}) { nodes { slug } } } } }`,
    { references: ['NZL', 'KEN'].map((iso3) => ({ __typename: 'MemberState', id: globalId('MemberState', iso3) })) },
  );
  expect(found.map(({ practices }: { practices: never }) => slugsOf(practices))).toEqual([
    ['nzl-urgent-classification-law'],
    [],
  ]);
});
