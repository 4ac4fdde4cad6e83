/** The event log: dense and in commit order, and what of it each reader is told, live and on replay. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import type { Viewer } from '@hub/kit/viewer';
import { viewerSettings } from '../src/practice/practice.visibility.js';
import { type Hub, anonymous, client, draft, person, startHub, submitted } from './hub.js';

const kenya = person('FOCAL_POINT', 's:KEN');
const uganda = person('FOCAL_POINT', 's:UGA');
const igad = person('OFFICER', 'b:igad');
const asean = person('OFFICER', 'b:asean');
const amber = { marking: 'AMBER', audience: { regionalBodies: ['igad'] } };

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

interface Event {
  type: string;
  cursor: string;
  practiceId: string | null;
  practice: { id: string; title: { text: string } } | null;
}
const fields = 'type cursor practiceId practice { id title { text } }';
const subscription = `subscription ($after: Cursor, $filter: PracticeFilter) { practiceEvents(after: $after, filter: $filter) { ${fields} } }`;

/** A subscriber whose events are taken one by one; `take(n)` waits for n of them. */
async function subscriber(viewer: Viewer, variables: object = {}) {
  const stream = await hub.subscribe(viewer, subscription, variables);
  const take = async (count: number): Promise<Event[]> => {
    const events: Event[] = [];
    while (events.length < count) {
      const { done, value } = await stream.next();
      if (done) throw new Error(`the stream ended after ${events.length} of ${count} events`);
      if (value.errors) throw new Error(JSON.stringify(value.errors));
      events.push(value.data!['practiceEvents']);
    }
    return events;
  };
  return { take, one: async () => (await take(1))[0]!, close: () => stream.return!() };
}
const types = (events: Event[]) => events.map(({ type, practiceId }) => [type, practiceId]);
const update = (viewer: Viewer, id: string, expectedRevision: number, input: object) =>
  hub.data(
    viewer,
    `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { practice { revision } userErrors { path message } } }`,
    { input: { id, expectedRevision, ...input } },
  );
