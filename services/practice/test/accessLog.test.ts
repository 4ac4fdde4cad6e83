/**
 * The access log: who read more of a practice than its header, through each channel and at each marking; who sees what
 * of it; that answers are refused where it has to be written first and cannot be; that it is chained whoever dies.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseGlobalId } from '@hub/kit/ids';
import type { Token, Viewer } from '@hub/kit/viewer';
import pg from 'pg';
import { type Access, AccessChannel } from '../src/access/access.js';
import { openAccessLog } from '../src/access/access.log.js';
import { type Hub, anonymous, client, draft, person, startHub, submitted } from './hub.js';

const kenya = person('FOCAL_POINT', 's:KEN');
const alternate = person('ALTERNATE', 's:KEN');
const contributor = person('CONTRIBUTOR', 's:KEN');
const uganda = person('FOCAL_POINT', 's:UGA');
const nigeria = person('FOCAL_POINT', 's:NGA');
const igad = person('OFFICER', 'b:igad');
const curator = person('CURATOR');
const auditor = person('AUDITOR');
const integrator = client('s:UGA', 'AMBER');

const audience = { regionalBodies: ['igad'] };
const green = { marking: 'GREEN' };
const amber = { marking: 'AMBER', audience };
const strict = { marking: 'AMBER_STRICT', audience };

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const keyOf = (id: string) => parseGlobalId(id)!.key;
/** Resolves when everything that was read is in the log. */
async function chained(of = hub): Promise<void> {
  await of.accessLog.flush();
  for (;;) {
    const { rows } = await of.sql.query<{ waiting: number }>('select count(*)::int as waiting from access_queue');
    if (rows[0]!.waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
interface Logged {
  number: string;
  viewer_kind: string;
  viewer_key: string | null;
  role: string | null;
  of: string | null;
  version: number;
  sections: string[];
  channel: string;
  own: boolean;
  times: number;
}
/** What the log has of a practice. */
const logged = async (id: string): Promise<Logged[]> => {
  await chained();
  const { rows } = await hub.sql.query<Logged>('select * from access_log where practice_key = $1 order by number', [
    keyOf(id),
  ]);
  return rows;
};
const summary = 'query ($id: ID!) { practice(id: $id) { title { text } summary { text } } }';
const publish = async (id: string) => {
  await hub.sql.query(`update practice set stage = 'PUBLISHED' where key = $1`, [keyOf(id)]);
  await hub.sql.query(`update practice_version set state = 'PUBLISHED', published_at = now() where practice_key = $1`, [
    keyOf(id),
  ]);
};

describe('what is an access', () => {
  test('a section that reached the answer: who, as what, which version and sections, when', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', amber);
    await hub.data(uganda, 'query ($id: ID!) { practice(id: $id) { summary { text } narrative { context } } }', { id });
    expect(await logged(id)).toMatchObject([
      {
        ...{ viewer_kind: 'person', viewer_key: uganda.key, role: 'FOCAL_POINT', of: 's:UGA' },
        ...{ version: 1, sections: ['identity', 'narrative'], channel: 'QUERY', own: false, times: 1 },
        at: expect.any(Date),
      },
    ]);
  });

  test('the header is none', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', amber);
    await hub.data(
      uganda,
      `query ($id: ID!) { practice(id: $id) { id slug title { text } owner { __typename } marking state version revision
         submittedAt publishedAt createdAt updatedAt themes { slug } pillars regions { id } type viewerCan { update { allowed } } audience { persons } } }`,
      { id },
    );
    expect(await logged(id)).toEqual([]);
  });

  test.each([
    ['summary { text }', 'identity'],
    ['translations { summary }', 'identity'],
    ['ownership { leadInstitution }', 'ownership'],
    ['scope { level }', 'scope'],
    ['narrative { context }', 'narrative'],
    ['evidence { maturity }', 'evidence'],
    ['learning { lessons }', 'learning'],
    ['rights { rightsAffected }', 'rights'],
    ['classification { resolutions }', 'classification'],
    ['knowledgeProducts { slug }', 'classification'],
    ['gender { analysis }', 'gender'],
    ['workshop { id }', 'ownership'],
  ])('%s is the section %s', async (field, section) => {
    const { id } = await submitted(hub, kenya, 's:KEN', {
      ...amber,
      classification: { resolutions: ['S/RES/2396 (2017)'] },
      gender: { analysis: 'Who is in the room.' },
    });
    await hub.data(uganda, `query ($id: ID!) { practice(id: $id) { ${field} } }`, { id });
    expect((await logged(id)).map(({ sections }) => sections)).toEqual([[section]]);
  });

  test('a section that is empty or hidden from the viewer is none', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', {
      ...amber,
      sectionMarkings: [{ section: 'RIGHTS', marking: 'RED' }],
    });
    const { practice } = await hub.data(
      uganda,
      'query ($id: ID!) { practice(id: $id) { rights { rightsAffected } gender { analysis } } }',
      { id },
    );
    expect(practice).toEqual({ rights: null, gender: null });
    await hub.data(curator, summary, { id });
    expect(await logged(id)).toEqual([]);
  });

  test('what its writers read of a draft is none; of what was submitted it is one, of their own', async () => {
    const { id, revision } = await draft(hub, kenya, 's:KEN', amber);
    await hub.data(contributor, summary, { id });
    expect(await logged(id)).toEqual([]);
    const { submitPractice } = await hub.data(
      kenya,
      'mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { practice { summary { text } } userErrors { message } } }',
      { input: { id, expectedRevision: revision } },
    );
    expect(submitPractice).toMatchObject({ practice: { summary: {} }, userErrors: [] });
    await hub.data(contributor, summary, { id });
    expect(await logged(id)).toMatchObject([
      { channel: 'MUTATION', viewer_key: kenya.key, role: 'FOCAL_POINT', own: true },
      { channel: 'QUERY', viewer_key: contributor.key, role: 'CONTRIBUTOR', own: true },
    ]);
  });

  test('at each marking, by whom it is shared with', async () => {
    const named = person('OFFICER', 'b:asean');
    const readers: Record<string, [input: object, reader: Viewer]> = {
      CLEAR: [{}, person('REVIEWER', 's:THA')],
      GREEN: [{}, client('s:THA', 'GREEN')],
      AMBER: [{ audience }, integrator],
      AMBER_STRICT: [{ audience }, igad],
      RED: [{ audience: { persons: [Buffer.from(`Person:${named.key}`).toString('base64url')] } }, named],
    };
    for (const [marking, [input, reader]] of Object.entries(readers)) {
      const { id } = await submitted(hub, kenya, 's:KEN', { ...input, marking });
      const { practice } = await hub.data(reader, summary, { id });
      expect([marking, practice.summary]).toEqual([marking, { text: expect.any(String) }]);
      const { role, of } = reader.roles[0]!;
      expect([marking, await logged(id)]).toMatchObject([
        marking,
        [{ viewer_kind: reader.kind, viewer_key: reader.key, role, of, channel: 'QUERY' }],
      ]);
    }
  });

  test('anonymous readers are counted and not told apart, and equal reads within a moment are one entry', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'CLEAR' });
    await publish(id);
    await chained();
    for (const viewer of [anonymous, anonymous, uganda, anonymous, uganda])
      await hub.data(viewer, summary, { id }).then(({ practice }) => expect(practice.summary).not.toBeNull());
    const rows = await logged(id);
    const times = (key: string | null) =>
      rows.filter(({ viewer_key }) => viewer_key === key).reduce((sum, row) => sum + row.times, 0);
    expect([times(null), times(uganda.key), rows.reduce((sum, row) => sum + row.times, 0)]).toEqual([3, 2, 5]);
    for (const row of rows)
      if (row.viewer_kind === 'anonymous') expect(row).toMatchObject({ viewer_key: null, role: null, of: null });
  });

  test('of several roles, that of the owner is told, else one the audience reaches, who decides before who reviews', async () => {
    const roles = (...held: [Viewer['roles'][number]['role'], Token][]): Viewer => ({
      ...person('REVIEWER', 's:THA'),
      roles: held.map(([role, of]) => ({ role, of, groups: [of] })),
    });
    const { id } = await submitted(hub, kenya, 's:KEN', amber);
    for (const viewer of [
      roles(['REVIEWER', 's:THA'], ['REVIEWER', 'b:igad'], ['OFFICER', 'b:igad']),
      roles(['REVIEWER', 's:THA'], ['OFFICER', 'b:igad'], ['CONTRIBUTOR', 's:KEN']),
    ])
      await hub.data(viewer, summary, { id });
    expect((await logged(id)).map(({ role, of, own }) => [role, of, own])).toEqual([
      ['OFFICER', 'b:igad', false],
      ['CONTRIBUTOR', 's:KEN', true],
    ]);
  });
});

