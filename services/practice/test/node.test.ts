import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { type Hub, anonymous, draft, person, startHub, submitted } from './hub.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub({ referenceOnly: false });
});
afterAll(() => hub.close());

const focalPoint = person('FOCAL_POINT', 's:KEN');
const officer = person('OFFICER', 'b:asean');
const node = `query ($id: ID!) { node(id: $id) { __typename id } }`;
const nodes = `query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`;

/** One that exists, and one that does not, for each type. */
const named: [type: string, present: string, absent: string][] = [
  ['Practice', '6d3c2953-4c7b-5a09-8f04-8e741c1a7345', randomUUID()],
  ['Theme', 'prevention', 'nothing'],
  ['KnowledgeProduct', 'ct-tech-kp-threat-assessment', 'nothing'],
  ['MemberState', 'KEN', 'XXX'],
  ['Region', '014', '999'],
  ['RegionalBody', 'igad', 'nothing'],
  ['Workshop', 'ct-tech-nairobi-2023', 'nothing'],
];

test.each(named)('a %s is found by its id, and not when it is absent', async (type, present, absent) => {
  const id = globalId(type, present);
  expect(await hub.data(anonymous, node, { id })).toEqual({ node: { __typename: type, id } });
  expect(await hub.data(anonymous, node, { id: globalId(type, absent) })).toEqual({ node: null });
});

test.each(['Person', 'ApiClient', 'Nothing'])('a %s cannot be reached', async (type) => {
  const key = type === 'Nothing' ? 'nothing' : focalPoint.key!;
  expect(await hub.data(focalPoint, node, { id: globalId(type, key) })).toEqual({ node: null });
});

test.each([
  ['nonsense', 'nonsense'],
  ['nothing', ''],
  ['a bare slug', 'igad'],
  ['a State spelt in lower case', globalId('MemberState', 'ken')],
  ['a practice without a key', globalId('Practice', '42')],
  ['an id with padding', `${globalId('Region', '001')}==`],
  ['a name from the prototype', globalId('Constructor', 'x y')],
])('%s is malformed', async (_, id) => {
  expect((await hub.ask(anonymous, node, { id })).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', path: ['id'] } },
  ]);
  const ids = [globalId('Region', '001'), id];
  expect((await hub.ask(anonymous, nodes, { ids })).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', path: ['ids', '1'] } },
  ]);
});

test('several at once keep their order, with null where there is nothing', async () => {
  const present = named.map(([type, key]) => globalId(type, key));
  const ids = [...present, globalId('Theme', 'nothing'), present[0]!];
  const { nodes: found } = await hub.data(anonymous, nodes, { ids });
  expect(found.map((entry: { id: string } | null) => entry?.id ?? null)).toEqual([...present, null, present[0]]);
  expect(await hub.data(anonymous, nodes, { ids: [] })).toEqual({ nodes: [] });
});

test('a hundred ids at once, not more', async () => {
  const ids = Array.from({ length: 100 }, () => globalId('Practice', randomUUID()));
  expect((await hub.data(anonymous, nodes, { ids })).nodes).toEqual(ids.map(() => null));
  expect((await hub.ask(anonymous, nodes, { ids: [...ids, ids[0]] })).errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', path: ['ids'] } },
  ]);
});

test('a practice hidden from the viewer answers like an absent one, by node and by reference', async () => {
  const own = await draft(hub, focalPoint, 's:KEN');
  const shared = await submitted(hub, focalPoint, 's:KEN', {
    marking: 'AMBER',
    audience: { regionalBodies: ['asean'] },
  });
  const read = async (viewer: typeof focalPoint, id: string) => {
    const { node: found, _entities } = await hub.data(
      viewer,
      `query ($id: ID!, $references: [_Any!]!) { node(id: $id) { id } _entities(representations: $references) { ... on Practice { id } } }`,
      { id, references: [{ __typename: 'Practice', id }] },
    );
    expect(found).toEqual(_entities[0]);
    return found !== null;
  };
  for (const [viewer, sees] of [
    [focalPoint, [true, true]],
    [officer, [false, true]],
    [person('FOCAL_POINT', 's:NGA'), [false, false]],
    [anonymous, [false, false]],
  ] as const)
    expect([await read(viewer, own.id), await read(viewer, shared.id)]).toEqual(sees);
});

test('a reference to what does not exist, or is malformed, is null and no error', async () => {
  const references = [
    ...named
      .filter(([type]) => type !== 'Workshop')
      .map(([type, , absent]) => ({ __typename: type, id: globalId(type, absent) })),
    { __typename: 'Region', id: globalId('MemberState', 'KEN') },
    { __typename: 'MemberState', id: 'nonsense' },
  ];
  const { _entities } = await hub.data(
    anonymous,
    `query ($references: [_Any!]!) { _entities(representations: $references) { __typename } }`,
    { references },
  );
  expect(_entities).toEqual(references.map(() => null));
});
