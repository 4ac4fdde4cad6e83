/** A stream whose reader's rights change while it runs: nothing that was decided by the older ones leaves. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isPrepared } from '@hub/kit/execution';
import type { Viewer } from '@hub/kit/viewer';
import { type Hub, person, startHub, submitted } from './hub.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const kenya = person('FOCAL_POINT', 's:KEN');
const uganda = person('FOCAL_POINT', 's:UGA');
const narrowed: Viewer = { ...uganda, roles: [] };
const shared = { marking: 'AMBER', audience: { memberStates: ['UGA'] } };

/** The reader of a replay, whose viewer can be changed as a renewed passport changes it. */
async function replay() {
  const { practiceEvents } = await hub.data(kenya, '{ practiceEvents(first: 100) { cursor } }');
  const ids = [await submitted(hub, kenya, 's:KEN', shared), await submitted(hub, kenya, 's:KEN', shared)];
  const asker = { viewer: uganda, locales: [] as string[] };
  const query = `subscription ($after: Cursor) {
    practiceEvents(after: $after) { type practiceId practice { themes { label { text } } } } }`;
  const prepared = hub.executor.prepare({ query, variables: { after: practiceEvents.cursor } });
  if (!isPrepared(prepared)) throw new Error(JSON.stringify(prepared));
  const stream = await hub.executor.subscribe(prepared, asker);
  if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream));
  const next = async () => {
    const { value } = await stream.next();
    return JSON.parse(JSON.stringify(value.data.practiceEvents)) as { type: string; practiceId: string | null };
  };
  return { ids: ids.map(({ id }) => id), asker, next, end: () => stream.return!() };
}

test('events that were decided together are decided anew for who the reader is by then', async () => {
  const { ids, asker, next, end } = await replay();
  expect(await next()).toMatchObject({ type: 'SUBMITTED', practiceId: ids[0] });
  asker.viewer = narrowed;
  expect(await next()).toMatchObject({ type: 'CAUGHT_UP', practiceId: null });
  await end();
});

test('the same rights in another object are the same only to whoever keeps the object', async () => {
  const { ids, asker, next, end } = await replay();
  expect(await next()).toMatchObject({ practiceId: ids[0] });
  asker.viewer = structuredClone(uganda); // decided anew, with the same result
  expect(await next()).toMatchObject({ practiceId: ids[1] });
  await end();
});

test('an event whose answer was being made when rights changed does not leave: the stream ends, to be resumed', async () => {
  const { asker, next } = await replay();
  await hub.sql.query('begin');
  await hub.sql.query('lock table theme in access exclusive mode'); // the answer waits for it, the decision does not
  const pending = next();
  pending.catch(() => undefined);
  const isWaiting = async () => {
    const { rows } = await hub.sql.query(`select from pg_locks where relation = 'theme'::regclass and not granted`);
    return rows.length > 0;
  };
  while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 5));
  asker.viewer = narrowed;
  await hub.sql.query('commit');
  await expect(pending).rejects.toMatchObject({ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } });
});