describe('channels', () => {
  const events = 'type cursor practiceId practice { title { text } summary { text } }';
  const subscription = `subscription ($after: Cursor) { practiceEvents(after: $after) { ${events} } }`;
  type Event = {
    data: { practiceEvents: { type: string; cursor: string; practiceId: string } };
    extensions?: { receipt?: string };
  };
  const open = async (viewer: Viewer, after?: string) => {
    const stream = await hub.subscribe(viewer, subscription, { after });
    return {
      next: async () => (await stream.next()).value as Event,
      close: () => stream.return!(),
    };
  };

  test('QUERY, by list, node and statistics; ENTITY, at the service itself; DELTA, by pages of events', async () => {
    const { cursor } = (await hub.data(uganda, '{ practiceEvents(first: 100) { cursor } }'))['practiceEvents'];
    const { id } = await submitted(hub, kenya, 's:KEN', amber);
    const one = async (viewer: Viewer, query: string, variables: object) => {
      await hub.data(viewer, query, variables);
      const [entry, ...more] = (await logged(id)).filter(({ viewer_key }) => viewer_key === viewer.key);
      expect([query, more]).toEqual([query, []]);
      return entry?.channel;
    };
    const reader = () => person('FOCAL_POINT', 's:UGA');
    expect(await one(reader(), '{ practices(first: 1) { nodes { summary { text } } } }', {})).toBe('QUERY');
    expect(
      await one(reader(), 'query ($id: ID!) { node(id: $id) { ... on Practice { summary { text } } } }', { id }),
    ).toBe('QUERY');
    expect(
      await one(reader(), 'query ($id: ID!) { nodes(ids: [$id]) { ... on Practice { summary { text } } } }', { id }),
    ).toBe('QUERY');
    expect(
      await one(reader(), '{ practiceStatistics(by: [THEME]) { total } practices { totalCount nodes { id } } }', {}),
    ).toBeUndefined();
    const entities = (fields: string) => `query ($r: [_Any!]!) { _entities(representations: $r) { ${fields} } }`;
    const practice = { r: [{ __typename: 'Practice', id }] };
    expect(await one(reader(), entities('... on Practice { summary { text } }'), practice)).toBe('ENTITY');
    const state = { r: [{ __typename: 'MemberState', id: Buffer.from('MemberState:KEN').toString('base64url') }] };
    expect(
      await one(reader(), entities('... on MemberState { practices(first: 1) { nodes { summary { text } } } }'), state),
    ).toBe('ENTITY');
    const delta = `query ($after: Cursor) { practiceEvents(after: $after, first: 1) { nodes { ${events} } } }`;
    expect(await one(reader(), delta, { after: cursor })).toBe('DELTA');
  });

  test('SUBSCRIPTION and REPLAY are logged when it is reported that they were delivered, by the receipt of the event', async () => {
    const live = await open(uganda);
    const { cursor } = (await live.next()).data.practiceEvents;
    const { id } = await submitted(hub, kenya, 's:KEN', amber);
    const event = await live.next();
    expect(event).toMatchObject({
      data: { practiceEvents: { practiceId: id } },
      extensions: { receipt: expect.any(String) },
    });
    const resumed = await open(uganda, cursor);
    const again = await resumed.next();
    expect(await logged(id)).toEqual([]);

    const got = { kind: 'person', key: uganda.key } as const;
    for (const { extensions } of [event, again])
      await hub.accessLog.write(hub.receipts.open(extensions!.receipt!, got)!);
    expect(await logged(id)).toMatchObject([
      { channel: 'SUBSCRIPTION', viewer_key: uganda.key, role: 'FOCAL_POINT', of: 's:UGA', sections: ['identity'] },
      { channel: 'REPLAY', viewer_key: uganda.key },
    ]);
    await live.close();
    await resumed.close();
  });

  test('what shows no section, and a notice, has no receipt', async () => {
    const stream = await hub.subscribe(uganda, 'subscription { practiceEvents { type practice { title { text } } } }');
    expect((await stream.next()).value).not.toHaveProperty('extensions'); // CAUGHT_UP
    await submitted(hub, kenya, 's:KEN', amber);
    expect((await stream.next()).value).not.toHaveProperty('extensions');
    await stream.return!();
  });

  test('at AMBER_STRICT a push is in the log before it leaves, with its reader, and needs no receipt', async () => {
    const stream = await open(igad);
    await stream.next();
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    expect(await stream.next()).not.toHaveProperty('extensions');
    const { rows } = await hub.sql.query(
      `select viewer_key from access_queue where practice_key = $1 union all select viewer_key from access_log where practice_key = $1`,
      [keyOf(id)],
    );
    expect(rows).toEqual([{ viewer_key: igad.key }]);
    expect(await logged(id)).toMatchObject([{ channel: 'SUBSCRIPTION', role: 'OFFICER', of: 'b:igad' }]);
    await stream.close();
  });

  test('a receipt says nothing to who carries it, and is good where it was made', () => {
    const access = {
      at: new Date(),
      role: 'OFFICER',
      of: 'b:igad',
      practiceKey: keyOf('UHJhY3RpY2U6eA'),
      version: 1,
    } as never;
    const receipt = hub.receipts.seal([access]);
    expect(Buffer.from(receipt, 'base64url').toString('latin1')).not.toContain('igad');
    const got = { kind: 'person', key: uganda.key } as const;
    const bytes = Buffer.from(receipt, 'base64url');
    bytes[bytes.length - 1]! ^= 1;
    for (const forged of ['', 'x', receipt.slice(2), bytes.toString('base64url')])
      expect([forged, hub.receipts.open(forged, got)]).toEqual([forged, null]);
    expect(hub.receipts.open(receipt, got)).toMatchObject([{ of: 'b:igad', key: uganda.key }]);
  });
});

