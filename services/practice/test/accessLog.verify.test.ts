/** Whatever is done to the access log behind the service's back is found, with the first number that is not right. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { type Hub, person, startHub } from './hub.js';

const auditor = person('AUDITOR');
const entries = 40;
let hub: Hub;
let head: { number: number; hash: string };
beforeAll(async () => {
  hub = await startHub();
  // In several batches, so that there are heads in between.
  for (let batch = 0; batch < 4; batch++) {
    await hub.sql.query(
      `insert into access_queue (at, viewer_kind, viewer_key, role, "of", practice_key, version, sections, channel, own, times)
       select now() + i * interval '1 millisecond', 'person', gen_random_uuid(), 'FOCAL_POINT', 's:UGA', gen_random_uuid(), 1, '{identity,rights}', 'QUERY', false, i
         from generate_series(1, ${entries / 4}) i`,
    );
    await hub.sql.query('select chain_accesses(1000, now())');
  }
  // From here on as somebody who owns the database: nothing stops them.
  await hub.sql.query(
    'set session_replication_role = replica; alter table access_log drop constraint access_log_number_check',
  );
  await hub.sql.query('create table kept_log as table access_log; create table kept_head as table access_log_head');
});
beforeEach(async () => {
  await hub.sql.query(`delete from access_log; delete from access_log_head;
    insert into access_log select * from kept_log; insert into access_log_head select * from kept_head`);
  head = (await hub.data(auditor, '{ accessLogHead { number hash } }'))['accessLogHead'];
});
afterAll(() => hub.close());

const verify = async (variables: object = {}) =>
  (
    await hub.data(
      auditor,
      `query ($from: Int, $to: Int, $head: AccessLogHeadInput) { verifyAccessLog(from: $from, to: $to, head: $head) { from to fault { number kind } next head { number hash } } }`,
      variables,
    )
  )['verifyAccessLog'];

/** Writes the hashes anew from a number on, as somebody would who wants to hide what they did. */
async function rehash(from: number, heads: boolean): Promise<void> {
  const { rows } = await hub.sql.query<Record<string, string> & { previous: Buffer; hash: Buffer }>(
    `select number, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at, viewer_kind, viewer_key, role, "of",
       practice_key, version, array_to_string(sections, ',') as sections, channel, own, times, previous, hash from access_log order by number`,
  );
  let previous = Buffer.alloc(32);
  for (const row of rows) {
    if (Number(row['number']) >= from) {
      const text = [
        ...[
          row['at'],
          row['viewer_kind'],
          row['viewer_key'],
          row['role'],
          row['of'],
          row['practice_key'],
          row['version'],
        ],
        ...[row['sections'], row['channel'], row['own'], row['times']],
      ].join('\n');
      row.hash = createHash('sha256').update(previous).update(text).digest();
      await hub.sql.query('update access_log set previous = $1, hash = $2 where number = $3', [
        previous,
        row.hash,
        row['number'],
      ]);
      if (heads) await hub.sql.query('update access_log_head set hash = $1 where last = $2', [row.hash, row['number']]);
    }
    previous = Buffer.from(row.hash);
  }
}

test('a log that nobody touched is right, as a whole and in parts', async () => {
  expect(await verify()).toEqual({ from: 1, to: entries, fault: null, next: null, head });
  expect(head.number).toBe(entries);
  expect(await verify({ head })).toMatchObject({ to: entries, fault: null });
  expect(await verify({ from: 7, to: 20 })).toEqual({ from: 7, to: 20, fault: null, next: 21, head });
  expect(await verify({ from: 21 })).toMatchObject({ from: 21, to: entries, fault: null, next: null });
  expect(await verify({ from: entries + 1 })).toMatchObject({ to: entries, fault: null, next: null });
});

describe.each([
  ['at', `at = at + interval '1 microsecond'`],
  ['viewer_kind', `viewer_kind = 'client'`],
  ['viewer_key', `viewer_key = gen_random_uuid()`],
  ['role', `role = 'OFFICER'`],
  ['of', `"of" = 's:KEN'`],
  ['practice_key', `practice_key = gen_random_uuid()`],
  ['version', `version = 2`],
  ['sections', `sections = '{identity}'`],
  ['channel', `channel = 'DELTA'`],
  ['own', `own = true`],
  ['times', `times = 1000`],
  ['hash', `hash = sha256('x')`],
  ['previous', `previous = sha256('x')`],
])('a changed %s', (_column, change) => {
  test.each([1, 10, 17, entries])('of entry %i is CHANGED', async (number) => {
    await hub.sql.query(`update access_log set ${change} where number = ${number}`);
    expect(await verify()).toMatchObject({ to: number - 1, fault: { number, kind: 'CHANGED' } });
    expect(await verify({ from: number })).toMatchObject({ fault: { number, kind: 'CHANGED' } });
  });
});

