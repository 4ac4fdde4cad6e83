/** Requests for what is redacted: whoever asked and whoever decides see them, of practices they may know of now. */
import type { Json } from '../../hub.js';
import { practiceId } from '../record.js';
import { everything } from '../selection.js';
import { described } from '../tally.js';
import type { View } from '../view.js';
import { speaksForOwner } from './accessLog.js';

const requests = `(first: 100) { totalCount pageInfo { hasNextPage } nodes { ...Request } edges { cursor node { id } } }`;
const fragment = `fragment Request on AccessRequest { ${everything('AccessRequest')} }`;

export async function accessRequests(view: View): Promise<void> {
  const { practices } = view.world;
  const data = await view.ask(
    'accessRequests',
    `query (${practices.map((_, index) => `$i${index}: ID!`).join(' ')}) {
       ${practices.map((_, index) => `p${index}: practice(id: $i${index}) { accessRequests${requests} }`).join(' ')}
     } ${fragment}`,
    Object.fromEntries(practices.map((practice, index) => [`i${index}`, practiceId(practice)])),
  );
  for (const [index, practice] of practices.entries()) {
    const due = speaksForOwner(view, practice) ? practice.grants.length : null;
    const got: number | null = data[`p${index}`]?.accessRequests?.nodes.length ?? null;
    view.tally.compare('Practice.accessRequests', view.viewer, described(view.world, practice), due, got);
  }
  const { viewer } = view;
  if (viewer.kind !== 'person') return;
  const { data: mine, errors } = await view.exchange.ask(view.known, `{ accessRequests${requests} } ${fragment}`);
  view.scan('accessRequests', mine);
  const got = new Map<string, number>();
  for (const { practice } of (errors ? null : mine.accessRequests?.nodes) ?? [])
    got.set(practice?.id, (got.get(practice?.id) ?? 0) + 1);
  for (const practice of practices) {
    const own =
      view.shown(practice)?.has.has('vetted') === true
        ? practice.grants.filter(({ person }) => person === viewer.key).length
        : 0;
    const due = view.shown(practice) ? (speaksForOwner(view, practice) ? practice.grants.length : own) : 0;
    const count: Json = got.get(practiceId(practice)) ?? 0;
    view.tally.compare('accessRequests', viewer, described(view.world, practice), due, count);
  }
}
