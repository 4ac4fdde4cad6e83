/** Consents that run out: from that moment on nobody sees more, whether or not the job has run; and readers are told. */
import { afterAll, beforeEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Viewer } from '@hub/kit/viewer';
import { startWorker, noteLapses } from '../src/worker.js';
import { type Hub, draft, person, startHub, submitted } from './hub.js';

const kenya = person('FOCAL_POINT', 's:KEN');
const uganda = person('FOCAL_POINT', 's:UGA');
const igad = person('OFFICER', 'b:igad');
const thailand = person('FOCAL_POINT', 's:THA');
const strict = { marking: 'AMBER_STRICT', audience: { regionalBodies: ['igad'] } };
const until = (expiry: string | null) => ({
  consent: { authority: 'Office of the President', scope: 'As asked', date: '2026-01-31', expiry },
});

let now: Date;
const day = (date: string) => {
  now = new Date(`${date}T12:00:00Z`);
};
let hub: Hub;
beforeAll(async () => {
  hub = await startHub({ now: () => now });
});
afterAll(() => hub.close());
beforeEach(async () => {
  await noteLapses(hub.source, new Date('2099-01-01')); // of earlier tests
  day('2026-06-01');
});

const update = async (id: string, input: object, viewer: Viewer = kenya) => {
  const { practice } = await hub.data(viewer, `query ($id: ID!) { practice(id: $id) { revision } }`, { id });
  const { updatePractice } = await hub.data(
    viewer,
    `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { userErrors { path code } } }`,
    { input: { id, expectedRevision: practice.revision, ...input } },
  );
  expect(updatePractice.userErrors).toEqual([]);
};
const submit = async (id: string, expectedRevision: number, input: object = {}) =>
  (
    await hub.data(
      kenya,
      `mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { practice { revision } userErrors { path code } } }`,
      { input: { id, expectedRevision, ...input } },
    )
  )['submitPractice'];

/** The marking a viewer is shown; null when they see nothing, by every way of asking. */
async function shown(viewer: Viewer, id: string): Promise<string | null> {
  const { practice, node, practices, found } = await hub.data(
    viewer,
    `query ($id: ID!) { practice(id: $id) { marking } node(id: $id) { id }
       practices(first: 100, filter: { origin: [SUBMISSION] }) { totalCount nodes { id marking } }
       found: practices(first: 100, search: "evidence") { nodes { id } } }`,
    { id },
  );
  const listed = practices.nodes.find((entry: { id: string }) => entry.id === id);
  expect(practices.totalCount).toBe(practices.nodes.length);
  expect(found.nodes.map((entry: { id: string }) => entry.id).toSorted()).toEqual(
    practices.nodes.map((entry: { id: string }) => entry.id).toSorted(),
  );
  expect([node !== null, listed?.marking ?? null]).toEqual([practice !== null, practice?.marking ?? null]);
  return practice?.marking ?? null;
}

const page = async (viewer: Viewer, after?: string) => {
  const nodes: { type: string; practiceId: string; at: string; cursor: string }[] = [];
  for (let cursor = after; ;) {
    const { practiceEvents } = await hub.data(
      viewer,
      `query ($after: Cursor) { practiceEvents(after: $after, first: 100) { cursor pageInfo { hasNextPage } nodes { type practiceId at cursor } } }`,
      { after: cursor },
    );
    nodes.push(...practiceEvents.nodes);
    cursor = practiceEvents.cursor;
    if (!practiceEvents.pageInfo.hasNextPage) return { nodes, cursor: cursor! };
  }
};
const told = async (viewer: Viewer, after: string) =>
  (await page(viewer, after)).nodes.map(({ type, practiceId }) => [type, practiceId]);