test.each([
  ['deleted', 'delete from access_log where number = 17', { number: 17, kind: 'GAP' }],
  ['the first deleted', 'delete from access_log where number = 1', { number: 1, kind: 'GAP' }],
  ['the last deleted', `delete from access_log where number = ${entries}`, { number: entries, kind: 'TRUNCATED' }],
  ['all after 12 deleted', 'delete from access_log where number > 12', { number: 13, kind: 'TRUNCATED' }],
  ['all deleted', 'delete from access_log', { number: 1, kind: 'TRUNCATED' }],
  [
    'two exchanged',
    'update access_log set number = -number where number in (5, 30); update access_log set number = 35 + number where number < 0',
    { number: 5, kind: 'REORDERED' },
  ],
  [
    'neighbours exchanged',
    'update access_log set number = -number where number in (5, 6); update access_log set number = 11 + number where number < 0',
    { number: 5, kind: 'REORDERED' },
  ],
  [
    'one taken out and the rest moved up',
    'delete from access_log where number = 9; update access_log set number = -number where number > 9; update access_log set number = -number - 1 where number < 0',
    { number: 9, kind: 'REORDERED' },
  ],
  [
    'one put in, which fits the one before',
    `update access_log set number = -number where number > 9; update access_log set number = -number + 1 where number < 0;
     insert into access_log select 10, at, viewer_kind, viewer_key, role, "of", practice_key, version, sections, channel, own, times, hash, hash from access_log where number = 9`,
    { number: 10, kind: 'CHANGED' },
  ],
  [
    'a copy put in',
    `update access_log set number = -number where number > 9; update access_log set number = -number + 1 where number < 0;
     insert into access_log select 10, at, viewer_kind, viewer_key, role, "of", practice_key, version, sections, channel, own, times, previous, hash from access_log where number = 9`,
    { number: 10, kind: 'REORDERED' },
  ],
  [
    'one put in at the end',
    `insert into access_log select ${entries + 1}, at, viewer_kind, viewer_key, role, "of", practice_key, version, sections, channel, own, times, previous, hash from access_log where number = ${entries}`,
    { number: entries + 1, kind: 'REORDERED' },
  ],
])('%s', async (_what, sql, fault) => {
  await hub.sql.query(sql);
  expect((await verify()).fault).toEqual(fault);
});

test('hashes written anew from a change on do not meet the heads of the batches', async () => {
  await hub.sql.query('update access_log set times = 1000 where number = 17');
  await rehash(17, false);
  expect((await verify()).fault).toEqual({ number: 20, kind: 'REWRITTEN' });
  expect((await verify({ from: 18, to: 19 })).fault).toBeNull(); // of these two alone nothing is wrong
});

test('a log that was written anew, heads and all, is found by a head that was kept, and by nothing else', async () => {
  await hub.sql.query('update access_log set times = 1000 where number = 17');
  await rehash(17, true);
  expect(await verify()).toMatchObject({ to: entries, fault: null });
  expect((await verify({ head })).fault).toEqual({ number: entries, kind: 'REWRITTEN' });
  expect((await verify({ head, to: 10 })).fault).toEqual({ number: entries, kind: 'REWRITTEN' });
  expect((await verify({ head: { number: 12, hash: 'ab'.repeat(32) } })).fault).toEqual({
    number: 12,
    kind: 'REWRITTEN',
  });
});

test('a log that was cut with its heads is found by a head that was kept', async () => {
  await hub.sql.query('delete from access_log where number > 20');
  await hub.sql.query('delete from access_log_head where last > 20');
  expect(await verify()).toMatchObject({ to: 20, fault: null });
  expect((await verify({ head })).fault).toEqual({ number: 21, kind: 'TRUNCATED' });
});

test('a part is not taken for right when what it goes on from is missing or changed', async () => {
  await hub.sql.query('delete from access_log where number = 16');
  expect((await verify({ from: 17 })).fault).toEqual({ number: 16, kind: 'GAP' });
  await hub.sql.query('update access_log set times = 5 where number = 20');
  expect((await verify({ from: 21 })).fault).toEqual({ number: 20, kind: 'CHANGED' });
});

test.each([
  ['from: 0', ['from']],
  ['from: 5, to: 4', ['to']],
  ['head: { number: -1, hash: "00" }', ['head', 'number']],
  ['head: { number: 1, hash: "nonsense" }', ['head', 'hash']],
])('verifyAccessLog(%s) is BAD_USER_INPUT', async (args, path) => {
  const { errors } = await hub.ask(auditor, `{ verifyAccessLog(${args}) { to } }`);
  expect(errors![0]!.extensions).toMatchObject({ code: 'BAD_USER_INPUT', path });
});
