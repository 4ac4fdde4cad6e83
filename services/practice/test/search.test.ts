/** Search: it finds what the viewer may see, all of it and nothing else, and costs the same whatever is hidden. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { globalId, parseGlobalId } from '@hub/kit/ids';
import { type Viewer, markings } from '@hub/kit/viewer';
import { checkSearch } from '../src/search/search.js';
import { onlyUnwanted } from '../src/search/search.sql.js';
import { migrateService } from '../src/migrations/all.js';
import { viewerSettings } from '../src/practice/practice.visibility.js';
import { type Hub, anonymous, client, draft, person, startHub, submitted } from './hub.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const kenya = person('FOCAL_POINT', 's:KEN');
const nigeria = person('FOCAL_POINT', 's:NGA');
const thailand = person('FOCAL_POINT', 's:THA');

const list = `query ($search: String, $filter: PracticeFilter, $orderBy: PracticeOrder, $first: Int, $after: String, $last: Int, $before: String) {
  practices(search: $search, filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id title { text } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;
const found = async (viewer: Viewer, search: string, more: object = {}): Promise<string[]> => {
  const { practices } = await hub.data(viewer, list, { search, first: 100, ...more });
  expect(practices.totalCount).toBe(practices.nodes.length);
  return practices.nodes.map(({ id }: { id: string }) => id);
};
const keyOf = (id: string) => parseGlobalId(id)!.key;
const word = () => `q${randomUUID().replaceAll('-', '')}`;

async function markSection(id: string, section: string, marking: string): Promise<void> {
  await hub.sql.query(
    `update practice set section_markings = section_markings || jsonb_build_object($2::text, $1::text) where key = $3`,
    [marking, section, keyOf(id)],
  );
}

describe('what is found', () => {
  const title = word();
  const context = word();
  const french = word();
  let id: string;
  beforeAll(async () => {
    ({ id } = await submitted(hub, kenya, 's:KEN', {
      marking: 'GREEN',
      title: `Desk ${title} of evidence`,
      translations: [{ locale: 'fr', title: `Bureau ${french}`, status: 'MACHINE' }],
      narrative: { ...narrative, context: `Evidence ${context} was lost.` },
    }));
  });

  test.each([
    ['a word of the title', () => title],
    ['a word of a translated title', () => french],
    ['a word of a section', () => context],
    ['words of title and section together', () => `${title} ${context}`],
    ['capitals', () => title.toUpperCase()],
    ['a phrase', () => `"evidence ${context} was"`],
    ['either of two words', () => `absentabsent or ${title}`],
    ['a word without another', () => `${title} -absentabsent`],
  ])('%s', async (_what, search) => expect(await found(nigeria, search())).toEqual([id]));

  test.each([
    ['words of which one is missing', () => `${title} absentabsent`],
    ['a phrase in another order', () => `"${context} evidence was"`],
    ['a word that is not wanted elsewhere in the record', () => `${title} -${context}`],
    ['how a translation was made', () => `${title} MACHINE`],
    ['nothing but signs', () => '?!& | <-> :*'],
  ])('not %s', async (_what, search) => expect(await found(nigeria, search())).toEqual([]));

  test('within a filter, and below a State, a region and a body', async () => {
    expect(await found(nigeria, title, { filter: { types: ['INSTITUTION'] } })).toEqual([id]);
    expect(await found(nigeria, title, { filter: { types: ['LAW'] } })).toEqual([]);
    const below = async (typename: string, key: string) => {
      const { _entities } = await hub.data(
        nigeria,
        `query ($of: [_Any!]!, $search: String) { _entities(representations: $of) { ... on ${typename} { practices(search: $search) { nodes { id } } } } }`,
        { of: [{ __typename: typename, id: globalId(typename, key) }], search: title },
      );
      return _entities[0].practices.nodes;
    };
    for (const [typename, key] of [
      ['MemberState', 'KEN'],
      ['Region', '202'],
      ['RegionalBody', 'igad'],
    ] as const)
      expect([typename, await below(typename, key)]).toEqual([typename, [{ id }]]);
    expect(await below('MemberState', 'NGA')).toEqual([]);
  });

  test('and counted alike', async () => {
    const { practiceStatistics } = await hub.data(
      nigeria,
      `query ($search: String) { practiceStatistics(search: $search, by: [OWNER]) { total rows { key count } } }`,
      { search: title },
    );
    expect(practiceStatistics).toEqual({ total: 1, rows: [{ key: 'KEN', count: 1 }] });
  });

  test('an empty search is none', async () => {
    expect((await found(nigeria, ' ')).length).toBe(
      (await hub.data(nigeria, list, { first: 100 })).practices.totalCount,
    );
  });
});

const narrative = {
  context: 'c',
  objectives: 'o',
  actors: 'a',
  methodology: 'm',
  resourcesNeeded: 'r',
  legalBasis: 'l',
};

describe('the text of today is found and no other', () => {
  test('a draft by its owner alone, after each change; discarded, by nobody', async () => {
    const [first, second] = [word(), word()];
    const { id, revision } = await draft(hub, kenya, 's:KEN', { marking: 'GREEN', title: first });
    expect([await found(kenya, first), await found(nigeria, first)]).toEqual([[id], []]);
    await hub.data(
      kenya,
      `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { userErrors { message } } }`,
      {
        input: { id, expectedRevision: revision, narrative: { context: second }, title: 'Another' },
      },
    );
    expect([await found(kenya, first), await found(kenya, second)]).toEqual([[], [id]]);
    await hub.data(
      kenya,
      `mutation ($input: DiscardPracticeInput!) { discardPractice(input: $input) { discardedId } }`,
      {
        input: { id, expectedRevision: revision + 1 },
      },
    );
    expect(await found(kenya, second)).toEqual([]);
  });

  test('the next draft by its owner; by others what was submitted', async () => {
    const [old, next] = [word(), word()];
    const { id, revision } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN', title: old });
    await hub.data(
      kenya,
      `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { userErrors { message } } }`,
      {
        input: { id, expectedRevision: revision, title: next },
      },
    );
    expect([await found(kenya, old), await found(kenya, next)]).toEqual([[], [id]]);
    expect([await found(nigeria, old), await found(nigeria, next)]).toEqual([[id], []]);
  });

  test('tightening hides at once', async () => {
    const title = word();
    const { id, revision } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN', title });
    expect(await found(nigeria, title)).toEqual([id]);
    await hub.data(
      kenya,
      `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { userErrors { message } } }`,
      {
        input: { id, expectedRevision: revision, marking: 'AMBER', audience: { memberStates: ['THA'] } },
      },
    );
    expect([await found(nigeria, title), await found(thailand, title)]).toEqual([[], [id]]);
  });

  test('of what was withdrawn the title, when such are asked for', async () => {
    const [title, context] = [word(), word()];
    const { id, revision } = await submitted(hub, kenya, 's:KEN', {
      marking: 'GREEN',
      title,
      narrative: { ...narrative, context },
    });
    await hub.data(
      kenya,
      `mutation ($input: WithdrawPracticeInput!) { withdrawPractice(input: $input) { userErrors { message } } }`,
      {
        input: { id, expectedRevision: revision },
      },
    );
    const filter = { states: ['WITHDRAWN'] };
    expect([await found(nigeria, title), await found(nigeria, title, { filter })]).toEqual([[], [id]]);
    expect(await found(nigeria, context, { filter })).toEqual([]);
  });

  test('documents are made anew when they are made in another way, and not whenever some rule changes', async () => {
    const title = word();
    const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN', title });
    const documents = async () =>
      (await hub.sql.query('select array_agg(id order by id) as ids from practice_document')).rows[0].ids;
    const before = await documents();
    await hub.sql.query(`update rules_in_force set hash = 'of other rules'`);
    await migrateService(hub.database.ownerUrl);
    expect(await documents()).toEqual(before);
    await hub.sql.query(`update rules_in_force set hash = 'of other rules'`);
    await hub.sql.query(`comment on table practice_document is 'made otherwise'`);
    await migrateService(hub.database.ownerUrl);
    expect((await documents()).some((key: string) => before.includes(key))).toBe(false);
    expect(await found(nigeria, title)).toEqual([id]);
  });

  test('a text that is too long for one document still submits, and its title is found', async () => {
    const title = word();
    const long = () =>
      Array.from({ length: 6_000 }, () => Math.random().toString(36).slice(2, 5))
        .join(' ')
        .slice(0, 20_000);
    const text = Object.fromEntries(Object.keys(narrative).map((name) => [name, long()]));
    const learning = Object.fromEntries(
      ['successFactors', 'constraints', 'lessons', 'replicability', 'sustainability'].map((name) => [name, long()]),
    );
    const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN', title, narrative: text, learning });
    expect(await found(nigeria, title)).toEqual([id]);
  });
});

test('a word is found exactly by those who may see the section it stands in', async () => {
  const named = randomUUID();
  const viewers: Record<string, Viewer> = {
    anonymous,
    owner: kenya,
    'owner’s contributor': person('CONTRIBUTOR', 's:KEN'),
    'audience focal point': nigeria,
    'audience contributor': person('CONTRIBUTOR', 's:NGA'),
    'named contributor of the audience': person('CONTRIBUTOR', 's:NGA', named),
    'audience client': client('s:NGA', 'AMBER'),
    'client at GREEN': client('s:NGA', 'GREEN'),
    'client at CLEAR': client('s:NGA', 'CLEAR'),
    'officer of the body': person('OFFICER', 'b:igad'),
    'member of the body': person('FOCAL_POINT', 's:UGA'),
    outsider: thailand,
    'assigned reviewer': person('REVIEWER', 's:THA'),
    curator: person('CURATOR'),
    auditor: person('AUDITOR'),
  };
  const sections = ['narrative', 'learning', 'rights'] as const;
  const words: { id: string; section: string; word: string }[] = [];
  for (const marking of markings)
    for (const own of [[], ['RED'], ['AMBER_STRICT', 'RED'], ['GREEN', 'AMBER']])
      for (const stage of own.length === 0 ? ['DRAFT', 'SUBMITTED', 'PUBLISHED', 'DECLINED'] : ['SUBMITTED']) {
        const text = Object.fromEntries(['title', 'summary', ...sections].map((name) => [name, word()]));
        const { id } = await (stage === 'DRAFT' ? draft : submitted)(hub, kenya, 's:KEN', {
          marking,
          audience: { memberStates: ['NGA'], regionalBodies: ['igad'], persons: [globalId('Person', named)] },
          title: text['title'],
          summary: text['summary'],
          narrative: { ...narrative, methodology: text['narrative'] },
          learning: {
            successFactors: 'a',
            constraints: 'b',
            lessons: text['learning'],
            replicability: 'c',
            sustainability: 'd',
          },
          rights: { rightsAffected: ['Privacy', text['rights']] },
        });
        for (const [index, mark] of own.entries()) await markSection(id, sections[index]!, mark);
        if (stage === 'PUBLISHED' || stage === 'DECLINED') {
          await hub.sql.query(`update practice set stage = $2 where key = $1`, [keyOf(id), stage]);
          await hub.sql.query(
            `update practice_version set state = $2, published_at = case when $2 = 'PUBLISHED' then now() end where practice_key = $1`,
            [keyOf(id), stage],
          );
        }
        await hub.sql.query(
          `insert into review_assignment (practice_key, person_key, "of", assigned_at) values ($1, $2, 's:THA', now())`,
          [keyOf(id), viewers['assigned reviewer']!.key],
        );
        words.push(...Object.entries(text).map(([section, word]) => ({ id, section, word })));
      }

  let compared = 0;
  let positive = 0;
  for (const [who, viewer] of Object.entries(viewers)) {
    const document = `query ($id: ID!, ${words
      .slice(0, 5)
      .map((_, i) => `$w${i}: String`)
      .join(', ')}) {
      practice(id: $id) { title { text } summary { text } narrative { methodology } learning { lessons } rights { rightsAffected } }
      ${words
        .slice(0, 5)
        .map((_, i) => `w${i}: practices(search: $w${i}) { nodes { id } }`)
        .join('\n')}
    }`;
    for (let at = 0; at < words.length; at += 5) {
      const five = words.slice(at, at + 5);
      const { practice, ...answers } = await hub.data(viewer, document, {
        id: five[0]!.id,
        ...Object.fromEntries(five.map(({ word }, i) => [`w${i}`, word])),
      });
      for (const [i, { id, section, word }] of five.entries()) {
        const sees = JSON.stringify(practice?.[section] ?? null).includes(word);
        expect([who, section, at, answers[`w${i}`]]).toEqual([who, section, at, { nodes: sees ? [{ id }] : [] }]);
        compared += 1;
        if (sees) positive += 1;
      }
    }
  }
  expect(compared).toBe(15 * 35 * 5);
  expect(positive).toBeGreaterThan(500);
}, 120_000);

test('what is not wanted counts when the viewer may see it, and only then', async () => {
  const [title, secret] = [word(), word()];
  const { id } = await submitted(hub, kenya, 's:KEN', {
    marking: 'AMBER',
    audience: { memberStates: ['NGA'] },
    title,
    narrative: { ...narrative, context: secret },
  });
  await markSection(id, 'narrative', 'AMBER_STRICT');
  const search = `${title} -${secret}`;
  expect(await found(nigeria, search)).toEqual([]);
  expect(await found(person('CONTRIBUTOR', 's:NGA'), search)).toEqual([id]);
});

describe('order and pages', () => {
  const term = word();
  const ids: string[] = [];
  beforeAll(async () => {
    for (const title of [
      `Once in the text`,
      `${term} in the title`,
      `Again in the text`,
      `${term} ${term} ${term} in the title`,
    ])
      ids.push(
        (
          await submitted(hub, kenya, 's:KEN', {
            marking: 'GREEN',
            title,
            narrative: { ...narrative, context: `About ${term}.` },
          })
        ).id,
      );
  });

  test('what fits best comes first, the newest of equals before the others', async () => {
    const [once, inTitle, again, often] = ids;
    expect(await found(nigeria, term)).toEqual([often, inTitle, again, once]);
  });

  test('an order that is asked for holds', async () => {
    expect(await found(nigeria, term, { orderBy: { field: 'SUBMITTED_AT', direction: 'ASC' } })).toEqual(ids);
  });

  test.each([[undefined], [{ field: 'UPDATED_AT', direction: 'DESC' }]])(
    'pages of %j miss and repeat nothing, both ways',
    async (orderBy) => {
      const whole = await found(nigeria, term, { orderBy });
      const walk = async (size: 'first' | 'last', cursor: 'after' | 'before', at: 'endCursor' | 'startCursor') => {
        const pages: string[][] = [];
        let place: string | null = null;
        for (;;) {
          const { practices } = await hub.data(nigeria, list, { search: term, orderBy, [size]: 3, [cursor]: place });
          pages.push(practices.nodes.map(({ id }: { id: string }) => id));
          place = practices.pageInfo[at];
          if (!practices.pageInfo[size === 'first' ? 'hasNextPage' : 'hasPreviousPage']) return pages;
        }
      };
      expect((await walk('first', 'after', 'endCursor')).flat()).toEqual(whole);
      expect((await walk('last', 'before', 'startCursor')).toReversed().flat()).toEqual(whole);
    },
  );

  test('a cursor of one order is none of another, nor is a made-up one', async () => {
    const { practices } = await hub.data(nigeria, list, { search: term, first: 1 });
    const after = practices.pageInfo.endCursor;
    expect((await hub.ask(nigeria, list, { after })).errors![0]!.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      path: ['after'],
    });
    const key = randomUUID();
    for (const rank of ['1e-99', '9e+99', 'NaN', '-1', '', '0.5; drop', 1]) {
      const made = Buffer.from(JSON.stringify(['BEST', rank, '-infinity', key])).toString('base64url');
      expect((await hub.ask(nigeria, list, { search: term, after: made })).errors![0]!.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
      });
    }
  });
});

describe('what may be asked', () => {
  test.each([
    ['too long a search', 'x'.repeat(513)],
    ['too many words', Array.from({ length: 33 }, (_, i) => `w${i}`).join(' ')],
    ['nothing that is wanted', '-terrorism'],
    ['nothing that is wanted, of several', '-terrorism -"online content"'],
    ['one word or everything without another', 'terrorism or -content'],
  ])('%s is refused, by name', async (_what, search) => {
    for (const query of [
      list,
      `query ($search: String) { practiceStatistics(search: $search, by: [OWNER]) { total } }`,
    ])
      expect((await hub.ask(nigeria, query, { search })).errors![0]!.extensions).toMatchObject({
        code: 'BAD_USER_INPUT',
        path: ['search'],
      });
  });

  test('at the limits it is answered', async () => {
    for (const search of [
      'x'.repeat(512),
      '😀'.repeat(512),
      Array.from({ length: 32 }, (_, i) => `w${i}`).join(' '),
      'a-'.repeat(256),
    ])
      expect(await found(nigeria, search)).toEqual([]);
  });

  test('20,000 hostile strings never break the service', async () => {
    const pieces = [
      '\0',
      '\ud800',
      '\udfff',
      '\u202e',
      "'",
      '"',
      '\\',
      '-',
      '-"',
      ' or ',
      '(',
      ')',
      '<->',
      '<2>',
      '&',
      '|',
      '!',
      ':*',
      ':A',
      '%',
      '$1',
      ';',
      '--',
      '/*',
      'é',
      '漢字',
      '🙂',
      'ﬀ',
      "https://a.b/c?d='e\\",
      'a@b.c',
      '1e999',
      'x-y-z',
      '\u0301',
      '\n',
      'evidence',
      'Desk',
    ];
    const random = () =>
      Array.from(
        { length: 1 + Math.floor(Math.random() * 12) },
        () => pieces[Math.floor(Math.random() * pieces.length)],
      ).join(Math.random() < 0.5 ? '' : ' ');
    const strings = Array.from({ length: 20_000 }, random);
    // All of them at the database, as they come out of the check; some of them through all of the service.
    await hub.sql.query(
      `create function pg_temp.outcome(search text) returns text language plpgsql as $$
       begin perform search_practices(search); return 'answered'; exception when others then return sqlstate; end $$`,
    );
    const { rows } = await hub.sql.query('select distinct pg_temp.outcome(s) as outcome from unnest($1::text[]) s', [
      strings.map((string) => checkSearch(string)).filter((string) => string !== null),
    ]);
    expect(rows.map(({ outcome }) => outcome).toSorted()).toEqual([onlyUnwanted, 'answered']);
    const codes = new Set<string>();
    for (const search of strings.slice(0, 1_000)) {
      const { errors = [] } = await hub.ask(
        nigeria,
        `query ($search: String) { practices(search: $search) { nodes { id } } }`,
        { search },
      );
      for (const { extensions } of errors) codes.add(`${extensions['code']} ${String(extensions['path'])}`);
    }
    expect([...codes]).toEqual(['BAD_USER_INPUT search']);
  }, 120_000);
});

describe('what is hidden costs nothing', () => {
  /** What reading a search's answer takes: pages of the index and the tables, rows. */
  async function work(viewer: Viewer, search: string): Promise<{ buffers: number; rows: number }> {
    const sql = new (await import('pg')).default.Client({ connectionString: hub.database.url });
    await sql.connect();
    try {
      await sql.query('begin');
      for (const [name, value] of Object.entries(viewerSettings(viewer)))
        await sql.query('select set_config($1, $2, true)', [name, value]);
      const explain = async () => {
        const { rows } = await sql.query(
          'explain (analyze, buffers, format json) select * from search_practices($1)'.replace('$1', `'${search}'`),
        );
        const { Plan: plan } = rows[0]['QUERY PLAN'][0];
        return { buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], rows: plan['Actual Rows'] };
      };
      await explain(); // fills the caches of the connection
      return await explain();
    } finally {
      await sql.end();
    }
  }

  test('a word of a thousand hidden texts takes as much reading as one that stands nowhere', async () => {
    const hidden = word();
    const { id } = await submitted(hub, kenya, 's:KEN', {
      marking: 'AMBER',
      audience: { memberStates: ['UGA'] },
      title: hidden,
    });
    await hub.sql.query(
      `with copy as (
         insert into practice (key, slug, owner, origin, marking, audience, stage, revision, created_at)
         select gen_random_uuid(), 'copy-' || n, owner, origin, marking, audience, stage, revision, created_at from practice, generate_series(1, 1000) n where key = $1 returning key
       )
       insert into practice_version (key, practice_key, number, state, title, original_language, created_at, updated_at, submitted_at)
       select gen_random_uuid(), copy.key, 1, v.state, v.title, v.original_language, v.created_at, v.updated_at, v.submitted_at from copy, practice_version v where v.practice_key = $1`,
      [keyOf(id)],
    );
    await hub.sql.query('vacuum analyze practice_document');
    expect((await work(kenya, hidden)).rows).toBe(1_001);
    expect((await work(kenya, hidden)).buffers).toBeGreaterThan(1_000);
    const ofHidden = await work(thailand, hidden);
    expect(ofHidden.rows).toBe(0);
    const ofAbsent = [];
    for (let i = 0; i < 5; i++) ofAbsent.push((await work(thailand, word())).buffers);
    // A key's place in the index can lie a page deeper than another's.
    expect(Math.abs(ofHidden.buffers - ofAbsent.toSorted()[2]!)).toBeLessThanOrEqual(2);
  });

  test('the run-time role reads no document itself', async () => {
    const { rows } = await hub.sql.query(
      `select has_table_privilege('practice_app', 'practice_document', 'select') as reads, has_table_privilege('practice_app', 'practice_document', 'insert, update, delete') as writes,
         has_function_privilege('practice_app', 'refresh_documents(uuid[])', 'execute') as refreshes`,
    );
    expect(rows).toEqual([{ reads: false, writes: false, refreshes: false }]);
  });
});
