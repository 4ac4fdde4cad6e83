/** Who sees what: every marking, asked by every development role in every way there is to ask. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { subscribe } from '../events.js';
import { type Hub, type Json, startHub } from '../hub.js';
import { completePractice, createMutation, done, submitAs } from '../practices.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

/** Kenya owns; the audience is Nigeria, and IGAD, in which are Kenya and Uganda; RED names Thailand's focal point. */
const audience = { memberStates: ['NGA'], regionalBodies: ['igad'] };
const kinds = ['DRAFT', 'CLEAR', 'GREEN', 'AMBER', 'AMBER_STRICT', 'RED', 'RED for nobody', 'PUBLISHED'] as const;
// prettier-ignore
const sees: [role: string | undefined, ...sight: string[]][] = [
  //                        DRAFT  CLEAR  GREEN  AMBER     STRICT    RED    nobody PUBLISHED
  [undefined,               '-',   '-',   '-',   '-',      '-',      '-',   '-',   'all'],
  ['focal-point:KEN',       'all', 'all', 'all', 'all',    'all',    'all', 'all', 'all'],
  ['focal-point:NGA',       '-',   'all', 'all', 'all',    'all',    '-',   '-',   'all'],
  ['focal-point:UGA',       '-',   'all', 'all', 'all',    'all',    '-',   '-',   'all'],
  ['focal-point:THA',       '-',   'all', 'all', '-',      '-',      'all', '-',   'all'],
  ['officer:igad',          '-',   'all', 'all', 'all',    'all',    '-',   '-',   'all'],
  ['officer:asean',         '-',   'all', 'all', '-',      '-',      '-',   '-',   'all'],
  ['reviewer:KEN',          '-',   'all', 'all', 'all',    '-',      '-',   '-',   'all'],
  ['reviewer:NGA',          '-',   'all', 'all', 'all',    '-',      '-',   '-',   'all'],
  ['reviewer:THA',          '-',   'all', 'all', '-',      '-',      '-',   '-',   'all'],
  ['curator',               '-',   'all', 'all', 'header', 'header', '-',   '-',   'all'],
  ['integrator:nga',        '-',   'all', 'all', 'all',    '-',      '-',   '-',   'all'],
  ['integrator:igad',       '-',   'all', 'all', 'all',    '-',      '-',   '-',   'all'],
  ['integrator:asean',      '-',   'all', 'all', '-',      '-',      '-',   '-',   'all'],
  ['integrator:dashboard',  '-',   'all', 'all', '-',      '-',      '-',   '-',   'all'], // Kenya's, cleared for GREEN
];

test('markings and roles, by practice, node, list, count, events and their replay', async () => {
  const { practiceEvents } = await hub.data('focal-point:KEN', '{ practiceEvents(first: 100) { cursor } }');
  const before = practiceEvents.cursor;
  const person = (await hub.data('focal-point:THA', '{ viewer { person { id } } }')).viewer.person.id;
  const drafted = await hub.data('focal-point:KEN', createMutation, {
    input: { owner: { memberState: 'KEN' }, ...completePractice, marking: 'CLEAR', audience },
  });
  const ids: Record<(typeof kinds)[number], string> = {
    DRAFT: done(drafted.createPractice).id,
    CLEAR: (await submitAs(hub, 'KEN', { marking: 'CLEAR' })).id,
    GREEN: (await submitAs(hub, 'KEN', { marking: 'GREEN' })).id,
    AMBER: (await submitAs(hub, 'KEN', { marking: 'AMBER', audience })).id,
    AMBER_STRICT: (await submitAs(hub, 'KEN', { marking: 'AMBER_STRICT', audience })).id,
    RED: (await submitAs(hub, 'KEN', { marking: 'RED', audience: { persons: [person] } })).id,
    'RED for nobody': (await submitAs(hub, 'KEN', { marking: 'RED', audience: {} })).id,
    PUBLISHED: (await hub.data(undefined, '{ practices(last: 1, filter: { memberStates: ["JPN"] }) { nodes { id } } }'))
      .practices.nodes[0].id,
  };
  const all = Object.values(ids);

  const table: typeof sees = [];
  for (const [role] of sees) {
    const { nodes, practices, practiceStatistics, practiceEvents, ...single } = await hub.data(
      role,
      `query ($ids: [ID!]!, $after: Cursor, ${all.map((_, i) => `$id${i}: ID!`).join(' ')}) {
        ${all.map((_, i) => `p${i}: practice(id: $id${i}) { id narrative { context } } n${i}: node(id: $id${i}) { id }`).join('\n')}
        nodes(ids: $ids) { id }
        practices(first: 100) { totalCount nodes { id } }
        practiceStatistics(by: [MARKING]) { total }
        practiceEvents(after: $after, first: 100) { nodes { practiceId practice { id } } }
      }`,
      { ids: all, after: before, ...Object.fromEntries(all.map((id, i) => [`id${i}`, id])) },
    );
    table.push([role, ...all.map((_, i) => (single[`p${i}`] ? (single[`p${i}`].narrative ? 'all' : 'header') : '-'))]);

    const visible = all.filter((_, i) => single[`p${i}`]);
    const unpublished = visible.filter((id) => id !== ids.PUBLISHED);
    expect([role, all.filter((_, i) => single[`n${i}`])]).toEqual([role, visible]);
    expect([role, nodes.map((node: Json) => node?.id ?? null)]).toEqual([
      role,
      all.map((id) => (visible.includes(id) ? id : null)),
    ]);
    const listed = practices.nodes.map(({ id }: Json) => id);
    expect([role, all.filter((id) => listed.includes(id))]).toEqual([role, visible]);
    expect([role, practices.totalCount, practiceStatistics.total]).toEqual([role, listed.length, listed.length]);

    const told = unpublished.filter((id) => id !== ids.DRAFT); // a draft is nobody's news
    expect([role, practiceEvents.nodes]).toEqual([role, told.map((id) => ({ practiceId: id, practice: { id } }))]);
    const stream = subscribe(await hub.client(role), { after: before });
    expect([role, (await stream.replay()).map(({ practiceId }) => practiceId)]).toEqual([role, told]);
    await stream.end();
  }
  expect(table).toEqual(sees);
  expect(hub.logged).toEqual([]);
});
