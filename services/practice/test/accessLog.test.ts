/** The access log: who read more of a practice than its header, through each channel; who sees what of it; that no change of it goes unnoticed. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseGlobalId } from '@hub/kit/ids';
import { type Hub, person, startHub, submitted } from './hub.js';

const kenya = person('FOCAL_POINT', 's:KEN');
const uganda = person('FOCAL_POINT', 's:UGA');
const audience = { regionalBodies: ['igad'] };
const amber = { marking: 'AMBER', audience };

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const keyOf = (id: string) => parseGlobalId(id)!.key;
/** Waits until everything that was read is chained. */
async function chained(): Promise<void> {
  await hub.accessLog.flush();
  for (;;) {
    const { rows } = await hub.sql.query<{ waiting: number }>('select count(*)::int as waiting from access_queue');
    if (rows[0]!.waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
interface Logged {
  viewer_kind: string;
  viewer_key: string | null;
  role: string | null;
  of: string | null;
  version: number;
  sections: string[];
  channel: string;
  own: boolean;
  times: number;
}
const logged = async (id: string): Promise<Logged[]> => {
  await chained();
  const { rows } = await hub.sql.query<Logged>('select * from access_log where practice_key = $1 order by number', [
    keyOf(id),
  ]);
  return rows;
};
const whole = 'query ($id: ID!) { practice(id: $id) { title { text } summary { text } narrative { context } } }';

test('what reached more than the header is logged: who, as what, which version and sections', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', amber);
  await hub.data(uganda, whole, { id });
  expect(await logged(id)).toMatchObject([
    {
      viewer_kind: 'person',
      viewer_key: uganda.key,
      role: 'FOCAL_POINT',
      of: 's:UGA',
      version: 1,
      sections: ['identity', 'narrative'],
      channel: 'QUERY',
      own: false,
      times: 1,
    },
  ]);
});
