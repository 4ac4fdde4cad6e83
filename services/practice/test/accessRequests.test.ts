/** Asking for what is redacted: who may ask, who decides, what a grant opens to whom and until when. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { globalId, parseGlobalId } from '@hub/kit/ids';
import type { Viewer } from '@hub/kit/viewer';
import pg from 'pg';
import { viewerSettings } from '../src/practice/practice.visibility.js';
import { noteLapses } from '../src/worker.js';
import { type Hub, anonymous, client, complete, draft, person, startHub, submitted } from './hub.js';

const kenya = person('FOCAL_POINT', 's:KEN');
const kenyaAlternate = person('ALTERNATE', 's:KEN');
const kenyaContributor = person('CONTRIBUTOR', 's:KEN');
const uganda = person('FOCAL_POINT', 's:UGA');
const ugandaColleague = person('FOCAL_POINT', 's:UGA');
const thailand = person('FOCAL_POINT', 's:THA');
const curator = person('CURATOR');
const strict = {
  marking: 'AMBER',
  audience: { regionalBodies: ['igad'] },
  sectionMarkings: [
    { section: 'NARRATIVE', marking: 'RED' },
    { section: 'RIGHTS', marking: 'RED' },
  ],
};

let now: Date;
let hub: Hub;
beforeAll(async () => {
  hub = await startHub({ now: () => now });
});
afterAll(() => hub.close());
beforeEach(() => {
  now = new Date('2026-06-01T12:00:00Z');
});

const fields = `id status reason role sections askedFor { ... on MemberState { id } } person { id } practice { id } declineReason
  decidedAt grant { sections until endedAt }`;
const mutate = async (viewer: Viewer, name: string, input: object) => {
  const type = `${name[0]!.toUpperCase()}${name.slice(1)}Input`;
  const answer = await hub.ask(
    viewer,
    `mutation ($input: ${type}!) { ${name}(input: $input) { request { ${fields} } userErrors { path code } } }`,
    { input },
  );
  return { ...answer.data?.[name], code: answer.errors?.[0]?.extensions['code'] };
};
const ask = (viewer: Viewer, practiceId: string, sections = ['NARRATIVE'], reason = 'To compare it with ours') =>
  mutate(viewer, 'requestAccess', { practiceId, sections, reason });
const asked = async (viewer: Viewer, practiceId: string, sections?: string[]): Promise<string> => {
  const { request, userErrors } = await ask(viewer, practiceId, sections);
  expect(userErrors).toEqual([]);
  return request.id;
};
const grant = (viewer: Viewer, requestId: string, until = '2026-07-01T00:00:00.000Z', more: object = {}) =>
  mutate(viewer, 'grantAccess', { requestId, until, ...more });

const read = async (viewer: Viewer, id: string) =>
  (
    await hub.data(
      viewer,
      `query ($id: ID!) { practice(id: $id) { narrative { context } rights { rightsAffected } redactions { path canRequest } } }`,
      { id },
    )
  )['practice'];
const open = async (viewer: Viewer, id: string): Promise<string[] | null> => {
  const practice = await read(viewer, id);
  return practice && ['narrative', 'rights'].filter((section) => practice[section] !== null);
};
const listed = async (viewer: Viewer, id?: string): Promise<string[] | null> => {
  const { accessRequests, practice } = await hub.data(
    viewer,
    `query ($id: ID!) { accessRequests(first: 100) { totalCount nodes { id } } practice(id: $id) { accessRequests(first: 100) { nodes { id } } } }`,
    { id: id ?? globalId('Practice', randomUUID()) },
  );
  expect(accessRequests.totalCount).toBe(accessRequests.nodes.length);
  const nodes = id ? practice?.accessRequests?.nodes : accessRequests.nodes;
  return nodes?.map((node: { id: string }) => node.id) ?? null;
};

describe('asking', () => {
  test('reaches who decides for the owner, with role and State of who asks, and is shown to who asked', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const { request, userErrors } = await ask(uganda, id, ['RIGHTS', 'NARRATIVE']);
    expect(userErrors).toEqual([]);
    expect(request).toEqual({
      id: request.id,
      status: 'OPEN',
      reason: 'To compare it with ours',
      role: 'FOCAL_POINT',
      sections: ['RIGHTS', 'NARRATIVE'],
      askedFor: { id: globalId('MemberState', 'UGA') },
      person: { id: globalId('Person', uganda.key!) },
      practice: { id },
      declineReason: null,
      decidedAt: null,
      grant: null,
    });
    for (const decides of [kenya, kenyaAlternate]) {
      expect(await listed(decides, id)).toEqual([request.id]);
      expect(await listed(decides)).toContain(request.id);
    }
    expect(await listed(uganda)).toContain(request.id);
    expect(await listed(uganda, id)).toBeNull(); // the practice’s list is its owner’s
    for (const other of [kenyaContributor, ugandaColleague, thailand, curator]) {
      expect(await listed(other)).not.toContain(request.id);
      expect(await listed(other, id)).toBeNull();
    }
  });

  test('once at a time: until it is decided, canRequest is false and a second is CONFLICT with the first', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const can = async () =>
      (await read(uganda, id)).redactions.map(({ canRequest }: { canRequest: boolean }) => canRequest);
    expect(await can()).toEqual([true, true]);
    const first = await asked(uganda, id);
    expect(await can()).toEqual([false, false]);
    expect(await ask(uganda, id, ['RIGHTS'])).toMatchObject({
      request: { id: first },
      userErrors: [{ path: ['practiceId'], code: 'CONFLICT' }],
    });
    await asked(ugandaColleague, id); // another person’s is another
    await mutate(kenya, 'declineAccess', { requestId: first, reason: 'Not now' });
    expect(await can()).toEqual([true, true]);
    await asked(uganda, id, ['RIGHTS']);
  });

  test('is for what is redacted: everything else is a fault, all at once', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const { userErrors, request } = await ask(uganda, id, ['NARRATIVE', 'LEARNING', 'GENDER'], ' ');
    expect(request).toBeNull();
    expect(userErrors).toEqual([
      { path: ['sections', '1'], code: 'INVALID' }, // seen already
      { path: ['sections', '2'], code: 'INVALID' }, // never written: the same
      { path: ['reason'], code: 'REQUIRED' },
    ]);
    expect((await ask(uganda, id, [], 'x'.repeat(2_001))).userErrors).toEqual([
      { path: ['sections'], code: 'REQUIRED' },
      { path: ['reason'], code: 'TOO_LONG' },
    ]);
  });

  test('is for persons who see the practice and are not its owner’s', async () => {
    const { id, revision } = await submitted(hub, kenya, 's:KEN', strict);
    const absent = globalId('Practice', randomUUID());
    const { id: drafted } = await draft(hub, kenya, 's:KEN', strict);
    for (const [viewer, practice, code] of [
      [anonymous, id, 'UNAUTHENTICATED'],
      [client('s:UGA', 'AMBER'), id, 'FORBIDDEN'],
      [kenya, id, 'FORBIDDEN'],
      [kenyaContributor, id, 'FORBIDDEN'],
      [thailand, id, 'NOT_FOUND'],
      [thailand, absent, 'NOT_FOUND'],
      [uganda, drafted, 'NOT_FOUND'],
      [uganda, 'nonsense', 'BAD_USER_INPUT'],
    ] as const)
      expect([practice, (await ask(viewer, practice)).code]).toEqual([practice, code]);
    await hub.data(
      kenya,
      `mutation ($input: WithdrawPracticeInput!) { withdrawPractice(input: $input) { userErrors { code } } }`,
      { input: { id, expectedRevision: revision } },
    );
    expect((await ask(uganda, id)).code).toBe('FORBIDDEN');
  });
});

describe('a grant', () => {
  test('opens what it names to the person, not to their State, and is seen on both sides', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', {
      ...strict,
      narrative: { ...complete.narrative, context: 'Xylographs were lost.' },
    });
    const requestId = await asked(uganda, id, ['NARRATIVE', 'RIGHTS']);
    const found = async (viewer: Viewer) =>
      (await hub.data(viewer, `{ practices(search: "xylographs") { totalCount } }`))['practices'].totalCount;
    expect([await open(uganda, id), await found(uganda)]).toEqual([[], 0]);
    const { request, userErrors } = await grant(kenyaAlternate, requestId, undefined, { sections: ['NARRATIVE'] });
    expect(userErrors).toEqual([]);
    expect(request).toMatchObject({
      status: 'GRANTED',
      grant: { sections: ['NARRATIVE'], until: '2026-07-01T00:00:00.000Z', endedAt: null },
    });
    expect([await open(uganda, id), await found(uganda)]).toEqual([['narrative'], 1]);
    expect((await read(uganda, id)).redactions).toEqual([{ path: 'rights', canRequest: true }]);
    expect([await open(ugandaColleague, id), await found(ugandaColleague)]).toEqual([[], 0]);
  });

  test('is over at its time, by comparison; and at once when the owner ends it', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const first = await asked(uganda, id);
    await grant(kenya, first);
    const second = await asked(ugandaColleague, id);
    await grant(kenya, second);
    now = new Date('2026-06-30T23:59:59.999Z');
    expect(await open(uganda, id)).toEqual(['narrative']);
    const { request } = await mutate(kenya, 'endAccessGrant', { requestId: second });
    expect(request.grant.endedAt).toBe(now.toISOString());
    expect(await open(ugandaColleague, id)).toEqual([]);
    expect((await mutate(kenya, 'endAccessGrant', { requestId: second })).userErrors).toEqual([
      { path: ['requestId'], code: 'CONFLICT' },
    ]);
    now = new Date('2026-07-01T00:00:00.000Z');
    expect(await open(uganda, id)).toEqual([]);
    const { accessRequests } = await hub.data(
      uganda,
      `{ accessRequests(first: 100) { nodes { id grant { endedAt } } } }`,
    );
    expect(accessRequests.nodes).toContainEqual({ id: first, grant: { endedAt: '2026-07-01T00:00:00.000Z' } });
  });

  test('never opens the header: of what is hidden now nothing is left, not the request either', async () => {
    const { id, revision } = await submitted(hub, kenya, 's:KEN', strict);
    const requestId = await asked(uganda, id);
    await grant(kenya, requestId);
    await hub.data(
      kenya,
      `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { userErrors { code } } }`,
      { input: { id, expectedRevision: revision, marking: 'RED' } },
    );
    expect(await open(uganda, id)).toBeNull();
    expect(await listed(uganda)).not.toContain(requestId);
    expect((await mutate(uganda, 'endAccessGrant', { requestId })).code).toBe('NOT_FOUND');
    expect(await listed(kenya, id)).toEqual([requestId]);
  });

  test('opens a curator more than headers, when an owner grants it', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    expect(await open(curator, id)).toEqual([]);
    await grant(kenya, await asked(curator, id, ['RIGHTS']));
    expect(await open(curator, id)).toEqual(['rights']);
  });

  test('is bound to a current role of the person', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', { ...strict, marking: 'CLEAR' });
    await hub.sql.query(`update practice set stage = 'PUBLISHED' where key = $1`, [parseGlobalId(id)!.key]);
    await hub.sql.query(
      `update practice_version set state = 'PUBLISHED', published_at = now() where practice_key = $1`,
      [parseGlobalId(id)!.key],
    );
    await grant(kenya, await asked(uganda, id));
    expect(await open(uganda, id)).toEqual(['narrative']);
    expect(await open({ ...uganda, roles: [] }, id)).toEqual([]);
  });
});

describe('deciding', () => {
  test('is for focal points, alternates and officers of the owner; what one may not know of is not found', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const requestId = await asked(uganda, id);
    const until = '2026-07-01T00:00:00.000Z';
    for (const [name, input] of [
      ['grantAccess', { requestId, until }],
      ['declineAccess', { requestId, reason: 'No' }],
      ['endAccessGrant', { requestId }],
    ] as const) {
      for (const [viewer, code] of [
        [anonymous, 'UNAUTHENTICATED'],
        [client('s:KEN', 'AMBER'), 'FORBIDDEN'],
        [uganda, 'FORBIDDEN'], // sees the request, and does not decide
        [kenyaContributor, 'NOT_FOUND'],
        [ugandaColleague, 'NOT_FOUND'],
        [thailand, 'NOT_FOUND'],
        [curator, 'NOT_FOUND'],
      ] as const)
        expect([name, viewer.roles[0]?.role, (await mutate(viewer, name, input)).code]).toEqual([
          name,
          viewer.roles[0]?.role,
          code,
        ]);
      const other = { ...input, requestId: globalId('AccessRequest', randomUUID()) };
      expect((await mutate(kenya, name, other)).code).toBe('NOT_FOUND');
      expect((await mutate(kenya, name, { ...input, requestId: globalId('AccessRequest', 'x') })).code).toBe(
        'BAD_USER_INPUT',
      );
    }
  });

  test('takes a time of at most a year and sections that were asked for; declining takes a reason', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const requestId = await asked(uganda, id);
    for (const until of ['2026-06-01T12:00:00Z', '2027-06-03T12:00:00Z'])
      expect((await grant(kenya, requestId, until, { sections: ['RIGHTS'] })).userErrors).toEqual([
        { path: ['until'], code: 'INVALID' },
        { path: ['sections', '0'], code: 'INVALID' },
      ]);
    expect((await mutate(kenya, 'declineAccess', { requestId, reason: '' })).userErrors).toEqual([
      { path: ['reason'], code: 'REQUIRED' },
    ]);
    const declined = await mutate(kenya, 'declineAccess', { requestId, reason: 'It names officers.' });
    expect(declined.request).toMatchObject({ status: 'DECLINED', declineReason: 'It names officers.', grant: null });
    const { accessRequests } = await hub.data(
      uganda,
      `{ accessRequests(status: DECLINED, first: 100) { nodes { id declineReason } } }`,
    );
    expect(accessRequests.nodes).toContainEqual({ id: requestId, declineReason: 'It names officers.' });
  });

  test('happens once, whoever is first', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const requestId = await asked(uganda, id);
    const answers = await Promise.all([
      grant(kenya, requestId),
      mutate(kenyaAlternate, 'declineAccess', { requestId, reason: 'No' }),
      grant(kenyaAlternate, requestId),
    ]);
    expect(answers.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
    for (const { userErrors } of answers)
      if (userErrors.length > 0) expect(userErrors).toEqual([{ path: ['requestId'], code: 'CONFLICT' }]);
  });
});

test('lists are in pages, the latest first, both ways', async () => {
  const asker = person('FOCAL_POINT', 's:UGA');
  const made: string[] = [];
  for (let index = 0; index < 5; index++) {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    now = new Date(now.getTime() + 1_000);
    made.unshift(await asked(asker, id));
  }
  const page = async (variables: object) =>
    (
      await hub.data(
        asker,
        `query ($first: Int, $after: String, $last: Int, $before: String) { accessRequests(first: $first, after: $after, last: $last, before: $before) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`,
        variables,
      )
    )['accessRequests'];
  const ids = (answer: { nodes: { id: string }[] }) => answer.nodes.map(({ id }) => id);
  const first = await page({ first: 2 });
  expect([ids(first), first.pageInfo.hasNextPage]).toEqual([made.slice(0, 2), true]);
  const rest = await page({ first: 5, after: first.pageInfo.endCursor });
  expect([ids(rest), rest.pageInfo.hasNextPage]).toEqual([made.slice(2), false]);
  expect(ids(await page({ last: 1, before: rest.pageInfo.startCursor }))).toEqual([made[1]]);
  expect((await hub.ask(asker, `{ accessRequests(after: "x") { totalCount } }`)).errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    path: ['after'],
  });
});

test('the person’s streams learn of a grant and of its end, live and on replay, and nobody else’s', async () => {
  const asker = person('FOCAL_POINT', 's:UGA'); // without grants of other tests
  const { id } = await submitted(hub, kenya, 's:KEN', strict);
  const requestId = await asked(asker, id);
  const page = async (viewer: Viewer, after?: string) => {
    let answer: { cursor: string; nodes: object[]; pageInfo: { hasNextPage: boolean } };
    const nodes: object[] = [];
    do {
      answer = (
        await hub.data(
          viewer,
          `query ($after: Cursor) { practiceEvents(after: $after, first: 100) { cursor pageInfo { hasNextPage } nodes { type practiceId practice { narrative { context } } } } }`,
          { after },
        )
      )['practiceEvents'];
      nodes.push(...answer.nodes);
      after = answer.cursor;
    } while (answer.pageInfo.hasNextPage);
    return { nodes, cursor: answer.cursor };
  };
  const { cursor } = await page(asker);
  const live = await hub.subscribe(
    asker,
    `subscription { practiceEvents { type practiceId practice { narrative { context } } } }`,
  );
  await live.next(); // CAUGHT_UP
  const opened = {
    type: 'BECAME_VISIBLE',
    practiceId: id,
    practice: { narrative: { context: complete.narrative.context } },
  };
  const closed = { ...opened, practice: { narrative: null } };

  const first = live.next();
  await grant(kenya, requestId);
  expect((await first).value.data.practiceEvents).toEqual(opened);
  expect((await page(asker, cursor)).nodes).toEqual([opened]);

  const second = live.next();
  now = new Date('2026-07-02T00:00:00Z');
  expect(await noteLapses(hub.source, now)).toBeGreaterThan(0);
  hub.wakeUps.wake();
  expect((await second).value.data.practiceEvents).toEqual(closed);
  await live.return!();
  expect((await page(asker, cursor)).nodes).toEqual([closed, closed]); // the content as it is now
  for (const other of [person('FOCAL_POINT', 's:UGA'), kenya, person('CURATOR'), thailand, anonymous])
    expect((await page(other, cursor)).nodes).toEqual([]);
});

describe('row-level security', () => {
  let requestKey: string;
  let practiceKey: string;
  beforeAll(async () => {
    now = new Date('2026-06-01T12:00:00Z');
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    practiceKey = parseGlobalId(id)!.key;
    const requestId = await asked(uganda, id);
    requestKey = parseGlobalId(requestId)!.key;
    await grant(kenya, requestId);
  });
  const as = async (viewer: Viewer | null, sql: string, parameters: unknown[]) => {
    const connection = new pg.Client({ connectionString: hub.database.url });
    await connection.connect();
    try {
      await connection.query('begin');
      for (const [name, value] of Object.entries(
        viewer ? { ...viewerSettings(viewer), 'hub.now': now.toISOString() } : {},
      ))
        await connection.query('select set_config($1, $2, true)', [name, value]);
      const result = await connection.query(sql, parameters);
      return result.rowCount;
    } catch (error) {
      return (error as { code?: string }).code;
    } finally {
      await connection.end();
    }
  };

  test.each(['access_request', 'access_grant'])('%s is read by who asked and who decides', async (table) => {
    for (const [viewer, rows] of [
      [kenya, 1],
      [kenyaAlternate, 1],
      [uganda, 1],
      [kenyaContributor, 0],
      [ugandaColleague, 0],
      [thailand, 0],
      [curator, 0],
      [person('AUDITOR'), 0],
      [client('s:KEN', 'AMBER'), 0],
      [anonymous, 0],
      [null, 0],
    ] as const)
      expect([
        viewer?.roles[0],
        await as(viewer, `select from ${table} where practice_key = $1`, [practiceKey]),
      ]).toEqual([viewer?.roles[0], rows]);
  });

  const request = `insert into access_request (key, practice_key, person_key, role, sections, reason, status, asked_at) values (gen_random_uuid(), $1, $2, 'FOCAL_POINT', '{rights}', 'x', $3, now())`;
  const granting = `insert into access_grant (key, request_key, practice_key, person_key, sections, granted_at, granted_by, until)
    values (gen_random_uuid(), $1, $2, $3, $4, $6, $5, $6::timestamptz + interval '1 day')`;
  test('a request is made by a person for themself, of what they see', async () => {
    expect(await as(ugandaColleague, request, [practiceKey, ugandaColleague.key, 'OPEN'])).toBe(1);
    for (const [viewer, parameters] of [
      [uganda, [practiceKey, ugandaColleague.key, 'OPEN']],
      [ugandaColleague, [practiceKey, ugandaColleague.key, 'GRANTED']],
      [thailand, [practiceKey, thailand.key, 'OPEN']],
      [kenya, [practiceKey, kenya.key, 'OPEN']],
      [client('s:UGA', 'AMBER'), [practiceKey, uganda.key, 'OPEN']],
      [null, [practiceKey, uganda.key, 'OPEN']],
    ] as const)
      expect([viewer?.roles[0], await as(viewer, request, [...parameters])]).toEqual([
        viewer?.roles[0],
        expect.stringMatching(/^42501|23514$/),
      ]);
  });

  test('is decided by the owner’s, once, in their own name, and says no other thing than it said', async () => {
    const decide = `update access_request set status = 'DECLINED', decline_reason = 'x', decided_at = now(), decided_by = $2 where key = $1`;
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const openKey = parseGlobalId(await asked(ugandaColleague, id))!.key;
    expect(await as(kenya, decide, [openKey, kenya.key])).toBe(1);
    expect(await as(kenya, decide, [openKey, uganda.key])).toBe('42501');
    expect(await as(kenya, decide, [requestKey, kenya.key])).toBe(0); // decided already
    for (const viewer of [ugandaColleague, kenyaContributor, thailand, null])
      expect(await as(viewer, decide, [openKey, viewer?.key ?? uganda.key])).toBe(0);
    expect(await as(kenya, `update access_request set sections = '{scope}' where key = $1`, [openKey])).toBe('42501');
    expect(await as(kenya, `delete from access_request where key = $1`, [openKey])).toBe('42501');
  });

  test('a grant is given by the owner’s, to who asked and for what was asked', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    const practice = parseGlobalId(id)!.key;
    const openKey = parseGlobalId(await asked(ugandaColleague, id))!.key;
    const give = (viewer: Viewer | null, to = ugandaColleague.key, sections = '{narrative}', by = viewer?.key) =>
      as(viewer, granting, [openKey, practice, to, sections, by ?? kenya.key, now]);
    expect(await give(kenya)).toBe(1);
    expect(await give(kenya, uganda.key)).toBe('42501');
    expect(await give(kenya, ugandaColleague.key, '{narrative,rights}')).toBe('42501');
    expect(await give(kenya, ugandaColleague.key, '{narrative}', uganda.key)).toBe('42501');
    for (const viewer of [ugandaColleague, kenyaContributor, thailand, curator, null])
      expect(await give(viewer)).toBe('42501');
    const end = `update access_grant set ended_at = $2, ended_by = $3 where practice_key = $1`;
    expect(await as(kenya, end, [practiceKey, now, kenya.key])).toBe(1);
    expect(await as(kenya, end, [practiceKey, now, uganda.key])).toBe('42501');
    for (const viewer of [uganda, kenyaContributor, thailand, null])
      expect(await as(viewer, end, [practiceKey, now, viewer?.key ?? kenya.key])).toBe(0);
    expect(
      await as(kenya, `update access_grant set until = until + interval '1 year' where practice_key = $1`, [
        practiceKey,
      ]),
    ).toBe('42501');
  });

  test('a consent record is its owner’s', async () => {
    const { id, revision } = await submitted(hub, kenya, 's:KEN', strict);
    const consent = { authority: 'Ministry', scope: 'All', date: '2026-01-31' };
    await hub.data(
      kenya,
      `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { userErrors { code } } }`,
      { input: { id, expectedRevision: revision, marking: 'GREEN', consent } },
    );
    const practice = parseGlobalId(id)!.key;
    const give = `insert into consent_record (key, practice_key, authority, scope, date, given_at, given_by) values (gen_random_uuid(), $1, 'a', 's', '2026-01-31', now(), $2)`;
    for (const [viewer, reads, gives] of [
      [kenya, 1, 1],
      [kenyaContributor, 1, '42501'],
      [uganda, 0, '42501'],
      [curator, 0, '42501'],
      [null, 0, '42501'],
    ] as const) {
      expect(await as(viewer, 'select from consent_record where practice_key = $1', [practice])).toBe(reads);
      expect(await as(viewer, give, [practice, viewer?.key ?? kenya.key])).toBe(gives);
    }
  });
});
