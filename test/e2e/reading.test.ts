/** What anybody can read of the hub's real data: joined across three services, in their language, page by page. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Hub, type Json, root, startHub } from '../hub.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
const asAnybody = (query: string, variables?: object) => hub.data(undefined, query, variables);

const read = (file: string): Json => JSON.parse(readFileSync(`${root}services/${file}`, 'utf8'));
const facts: { id: string; submittedBy: string; regions: string[]; title: Record<string, string> }[] =
  read('practice/data/practices.json').practices;
const areas: { m49: string; level: string; parent: string | null }[] = read('region/data/regions.json').areas;
const isState = (owner: string) => /^[A-Z]{3}$/.test(owner);
const parents = new Map(areas.map(({ m49, parent }) => [m49, parent]));
const wayUp = (m49: string): string[] => [m49, ...(parents.get(m49) ? wayUp(parents.get(m49)!) : [])];

test('a practice of a State, and one of a regional body, with what three services know of them', async () => {
  const { kenya, union } = await asAnybody(`{
    kenya: practices(filter: { memberStates: ["KEN"] }) { totalCount nodes { ...Card } }
    union: practices(filter: { regionalBodies: ["eu"] }) { totalCount nodes { ...Card } }
  }
  fragment Card on Practice {
    title { text locale status } origin state marking caution
    owner {
      __typename
      ... on MemberState { iso3 name { text } bodies { acronym regions { m49 } } regions { m49 } }
      ... on RegionalBody { acronym members { iso3 } seat { memberState { iso3 } } }
    }
    themes { slug label { text } } regions { m49 name { text } parent { m49 } }
  }`);
  expect(kenya).toMatchObject({
    totalCount: 1,
    nodes: [
      {
        title: { text: 'County action plans on violent extremism', locale: 'en', status: 'ORIGINAL' },
        origin: 'PUBLIC_SOURCE',
        state: 'PUBLISHED',
        marking: 'CLEAR',
        caution: expect.stringContaining('not submitted or endorsed'),
        owner: {
          __typename: 'MemberState',
          name: { text: 'Kenya' },
          bodies: expect.arrayContaining([{ acronym: 'IGAD', regions: [{ m49: '014' }, { m49: '015' }] }]),
          regions: [{ m49: '001' }, { m49: '002' }, { m49: '202' }, { m49: '014' }],
        },
        themes: expect.arrayContaining([
          { slug: 'community-resilience', label: { text: 'Community resilience and local action' } },
        ]),
        regions: [{ m49: '014', name: { text: 'Eastern Africa' }, parent: { m49: '202' } }],
      },
    ],
  });
  expect(union.totalCount).toBe(3);
  for (const { owner } of union.nodes) {
    expect(owner).toMatchObject({ __typename: 'RegionalBody', acronym: 'EU', seat: { memberState: { iso3: 'BEL' } } });
    expect(owner.members).toHaveLength(27);
  }
});

describe('texts come in the language asked for', () => {
  const ask = (locale: string | null, acceptLanguage?: string) =>
    hub.ask(
      undefined,
      `query ($locale: Locale) {
        memberState(iso3: "KEN") { name(locale: $locale) { text locale } }
        region(m49: "014") { name(locale: $locale) { text locale } }
        practices(filter: { memberStates: ["KEN"] }) { nodes { title(locale: $locale) { text locale } } }
      }`,
      { locale },
      acceptLanguage ? { 'accept-language': acceptLanguage } : {},
    );
  const title = facts.find(({ submittedBy }) => submittedBy === 'KEN')!.title;
  test.each([
    ['the argument', 'fr', undefined, 'fr'],
    ['the argument before the header', 'ar', 'fr', 'ar'],
    ['the header', null, 'de;q=0.9, zh-CN;q=0.8, en;q=0.5', 'zh'],
    ['the original, when there is nothing better', 'sw', 'sw', 'en'],
  ])('%s: %s %s', async (_, locale, header, given) => {
    const { data } = await ask(locale, header);
    expect(data.practices.nodes[0].title).toEqual({ text: title[given], locale: given });
    expect(data.memberState.name.locale).toBe(given);
    expect(data.region.name.locale).toBe(given);
  });
});

describe('pages', () => {
  const page = (args: string) =>
    asAnybody(`{ practices(${args}) {
      totalCount edges { cursor node { slug } } nodes { slug }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }`);
  /** Walks through all pages and answers the slugs, in list order. */
  async function walk(direction: 'forwards' | 'backwards', size: number, order: string): Promise<string[]> {
    const seen: string[] = [];
    for (let cursor: string | null = null; ;) {
      const { practices } = await page(
        direction === 'forwards'
          ? `first: ${size}, ${cursor ? `after: "${cursor}",` : ''} ${order}`
          : `last: ${size}, ${cursor ? `before: "${cursor}",` : ''} ${order}`,
      );
      const slugs = practices.nodes.map(({ slug }: Json) => slug);
      expect(practices.edges.map(({ node }: Json) => node.slug)).toEqual(slugs);
      expect(practices.totalCount).toBe(facts.length);
      expect(practices.pageInfo).toMatchObject({
        startCursor: practices.edges[0].cursor,
        endCursor: practices.edges.at(-1).cursor,
      });
      if (direction === 'forwards') seen.push(...slugs);
      else seen.unshift(...slugs);
      const more = direction === 'forwards' ? practices.pageInfo.hasNextPage : practices.pageInfo.hasPreviousPage;
      if (!more) return seen;
      cursor = direction === 'forwards' ? practices.pageInfo.endCursor : practices.pageInfo.startCursor;
    }
  }

  test.each(['', 'orderBy: { field: UPDATED_AT, direction: ASC }', 'orderBy: { field: PUBLISHED_AT }'])(
    'forwards and backwards show the same %s',
    async (order) => {
      const [whole, forwards, backwards] = [
        await walk('forwards', 100, order),
        await walk('forwards', 7, order),
        await walk('backwards', 10, order),
      ];
      expect(new Set(whole).size).toBe(facts.length);
      expect(forwards).toEqual(whole);
      expect(backwards).toEqual(whole);
    },
  );

  test('States page as well', async () => {
    const seen: string[] = [];
    for (let after: string | null = null; ;) {
      const { memberStates }: Json = await asAnybody(
        `query ($after: String) { memberStates(first: 100, after: $after) { nodes { iso3 } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      seen.push(...memberStates.nodes.map(({ iso3 }: Json) => iso3));
      if (!memberStates.pageInfo.hasNextPage) break;
      after = memberStates.pageInfo.endCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([195, 195]);
  });
});

test('an id finds its thing across services, and one that names nothing finds nothing', async () => {
  const found = await asAnybody(`{
    practices(first: 1) { nodes { id } } memberState(iso3: "NOR") { id } region(m49: "202") { id }
    regionalBody(slug: "asean") { id } themes { id } workshops { id } knowledgeProducts { id }
  }`);
  const ids: Record<string, string> = {
    Practice: found.practices.nodes[0].id,
    MemberState: found.memberState.id,
    Region: found.region.id,
    RegionalBody: found.regionalBody.id,
    Theme: found.themes[0].id,
    Workshop: found.workshops[0].id,
    KnowledgeProduct: found.knowledgeProducts[0].id,
  };
  const fields = `__typename id
    ... on Practice { title { text } } ... on MemberState { iso3 name { text } } ... on Region { m49 name { text } }
    ... on RegionalBody { slug members { iso3 } } ... on Theme { slug } ... on Workshop { title { text } regions { m49 } }
    ... on KnowledgeProduct { slug }`;
  for (const [type, id] of Object.entries(ids))
    expect(await asAnybody(`query ($id: ID!) { node(id: $id) { ${fields} } }`, { id })).toMatchObject({
      node: { __typename: type, id },
    });
  const absent = ['MemberState:ZZZ', 'Region:998', 'RegionalBody:nobody', 'Theme:nothing', 'Workshop:nowhere']
    .concat('KnowledgeProduct:none', 'Practice:00000000-0000-4000-8000-000000000000')
    .map((name) => Buffer.from(name).toString('base64url'));
  const mixed = Object.values(ids).flatMap((id, i) => [id, absent[i]!]);
  const { nodes } = await asAnybody(`query ($ids: [ID!]!) { nodes(ids: $ids) { ${fields} } }`, { ids: mixed });
  expect(nodes.map((node: Json) => node?.id ?? null)).toEqual(Object.values(ids).flatMap((id) => [id, null]));
  expect(nodes[2]).toMatchObject({ iso3: 'NOR', name: { text: 'Norway' } });
  expect(nodes[6].members).toHaveLength(11);
});

describe('practices, seen from where they belong', () => {
  const slugsOf = (connection: Json): string[] => connection.nodes.map(({ slug }: Json) => slug).toSorted();
  const listed = async (filter: string) =>
    slugsOf((await asAnybody(`{ practices(first: 100, filter: ${filter}) { nodes { slug } } }`)).practices);

  test('a State’s, a region’s and a body’s are those of the filters', async () => {
    const { memberState, region, regionalBody } = await asAnybody(`{
      memberState(iso3: "IDN") { practices { totalCount nodes { slug owner { ... on MemberState { iso3 } } } } }
      region(m49: "002") { practices(first: 100) { totalCount nodes { slug } } memberStates { iso3 } }
      regionalBody(slug: "igad") { practices(first: 100) { totalCount nodes { slug } } }
    }`);
    expect(slugsOf(memberState.practices)).toEqual(await listed('{ memberStates: ["IDN"] }'));
    expect(memberState.practices).toMatchObject({ totalCount: 2, nodes: [{ owner: { iso3: 'IDN' } }, {}] });

    const african = facts.filter(({ regions }) => regions.some((m49) => wayUp(m49).includes('002')));
    expect(slugsOf(region.practices)).toEqual(await listed('{ regions: ["002"] }'));
    expect(region.practices.totalCount).toBe(african.length);
    expect(region.memberStates).toHaveLength(54);

    expect(slugsOf(regionalBody.practices)).toEqual(await listed('{ concerns: "igad" }'));
    const { members, regions } = read('region/data/regional-bodies.json').bodies.find(({ id }: Json) => id === 'igad');
    const concerning = facts.filter(
      (practice) =>
        practice.submittedBy === 'igad' ||
        members.includes(practice.submittedBy) ||
        practice.regions.some((m49) =>
          regions.some((own: string) => wayUp(m49).includes(own) || wayUp(own).includes(m49)),
        ),
    );
    expect(regionalBody.practices.totalCount).toBe(concerning.length);
  });

  test('counts roll up: by owner, and by region at every level', async () => {
    const { owners, ...byLevel } = await asAnybody(`{
      owners: practiceStatistics(by: [OWNER]) { total rows { key count owner { __typename ... on MemberState { name { text } } ... on RegionalBody { acronym } } } }
      ${['REGION', 'SUBREGION', 'INTERMEDIATE']
        .map(
          (level) =>
            `${level}: practiceStatistics(by: [REGION], level: ${level}) { total unassigned rows { key count region { m49 level name { text } } } }`,
        )
        .join('\n')}
    }`);
    expect(owners.total).toBe(facts.length);
    expect(Object.fromEntries(owners.rows.map(({ key, count }: Json) => [key, count]))).toEqual(
      facts.reduce<Record<string, number>>(
        (counts, { submittedBy }) => ({ ...counts, [submittedBy]: (counts[submittedBy] ?? 0) + 1 }),
        {},
      ),
    );
    for (const { key, owner } of owners.rows)
      expect(owner.__typename).toBe(isState(key) ? 'MemberState' : 'RegionalBody');

    for (const [level, { total, unassigned, rows }] of Object.entries(byLevel as Record<string, Json>)) {
      const wanted = new Set(areas.filter((area) => area.level === level.toLowerCase()).map(({ m49 }) => m49));
      const counts: Record<string, number> = {};
      let none = 0;
      for (const { regions } of facts) {
        const reached = new Set(regions.flatMap(wayUp).filter((m49) => wanted.has(m49)));
        if (reached.size === 0) none++;
        for (const m49 of reached) counts[m49] = (counts[m49] ?? 0) + 1;
      }
      expect([level, Object.fromEntries(rows.map(({ key, count }: Json) => [key, count]))]).toEqual([level, counts]);
      expect({ total, unassigned }).toEqual({ total: facts.length, unassigned: none });
      for (const { key, region } of rows) expect(region).toMatchObject({ m49: key, level });
    }
  });
});

test('reading leaves nothing in the logs', () => expect(hub.logged).toEqual([]));
