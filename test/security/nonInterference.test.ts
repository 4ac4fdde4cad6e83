/**
 * Hidden is the same as absent: two hubs that differ in nothing but a practice hidden from a viewer answer that viewer
 * alike, to the letter and to the length, once ids, cursors and random suffixes have been given other names.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { GraphQLEnumType } from 'graphql';
import { type LivingWorld, createWorld } from './createWorld.js';
import { type Exchange, openExchange } from './exchange.js';
import { shown } from './oracle.js';
import { anyState, wholePractice } from './paths/records.js';
import { delta, live } from './paths/events.js';
import { globalId } from './record.js';
import { everything, subgraph } from './selection.js';
import { rewritePractices, writeLog } from './rows.js';
import { Tally } from './tally.js';
import { View } from './view.js';
import type { Practice } from './world.js';

let exchange: Exchange;
let world: LivingWorld;
beforeAll(async () => {
  world = createWorld(4_242, { practices: 20 });
  exchange = await openExchange({ now: () => world.now }); // the clock stands, so that no answer differs by it
});
afterAll(() => exchange.close());

const dimensions = (subgraph.getType('PracticeDimension') as GraphQLEnumType).getValues().map(({ name }) => name);

/** Everything at once that can count, order, group, find or refuse. */
const questions = `query ($absent: ID!, $refs: [_Any!]!, $hidden: [ID!]!) {
  all: practices(first: 100, filter: { states: ${anyState} }) { totalCount nodes { ...Whole } edges { cursor } pageInfo { hasNextPage endCursor startCursor } }
  page: practices(first: 2) { totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } }
  oldest: practices(first: 5, orderBy: { field: SUBMITTED_AT, direction: ASC }) { nodes { id } pageInfo { hasNextPage } }
  ${dimensions.map((by) => `${by}: practiceStatistics(by: [${by}], filter: { states: ${anyState} }) { ${everything('PracticeStatistics')} }`).join('\n')}
  title: practices(first: 100, search: "Shared", filter: { states: ${anyState} }) { totalCount nodes { id } }
  text: practices(first: 100, search: "Common") { totalCount nodes { id } }
  own: practices(first: 100, search: "zqhidden") { totalCount nodes { id } }
  igad: practices(first: 100, filter: { concerns: "igad" }) { totalCount nodes { id } }
  practice(id: $absent) { id }
  node(id: $absent) { id }
  nodes(ids: $hidden) { id }
  _entities(representations: $refs) { ... on Practice { id } ... on MemberState { practices(first: 100) { totalCount nodes { id } } } ... on Region { practices { totalCount } } ... on RegionalBody { practices { totalCount } } }
} ${wholePractice}`;
const change = `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) { ${everything('UpdatePracticePayload')} } }`;

/** All that a viewer is told, with cursors numbered in the order of their appearance and the asked id left out. */
async function answers(view: View, practice: Practice): Promise<string> {
  const id = globalId('Practice', practice.key);
  const asked = await exchange.ask(view.known, questions, {
    absent: id,
    hidden: [id],
    refs: [
      { __typename: 'Practice', id },
      ...['KEN', 'UGA', 'NGA', 'THA', 'FRA'].map((iso3) => ({
        __typename: 'MemberState',
        id: globalId('MemberState', iso3),
      })),
      { __typename: 'Region', id: globalId('Region', '001') },
      { __typename: 'RegionalBody', id: globalId('RegionalBody', 'igad') },
    ],
  });
  if (asked.errors) throw new Error(JSON.stringify(asked.errors));
  const told = {
    asked,
    events: await delta(view, null),
    refused: await exchange.ask(view.known, change, { input: { id, expectedRevision: 1, title: 'Mine' } }),
    malformed: await exchange.ask(view.known, `{ practices(first: 0) { totalCount } }`),
  };
  const names = new Map<string, string>();
  return JSON.stringify(told).replace(
    /"(cursor|endCursor|startCursor)":"([^"]+)"/g,
    (_, field: string, cursor: string) => {
      if (!names.has(cursor)) names.set(cursor, `${field}:${names.size}:${cursor.length}`);
      return `"${field}":"${names.get(cursor)}"`;
    },
  );
}

