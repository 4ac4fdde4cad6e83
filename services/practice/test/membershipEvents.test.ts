/** A reader's State joins or leaves a body: each practice that comes into sight or goes out of it is one event there. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Asker } from '@hub/kit/execution';
import { isPrepared } from '@hub/kit/execution';
import type { Token, Viewer } from '@hub/kit/viewer';
import { type Hub, person, startHub, submitted } from './hub.js';

const kenya = person('FOCAL_POINT', 's:KEN');
/** Of Uganda, whose bodies are given; the same person whatever they are. */
const key = randomUUID();
const uganda = (...bodies: Token[]): Viewer => ({
  ...person('FOCAL_POINT', 's:UGA', key),
  roles: [{ role: 'FOCAL_POINT', of: 's:UGA', groups: ['s:UGA', ...bodies] }],
});
const forBody = (body: string) => ({ marking: 'AMBER', audience: { regionalBodies: [body] } });

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

/** As membership's projection appends it; `at` long ago, so that nobody waits for a passport. */
const changed = async (body: string, joined: boolean, at = '2020-01-01T00:00:00Z', state = 'UGA') => {
  await hub.sql.query(
    `insert into event (id, type, at, state, body, joined) values (gen_random_uuid(), 'MEMBERSHIP_CHANGED', $1, $2, $3, $4)`,
    [at, state, body, joined],
  );
  hub.wakeUps.wake();
};
interface Event {
  type: string;
  practiceId: string | null;
  cursor: string;
}
const page = async (viewer: Viewer, after?: string, first = 100, filter?: object) =>
  (
    await hub.data(
      viewer,
      `query ($after: Cursor, $first: Int, $filter: PracticeFilter) { practiceEvents(after: $after, first: $first, filter: $filter) { cursor pageInfo { hasNextPage } nodes { type practiceId cursor practice { id } } } }`,
      { after, first, filter },
    )
  )['practiceEvents'] as { cursor: string; nodes: Event[]; pageInfo: { hasNextPage: boolean } };
/** All events after a cursor, read in pages of a size. */
async function all(viewer: Viewer, after: string | undefined, size: number, filter?: object) {
  const nodes: Event[] = [];
  for (;;) {
    const answer = await page(viewer, after, size, filter);
    nodes.push(...answer.nodes);
    after = answer.cursor;
    if (!answer.pageInfo.hasNextPage) return { nodes, cursor: answer.cursor };
  }
}
const types = ({ nodes }: { nodes: Event[] }) => nodes.map(({ type, practiceId }) => [type, practiceId]);
const now = async () => (await all(uganda(), undefined, 100)).cursor;
const update = (id: string, expectedRevision: number, input: object) =>
  hub.data(
    kenya,
    `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { practice { revision } userErrors { path } } }`,
    { input: { id, expectedRevision, ...input } },
  );

test('leaving is NO_LONGER_VISIBLE for each practice it hides, however the replay is cut; the rest is as it was', async () => {
  const [first, second] = [
    await submitted(hub, kenya, 's:KEN', forBody('igad')),
    await submitted(hub, kenya, 's:KEN', forBody('igad')),
  ];
  const kept = await submitted(hub, kenya, 's:KEN', forBody('au'));
  const other = await submitted(hub, kenya, 's:KEN', forBody('asean'));
  const both = await submitted(hub, kenya, 's:KEN', { marking: 'AMBER', audience: { regionalBodies: ['igad', 'au'] } });
  const cursor = await now();
  await changed('igad', false);
  const expected = [
    ['NO_LONGER_VISIBLE', first.id],
    ['NO_LONGER_VISIBLE', second.id],
  ];
  for (const size of [1, 2, 100]) {
    const told = types(await all(uganda('b:au'), cursor, size));
    expect([size, told]).toEqual([size, expected]);
    for (const { id } of [kept, other, both]) expect(told).not.toContainEqual(expect.arrayContaining([id]));
  }
  // It passes any filter; and nobody else is told of anything.
  expect(types(await all(uganda('b:au'), cursor, 100, { themes: ['nowhere'] }))).toEqual(expected);
  expect(types(await all(person('OFFICER', 'b:igad'), cursor, 100))).toEqual([]);
  expect(types(await all(person('FOCAL_POINT', 's:NGA'), cursor, 100))).toEqual([]);
});