describe('a loosening whose consent has run out', () => {
  test('is over from that moment, by every way of asking, though no job has run', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    await update(id, { marking: 'GREEN', ...until('2026-06-30') });
    now = new Date('2026-06-30T23:59:59.999Z');
    for (const viewer of [kenya, igad, thailand]) expect(await shown(viewer, id)).toBe('GREEN');
    now = new Date('2026-07-01T00:00:00.000Z');
    expect(await shown(thailand, id)).toBeNull();
    for (const viewer of [kenya, igad, uganda]) expect(await shown(viewer, id)).toBe('AMBER_STRICT');
    const { practiceStatistics, practices } = await hub.data(
      igad,
      `{ practiceStatistics(by: [MARKING]) { rows { key count } } practices(filter: { markings: [GREEN] }) { totalCount } }`,
    );
    expect(practiceStatistics.rows).toEqual([{ key: 'AMBER_STRICT', count: 1 }]);
    expect(practices.totalCount).toBe(0);
    await noteLapses(hub.source, now);
    expect(await shown(thailand, id)).toBeNull();
    for (const viewer of [kenya, igad, uganda]) expect(await shown(viewer, id)).toBe('AMBER_STRICT');
  });

  test('is shown to its owner beforehand, with its moment', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    await update(id, { audience: { regionalBodies: ['igad'], memberStates: ['THA'] }, ...until('2026-06-30') });
    const read = async () =>
      (
        await hub.data(
          kenya,
          `query ($id: ID!) { practice(id: $id) { audience { memberStates { id } regionalBodies { id } }
             sharingLapses { at marking audience { memberStates { id } regionalBodies { id } } sectionMarkings { section } } } }`,
          { id },
        )
      )['practice'];
    const before = await read();
    expect(before.audience.memberStates).toHaveLength(1);
    expect(before.sharingLapses).toEqual([
      {
        at: '2026-07-01T00:00:00.000Z',
        marking: 'AMBER_STRICT',
        audience: { memberStates: [], regionalBodies: before.audience.regionalBodies },
        sectionMarkings: [],
      },
    ]);
    day('2026-07-02');
    expect(await read()).toEqual({ audience: before.sharingLapses[0].audience, sharingLapses: [] });
  });

  test('is NO_LONGER_VISIBLE to whom it goes out of sight, live and on replay, and nothing to the others', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    await update(id, { marking: 'GREEN', ...until('2026-06-30') });
    const { cursor } = await page(thailand);
    const stream = await hub.subscribe(
      thailand,
      `subscription { practiceEvents { type practiceId at practice { id } } }`,
    );
    await stream.next(); // CAUGHT_UP
    const waiting = stream.next();
    day('2026-07-05');
    expect(await noteLapses(hub.source, now)).toBe(1);
    hub.wakeUps.wake();
    expect((await waiting).value.data.practiceEvents).toEqual({
      type: 'NO_LONGER_VISIBLE',
      practiceId: id,
      at: '2026-07-01T00:00:00.000Z',
      practice: null,
    });
    await stream.return!();
    expect(await told(thailand, cursor)).toEqual([['NO_LONGER_VISIBLE', id]]);
    expect(await told(igad, cursor)).toEqual([]);
    expect(await noteLapses(hub.source, now)).toBe(0);
  });

  test('is told before a change that comes after it, job or no job', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    await update(id, { marking: 'GREEN', ...until('2026-06-30') });
    const { cursor } = await page(thailand);
    day('2026-07-05');
    await update(id, { title: 'Another title' });
    expect(await told(thailand, cursor)).toEqual([['NO_LONGER_VISIBLE', id]]);
    expect(await noteLapses(hub.source, now)).toBe(0);
    await update(id, { marking: 'GREEN', ...until(null) }); // asked for anew
    expect(await shown(thailand, id)).toBe('GREEN');
    day('2036-07-05');
    expect(await shown(thailand, id)).toBe('GREEN');
  });

  test('needs fresh consent to be had again', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    await update(id, { marking: 'GREEN', ...until('2026-06-30') });
    day('2026-07-05');
    const { practice } = await hub.data(kenya, `query ($id: ID!) { practice(id: $id) { revision } }`, { id });
    const { updatePractice } = await hub.data(
      kenya,
      `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { userErrors { path code } } }`,
      { input: { id, expectedRevision: practice.revision, marking: 'GREEN' } },
    );
    expect(updatePractice.userErrors).toEqual([{ path: ['consent'], code: 'CONSENT_REQUIRED' }]);
  });
});

test('a section’s loosening runs out like the practice’s', async () => {
  const rights = async () =>
    await hub.data(
      uganda,
      `query ($id: ID!) { practice(id: $id) { rights { rightsAffected } redactions { path } } practices(search: "rumours") { totalCount } }`,
      { id },
    );
  const { id } = await submitted(hub, kenya, 's:KEN', {
    ...strict,
    rights: { rightsAffected: ['Freedom from rumours'] },
    sectionMarkings: [{ section: 'RIGHTS', marking: 'RED' }],
  });
  const hidden = { practice: { rights: null, redactions: [{ path: 'rights' }] }, practices: { totalCount: 0 } };
  expect(await rights()).toEqual(hidden);
  await update(id, { sectionMarkings: [{ section: 'RIGHTS', marking: null }], ...until('2026-06-30') });
  const open = {
    practice: { rights: { rightsAffected: ['Freedom from rumours'] }, redactions: [] },
    practices: { totalCount: 1 },
  };
  expect(await rights()).toEqual(open);
  const { cursor } = await page(uganda);
  day('2026-07-01');
  expect(await rights()).toEqual(hidden);
  await noteLapses(hub.source, now);
  expect(await rights()).toEqual(hidden);
  expect(await told(uganda, cursor)).toEqual([['BECAME_VISIBLE', id]]); // take it in as it is now
});