describe('what is written first', () => {
  /** Runs `work` while nothing can be appended to the log, because somebody holds its table. */
  const whileHeld = async (work: (release: () => Promise<unknown>) => Promise<void>) => {
    const holder = new pg.Client({ connectionString: hub.database.adminUrl });
    await holder.connect();
    await holder.query('begin; lock table access_queue in access exclusive mode');
    try {
      await work(() => holder.query('commit'));
    } finally {
      await holder.end();
    }
  };

  test.each([
    ['AMBER_STRICT', strict, igad, true],
    [
      'RED',
      { marking: 'RED', audience: { persons: [Buffer.from(`Person:${nigeria.key}`).toString('base64url')] } },
      nigeria,
      true,
    ],
    ['AMBER', amber, uganda, false],
    ['GREEN', green, uganda, false],
  ])('at %s', async (_marking, input, reader, waits) => {
    const { id } = await submitted(hub, kenya, 's:KEN', input);
    await chained();
    await whileHeld(async (release) => {
      let answered = false;
      const answer = hub.data(reader, summary, { id }).then((data) => {
        answered = true;
        return data;
      });
      if (waits) {
        // The header alone is answered meanwhile: only what was read has to be written.
        await hub.data(reader, 'query ($id: ID!) { practice(id: $id) { title { text } } }', { id });
        await hub.data(reader, '{ practices(first: 3) { nodes { title { text } } } }');
        expect(answered).toBe(false);
      } else expect((await answer).practice.summary).not.toBeNull();
      await release();
      expect((await answer).practice.summary).not.toBeNull();
    });
    expect(await logged(id)).toMatchObject([{ viewer_key: reader.key }]);
  });

  test('a section stricter than its practice is written first, too', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', {
      ...amber,
      sectionMarkings: [{ section: 'NARRATIVE', marking: 'AMBER_STRICT' }],
    });
    await chained();
    await whileHeld(async (release) => {
      let answered = false;
      const answer = hub
        .data(uganda, 'query ($id: ID!) { practice(id: $id) { narrative { context } } }', { id })
        .then(() => (answered = true));
      await hub.data(uganda, 'query ($id: ID!) { practice(id: $id) { summary { text } } }', { id });
      expect(answered).toBe(false);
      await release();
      await answer;
    });
  });

  test('when too much waits, answers wait and nothing is dropped; too long a wait refuses them', async () => {
    const practiceKey = randomUUID();
    const access = (): Access => ({
      ...{ at: new Date(), kind: 'person', key: randomUUID(), role: 'OFFICER', of: 'b:igad', practiceKey, version: 1 },
      ...{ sections: ['rights'], channel: AccessChannel.QUERY, own: false, times: 1 },
    });
    const quiet = { info: () => undefined, error: () => undefined };
    const small = openAccessLog({ url: hub.database.url, log: quiet, everyMs: 10, most: 2, patienceMs: 400 });
    await whileHeld(async (release) => {
      expect(small.note([access(), access()])).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 50)); // those are on their way, and the table is held
      expect(small.note([access(), access()])).toBeUndefined();
      await expect(small.note([access()])).rejects.toMatchObject({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
      const patient = small.note([access()]);
      await release();
      await patient;
    });
    await small.close();
    await chained();
    const { rows } = await hub.sql.query('select viewer_key from access_log where practice_key = $1', [practiceKey]);
    expect(rows.length).toBe(5); // all but the one that was refused
  });

  test('a connection that breaks is replaced, and what waited is written', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', green);
    await chained();
    await hub.sql.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'good-practice-exchange access log' and datname = current_database()`,
    );
    await hub.data(uganda, summary, { id });
    while ((await logged(id)).length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await logged(id)).toMatchObject([{ viewer_key: uganda.key, times: 1 }]);
  });

  test('when it cannot be written the answer is refused and nothing of it leaves; at GREEN it is answered, and logged later', async () => {
    const secret = await submitted(hub, kenya, 's:KEN', strict);
    const open = await submitted(hub, kenya, 's:KEN', green);
    const stream = await hub.subscribe(
      igad,
      `subscription { practiceEvents { practiceId practice { summary { text } } } }`,
    );
    await stream.next();
    await chained();
    await hub.sql.query('revoke insert on access_queue from practice_app');
    try {
      const { data, errors } = await hub.ask(igad, summary, { id: secret.id });
      expect(data).toBeNull();
      expect(errors!.map(({ extensions }) => extensions?.['code'])).toEqual(['SUBGRAPH_UNAVAILABLE']);
      expect(JSON.stringify(errors)).not.toMatch(/evidence|protocol/i);
      expect((await hub.data(igad, summary, { id: open.id })).practice.summary).not.toBeNull();
      const next = stream.next();
      await submitted(hub, kenya, 's:KEN', strict);
      await expect(next).rejects.toMatchObject({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
    } finally {
      await hub.sql.query('grant insert on access_queue to practice_app');
    }
    expect(await logged(open.id)).toMatchObject([{ viewer_key: igad.key }]);
    expect(await logged(secret.id)).toEqual([]); // what nobody got is not logged either
  });
});

describe('who sees what of the log', () => {
  const readers = `query ($id: ID!, $first: Int, $after: String, $last: Int, $before: String) { practice(id: $id) { accessLog(first: $first, after: $after, last: $last, before: $before) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor }
    nodes { at channel role times version sections readFor { ... on MemberState { id } ... on RegionalBody { id } } } } } }`;
  const id = (type: string, key: string) => Buffer.from(`${type}:${key}`).toString('base64url');

  test('the owner’s focal points and alternates see as what it was read, not who, and nothing of their own people', async () => {
    const practice = await submitted(hub, kenya, 's:KEN', { marking: 'CLEAR' });
    await publish(practice.id);
    for (const viewer of [contributor, uganda, integrator, anonymous, kenya, igad]) {
      await hub.data(viewer, summary, { id: practice.id });
      await chained();
    }
    const shown = { version: 1, sections: ['IDENTITY'], channel: 'QUERY', times: 1, at: expect.any(String) };
    for (const viewer of [kenya, alternate]) {
      const { accessLog } = (await hub.data(viewer, readers, { id: practice.id }))['practice'];
      expect(accessLog.nodes).toEqual([
        { ...shown, role: 'OFFICER', readFor: { id: id('RegionalBody', 'igad') } },
        { ...shown, role: null, readFor: null },
        { ...shown, role: 'INTEGRATOR', readFor: { id: id('MemberState', 'UGA') } },
        { ...shown, role: 'FOCAL_POINT', readFor: { id: id('MemberState', 'UGA') } },
      ]);
      expect(accessLog.totalCount).toBe(4);
    }
    for (const viewer of [
      contributor,
      uganda,
      igad,
      curator,
      person('REVIEWER', 's:KEN'),
      client('s:KEN', 'AMBER'),
      anonymous,
      auditor,
    ])
      expect((await hub.data(viewer, readers, { id: practice.id }))['practice']).toEqual({ accessLog: null });
  });

  test('an officer of the owning body sees it as well', async () => {
    const practice = await submitted(hub, igad, 'b:igad', amber);
    await hub.data(uganda, summary, { id: practice.id });
    await chained();
    expect((await hub.data(igad, readers, { id: practice.id }))['practice'].accessLog.nodes).toMatchObject([
      { role: 'FOCAL_POINT' },
    ]);
    expect((await hub.data(uganda, readers, { id: practice.id }))['practice'].accessLog).toBeNull();
  });

  test('in pages, forwards and backwards, by cursors that tell nothing', async () => {
    const practice = await submitted(hub, kenya, 's:KEN', amber);
    const states = ['IDENTITY', 'NARRATIVE', 'LEARNING', 'RIGHTS', 'SCOPE'];
    const fields = [
      'summary { text }',
      'narrative { context }',
      'learning { lessons }',
      'rights { rightsAffected }',
      'scope { level }',
    ];
    for (const field of fields) {
      await hub.data(uganda, `query ($id: ID!) { practice(id: $id) { ${field} } }`, { id: practice.id });
      await chained();
    }
    const page = async (variables: object) => {
      const { accessLog } = (await hub.data(kenya, readers, { id: practice.id, ...variables }))['practice'];
      const { nodes, pageInfo } = accessLog as {
        nodes: Logged[];
        pageInfo: { endCursor: string; hasNextPage: boolean };
      };
      return { sections: nodes.flatMap(({ sections }) => sections), ...pageInfo };
    };
    const newest = states.toReversed();
    const first = await page({ first: 2 });
    expect(first).toMatchObject({ sections: newest.slice(0, 2), hasNextPage: true, hasPreviousPage: false });
    const second = await page({ first: 2, after: first.endCursor });
    expect(second).toMatchObject({ sections: newest.slice(2, 4), hasNextPage: true, hasPreviousPage: true });
    expect(await page({ first: 2, after: second.endCursor })).toMatchObject({
      sections: newest.slice(4),
      hasNextPage: false,
    });
    expect(await page({ last: 2 })).toMatchObject({
      sections: newest.slice(3),
      hasPreviousPage: true,
      hasNextPage: false,
    });
    expect(await page({ last: 2, before: second.endCursor })).toMatchObject({ sections: newest.slice(1, 3) });
    expect(Buffer.from(first.endCursor, 'base64url').toString()).toMatch(/^"[\w-]{22}"$/); // no number in it
    const { errors } = await hub.ask(kenya, readers, {
      id: practice.id,
      after: Buffer.from('"1"').toString('base64url'),
    });
    expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT' });
  });

  test('the auditor sees the whole by number, filtered', async () => {
    const practice = await submitted(hub, kenya, 's:KEN', amber);
    for (const viewer of [uganda, integrator, igad, kenya]) {
      await hub.data(viewer, summary, { id: practice.id });
      await chained();
    }
    const entries = async (filter: object) =>
      (
        await hub.data(
          auditor,
          `query ($filter: AccessLogFilter) { accessLog(filter: $filter, first: 100) { totalCount nodes { number at personId apiClientId practiceId own channel role hash readFor { ... on MemberState { id } ... on RegionalBody { id } } } } }`,
          { filter },
        )
      )['accessLog'];
    const { nodes, totalCount } = await entries({ practice: practice.id });
    expect(nodes).toMatchObject([
      { personId: id('Person', uganda.key!), apiClientId: null, own: false, readFor: { id: id('MemberState', 'UGA') } },
      { personId: null, apiClientId: id('ApiClient', integrator.key!), role: 'INTEGRATOR' },
      { personId: id('Person', igad.key!), readFor: { id: id('RegionalBody', 'igad') } },
      {
        personId: id('Person', kenya.key!),
        own: true,
        practiceId: practice.id,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
    expect(totalCount).toBe(4);
    const numbers = nodes.map(({ number }: { number: number }) => number);
    expect(numbers).toEqual(numbers.toSorted((a: number, b: number) => a - b));
    const { at } = nodes[2];
    for (const [filter, expected] of [
      [{ person: id('Person', uganda.key!) }, [0]],
      [{ apiClient: id('ApiClient', integrator.key!) }, [1]],
      [{ memberState: 'UGA' }, [0, 1]],
      [{ regionalBody: 'igad' }, [2]],
      [{ channels: ['QUERY'] }, [0, 1, 2, 3]],
      [{ channels: ['REPLAY', 'DELTA'] }, []],
      [{ since: at }, [2, 3]],
      [{ until: at }, [0, 1]],
    ] as const) {
      const found = await entries({ practice: practice.id, ...filter });
      expect([filter, found.nodes.map((entry: { number: number }) => numbers.indexOf(entry.number))]).toEqual([
        filter,
        expected,
      ]);
    }
    const bad = await hub.ask(auditor, '{ accessLog(filter: { person: "nonsense" }) { totalCount } }');
    expect(bad.errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', path: ['filter', 'person'] });
  });

  test('nobody else reads it, its head, or verifies it', async () => {
    for (const [viewer, code] of [
      [kenya, 'FORBIDDEN'],
      [curator, 'FORBIDDEN'],
      [{ ...client('s:KEN', 'AMBER'), roles: auditor.roles }, 'FORBIDDEN'], // a client is no auditor whatever its roles
      [anonymous, 'UNAUTHENTICATED'],
    ] as const) {
      const { data, errors } = await hub.ask(
        viewer,
        '{ accessLog { totalCount } accessLogHead { number } verifyAccessLog { to } }',
      );
      expect(data).toEqual({ accessLog: null, accessLogHead: null, verifyAccessLog: null });
      expect(errors!.map(({ extensions }) => extensions?.['code'])).toEqual([code, code, code]);
    }
  });

  test('the auditor reads the log, and no practice that is not public', async () => {
    const practice = await submitted(hub, kenya, 's:KEN', green);
    expect(await hub.data(auditor, summary, { id: practice.id })).toEqual({ practice: null });
  });
});

describe('the database itself', () => {
  /** As the service's role, in a transaction of a viewer. */
  const as = async <T>(viewer: Viewer | null, work: (sql: pg.Client) => Promise<T>): Promise<T> => {
    const { viewerSettings } = await import('../src/practice/practice.visibility.js');
    const sql = new pg.Client({ connectionString: hub.database.url });
    await sql.connect();
    try {
      await sql.query('begin');
      for (const [name, value] of Object.entries(viewer ? viewerSettings(viewer) : {}))
        await sql.query('select set_config($1, $2, true)', [name, value]);
      return await work(sql);
    } finally {
      await sql.end();
    }
  };
  const tables = ['access_log', 'access_log_head'];
  const append = `insert into access_queue (at, viewer_kind, viewer_key, practice_key, version, sections, channel, own, times)
    values (now(), 'person', gen_random_uuid(), gen_random_uuid(), 1, '{identity}', 'QUERY', false, 1)`;

  test('shows the log to auditors and to nobody else, and the queue to nobody', async () => {
    await chained();
    for (const viewer of [auditor, kenya, contributor, uganda, igad, curator, integrator, anonymous, null])
      for (const table of tables) {
        const { rowCount } = await as(viewer, (sql) => sql.query(`select from ${table}`));
        expect([viewer?.roles, table, rowCount! > 0]).toEqual([viewer?.roles, table, viewer === auditor]);
      }
    await expect(as(auditor, (sql) => sql.query('select from access_queue'))).rejects.toMatchObject({ code: '42501' });
  });

  test('lets the process append to the queue, and no viewer: nobody forges a read', async () => {
    await as(null, (sql) => sql.query(append));
    for (const viewer of [kenya, auditor, anonymous, { ...integrator, scopes: [] }])
      await expect(as(viewer, (sql) => sql.query(append))).rejects.toMatchObject({ code: '42501' });
  });

  test.each([
    `insert into access_log select * from access_log limit 1`,
    `insert into access_log_head values (9, '\\x00', now())`,
    `update access_log set times = 2`,
    `delete from access_log`,
    `truncate access_log`,
    `update access_log_head set hash = '\\x00'`,
    `delete from access_log_head`,
    `update access_queue set times = 2`,
    `delete from access_queue`,
    `truncate access_queue`,
  ])('refuses the service: %s', async (statement) => {
    await expect(as(auditor, (sql) => sql.query(statement))).rejects.toMatchObject({ code: '42501' });
  });

  test.each(['access_queue', 'access_log', 'access_log_head'])(
    'refuses its owner, and a superuser, to change or empty %s',
    async (table) => {
      const owner = new pg.Client({ connectionString: hub.database.ownerUrl });
      await owner.connect();
      for (const sql of [owner, hub.sql])
        for (const statement of [`delete from ${table}`, `truncate ${table}`, `update ${table} set at = now()`])
          await expect(sql.query(statement)).rejects.toMatchObject({ code: '42501' });
      await owner.end();
    },
  );

  test.each([
    ['viewer_kind', `'nobody'`],
    ['viewer_key', 'null'],
    ['role', `'Officer\n'`],
    ['sections', `'{contact}'`],
    ['sections', `'{}'`],
    ['channel', `'MAIL'`],
    ['times', '0'],
  ])('takes no access whose %s is %s', async (column, value) => {
    const columns = [
      'at',
      'viewer_kind',
      'viewer_key',
      'role',
      'practice_key',
      'version',
      'sections',
      'channel',
      'own',
      'times',
    ];
    const good: Record<string, string> = {
      ...{
        at: 'now()',
        viewer_kind: `'person'`,
        viewer_key: 'gen_random_uuid()',
        role: `'OFFICER'`,
        practice_key: 'gen_random_uuid()',
      },
      ...{ version: '1', sections: `'{identity}'`, channel: `'QUERY'`, own: 'false', times: '1' },
    };
    const insert = (row: Record<string, string>) =>
      as(null, (sql) =>
        sql.query(`insert into access_queue (${columns.join()}) values (${columns.map((name) => row[name]).join()})`),
      );
    await insert(good);
    await expect(insert({ ...good, [column]: value })).rejects.toMatchObject({ code: '23514' });
  });
});

describe('chaining', () => {
  const state = async () => {
    const { rows } = await hub.sql.query<{ dense: boolean; last: number; heads: number; waiting: number }>(
      `select coalesce(max(number) = count(*), true) as dense, count(*)::int as last,
         (select max(last)::int from access_log_head) as heads, (select count(*)::int from access_queue) as waiting from access_log`,
    );
    return rows[0]!;
  };
  const fill = (count: number) =>
    hub.sql.query(
      `insert into access_queue (at, viewer_kind, viewer_key, practice_key, version, sections, channel, own, times)
       select now(), 'person', gen_random_uuid(), gen_random_uuid(), 1, '{identity}', 'QUERY', false, 1 from generate_series(1, $1)`,
      [count],
    );
  const connect = async () => {
    const sql = new pg.Client({ connectionString: hub.database.url });
    sql.on('error', () => undefined); // those that are killed
    await sql.connect();
    return sql;
  };

  test('one at a time: while one chains, others leave it to them, and the numbers have no gap', async () => {
    await chained();
    const before = await state();
    const [one, other] = [await connect(), await connect()];
    await one.query('begin');
    await fill(7);
    await one.query('select chain_accesses(5, now())');
    expect((await other.query('select chain_accesses(5, now()) as chained')).rows).toEqual([{ chained: 0 }]);
    await one.query('commit');
    await chained();
    expect(await state()).toEqual({ dense: true, last: before.last + 7, heads: before.last + 7, waiting: 0 });
    const many = await Promise.all(Array.from({ length: 6 }, connect));
    await Promise.all(
      many.map(async (sql) => {
        for (let round = 0; round < 10; round++) {
          await fill(3);
          await sql.query('select chain_accesses(4, now())');
        }
      }),
    );
    await chained();
    expect(await state()).toEqual({ dense: true, last: before.last + 187, heads: before.last + 187, waiting: 0 });
    await Promise.all([one, other, ...many].map((sql) => sql.end()));
    const { verifyAccessLog } = await hub.data(auditor, '{ verifyAccessLog { to fault { number kind } } }');
    expect(verifyAccessLog).toEqual({ to: before.last + 187, fault: null });
  });

  test('a chainer that is killed midway leaves nothing behind, and the next one chains the same', async () => {
    await chained();
    const before = await state();
    const victim = await connect();
    const { rows } = await victim.query<{ pid: number }>('select pg_backend_pid() as pid');
    await victim.query('begin');
    await fill(5);
    expect((await victim.query('select chain_accesses(100, now()) as chained')).rows).toEqual([{ chained: 5 }]);
    expect(await state()).toEqual({ ...before, waiting: 5 });
    await hub.sql.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
    await chained();
    expect(await state()).toEqual({ dense: true, last: before.last + 5, heads: before.last + 5, waiting: 0 });
    await victim.end().catch(() => undefined);
  });
});
