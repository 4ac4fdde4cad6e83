/**
 * How much a page costs does not hang on how many rows it has: statements counted at the wire, requests at the
 * services' doors.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { subscribe } from '../events.js';
import { type Hub, type Json, type ServiceName, startHub } from '../hub.js';
import { completePractice, createMutation, done, submitMutation } from '../practices.js';
import { type Wire, wireTo } from '@hub/local/wire';
import { type Counter, countRequests } from '../proxies.js';

let hub: Hub;
/** What goes on without anybody asking: waking and polling for events, practice following membership's log, noting
 *  what has run out, and the access log. */
const background =
  /^select last from \w+|read_membership_events|membership_progress|pg_notify|note_lapses|chain_accesses|access_queue/;

const statements = {} as Record<ServiceName, Wire>;
const requests = {} as Record<ServiceName, Counter>;
beforeAll(async () => {
  hub = await startHub({
    through: async (service, url) => (statements[service] = await wireTo(url, { ignoring: background })).url,
    reach: async (service, url) => (requests[service] = await countRequests(url)).url,
  });
});
afterAll(async () => {
  await hub.close();
  await Promise.all([...Object.values(statements), ...Object.values(requests)].map((counter) => counter.close()));
});

/** What has been counted so far. */
const counted = () => ({
  statements: each((service) => statements[service].statements),
  requests: each((service) => requests[service].count),
});

const each = (value: (service: ServiceName) => number) => ({
  practice: value('practice'),
  region: value('region'),
  membership: value('membership'),
});

/** What `work` costs each service. */
async function cost<T>(work: () => Promise<T>) {
  const before = counted();
  const result = await work();
  const after = counted();
  return {
    result,
    statements: each((service) => after.statements[service] - before.statements[service]),
    requests: each((service) => after.requests[service] - before.requests[service]),
  };
}

const states = ['KEN', 'UGA', 'NGA', 'THA', 'IDN', 'NOR', 'BRA', 'CAN', 'JOR', 'UZB'];
const bodies = ['igad', 'asean', 'osce', 'eu', 'au'];
const places = ['014', '011', '035', '154', '005', '021', '145', '143', '002', '142'];
const topics = ['legal-frameworks', 'digital-evidence', 'digital-literacy', 'capacity-building', 'public-reporting'];

/** The practice with this number: owners, regions and themes take turns. */
async function submit(i: number, regions = [places[i % places.length]!, '001']): Promise<string> {
  const state = states[i % states.length]!;
  const body = bodies[i % bodies.length]!;
  const [role, owner] =
    i % 2 ? [`officer:${body}`, { regionalBody: body }] : [`focal-point:${state}`, { memberState: state }];
  const themes = [topics[i % topics.length]!, topics[(i + 1) % topics.length]!];
  const created = await hub.data(role, createMutation, {
    input: { ...completePractice, owner, regions, themes, marking: 'GREEN', title: `Practice ${i}` },
  });
  const { id, revision } = done(created.createPractice);
  const { submitPractice } = await hub.data(role, submitMutation, { input: { id, expectedRevision: revision } });
  return done(submitPractice).id;
}

const card = `
  title { text }
  owner { __typename ... on MemberState { name { text } bodies { acronym } } ... on RegionalBody { acronym members { iso3 } } }
  regions { name { text } } themes { label { text } }`;

/** Without asking membership who asks, which the gateway does not know when it has not heard membership's log lately. */
const beside = (statements: Record<string, number>, usual: number, most: number): Record<string, number> => {
  const asking = statements['membership']! - usual;
  return { ...statements, membership: asking > 0 && asking <= most ? usual : statements['membership']! };
};

test('a page of 2, 20 and 100 practices costs the same statements, and at most three requests per service', async () => {
  for (let i = 0; i < 98; i += 14) await Promise.all(Array.from({ length: 14 }, (_, j) => submit(i + j)));
  for (const last of [98, 99]) await submit(last); // one of each kind of owner
  const page = (first: number) =>
    hub.data('focal-point:KEN', `{ practices(first: ${first}, filter: { origin: SUBMISSION }) { nodes { ${card} } } }`);
  const kinds = (data: Json) => new Set(data.practices.nodes.map(({ owner }: Json) => owner.__typename));

  const costs = [];
  for (const rows of [2, 20, 100]) {
    const { result, ...of } = await cost(() => page(rows));
    expect(result.practices.nodes).toHaveLength(rows);
    expect(kinds(result)).toEqual(new Set(['MemberState', 'RegionalBody']));
    costs.push({ rows, ...of, statements: beside(of.statements, 8, 1) });
  }
  for (const { rows, requests } of costs)
    for (const [service, count] of Object.entries(requests))
      expect({ rows, service, few: count <= 3, count }).toMatchObject({ few: true });
  expect(costs).toEqual(
    [2, 20, 100].map((rows) => ({
      rows,
      requests: { practice: 1, region: 2, membership: 1 },
      statements: { practice: 5, region: 9, membership: 8 },
    })),
  );
});

test('an event costs the same, whatever the practice and however many it has of everything', async () => {
  const stream = subscribe(
    await hub.client('officer:igad'),
    {},
    `subscription { practiceEvents { type practice { ${card} } } }`,
  );
  expect(await stream.next()).toMatchObject({ type: 'CAUGHT_UP' });
  const costs = [];
  // Norway is in few bodies, Kenya in many; one region, then ten.
  for (const [i, regions] of [
    [15, ['154']],
    [10, places],
  ] as const) {
    const { result, ...of } = await cost(async () => {
      await submit(i * 2, [...regions]);
      return stream.next();
    });
    expect(result.practice.regions).toHaveLength(regions.length);
    costs.push({ ...of, statements: beside(of.statements, 5, 2) });
  }
  await stream.end();
  for (const { requests, statements } of costs) {
    expect(requests).toEqual({ practice: 2, region: 2, membership: 1 }); // practice: the two mutations
    expect([statements['region'], statements['membership']]).toEqual([8, 5]);
  }
});