test('several consents: each takes its own with it, an earlier one what was opened on top; tightening stays', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', strict);
  const wide = { regionalBodies: ['igad'], memberStates: ['THA'] };
  await update(id, { audience: wide, ...until('2026-08-31') });
  await update(id, { marking: 'GREEN', ...until('2026-06-30') });
  const nigeria = person('FOCAL_POINT', 's:NGA');
  const seen = async () => Promise.all([igad, thailand, nigeria].map((viewer) => shown(viewer, id)));
  expect(await seen()).toEqual(['GREEN', 'GREEN', 'GREEN']);
  day('2026-07-02');
  expect(await seen()).toEqual(['AMBER_STRICT', 'AMBER_STRICT', null]);
  await noteLapses(hub.source, now);
  expect(await seen()).toEqual(['AMBER_STRICT', 'AMBER_STRICT', null]);
  await update(id, { audience: { memberStates: ['THA'] } }); // IGAD is taken out
  expect(await seen()).toEqual([null, 'AMBER_STRICT', null]);
  day('2026-09-02'); // what THA rests on is over; IGAD stays out
  expect(await seen()).toEqual([null, null, null]);
  expect(await shown(kenya, id)).toBe('AMBER_STRICT');
});

test('several lapses that nobody noted are one step to where they lead', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', strict);
  await update(id, { audience: { regionalBodies: ['igad'], memberStates: ['THA'] }, ...until('2026-08-31') });
  await update(id, { marking: 'GREEN', ...until('2026-06-30') });
  const { cursor } = await page(thailand);
  day('2026-10-01');
  expect(await noteLapses(hub.source, now)).toBe(1);
  expect(await told(thailand, cursor)).toEqual([['NO_LONGER_VISIBLE', id]]);
  expect(await shown(igad, id)).toBe('AMBER_STRICT');
});

test('a consent renewed in time holds to its new end', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', strict);
  await update(id, { marking: 'GREEN', ...until('2026-06-30') });
  await update(id, until('2026-12-31'));
  day('2026-07-02');
  expect(await noteLapses(hub.source, now)).toBe(0);
  expect(await shown(thailand, id)).toBe('GREEN');
  day('2027-01-01');
  expect(await shown(thailand, id)).toBeNull();
});

describe('a consent given with the first submission', () => {
  test('ends what that opened: then the practice is its owner’s alone', async () => {
    const { id, revision } = await draft(hub, kenya, 's:KEN', strict);
    expect((await submit(id, revision, until('2026-06-30'))).userErrors).toEqual([]);
    expect(await shown(igad, id)).toBe('AMBER_STRICT');
    day('2026-07-01');
    expect(await shown(igad, id)).toBeNull();
    expect(await shown(person('CURATOR'), id)).toBeNull();
    expect(await shown(kenya, id)).toBe('RED');
  });

  test('or recorded with the draft counts the same, and must not have run out before', async () => {
    const { id } = await draft(hub, kenya, 's:KEN', strict);
    await update(id, until('2026-06-30'));
    const late = await draft(hub, kenya, 's:KEN', strict);
    await update(late.id, until('2026-06-30'));
    expect((await submit(id, 2)).userErrors).toEqual([]);
    day('2026-07-01');
    expect(await shown(igad, id)).toBeNull();
    expect((await submit(late.id, 2)).userErrors).toEqual([{ path: ['consent'], code: 'CONSENT_REQUIRED' }]);
    expect((await submit(late.id, 2, until('2026-07-31'))).userErrors).toEqual([]);
  });
});

describe('the job', () => {
  const log = () => {
    const lines: string[] = [];
    return { lines, info: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
  };
  test('notes what ran out and wakes readers; two of them note it once', async () => {
    const { id } = await submitted(hub, kenya, 's:KEN', strict);
    await update(id, { marking: 'GREEN', ...until('2026-06-30') });
    const { cursor } = await page(thailand);
    day('2026-07-02');
    let wake = () => undefined as void;
    const woken = new Promise<void>((resolve) => (wake = resolve));
    const workers = [1, 2].map(() => startWorker({ database: hub.source, now: () => now, wake, log: log() }));
    await woken;
    for (const worker of workers) await worker.close();
    expect(await told(thailand, cursor)).toEqual([['NO_LONGER_VISIBLE', id]]);
  });

  test('goes on after the database refused, and says so once', async () => {
    await hub.sql.query('revoke execute on function note_lapses(uuid) from practice_app');
    const said = log();
    const worker = startWorker({ database: hub.source, now: () => now, wake: () => undefined, log: said });
    while (said.lines.length < 1) await new Promise((resolve) => setTimeout(resolve, 10));
    await hub.sql.query('grant execute on function note_lapses(uuid) to practice_app');
    while (said.lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
    await worker.close();
    expect(said.lines).toHaveLength(2);
  });
});
