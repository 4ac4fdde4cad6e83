/** Every way to a whole record: the root fields, node(s), lists in both forms, references of federation. */
import type { Json } from '../../hub.js';
import { practiceId } from '../record.js';
import { everything } from '../selection.js';
import type { View } from '../view.js';

/** The access log and the requests for access have paths of their own. */
export const wholePractice = `fragment Whole on Practice { ${everything('Practice', ['accessLog', 'accessRequests'])} }`;
export const anyState =
  '[DRAFT SUBMITTED IN_REVIEW CHANGES_REQUESTED VALIDATED PUBLISHED SUPERSEDED WITHDRAWN DECLINED]';

/** One document asks for every practice of the world, each under a name of its own. */
const aliased = (count: number, field: string) =>
  `query (${range(count).map((i) => `$i${i}: ID!`)}) { ${range(count)
    .map((i) => `p${i}: ${field.replace('$id', `$i${i}`)}`)
    .join(' ')} } ${wholePractice}`;
const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** One by one, by the field that takes an id. */
export async function byId(view: View, path = 'practice', field = 'practice(id: $id) { ...Whole }'): Promise<void> {
  const { practices } = view.world;
  const variables = Object.fromEntries(practices.map((practice, index) => [`i${index}`, practiceId(practice)]));
  const data = await view.ask(path, aliased(practices.length, field), variables);
  for (const [index, practice] of practices.entries()) view.compareRecord(path, practice, data[`p${index}`]);
}

export async function records(view: View): Promise<void> {
  const { practices } = view.world;
  const ids = practices.map(practiceId);
  await byId(view);
  await byId(view, 'node', 'node(id: $id) { ... on Practice { ...Whole } }');

  const { nodes } = await view.ask(
    'nodes',
    `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on Practice { ...Whole } } } ${wholePractice}`,
    { ids },
  );
  for (const [index, practice] of practices.entries()) view.compareRecord('nodes', practice, nodes[index]);

  const { _entities: references } = await view.ask(
    '_entities',
    `query ($references: [_Any!]!) { _entities(representations: $references) { ... on Practice { ...Whole } } } ${wholePractice}`,
    { references: ids.map((id) => ({ __typename: 'Practice', id })) },
  );
  for (const [index, practice] of practices.entries()) view.compareRecord('_entities', practice, references[index]);

  const list = await view.ask(
    'practices',
    `{ practices(first: 100, filter: { states: ${anyState} }) { totalCount nodes { ...Whole } edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } ${wholePractice}`,
  );
  const listed: Json[] = list.practices.nodes;
  const found = new Map(listed.map((node) => [node.id, node]));
  for (const practice of practices)
    view.compareRecord('practices.nodes', practice, found.get(practiceId(practice)) ?? null);
  view.compareSet(
    'practices.nodes',
    view.seen,
    listed.map(({ id }) => id),
  );
  view.compareSet(
    'practices.edges',
    view.seen,
    list.practices.edges.map(({ node }: Json) => node.id),
  );
  const { pageInfo } = list.practices;
  view.tally.compare(
    'practices.pageInfo',
    view.viewer,
    'a whole list on one page',
    [false, false],
    [pageInfo.hasNextPage, pageInfo.hasPreviousPage],
  );
}
