/** Search: a word finds what holds it only where the viewer may read it, in lists and in counts. */
import type { Json } from '../../hub.js';
import { wordOf } from '../texts.js';
import type { View } from '../view.js';
import type { Practice, SectionName } from '../world.js';
import { anyState } from './records.js';

/** Sections whose stored text holds words of their own; a scope is dates and codes. */
const worded = (name: string) => name !== 'scope';
const titles = 'Shared';
const texts = 'Common';

export async function search(view: View, turn: number): Promise<void> {
  const terms = termsOf(view, turn);
  const list = `totalCount nodes { id }`;
  const data = await view.ask(
    'search',
    `query (${terms.map((_, index) => `$t${index}: String`).join(', ')}) {
       ${terms.map((_, index) => `s${index}: practices(first: 100, search: $t${index}, filter: { states: ${anyState} }) { ${list} }`).join(' ')}
       ${terms.map((_, index) => `c${index}: practiceStatistics(by: [MARKING], search: $t${index}, filter: { states: ${anyState} }) { total rows { key count } }`).join(' ')}
     }`,
    Object.fromEntries(terms.map(({ term }, index) => [`t${index}`, term])),
  );
  for (const [index, { kind, term, found }] of terms.entries()) {
    const { nodes, totalCount } = data[`s${index}`];
    view.compareSet(
      `search for ${kind}`,
      found,
      nodes.map(({ id }: Json) => id),
    );
    view.tally.compare(`search for ${kind}: totalCount`, view.viewer, term, found.length, totalCount);
    const { total, rows } = data[`c${index}`];
    const counted = rows.reduce((sum: number, { count }: Json) => sum + count, 0);
    view.tally.compare(
      `search for ${kind}: statistics`,
      view.viewer,
      term,
      [found.length, found.length],
      [total, counted],
    );
  }
}

interface Term {
  kind: string;
  term: string;
  found: Practice[];
}

/** Words of every title and every text, and of each practice one of its title and one of a section, by turns. */
function termsOf(view: View, turn: number): Term[] {
  const reads = (practice: Practice, name: SectionName) => view.shown(practice)!.sections.has(name);
  const own = view.world.practices.flatMap((practice, index): Term[] => {
    const sight = view.shown(practice);
    const version = practice.versions[(turn + index) % practice.versions.length]!;
    const sections = version.sections.filter(worded);
    const section = sections[(turn + index) % sections.length];
    const current = sight?.version === version;
    return [
      { kind: 'a title', term: wordOf(practice, version, 'title'), found: current ? [practice] : [] },
      ...(section
        ? [
            {
              kind: 'a section',
              term: wordOf(practice, version, section),
              found: current && reads(practice, section) ? [practice] : [],
            },
          ]
        : []),
    ];
  });
  return [
    { kind: 'every title', term: titles, found: [...view.seen] },
    {
      kind: 'every text',
      term: texts,
      found: view.seen.filter((practice) => [...view.shown(practice)!.sections].some(worded)),
    },
    { kind: 'nothing', term: 'nowhere', found: [] },
    ...own.slice((turn % 3) * Math.ceil(own.length / 3), ((turn % 3) + 1) * Math.ceil(own.length / 3)),
  ];
}
