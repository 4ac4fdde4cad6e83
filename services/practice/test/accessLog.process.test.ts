/** The access log of the service as a process: what is left of it when it is killed, and what it takes from the gateway. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type PassportSigner, passportHeader, passportSigner } from '@hub/kit/passport';
import { type JWK, exportJWK, generateKeyPair } from 'jose';
import { receiptCodec } from '../src/access/access.receipt.js';
import { type Access, AccessChannel } from '../src/access/access.js';
import { type Hub, person, startHub, submitted } from './hub.js';

const kenya = person('FOCAL_POINT', 's:KEN');
const cursorKey = Buffer.alloc(32, 5);
let hub: Hub; // on whose database the processes run
let gateway: PassportSigner;
let practice: PassportSigner;
let settings: Record<string, string>;
/** Those of one test, and of all. */
const running: ChildProcess[] = [];
const lasting: ChildProcess[] = [];

beforeAll(async () => {
  hub = await startHub();
  const key = async (kid: string) => {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA', { extractable: true });
    return { own: { ...(await exportJWK(privateKey)), kid } as JWK, known: { ...(await exportJWK(publicKey)), kid } };
  };
  const [first, second] = [await key('gateway'), await key('practice')];
  gateway = await passportSigner(first.own);
  practice = await passportSigner(second.own);
  settings = {
    PRACTICE_DATABASE_URL: hub.database.url,
    PASSPORT_KEYS: JSON.stringify({ keys: [first.known, second.known] }),
    PRACTICE_PASSPORT_KEY: JSON.stringify(second.own),
    MEMBERSHIP_URL: 'http://127.0.0.1:9', // away; this asks nothing of it
    CURSOR_KEY: cursorKey.toString('base64'),
  };
});
const end = async (children: ChildProcess[]) => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
};
afterEach(() => end(running));
afterAll(async () => {
  await end(lasting);
  await hub.close();
});

