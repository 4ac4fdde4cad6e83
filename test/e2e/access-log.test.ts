/** Who read a practice, through the whole hub: its owner sees as what, the auditor sees who and verifies that nothing was changed. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { subscribe } from '../events.js';
import { type Hub, type Json, eventually, startHub } from '../hub.js';
import { submitAs } from '../practices.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const amber = { marking: 'AMBER', audience: { regionalBodies: ['igad'] } };
const readers = `query ($id: ID!) { practice(id: $id) { accessLog(first: 100) { totalCount nodes {
  channel role times sections readFor { ... on MemberState { iso3 name { text } } ... on RegionalBody { slug acronym } } } } } }`;
const audit = `query ($id: ID!) { accessLog(first: 100, filter: { practice: $id }) { nodes {
  number channel role personId apiClientId practiceId own hash readFor { ... on MemberState { iso3 } ... on RegionalBody { slug } } } } }`;
const watchSummaries = `subscription ($after: Cursor) { practiceEvents(after: $after) { type cursor practiceId practice { summary { text } } } }`;
const me = async (role: string): Promise<string> =>
  (await hub.data(role, '{ viewer { person { id } } }')).viewer.person.id;

const seenByOwner = (id: string, count: number): Promise<Json[]> =>
  eventually(async () => {
    const { practice } = await hub.data('focal-point:KEN', readers, { id });
    const { nodes, totalCount } = practice.accessLog;
    expect(totalCount).toBe(nodes.length);
    return nodes.length >= count && nodes;
  });

test('a push, a replay, a page of events, a question and a join are in the log; the owner sees as what, the auditor who', async () => {
  const stream = subscribe(await hub.client('officer:igad'), {}, watchSummaries);
  const { cursor } = await stream.next();
  const { id } = await submitAs(hub, 'KEN', amber);
  expect(await stream.next()).toMatchObject({ practiceId: id, practice: { summary: {} } });
  await seenByOwner(id, 1);
  const resumed = subscribe(await hub.client('officer:igad'), { after: cursor }, watchSummaries);
  expect(await resumed.replay()).toMatchObject([{ practiceId: id }]);
  await seenByOwner(id, 2);
  await hub.data('focal-point:UGA', 'query ($id: ID!) { practice(id: $id) { narrative { context } } }', { id });
  await seenByOwner(id, 3);
  await hub.data(
    'focal-point:UGA',
    'query ($after: Cursor) { practiceEvents(after: $after) { nodes { practice { rights { summary rightsAffected } } } } }',
    { after: cursor },
  );
  await seenByOwner(id, 4);
  await hub.data(
    'focal-point:UGA',
    '{ memberState(iso3: "KEN") { practices(first: 1) { nodes { summary { text } } } } }',
  );
  await hub.data('integrator:dashboard', 'query ($id: ID!) { practice(id: $id) { summary { text } } }', { id });
  await hub.data('curator', 'query ($id: ID!) { practice(id: $id) { title { text } summary { text } } }', { id });
  await hub.data('focal-point:KEN', 'query ($id: ID!) { practice(id: $id) { summary { text } } }', { id });

  const igad = { role: 'OFFICER', readFor: { slug: 'igad', acronym: 'IGAD' }, sections: ['IDENTITY'], times: 1 };
  const uganda = { role: 'FOCAL_POINT', readFor: { iso3: 'UGA', name: { text: 'Uganda' } }, times: 1 };
  expect(await seenByOwner(id, 5)).toEqual([
    { ...uganda, channel: 'ENTITY', sections: ['IDENTITY'] },
    { ...uganda, channel: 'DELTA', sections: ['RIGHTS'] },
    { ...uganda, channel: 'QUERY', sections: ['NARRATIVE'] },
    { ...igad, channel: 'REPLAY' },
    { ...igad, channel: 'SUBSCRIPTION' },
  ]);
  for (const other of ['focal-point:UGA', 'officer:igad', 'curator'])
    expect([other, await hub.data(other, readers, { id })]).toEqual([other, { practice: { accessLog: null } }]);

  const [officer, focalPoint, owner] = await Promise.all(
    ['officer:igad', 'focal-point:UGA', 'focal-point:KEN'].map(me),
  );
  const nodes: Json[] = await eventually(async () => {
    const { accessLog } = await hub.data('auditor', audit, { id });
    return accessLog.nodes.length >= 6 && accessLog.nodes;
  });
  expect(nodes.map(({ channel, personId, own }) => [channel, personId, own])).toEqual([
    ['SUBSCRIPTION', officer, false],
    ['REPLAY', officer, false],
    ['QUERY', focalPoint, false],
    ['DELTA', focalPoint, false],
    ['ENTITY', focalPoint, false],
    ['QUERY', owner, true],
  ]);
  await stream.end();
  await resumed.end();
});

test('an AMBER_STRICT push is in the log before it arrives', async () => {
  const stream = subscribe(await hub.client('officer:igad'), {}, watchSummaries);
  await stream.next();
  const { id } = await submitAs(hub, 'KEN', { ...amber, marking: 'AMBER_STRICT' });
  expect(await stream.next()).toMatchObject({ practiceId: id });
  await stream.end();
  expect(await seenByOwner(id, 1)).toMatchObject([{ channel: 'SUBSCRIPTION', role: 'OFFICER' }]);
});

test('the auditor verifies the log against a head kept earlier, and nobody else may', async () => {
  const verify = `query ($head: AccessLogHeadInput) { verifyAccessLog(head: $head) { from to fault { number kind } next head { number hash } } accessLogHead { number hash } }`;
  const { accessLogHead: head } = await hub.data('auditor', '{ accessLogHead { number hash } }');
  expect(head.number).toBeGreaterThan(0);
  const { verifyAccessLog } = await hub.data('auditor', verify, { head });
  expect(verifyAccessLog).toEqual({
    from: 1,
    to: verifyAccessLog.head.number,
    fault: null,
    next: null,
    head: expect.anything(),
  });
  const forged = { number: head.number, hash: '00'.repeat(32) };
  expect((await hub.data('auditor', verify, { head: forged })).verifyAccessLog.fault).toEqual({
    number: head.number,
    kind: 'REWRITTEN',
  });
  for (const [role, code] of [
    ['focal-point:KEN', 'FORBIDDEN'],
    ['curator', 'FORBIDDEN'],
    ['integrator:igad', 'FORBIDDEN'],
    [undefined, 'UNAUTHENTICATED'],
  ] as const) {
    const { data, errors } = await hub.ask(
      role,
      `{ accessLog(first: 1) { totalCount } accessLogHead { number } verifyAccessLog { to } }`,
    );
    expect([role, data, errors!.map(({ extensions }) => extensions.code)]).toEqual([
      role,
      { accessLog: null, accessLogHead: null, verifyAccessLog: null },
      [code, code, code],
    ]);
  }
});

test('the auditor reads the log and no practice that is not public', async () => {
  const { id } = await submitAs(hub, 'KEN', { marking: 'GREEN' });
  expect(
    await hub.data('auditor', 'query ($id: ID!) { practice(id: $id) { id } node(id: $id) { id } }', { id }),
  ).toEqual({
    practice: null,
    node: null,
  });
});
