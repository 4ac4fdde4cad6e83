/**
 * Whether a search tells by its time what is hidden: a word that stands in a tenth of all records, none of which the
 * viewer may see, against a word that stands nowhere. Welch's t over interleaved requests in random order.
 */
import { randomBytes } from 'node:crypto';
import { hiddenWord, manyPractices } from './manyPractices.mjs';

const aim = 4.5; // what is customary for a leak by time (dudect, TVLA)
const query = 'query ($search: String) { practices(search: $search) { totalCount nodes { id } } }';

function summary(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, squaredError: variance / values.length };
}

export async function timing({ quick = false }) {
  const requests = quick ? 2_000 : 10_000;
  const records = quick ? 10_000 : 50_000;
  const { held, stop } = await manyPractices({
    records,
    withOpen: false,
    tell: (line) => console.log('timing:', line),
  });
  try {
    // Absent words are as many as there are requests, and hidden ones as long: neither is known to any cache.
    const absent = () => `zz${randomBytes(3).toString('hex')}`;
    const taken = { hidden: [], absent: [] };
    const measure = async (which, counts) => {
      const search = which === 'hidden' ? hiddenWord : absent();
      const begun = performance.now();
      const { practices } = await held.ask(query, { search });
      const ms = performance.now() - begun;
      if (practices.totalCount !== 0) throw new Error(`${search} was found`);
      if (counts) taken[which].push(ms);
    };
    for (let round = -200; round < requests; round++)
      for (const which of Math.random() < 0.5 ? ['hidden', 'absent'] : ['absent', 'hidden'])
        await measure(which, round >= 0);
    const [hidden, nowhere] = [summary(taken.hidden), summary(taken.absent)];
    const t = (hidden.mean - nowhere.mean) / Math.sqrt(hidden.squaredError + nowhere.squaredError);
    return {
      lines: [
        `|t| ${Math.abs(t).toFixed(2)} (aim < ${aim}) over ${requests} requests each: ${hidden.mean.toFixed(4)} ms hidden, ${nowhere.mean.toFixed(4)} ms nowhere`,
      ],
      json: { t: Number(t.toFixed(3)), aim, requests, records, hiddenMs: hidden.mean, absentMs: nowhere.mean },
      met: Math.abs(t) < aim,
    };
  } finally {
    await stop();
  }
}
