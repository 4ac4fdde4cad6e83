/** What it costs that a viewer sees one practice in six: each query under the policies against the same without any. */
import { manyPractices } from './manyPractices.mjs';

const aim = 2;
const node = 'nodes { id title { text } marking state updatedAt }';
const queries = {
  page: `{ practices(first: 20) { ${node} } }`,
  count: '{ practices(first: 1) { totalCount } }',
  theme: `{ practices(first: 20, filter: { themes: ["legal-frameworks"] }) { ${node} } }`,
  'theme, counted': '{ practices(first: 1, filter: { themes: ["legal-frameworks"] }) { totalCount } }',
  statistics: '{ practiceStatistics(by: [THEME]) { rows { key count } } }',
  search: `{ practices(search: "w20000", first: 20) { ${node} } }`,
  'search, frequent word': `{ practices(search: "w7", first: 20) { ${node} } }`,
};

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

export async function visibility({ quick = false }) {
  const records = quick ? 20_000 : 200_000;
  const rounds = quick ? 9 : 15;
  const { held, open, stop } = await manyPractices({ records, tell: (line) => console.log('visibility:', line) });
  try {
    const total = async ({ ask }) => (await ask(queries.count)).practices.totalCount;
    const seen = (await total(held)) / (await total(open));
    const figures = {};
    for (const [name, query] of Object.entries(queries)) {
      const taken = { held: [], open: [] };
      for (let round = -2; round < rounds; round++)
        for (const [which, { ask }] of Object.entries({ held, open })) {
          const begun = performance.now();
          await ask(query);
          if (round >= 0) taken[which].push(performance.now() - begun);
        }
      figures[name] = { heldMs: median(taken.held), openMs: median(taken.open) };
    }
    const ratios = Object.fromEntries(
      Object.entries(figures).map(([name, { heldMs, openMs }]) => [name, Number((heldMs / openMs).toFixed(2))]),
    );
    const met = Object.values(ratios).every((ratio) => ratio <= aim);
    return {
      lines: Object.entries(figures).map(
        ([name, { heldMs, openMs }]) =>
          `${name}: ${heldMs.toFixed(1)} ms with policies, ${openMs.toFixed(1)} ms without, ratio ${ratios[name]} (aim ≤ ${aim})`,
      ),
      json: { records, seen: Number(seen.toFixed(3)), ratios, aim },
      met,
    };
  } finally {
    await stop();
  }
}
