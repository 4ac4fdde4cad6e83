/** The subscriber of clients/sdk through the whole hub: what it promises holds whatever is killed when. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SubscribeOptions, subscribe } from '@hub/clients/sdk/subscribe';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { type Hub, type Json, eventually, root, startHub } from '../hub.js';
import { submitAs } from '../practices.js';

const kills = Number(process.env['KILLS'] ?? 10);

let hub: Hub;
let folder: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  hub = await startHub();
  folder = mkdtempSync(join(tmpdir(), 'hub-sdk-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
});
afterAll(async () => {
  await hub.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a program of this repository as somebody would. */
function run(program: string, args: string[], env: Record<string, string>): ChildProcess {
  const { NODE_OPTIONS: _options, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(root, program), ...args], {
    cwd: root,
    env: { ...inherited, HUB_WS: hub.wsUrl, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const submit = async (title: string) => (await submitAs(hub, 'KEN', { marking: 'GREEN', title })).id;

const linesOf = (file: string): Json[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Json)
    : [];
const practicesIn = (file: string): string[] =>
  linesOf(file).flatMap(({ practiceId }) => (practiceId ? [practiceId as string] : []));

/** Kills the subscriber, and restarts the gateway, while practices are submitted; what was submitted, in order. */
async function subscribeUnderFire(env: Record<string, string>): Promise<string[]> {
  const submitted: string[] = [];
  const start = () => run('test/e2e/subscriber.mjs', [], env);
  const lines = () => linesOf(env['WORK']!).length;
  let child = start();
  await eventually(() => lines() > 0); // CAUGHT_UP: it is there
  let killing = true;
  const submitting = (async () => {
    while (killing) {
      submitted.push(await submit(`Number ${submitted.length}`));
      if (submitted.length % 20 === 0) await hub.restartGateway();
    }
  })();
  try {
    for (let killed = 0; killed < kills; killed++) {
      const before = lines();
      await eventually(() => lines() > before, 30_000);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
      await kill(child);
      child = start();
    }
  } finally {
    killing = false;
    await submitting;
  }
  await eventually(() => practicesIn(env['WORK']!).at(-1) === submitted.at(-1), 30_000);
  return submitted;
}

test('killed at random, a subscriber whose store keeps cursor and work together has each event once, in order', async () => {
  const work = join(folder, 'together');
  const submitted = await subscribeUnderFire({ WORK: work, TOKEN: await hub.token('officer:igad') });
  expect(submitted.length).toBeGreaterThan(kills);
  expect(practicesIn(work)).toEqual(submitted);
});

test('one that saves the cursor after its work has each event at least once, and repeats one at most per kill', async () => {
  const work = join(folder, 'apart');
  const submitted = await subscribeUnderFire({
    WORK: work,
    CURSOR_FILE: join(folder, 'apart.cursor'),
    TOKEN: await hub.token('officer:igad'),
  });
  const worked = practicesIn(work);
  expect([...new Set(worked)]).toEqual(submitted);
  expect(worked.length - submitted.length).toBeLessThanOrEqual(kills);
});

const query = 'subscription ($after: Cursor) { practiceEvents(after: $after) { cursor type practiceId } }';
type Event = { cursor: string; type: string; practiceId: string | null };
const start = (options: Partial<SubscribeOptions<Event>>) =>
  subscribe<Event>({ url: hub.wsUrl, query, webSocket: WebSocket, ...options });
const nextPractice = async (events: AsyncIterator<Event, undefined>) => {
  for (;;) {
    const { value } = await events.next();
    if (!value || value.practiceId) return value?.practiceId;
  }
};

test('a gateway that restarts in between costs nothing', async () => {
  const interruptions: unknown[] = [];
  const events = start({
    authorization: () => hub.token('officer:igad'),
    onInterruption: ({ ending }) => void interruptions.push(ending),
  });
  expect((await events.next()).value).toMatchObject({ type: 'CAUGHT_UP' });
  const first = await submit('Before');
  expect(await nextPractice(events)).toBe(first);
  for (let restart = 0; restart < 3; restart++) {
    const next = nextPractice(events);
    await hub.restartGateway();
    const id = await submit(`After ${restart}`);
    expect(await next).toBe(id);
  }
  expect(interruptions[0]).toMatchObject({ kind: 'closed', code: 1001 });
  await events.return!();
});

test('tokens that run out are replaced without a word, and nothing is missed or repeated', async () => {
  const tokens: string[] = [];
  const inSeconds = () => Math.floor(Date.now() / 1000);
  const events = start({
    async authorization() {
      tokens.push(await hub.tokenSaying({ exp: inSeconds() + 2 }));
      return tokens.at(-1)!;
    },
  });
  expect((await events.next()).value).toMatchObject({ type: 'CAUGHT_UP' });
  const submitted: string[] = [];
  const received: (string | null | undefined)[] = [];
  while (tokens.length < 3) {
    submitted.push(await submit(`Number ${submitted.length}`));
    received.push(await nextPractice(events));
  }
  expect(received).toEqual(submitted);
  await events.return!();
});

test('a token the hub does not take, and a cursor that is none of its own, end it and say what to do', async () => {
  await expect(start({ authorization: () => 'nonsense' }).next()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  await expect(start({ variables: { after: 'A'.repeat(22) } }).next()).rejects.toMatchObject({
    code: 'CURSOR_INVALID',
    message: expect.stringContaining('`practices`'),
  });
});

test('the example prints what happens, and after a break what it missed', async () => {
  const env = { CURSOR_FILE: join(folder, 'watch.cursor'), TOKEN: await hub.token('officer:igad') };
  const watch = () => {
    const child = run('clients/examples/watch.mjs', ['igad'], env);
    let output = '';
    child.stdout!.on('data', (chunk: Buffer) => (output += String(chunk)));
    const printed = (): Json[] =>
      output
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Json);
    return { child, has: (count: number) => eventually(() => printed().length >= count).then(printed) };
  };
  const told = ({ type, practice }: Json) => practice?.title.text ?? type;
  const first = watch();
  await first.has(1);
  await submit('Live');
  expect((await first.has(2)).map(told)).toEqual(['CAUGHT_UP', 'Live']);
  await eventually(() => readFileSync(env.CURSOR_FILE, 'utf8').length > 0);
  await kill(first.child);
  await submit('Missed');
  const second = watch();
  await second.has(2);
  await submit('Live again');
  const printed = (await second.has(3)).map(told);
  expect(printed.filter((one) => one !== 'Live')).toEqual(['Missed', 'CAUGHT_UP', 'Live again']);

  const unsigned = run('clients/examples/watch.mjs', ['igad'], { ...env, TOKEN: 'nonsense' });
  expect(await once(unsigned, 'exit')).toEqual([1, null]);
});