/** A practice of which the viewer is not to know. */
const hideFrom = (from: View['viewer'], candidates: readonly Practice[]) =>
  candidates.find((practice) => !shown({ viewer: from, world }, practice));

test('adding, changing and deleting what is hidden from a viewer changes nothing that viewer is told', async () => {
  await exchange.load(world);
  const tally = new Tally(world);
  let compared = 0;
  for (const viewer of world.viewers.filter((_, index) => index % 3 !== 1)) {
    const known = await exchange.known(viewer);
    if (!known) continue;
    const view = new View(exchange, world, viewer, known, tally);
    const practice = hideFrom(
      viewer,
      world.practices.filter(({ stage }) => stage !== 'DRAFT'),
    );
    if (!practice) continue;
    const stream = await live(view);
    const before = await answers(view, practice);

    // Changed: another text, more versions of it, as it stands in the log, and still hidden.
    const changed: Practice = {
      ...practice,
      revision: practice.revision + 7,
      versions: practice.versions.map((version) => ({
        ...version,
        themes: ['online-content'],
        pillars: ['III'],
        updatedAt: new Date(),
      })),
    };
    await rewritePractices(exchange.practiceSql, world, [changed], []);
    const image = {
      marking: practice.marking,
      audience: practice.audience,
      sectionMarkings: practice.sectionMarkings,
      stage: practice.stage,
      state: 'SUBMITTED',
    };
    const happening = {
      type: 'REVISED',
      at: new Date(),
      practice: practice.key,
      version: 1,
      before: image,
      after: image,
      person: null,
    };
    if (!shown({ viewer, world }, changed))
      await writeLog(exchange.practiceSql, world, [{ ...happening, id: crypto.randomUUID() }]);
    expect([viewer.name, 'changed', await answers(view, practice)]).toEqual([viewer.name, 'changed', before]);

    // Gone, with all that hangs on it; then there again.
    await exchange.practiceSql.query('delete from practice where key = $1', [practice.key]);
    expect([viewer.name, 'deleted', await answers(view, practice)]).toEqual([viewer.name, 'deleted', before]);
    await rewritePractices(exchange.practiceSql, world, [practice], []);
    expect([viewer.name, 'added', await answers(view, practice)]).toEqual([viewer.name, 'added', before]);

    expect([viewer.name, 'told live', await stream.untilQuiet()]).toEqual([viewer.name, 'told live', []]);
    compared += 3;
  }
  expect(compared).toBeGreaterThan(20);
}, 120_000);

test('unique keys tell nothing: the same title and idempotency key are free for everybody', async () => {
  await exchange.load(world);
  const create = `mutation ($input: CreatePracticeInput!) { createPractice(input: $input) { ${everything('CreatePracticePayload', ['practice'])} practice { slug } } }`;
  const writers = world.persons.filter(
    ({ roles }) => roles.length === 1 && roles[0]!.role === 'FOCAL_POINT' && !roles[0]!.until,
  );
  const made = [];
  for (const person of writers) {
    const known = (await exchange.known(person))!;
    const input = {
      title: 'One and the same',
      idempotencyKey: 'the-same-key',
      owner: { memberState: person.roles[0]!.of!.slice(2) },
    };
    made.push((await exchange.ask(known, create, { input })).data.createPractice);
  }
  expect(made.length).toBeGreaterThan(1);
  for (const { userErrors, practice } of made)
    expect([userErrors, practice.slug.length]).toEqual([[], made[0].practice.slug.length]);
  expect(new Set(made.map(({ practice }) => practice.slug)).size).toBe(made.length);
});
