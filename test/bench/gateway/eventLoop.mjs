/**
 * How long the gateway's event loop stands still for one request, whatever that asks: everybody else waits for so long.
 * Each of the worst documents comes in forms that are new each time, and then once more as it was. Its figure is the
 * median of the longest stalls of its forms, since a collection of garbage falls on one or the other.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { longestStall, startWatched } from './coldPlan.mjs';
import { answerable, refused } from './worstDocuments.mjs';

const settleMs = 20; // what an answer leaves to do counts too

/** `ours`: how our gateway is started. Of each document: how long the loop stood when it was new, and when it was known. */
export async function eventLoop(ours, forms) {
  const gateway = await startWatched(ours);
  try {
    const stalls = [];
    for (const [name, document] of Object.entries({ ...answerable, ...refused })) {
      const [whenNew, whenKnown] = [[], []];
      let answered;
      for (let n = 0; n < forms; n++) {
        const body = document(n).body ?? JSON.stringify(document(n));
        for (const met of [whenNew, whenKnown]) {
          await longestStall(gateway.process);
          answered = await send(gateway, name, body);
          await pause(settleMs);
          met.push((await longestStall(gateway.process)).stallMs);
        }
      }
      stalls.push({ name, newMs: median(whenNew), knownMs: median(whenKnown), answered });
    }
    return stalls;
  } finally {
    await gateway.process.stop();
  }
}

const ends = new Set(['data', 'COST_EXCEEDED']);

/** Answers what it was answered, in a word. It is to be dealt with as far as it is meant to, or it is not what is measured. */
async function send({ origin, path }, name, body) {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
    body,
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  const answer = JSON.parse(text).errors?.[0].extensions.code ?? 'data';
  const isMeant = Object.hasOwn(answerable, name) ? ends.has(answer) : answer !== 'data';
  if (response.status >= 500 || !isMeant)
    throw new Error(`the gateway answers "${name}" with ${response.status} ${text.slice(0, 500)}`);
  return answer;
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
