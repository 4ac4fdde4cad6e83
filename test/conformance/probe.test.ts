import { expect, test } from '@jest/globals';
import { probe } from './classes/limits-probe.js';
import { openSupergraph } from './classes/supergraph.js';
test.each(probe.cases)('$query', async (one) => { const s = await openSupergraph(probe as never); try { expect(await s.attempt(one)).toBe(''); } finally { await s.close(); } });
