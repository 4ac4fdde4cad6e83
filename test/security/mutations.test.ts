/**
 * A proof that cannot fail proves nothing: rules are broken one at a time, in the databases as they run, and each time
 * the comparison with the oracle has to notice.
 */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type pg from 'pg';
import { look } from './check.js';
import { type LivingWorld, createWorld } from './createWorld.js';
import { type Exchange, openExchange } from './exchange.js';
import { byId } from './paths/records.js';
import { Tally } from './tally.js';

type Change = (text: string) => string;
interface Breaking {
  /** By database and name of a function, or of a table whose read policies are meant. */
  [place: `${'practice' | 'membership'} ${'table' | 'function'} ${string}`]: Change;
}

const mutations: [name: string, Breaking][] = [
  [
    'AMBER_STRICT admits contributors',
    {
      'practice table practice': (rule) => rule.replaceAll('hub.strict_groups', 'hub.groups'),
    },
  ],
  [
    'a client’s ceiling is ignored',
    { 'membership function viewer_of_one': (text) => text.replace(`'ceiling', c.ceiling`, `'ceiling', 'AMBER'`) },
  ],
  [
    'RED is seen by curators',
    { 'practice table practice': (rule) => rule.replaceAll(`<> 'RED'::text`, `<> 'NOTHING'::text`) },
  ],
  [
    'DECLINED is seen by the audience',
    {
      'practice table practice': (rule) => rule.replaceAll(/\([^()]*<> 'DECLINED'::text\)/g, 'true'),
      'practice table practice_version': (rule) => rule.replaceAll(/\([^()]*<> 'DECLINED'::text\)/g, 'true'),
    },
  ],
  [
    'a section’s own marking is ignored',
    {
      'practice table practice_section': (rule) => rule.replaceAll('<= array_position', '>= 0 * array_position'),
    },
  ],
  [
    'former members of a body are still admitted',
    { 'membership function viewer_of_one': (text) => text.replace(/\(m\.valid_until is null or [^\n]*\)/, 'true') },
  ],
  [
    'drafts are visible to the audience',
    {
      'practice table practice': (rule) => rule.replaceAll(/\([^()]*= 'DRAFT'::text\)/g, 'false'),
      'practice table practice_version': (rule) => rule.replaceAll(/\([^()]*submitted_at IS NOT NULL\)/g, 'true'),
    },
  ],
  [
    'a grant that has run out opens on',
    { 'practice function granted_sections': (text) => text.replace('g.until >', `g.until + interval '10 years' >`) },
  ],
  [
    'a consent that has run out still holds',
    { 'practice table practice': (rule) => rule.replaceAll('(lapses_at <=', `((lapses_at + '10 years'::interval) <=`) },
  ],
  [
    'a role that has ended goes on',
    { 'membership function viewer_of_one': (text) => text.replace(/\(r\.valid_until is null or [^\n]*\)/, 'true') },
  ],
  [
    'a reviewer whose assignment has ended reads on',
    { 'practice table practice': (rule) => rule.replaceAll(/\([^()]*ended_at IS NULL\)/g, 'true') },
  ],
];

let exchange: Exchange;
let world: LivingWorld;
beforeAll(async () => {
  exchange = await openExchange();
  world = createWorld(20_261, { practices: 40 }); // large enough that each rule decides something in it
  await exchange.load(world);
});
afterAll(() => exchange.close());

/** How many answers differ from the oracle, asking everybody for everything by one path. */
async function differences(): Promise<number> {
  const tally = new Tally(world);
  for (const view of await look(exchange, world, tally)) await byId(view);
  return tally.differences;
}

const undo: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  while (undo.length > 0) await undo.pop()!();
});

/** Changes the text of a rule as the database has it; fails when there was nothing to change. */
async function breakRule(place: string, change: Change): Promise<void> {
  const [database, kind, name] = place.split(' ');
  const sql = database === 'practice' ? exchange.practiceSql : exchange.membershipSql;
  const broken = await (kind === 'table' ? breakPolicies : breakFunction)(sql, name!, change);
  expect([place, broken]).not.toEqual([place, 0]);
}

async function breakPolicies(sql: pg.Client, table: string, change: Change): Promise<number> {
  const { rows } = await sql.query<{ policyname: string; qual: string }>(
    `select policyname, qual from pg_policies where tablename = $1 and cmd = 'SELECT' and qual <> 'true'`,
    [table],
  );
  let broken = 0;
  for (const { policyname, qual } of rows) {
    const changed = change(qual);
    if (changed === qual) continue;
    broken += 1;
    await sql.query(`alter policy ${policyname} on ${table} using (${changed})`);
    undo.push(() => sql.query(`alter policy ${policyname} on ${table} using (${qual})`));
  }
  return broken;
}

async function breakFunction(sql: pg.Client, name: string, change: Change): Promise<number> {
  const { rows } = await sql.query<{ definition: string; owner: string }>(
    `select pg_get_functiondef(oid) as definition, proowner::regrole::text as owner from pg_proc where proname = $1`,
    [name],
  );
  const { definition, owner } = rows[0]!;
  const changed = change(definition);
  if (changed === definition) return 0;
  const replace = async (text: string) => {
    await sql.query(`set role ${owner}`); // who owns a function may replace it
    await sql.query(text);
    await sql.query('reset role');
  };
  await replace(changed);
  undo.push(() => replace(definition));
  return 1;
}

test('the rules as they are differ in nothing', async () => {
  expect(await differences()).toBe(0);
});

test.each(mutations)('it is noticed when %s', async (_, breaking) => {
  for (const [place, change] of Object.entries(breaking)) await breakRule(place, change);
  expect(await differences()).toBeGreaterThan(0);
});

test('and all of it can be taken back', async () => {
  expect(await differences()).toBe(0);
});