async function begin(until = running): Promise<{ url: string; kill: () => Promise<void> }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../dist/main.js', import.meta.url))], {
    env: { PATH: process.env['PATH'], ...settings },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  until.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const { url } = JSON.parse(line.toString()) as { url: string };
  return {
    url,
    async kill() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Whether a read of this viewer is in the log, or waits to be chained. */
const written = async (): Promise<Set<string>> => {
  const { rows } = await hub.sql.query<{ viewer_key: string }>(
    'select viewer_key::text from access_log union select viewer_key::text from access_queue',
  );
  return new Set(rows.map(({ viewer_key }) => viewer_key));
};

test.each([
  ['GREEN', 1_000],
  ['AMBER_STRICT', 0],
])('of what was read at %s, a killed process takes along at most the last %i ms', async (marking, mayLoseMs) => {
  const { id } = await submitted(hub, kenya, 's:KEN', { marking, audience: { regionalBodies: ['igad'] } });
  const service = await begin();
  const answered: { key: string; at: number }[] = [];
  let over = false;
  const read = async (): Promise<void> => {
    while (!over) {
      const key = randomUUID();
      const passport = await gateway.viewer('practice', person('FOCAL_POINT', 's:UGA', key), []);
      try {
        const response = await fetch(`${service.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', [passportHeader]: passport },
          body: JSON.stringify({
            query: 'query ($id: ID!) { practice(id: $id) { summary { text } } }',
            variables: { id },
          }),
        });
        const { data } = (await response.json()) as { data: { practice: { summary: object } } };
        if (data.practice.summary) answered.push({ key, at: performance.now() });
      } catch (error) {
        if (!over) throw error; // it is dead
      }
    }
  };
  const readers = Array.from({ length: 8 }, read);
  const begun = performance.now();
  // Twice as long as may be lost, and at no particular moment of the writing.
  while (performance.now() - begun < 2_300 || answered.length < 200)
    await new Promise((resolve) => setTimeout(resolve, 50));
  over = true;
  const killed = performance.now();
  await service.kill();
  await Promise.all(readers);

  const known = await written();
  const lost = answered.filter(({ key }) => !known.has(key));
  expect(lost.filter(({ at }) => at < killed - mayLoseMs)).toEqual([]);
  expect(answered.length).toBeGreaterThanOrEqual(200);

  const { verifyAccessLog } = await hub.data(person('AUDITOR'), '{ verifyAccessLog { fault { kind } } }');
  expect(verifyAccessLog).toEqual({ fault: null });
});

test('several processes on one database: everything is in the log, once, without gaps', async () => {
  const { id } = await submitted(hub, kenya, 's:KEN', { marking: 'GREEN' });
  const services = await Promise.all([begin(), begin(), begin()]);
  const keys: string[] = [];
  await Promise.all(
    services.map(async ({ url }) => {
      for (let count = 0; count < 60; count++) {
        const key = randomUUID();
        keys.push(key);
        const passport = await gateway.viewer('practice', person('FOCAL_POINT', 's:UGA', key), []);
        await fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', [passportHeader]: passport },
          body: JSON.stringify({ query: `{ practice(id: "${id}") { summary { text } } }` }),
        }).then((response) => response.json());
      }
    }),
  );
  const rows = async () =>
    (
      await hub.sql.query<{ key: string }>(
        'select viewer_key as key from access_log where viewer_key = any ($1::uuid[])',
        [keys],
      )
    ).rows.map(({ key }) => key);
  while ((await rows()).length < keys.length) await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await rows()).toSorted()).toEqual(keys.toSorted());
  const { verifyAccessLog } = await hub.data(person('AUDITOR'), '{ verifyAccessLog { fault { kind } } }');
  expect(verifyAccessLog).toEqual({ fault: null });
});

describe('POST /internal/receipts', () => {
  const codec = receiptCodec(cursorKey);
  const access = (): Access => ({
    ...{ at: new Date(), role: 'OFFICER', of: 'b:igad', practiceKey: randomUUID(), version: 1, sections: ['identity'] },
    ...{ channel: AccessChannel.SUBSCRIPTION, own: false, times: 1, kind: 'anonymous', key: null },
  });
  let url: string;
  beforeAll(async () => {
    ({ url } = await begin(lasting));
  });
  const report = async (receipts: unknown, passport?: string) => {
    const response = await fetch(`${url}/internal/receipts`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        connection: 'close',
        ...(passport && { [passportHeader]: passport }),
      },
      body: JSON.stringify({ receipts }),
    });
    return { status: response.status, body: (await response.json()) as object };
  };

  test('takes what the gateway delivered; it is written when it answers', async () => {
    const [one, other] = [access(), access()];
    const got = { kind: 'person', key: randomUUID() };
    const too = { kind: 'client', key: randomUUID() };
    const own = await gateway.service('practice');
    const receipt = codec.seal([one, other]);
    expect(
      await report(
        [
          { receipt, viewer: got },
          { receipt, viewer: too },
        ],
        own,
      ),
    ).toEqual({ status: 200, body: { accepted: 2 } });
    const { rows } = await hub.sql.query(
      `select viewer_kind, viewer_key, channel, "of" from (select * from access_queue union all
         select (select max(id) from access_queue), ${'at, viewer_kind, viewer_key, role, "of", practice_key, version, sections, channel, own, times'} from access_log) a
        where practice_key = any ($1) order by viewer_kind`,
      [[one.practiceKey, other.practiceKey]],
    );
    const row = { channel: 'SUBSCRIPTION', of: 'b:igad' };
    expect(rows).toEqual([too, too, got, got].map(({ kind, key }) => ({ viewer_kind: kind, viewer_key: key, ...row })));
  });

  test('is closed to viewers, to other services and without a passport', async () => {
    const receipts = [{ receipt: codec.seal([access()]), viewer: { kind: 'anonymous', key: null } }];
    for (const passport of [
      undefined,
      await gateway.viewer('practice', kenya, []),
      await practice.service('practice'),
      await gateway.service('region'),
    ])
      expect((await report(receipts, passport)).status).toBe(401);
  });

  test.each([
    ['nothing', undefined],
    ['no list', 'receipts'],
    ['null', [null]],
    ['a receipt that is no text', [{ receipt: 1, viewer: { kind: 'anonymous' } }]],
    ['no viewer', [{ receipt: 'x' }]],
    ['a person without a key', [{ receipt: 'x', viewer: { kind: 'person' } }]],
    ['a key that is none', [{ receipt: 'x', viewer: { kind: 'person', key: 'nobody' } }]],
    ['a service', [{ receipt: 'x', viewer: { kind: 'service', key: randomUUID() } }]],
    ['too many', Array.from({ length: 1_001 }, () => ({ receipt: 'x', viewer: { kind: 'anonymous', key: null } }))],
  ])('answers %s with 400', async (_what, receipts) => {
    expect((await report(receipts, await gateway.service('practice'))).status).toBe(400);
  });

  test('leaves out receipts it did not make', async () => {
    const viewer = { kind: 'anonymous', key: null };
    const forged = receiptCodec(Buffer.alloc(32, 9)).seal([access()]);
    const good = codec.seal([access()]);
    expect(
      await report(
        [
          { receipt: forged, viewer },
          { receipt: good, viewer },
        ],
        await gateway.service('practice'),
      ),
    ).toEqual({
      status: 200,
      body: { accepted: 1 },
    });
  });
});
