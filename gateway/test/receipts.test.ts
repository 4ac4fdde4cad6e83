/** Receipts: what a service puts on an event goes back to it with who got the event, once that was written to them. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type SignIn, startSignIn, viewer } from './signIn.js';
import { type Result, type World, startGateway, startWorld, until } from './world.js';

let world: World;
let signIn: SignIn;
let gateway: Awaited<ReturnType<typeof startGateway>>;
const keys = { ann: '11111111-1111-4111-8111-111111111111', bea: '22222222-2222-4222-8222-222222222222' };
beforeAll(async () => {
  world = await startWorld();
  signIn = await startSignIn();
  gateway = await startGateway(world, { identity: signIn.identity });
  for (const [name, key] of Object.entries(keys)) signIn.viewers.set(name, viewer(key));
});
const open: Client[] = [];
afterEach(async () => {
  for (const client of open.splice(0)) await client.dispose();
  await until(() => world.stream.readers() === 0, 'the service to have no readers left');
  Object.assign(world.stream, { extensions: null, reports: [], reportStatus: 200 });
  gateway.logged.length = 0;
});
afterAll(async () => {
  await gateway.close();
  await signIn.stop();
  await world.stop();
});

/** Somebody who follows the new books. */
async function follow(name: string | null, through = gateway) {
  const client = createClient({
    url: through.wsUrl,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: name ? { authorization: `Bearer ${await signIn.token(name)}` } : {},
  });
  open.push(client);
  const results: Result[] = [];
  const before = world.stream.readers();
  client.subscribe(
    { query: 'subscription { added { title author { name } } }' },
    { next: (result) => void results.push(result as Result), error: () => undefined, complete: () => undefined },
  );
  await until(() => world.stream.readers() > before, 'the service to have a reader');
  return { results, client };
}
const push = (title: string, extensions: Record<string, unknown> | null = { receipt: `of ${title}` }) => {
  world.stream.extensions = extensions;
  world.stream.push({ isbn: title, title, author: { id: 'ann' } });
};
const reported = () =>
  world.stream.reports.flatMap(({ receipts }) => receipts as { receipt: string; viewer: object }[]);

test('who got an event is reported by its receipt, in the gateway’s own name, and clients see nothing of it', async () => {
  const ann = await follow('ann');
  const bea = await follow('bea');
  const anonymous = await follow(null);
  push('One');
  await until(() => reported().length === 3, 'the reports');
  expect(reported()).toEqual(
    expect.arrayContaining([
      { receipt: 'of One', viewer: { kind: 'person', key: keys.ann } },
      { receipt: 'of One', viewer: { kind: 'person', key: keys.bea } },
      { receipt: 'of One', viewer: { kind: 'anonymous', key: null } },
    ]),
  );
  for (const { passport } of world.stream.reports)
    expect(await signIn.read(passport, 'books')).toMatchObject({ kind: 'service', service: 'gateway' });
  for (const { results } of [ann, bea, anonymous])
    expect(results).toEqual([{ data: { added: { title: 'One', author: { name: 'Ann' } } } }]);
});

test('in batches, in their order', async () => {
  const { results } = await follow('ann');
  const titles = Array.from({ length: 120 }, (_, i) => `Book ${i}`);
  for (const title of titles) {
    push(title);
    await until(() => results.length > titles.indexOf(title), 'the event');
  }
  await until(() => reported().length === titles.length, 'the reports');
  expect(reported().map(({ receipt }) => receipt)).toEqual(titles.map((title) => `of ${title}`));
  expect(world.stream.reports.length).toBeLessThan(titles.length / 4);
});

test('what comes without a receipt, or with something that is none, is not reported', async () => {
  const { results } = await follow('ann');
  for (const extensions of [null, {}, { receipt: 1 }, { receipt: { of: 'x' } }, { other: 'x' }])
    push('None', extensions);
  await until(() => results.length === 5, 'the events');
  push('Some');
  await until(() => reported().length > 0, 'the report');
  expect(reported().map(({ receipt }) => receipt)).toEqual(['of Some']);
});

test('whom it could not be written to is not reported', async () => {
  const slow = await startGateway(world, {
    identity: signIn.identity,
    limits: { queuedEvents: 5, queuedBytes: 2_000_000 },
  });
  const socket = new WebSocket(slow.wsUrl, 'graphql-transport-ws');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await new Promise((resolve) => socket.once('message', resolve));
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: 'subscription { ticks(bytes: 1) }' } }));
  await until(() => world.stream.readers() > 0, 'the service to have a reader');
  socket.pause();
  let pushed = 0;
  world.stream.extensions = { receipt: 'tick' };
  while (world.stream.readers() > 0 && pushed < 200) {
    world.stream.push('x'.repeat(500_000));
    pushed++;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(world.stream.readers()).toBe(0); // too slow
  await slow.close();
  socket.terminate();
  expect(reported().length).toBeLessThan(pushed);
});

test('while the service cannot take reports they are kept, and none is lost', async () => {
  const { results } = await follow('ann');
  world.stream.reportStatus = 503;
  push('Kept');
  await until(() => world.stream.reports.length >= 2, 'a second try');
  push('Later');
  await until(() => results.length === 2, 'both events');
  world.stream.reports.length = 0;
  world.stream.reportStatus = 200;
  await until(() => reported().length >= 2, 'the reports');
  expect(reported().map(({ receipt }) => receipt)).toEqual(['of Kept', 'of Later']);
  expect(gateway.logged.filter(({ message }) => /receipts/.test(message))).toHaveLength(1);
});

test('what the service refuses for good is told to the log and not tried again', async () => {
  await follow('ann');
  world.stream.reportStatus = 400;
  push('Refused');
  await until(() => gateway.logged.some(({ message }) => message === 'a service refused receipts'), 'the refusal');
  world.stream.reportStatus = 200;
  push('Taken');
  await until(() => world.stream.reports.length === 2, 'the next report');
  expect(reported().map(({ receipt }) => receipt)).toEqual(['of Refused', 'of Taken']);
});

test('a gateway that stops reports what it delivered', async () => {
  const stopping = await startGateway(world, { identity: signIn.identity });
  const { results } = await follow('bea', stopping);
  push('Last');
  await until(() => results.length === 1, 'the event');
  await stopping.close();
  expect(reported()).toEqual([{ receipt: 'of Last', viewer: { kind: 'person', key: keys.bea } }]);
});