const page = async (viewer: Viewer, variables: object = {}) =>
  (
    await hub.data(
      viewer,
      `query ($after: Cursor, $first: Int, $filter: PracticeFilter) { practiceEvents(after: $after, first: $first, filter: $filter) { cursor nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
      variables,
    )
  )['practiceEvents'] as { cursor: string; nodes: Event[]; pageInfo: { hasNextPage: boolean; endCursor: string } };
const withdraw = (id: string, expectedRevision: number) =>
  hub.data(
    kenya,
    `mutation ($input: WithdrawPracticeInput!) { withdrawPractice(input: $input) { userErrors { message } } }`,
    { input: { id, expectedRevision } },
  );

test('a subscription starts now, with CAUGHT_UP and the newest cursor first, and then is told of each submission', async () => {
  const officer = await subscriber(igad, { filter: { concerns: 'igad' } });
  const other = await subscriber(asean, { filter: { concerns: 'asean' } });
  expect(await officer.one()).toMatchObject({ type: 'CAUGHT_UP', practiceId: null, practice: null });
  expect((await other.one()).type).toBe('CAUGHT_UP');
  const first = await submitted(hub, kenya, 's:KEN', amber);
  expect(await officer.one()).toMatchObject({ type: 'SUBMITTED', practiceId: first.id, practice: { id: first.id } });
  const clear = await submitted(hub, kenya, 's:KEN', { marking: 'CLEAR', regions: ['001'] });
  expect((await officer.one()).practiceId).toBe(clear.id);
  expect((await other.one()).practiceId).toBe(clear.id); // and not the first
  await officer.close();
  await other.close();
});

test('whoever resumes gets exactly what they missed, then CAUGHT_UP, then live, without gap or double', async () => {
  const before = await subscriber(igad);
  const { cursor } = await before.one();
  await before.close();
  const missed = [await submitted(hub, kenya, 's:KEN', amber), await submitted(hub, uganda, 's:UGA', amber)];
  await submitted(hub, person('FOCAL_POINT', 's:THA'), 's:THA', {
    marking: 'AMBER',
    audience: { regionalBodies: ['asean'] },
  });
  const after = await subscriber(igad, { after: cursor });
  const replay = await after.take(3);
  expect(types(replay)).toEqual([...missed.map(({ id }) => ['SUBMITTED', id]), ['CAUGHT_UP', null]]);
  const live = await submitted(hub, kenya, 's:KEN', amber);
  expect((await after.one()).practiceId).toBe(live.id);
  await after.close();
  const again = await subscriber(igad, { after: replay[0]!.cursor });
  expect(types(await again.take(3))).toEqual([
    ['SUBMITTED', missed[1]!.id],
    ['SUBMITTED', live.id],
    ['CAUGHT_UP', null],
  ]);
  await again.close();
});

test('the same by pages: a reader may leave one channel and go on in the other', async () => {
  const { cursor } = await page(igad, { first: 100 });
  const sent = [];
  for (let count = 0; count < 5; count++) sent.push((await submitted(hub, kenya, 's:KEN', amber)).id);
  const first = await page(igad, { after: cursor, first: 2 });
  expect(first.nodes.map(({ practiceId }) => practiceId)).toEqual(sent.slice(0, 2));
  expect(first.pageInfo.hasNextPage).toBe(true);
  const stream = await subscriber(igad, { after: first.cursor });
  const rest = await stream.take(4);
  expect(types(rest)).toEqual([...sent.slice(2).map((id) => ['SUBMITTED', id]), ['CAUGHT_UP', null]]);
  await stream.close();
  const last = await page(igad, { after: rest[3]!.cursor });
  expect(last).toMatchObject({ nodes: [], pageInfo: { hasNextPage: false }, cursor: rest[3]!.cursor });
});

describe('what came into sight and went out of it', () => {
  test('tightening to RED is NO_LONGER_VISIBLE, live and on replay, and nothing to whom never saw it', async () => {
    const live = await subscriber(igad);
    const outside = await subscriber(asean);
    await outside.one();
    const { cursor } = await live.one();
    const { id, revision } = await submitted(hub, kenya, 's:KEN', amber);
    const seen = await live.one();
    await update(kenya, id, revision, { marking: 'RED' });
    expect(await live.one()).toMatchObject({ type: 'NO_LONGER_VISIBLE', practiceId: id, practice: null });
    const replay = await subscriber(igad, { after: seen.cursor, filter: { themes: ['deradicalisation-nowhere'] } });
    expect(types(await replay.take(2))).toEqual([
      ['NO_LONGER_VISIBLE', id],
      ['CAUGHT_UP', null],
    ]);
    const whole = await subscriber(igad, { after: cursor });
    expect(types(await whole.take(1))).toEqual([['CAUGHT_UP', null]]); // it came and went: it never was
    const next = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN' });
    expect((await outside.one()).practiceId).toBe(next.id);
    for (const stream of [live, outside, replay, whole]) await stream.close();
  });

  test('loosening is BECAME_VISIBLE to whom it newly reaches, and nothing to whom it reached before', async () => {
    const old = await subscriber(igad);
    const fresh = await subscriber(asean);
    await old.one();
    const { cursor } = await fresh.one();
    const { id, revision } = await submitted(hub, kenya, 's:KEN', amber);
    expect((await old.one()).type).toBe('SUBMITTED');
    const consent = { authority: 'Ministry', scope: 'Vetted viewers', date: '2026-01-01' };
    await update(kenya, id, revision, { marking: 'GREEN', consent });
    expect(await fresh.one()).toMatchObject({ type: 'BECAME_VISIBLE', practiceId: id, practice: { id } });
    const replay = await subscriber(asean, { after: cursor });
    expect(types(await replay.take(2))).toEqual([
      ['BECAME_VISIBLE', id],
      ['CAUGHT_UP', null],
    ]);
    const next = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN' });
    expect((await old.one()).practiceId).toBe(next.id);
    for (const stream of [old, fresh, replay]) await stream.close();
  });

  test('what was out of sight while a reader left is told when it is back', async () => {
    const { cursor } = await page(igad, { first: 100, after: await latestCursor() });
    const p = await submitted(hub, kenya, 's:KEN', amber);
    const q = await submitted(hub, kenya, 's:KEN', amber);
    const { updatePractice: hidden } = await update(kenya, p.id, p.revision, { marking: 'RED' });
    const first = await page(igad, { after: cursor });
    expect(first.nodes.map(({ practiceId }) => practiceId)).toEqual([q.id]);
    const consent = { authority: 'Ministry', scope: 'IGAD', date: '2026-01-01' };
    await update(kenya, p.id, hidden.practice.revision, { marking: 'AMBER', consent });
    const second = await page(igad, { after: first.nodes[0]!.cursor });
    expect(types(second.nodes)).toEqual([['BECAME_VISIBLE', p.id]]);
  });

  test('nobody is told of what was hidden before it was handed out', async () => {
    const slow = await subscriber(igad);
    await slow.one();
    const one = await submitted(hub, kenya, 's:KEN', amber);
    const two = await submitted(hub, kenya, 's:KEN', amber);
    expect((await slow.one()).practiceId).toBe(one.id); // the second waits, decided
    await update(kenya, two.id, two.revision, { marking: 'RED' });
    await hub.sql.query('select pg_sleep(0.3)');
    const three = await submitted(hub, kenya, 's:KEN', amber);
    expect((await slow.one()).practiceId).toBe(three.id);
    await slow.close();
  });

  test('a withdrawal reaches whoever could see it, as a tombstone', async () => {
    const officer = await subscriber(igad);
    await officer.one();
    const { id, revision } = await submitted(hub, kenya, 's:KEN', amber);
    await officer.one();
    await withdraw(id, revision);
    expect(await officer.one()).toMatchObject({ type: 'WITHDRAWN', practiceId: id, practice: { id } });
    await officer.close();
  });

  test('drafting a next version is no event; its submission is REVISED', async () => {
    const officer = await subscriber(igad);
    await officer.one();
    const { id, revision } = await submitted(hub, kenya, 's:KEN', amber);
    await officer.one();
    const { updatePractice } = await update(kenya, id, revision, { title: 'Next' });
    await hub.data(
      kenya,
      `mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { userErrors { message } } }`,
      {
        input: { id, expectedRevision: updatePractice.practice.revision },
      },
    );
    expect(await officer.one()).toMatchObject({
      type: 'REVISED',
      practiceId: id,
      practice: { title: { text: 'Next' } },
    });
    await officer.close();
  });

  test('however a replay is cut, the reader ends up knowing exactly what it may see', async () => {
    const { cursor: start } = await page(igad, { first: 100, after: (await latest()).cursor });
    const consent = { authority: 'Ministry', scope: 'Vetted viewers', date: '2026-01-01' };
    // Practices come, go, come back and are withdrawn, interleaved.
    const revisions = new Map<string, number>();
    const change = async (id: string, input: object) => {
      const { updatePractice } = await update(kenya, id, revisions.get(id)!, input);
      expect(updatePractice.userErrors).toEqual([]);
      revisions.set(id, updatePractice.practice.revision);
    };
    const made: string[] = [];
    for (let index = 0; index < 6; index++) {
      const { id, revision } = await submitted(hub, kenya, 's:KEN', amber);
      made.push(id);
      revisions.set(id, revision);
      if (index > 0) await change(made[index - 1]!, { marking: 'RED' });
      if (index > 1) await change(made[index - 2]!, { marking: 'AMBER', consent });
      if (index > 3) await change(made[index - 3]!, { marking: 'RED' });
    }
    const visible = new Set<string>();
    for (const id of made)
      if ((await hub.data(igad, 'query ($id: ID!) { practice(id: $id) { id } }', { id }))['practice']) visible.add(id);
    expect(visible.size).toBeGreaterThan(1);
    expect(visible.size).toBeLessThan(made.length);
    for (const size of [1, 2, 3, 100]) {
      const known = new Set<string>();
      let after = start;
      for (let more = true; more;) {
        const { nodes, cursor, pageInfo } = await page(igad, { after, first: size });
        for (const { type, practiceId } of nodes)
          if (type === 'NO_LONGER_VISIBLE') known.delete(practiceId!);
          else known.add(practiceId!);
        after = cursor;
        more = pageInfo.hasNextPage;
      }
      expect([size, known]).toEqual([size, visible]);
    }
  });
});

const latest = () => page(igad, { first: 1 });

/** The newest cursor. */
async function latestCursor(): Promise<string> {
  let answer = await page(igad, { first: 100 });
  while (answer.pageInfo.hasNextPage) answer = await page(igad, { first: 100, after: answer.cursor });
  return answer.cursor;
}

describe('cursors', () => {
  test('are the same for every viewer, meaningless, and refused when they are not of this log', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN' });
    const last = async (viewer: Viewer) => {
      let answer = await page(viewer, { first: 100 });
      while (answer.pageInfo.hasNextPage) answer = await page(viewer, { first: 100, after: answer.cursor });
      return answer.nodes.find(({ practiceId }) => practiceId === id)!.cursor;
    };
    const cursor = await last(igad);
    expect(await last(asean)).toBe(cursor);
    const tampered = `${cursor[0] === 'A' ? 'B' : 'A'}${cursor.slice(1)}`;
    const codes = async (after: string) =>
      (await hub.ask(igad, `query ($after: Cursor) { practiceEvents(after: $after) { cursor } }`, { after }))
        .errors?.[0]?.extensions;
    expect(await codes(tampered)).toMatchObject({ code: 'CURSOR_INVALID' });
    expect(await codes('nonsense')).toEqual({ code: 'BAD_USER_INPUT', path: ['after'] });
    await hub.sql.query('update event_head set epoch = epoch + 1'); // as after a restored back-up
    expect(await codes(cursor)).toMatchObject({ code: 'CURSOR_INVALID' });
    await hub.sql.query('update event_head set epoch = epoch - 1');
    expect(await codes(cursor)).toBeUndefined();
  });

  test('a malformed argument fails the subscription at once', async () => {
    await expect(hub.subscribe(igad, subscription, { filter: { concerns: 'IGAD!' } })).rejects.toThrow(
      /BAD_USER_INPUT/,
    );
  });
});

test('positions are dense and in commit order under 16 writers; what rolls back leaves no gap', async () => {
  const reader = await subscriber(igad, { filter: { concerns: 'igad' } });
  await reader.one();
  const writers = Array.from({ length: 16 }, (_, index) => (index % 2 ? kenya : uganda));
  const sent: string[] = [];
  await Promise.all(
    writers.map(async (viewer, writer) => {
      for (let round = 0; round < 5; round++) {
        const owner = viewer === kenya ? 's:KEN' : 's:UGA';
        const { id, revision } = await draft(hub, viewer, owner, amber);
        if ((writer + round) % 5 === 0) {
          // A submission that is refused inside its transaction.
          await hub.ask(
            viewer,
            `mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { userErrors { code } } }`,
            {
              input: { id, expectedRevision: revision + 7 },
            },
          );
        }
        await hub.data(
          viewer,
          `mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { userErrors { code } } }`,
          {
            input: { id, expectedRevision: revision },
          },
        );
        sent.push(id);
      }
    }),
  );
  const received = (await reader.take(sent.length)).map(({ practiceId }) => practiceId);
  await reader.close();
  expect(new Set(received)).toEqual(new Set(sent));
  expect(received.length).toBe(new Set(received).size);
  const { rows } = await hub.sql.query(
    'select count(*)::int as count, min(position)::int as first, max(position)::int as last, (select last::int from event_head) as head from event',
  );
  expect(rows[0]).toEqual({ count: rows[0].last, first: 1, last: rows[0].head, head: rows[0].head });
});

test('a reader waits for the log and not for a wake-up: with none, the poll finds what came', async () => {
  const reader = await subscriber(igad);
  await reader.one();
  const { rows } = await hub.sql.query(`select key from practice where marking = 'GREEN' limit 1`);
  const waiting = reader.one();
  await hub.sql.query('select pg_sleep(0.2)'); // the reader has looked and found nothing
  await hub.sql.query(
    `insert into event (id, type, at, practice_key, owner, marking_before, audience_before, stage_before, marking_after, audience_after, stage_after)
     values (gen_random_uuid(), 'PUBLISHED', now(), $1, 's:KEN', 'GREEN', '{}', 'SUBMITTED', 'GREEN', '{}', 'PUBLISHED')`,
    [rows[0].key],
  );
  expect(await waiting).toMatchObject({ type: 'PUBLISHED', practiceId: globalId('Practice', rows[0].key) });
  await reader.close();
});

test('anonymous readers are told of what is public, and of nothing else', async () => {
  const reader = await subscriber(anonymous);
  await reader.one();
  await submitted(hub, kenya, 's:KEN', { marking: 'CLEAR' });
  const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'CLEAR' });
  const key = Buffer.from(id, 'base64url').toString().slice('Practice:'.length);
  await hub.sql.query('begin');
  await hub.sql.query(`update practice set stage = 'PUBLISHED' where key = $1`, [key]);
  await hub.sql.query(`update practice_version set state = 'PUBLISHED', published_at = now() where practice_key = $1`, [
    key,
  ]);
  await hub.sql.query(
    `insert into event (id, type, at, practice_key, owner, marking_before, audience_before, stage_before, marking_after, audience_after, stage_after)
     values (gen_random_uuid(), 'PUBLISHED', now(), $1, 's:KEN', 'CLEAR', '{}', 'SUBMITTED', 'CLEAR', '{}', 'PUBLISHED')`,
    [key],
  );
  await hub.sql.query('commit');
  expect(await reader.one()).toMatchObject({ type: 'PUBLISHED', practiceId: id });
  await reader.close();
});

test('a client that was not given events reads practices and is told of no event', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', amber);
  const dashboard = client('b:igad', 'AMBER');
  const withoutEvents = { ...dashboard, scopes: ['practices:read'] };
  const found = await hub.data(withoutEvents, 'query ($id: ID!) { practice(id: $id) { id } }', { id });
  expect(found['practice']).toEqual({ id });
  const refused = { errors: [{ extensions: { code: 'FORBIDDEN' } }] };
  expect(await hub.ask(withoutEvents, 'query { practiceEvents(first: 1) { cursor } }')).toMatchObject(refused);
  await expect(hub.subscribe(withoutEvents, subscription)).rejects.toThrow('FORBIDDEN');
  // By the rows, too.
  const countFor = (viewer: Viewer) =>
    hub.source.transaction(async (db) => {
      for (const [name, value] of Object.entries(viewerSettings(viewer)))
        await db.query('select set_config($1, $2, true)', [name, value]);
      const [row] = await db.query<{ count: number }[]>(
        `select count(type)::int as count from read_events(0, 0, 0, 0, '{}', 1000)`,
      );
      return row!.count;
    });
  expect(await countFor(dashboard)).toBeGreaterThan(0);
  expect(await countFor(withoutEvents)).toBe(0);
});

test('a silent stream sends HEARTBEAT with the newest cursor, and ends when it is closed while it waits', async () => {
  const quick = await startHub({ heartbeatMs: 50 });
  try {
    const stream = await quick.subscribe(igad, subscription);
    expect((await stream.next()).value.data.practiceEvents.type).toBe('CAUGHT_UP');
    expect((await stream.next()).value.data.practiceEvents).toMatchObject({ type: 'HEARTBEAT', practiceId: null });
    const waiting = stream.next();
    await stream.return!();
    await expect(waiting).resolves.toMatchObject({ done: true });
  } finally {
    await quick.close();
  }
});