test('joining is BECAME_VISIBLE for each practice it shows, and from there on the events of those', async () => {
  const { id, revision } = await submitted(hub, kenya, 's:KEN', forBody('ecowas'));
  const cursor = await now();
  const withdrawn = await submitted(hub, kenya, 's:KEN', forBody('ecowas'));
  await changed('ecowas', true);
  await update(id, revision, { title: 'Next' });
  await hub.data(
    kenya,
    `mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { userErrors { path } } }`,
    { input: { id, expectedRevision: revision + 1 } },
  );
  const reader = uganda('b:au', 'b:ecowas');
  for (const size of [1, 2, 100])
    expect([size, types(await all(reader, cursor, size))]).toEqual([
      size,
      [
        ['BECAME_VISIBLE', id],
        ['BECAME_VISIBLE', withdrawn.id],
        ['REVISED', id],
      ],
    ]);
});

test('what came and went with a body, and what an event hid meanwhile, is as if it had not been', async () => {
  const { id, revision } = await submitted(hub, kenya, 's:KEN', forBody('oic'));
  const hidden = await submitted(hub, kenya, 's:KEN', forBody('oic'));
  const cursor = await now();
  await changed('oic', true);
  const between = await submitted(hub, kenya, 's:KEN', forBody('oic'));
  await update(hidden.id, hidden.revision, { marking: 'RED' });
  await changed('oic', false);
  await update(id, revision, { marking: 'AMBER_STRICT' });
  for (const size of [1, 100]) expect([size, types(await all(uganda('b:au'), cursor, size))]).toEqual([size, []]);
  const after = types(await all(uganda('b:au'), undefined, 100));
  for (const practice of [id, hidden.id, between.id])
    expect(after).not.toContainEqual(expect.arrayContaining([practice]));
});

test('an officer’s own body stays theirs, whatever a State they also work for leaves', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', forBody('eapcco'));
  const two: Viewer = {
    ...uganda('b:au'),
    roles: [...uganda('b:au').roles, { role: 'OFFICER', of: 'b:eapcco', groups: ['b:eapcco'] }],
  };
  const cursor = await now();
  await changed('eapcco', false);
  await changed('eapcco', true);
  expect(types(await all(two, cursor, 100))).toEqual([]);
  expect((await hub.data(two, `query ($id: ID!) { practice(id: $id) { id } }`, { id }))['practice']).toEqual({ id });
});

test('a live stream tells it at the change, and waits for the passport that says so', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', forBody('sadc'));
  const asker: Asker = { viewer: uganda('b:au', 'b:sadc'), locales: [] };
  const prepared = hub.executor.prepare({
    query: `subscription { practiceEvents { type practiceId practice { id } } }`,
  });
  if (!isPrepared(prepared)) throw new Error('not a subscription');
  const stream = await hub.executor.subscribe(prepared, asker);
  if (!(Symbol.asyncIterator in stream)) throw new Error('no stream');
  const one = async () => ((await stream.next()).value as { data: { practiceEvents: Event } }).data.practiceEvents;
  expect((await one()).type).toBe('CAUGHT_UP');
  const left = one();
  await changed('sadc', false, new Date().toISOString());
  const later = await submitted(hub, kenya, 's:KEN', forBody('au'));
  hub.wakeUps.wake();
  const early = await Promise.race([
    left.then(() => 'told'),
    new Promise((resolve) => setTimeout(() => resolve('waits'), 400)),
  ]);
  expect(early).toBe('waits');
  asker.viewer = uganda('b:au'); // the gateway renews the passport
  expect(await left).toEqual({ type: 'NO_LONGER_VISIBLE', practiceId: id, practice: null });
  expect((await one()).practiceId).toBe(later.id);
  const joined = one();
  asker.viewer = uganda('b:au', 'b:sadc');
  await changed('sadc', true, new Date().toISOString());
  expect(await joined).toEqual({ type: 'BECAME_VISIBLE', practiceId: id, practice: { id } });
  await stream.return!();
});
