/**
 * How long the gateway's event loop stands still when it meets the big query for the first time. It has answered other
 * operations before, as any gateway has; then comes the big query in forms that are new each time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { post, startContestant } from './contestants.mjs';
import { neverSeen, workloads } from './workloads.mjs';

const loopWatch = fileURLToPath(new URL('loopWatch.mjs', import.meta.url));
const knownBefore = 100; // small operations, each new and then repeated
const settleMs = 50; // what an answer leaves to do counts too

export async function coldPlan(ours, forms) {
  const gateway = await startWatched(ours);
  try {
    const stalls = [];
    for (let i = 0; i < forms; i++) {
      await longestStall(gateway.process);
      const begun = performance.now();
      await ask(gateway, neverSeen(i));
      const answeredMs = performance.now() - begun;
      await pause(settleMs);
      stalls.push({ ...(await longestStall(gateway.process)), answeredMs });
    }
    return stalls;
  } finally {
    await gateway.process.stop();
  }
}

/**
 * A gateway whose event loop is watched and that has answered something before. `ours`: how it is started. On no core
 * of its own: what plans beside the event loop is to have one as well.
 */
export async function startWatched(ours) {
  const gateway = await startContestant('ours', { ...ours, nodeOptions: ['--import', loopWatch] }, null);
  for (let i = 0; i < knownBefore; i++) {
    const { small, single } = workloads;
    const query = (text) => text.replaceAll(/\b(name)\b/g, `name${i}: name`);
    for (const { request } of [small, single])
      for (const text of [query(request.query), request.query]) await ask(gateway, { ...request, query: text });
  }
  return gateway;
}

async function ask(gateway, request) {
  const { status, text } = await post(gateway, request);
  if (status !== 200 || JSON.parse(text).errors)
    throw new Error(`the gateway answered ${status} ${text.slice(0, 500)}`);
}

/** Since the last time it was asked for. */
export function longestStall({ child }) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the gateway does not tell how long its event loop stood')), 10_000);
    const read = (text) => {
      const line = text.split('\n').find((part) => part.startsWith('{"stallMs"'));
      if (!line) return;
      child.stdout.off('data', read);
      clearTimeout(late);
      resolve(JSON.parse(line));
    };
    child.stdout.on('data', read);
    child.kill('SIGUSR2');
  });
}
