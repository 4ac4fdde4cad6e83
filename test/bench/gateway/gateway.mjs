/**
 * What a request costs our gateway, against others on the same subgraphs.
 *
 * A *contestant* is a process that answers GraphQL (contestants.mjs). All get the same supergraph over subgraphs that
 * replay their answers (replay.mjs), and the same *workloads* (workloads.mjs); their answers are compared before anything
 * is measured. Then a *round* is each contestant in turn under the same load for some seconds. The *figure* is CPU time of
 * the contestant's process per request, by the kernel's accounting; compared within each round, the median of the ratios
 * over all rounds. Of what one can measure on a machine with others on it, only that means the same tomorrow.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { coldPlan } from './coldPlan.mjs';
import { contestants, peersFolder, post, startContestant } from './contestants.mjs';
import { eventLoop } from './eventLoop.mjs';
import { cpuSeconds, placement, residentBytes } from './kernel.mjs';
import { installPeers } from './peers.mjs';
import { ask, start } from './processes.mjs';
import { composeSupergraph } from './supergraph.mjs';
import { print, verdict } from './verdict.mjs';
import { workloads } from './workloads.mjs';

const connections = 16;
const sampleMemoryMs = 100;
const mostMisses = 0.05; // some batch by time, and now and then differently
const exportWaitMs = 10_000; // exporters send every 5 s or sooner

export async function gateway({ quick, withoutPeers }) {
  const length = quick
    ? { rounds: 3, seconds: 1, warmUp: 2, forms: 5, worstForms: 3 }
    : { rounds: 9, seconds: 1.5, warmUp: 5, forms: 20, worstForms: 5 };
  const peers = withoutPeers ? null : installPeers(peersFolder);
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const cores = placement();
  const started = [];
  const helper = async (file) => {
    const program = fileURLToPath(new URL(file, import.meta.url));
    started.push(start([program], { core: cores.others, ipc: true }));
    return started.at(-1);
  };
  try {
    const replaying = await helper('replay.mjs');
    const replay = await ask(replaying);
    const load = await helper('load.mjs');
    const files = { supergraph: join(folder, 'supergraph.graphql'), answers: join(folder, 'answers.json') };
    writeFileSync(files.supergraph, await composeSupergraph(replay.origin));
    const table = contestants({ ...files, replay, peers });
    const running = {};
    const begin = async (name) => {
      running[name] = await startContestant(name, table[name], cores.measured);
      started.push(running[name].process);
    };
    for (const name of Object.keys(table)) {
      // It has no answers of its own.
      if (name === 'limit') writeFileSync(files.answers, JSON.stringify(await answersOf(running.stock)));
      await begin(name);
    }

    const figures = {};
    let residentMB = 0;
    const onMemory = (bytes) => (residentMB = Math.max(residentMB, bytes / 2 ** 20));
    for (const [workload, { request }] of Object.entries(workloads)) {
      const jobs = await checkedJobs(Object.values(running), workload, request);
      figures[workload] = await measure(jobs, { load, replaying, length, onMemory });
      print(workload, figures[workload]);
    }
    const exported = await hasExported(replaying);
    for (const contestant of Object.values(running)) await contestant.process.stop();
    const stalls = await coldPlan(table.ours, length.forms);
    const worst = await eventLoop(table.ours, length.worstForms);
    return verdict({ figures, exported, residentMB, stalls, worst, peersExpected: !withoutPeers });
  } finally {
    await Promise.all(started.map((one) => one.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answersOf(contestant) {
  const all = {};
  for (const [name, { request }] of Object.entries(workloads))
    all[name] = JSON.parse((await post(contestant, request)).text);
  return all;
}

/** What to ask each contestant, when all of them give the same answer. */
async function checkedJobs(all, workload, request) {
  const jobs = [];
  let first;
  for (const contestant of all) {
    const { status, text } = await post(contestant, request, contestant.headers);
    const answer = JSON.parse(text);
    first ??= answer;
    if (status !== 200 || answer.errors || !answer.data)
      throw new Error(`${contestant.name} answers ${workload} with ${status} ${text.slice(0, 500)}`);
    if (!isDeepStrictEqual(answer, first))
      throw new Error(`${contestant.name} answers ${workload} differently:\n${text.slice(0, 2_000)}`);
    const headers = { 'content-type': 'application/json', accept: 'application/json', ...contestant.headers };
    const { origin, path } = contestant;
    const bytes = Buffer.byteLength(text);
    jobs.push({ contestant, load: { origin, path, headers, body: JSON.stringify(request), connections, bytes } });
  }
  return jobs;
}

/** By contestant, of each round: CPU milliseconds per request, the share of a core, requests to subgraphs per request. */
async function measure(jobs, { load, replaying, length, onMemory }) {
  for (const { load: job } of jobs) await ask(load, { ...job, seconds: length.warmUp });
  const rounds = Object.fromEntries(jobs.map(({ contestant }) => [contestant.name, []]));
  for (let round = 0; round < length.rounds; round++)
    for (const { contestant, load: job } of jobs) {
      const { pid, name } = contestant;
      const sampling = name === 'ours' ? setInterval(() => onMemory(residentBytes(pid)), sampleMemoryMs) : undefined;
      const [before, at, cpu] = [await ask(replaying, 'counts'), performance.now(), cpuSeconds(pid)];
      const { requests } = await ask(load, { ...job, seconds: length.seconds });
      const [spent, seconds] = [cpuSeconds(pid) - cpu, (performance.now() - at) / 1000];
      const after = await ask(replaying, 'counts');
      clearInterval(sampling);
      if (after.misses - before.misses > mostMisses * (after.requests - before.requests))
        throw new Error(`${name} asks subgraphs something new again and again`);
      rounds[name].push({
        ms: (spent / requests) * 1000,
        core: spent / seconds,
        fetches: (after.requests - before.requests) / requests,
      });
    }
  return rounds;
}

/** Telemetry that leaves for no collector was not on. */
async function hasExported(replaying) {
  const until = performance.now() + exportWaitMs;
  for (;;) {
    if ((await ask(replaying, 'counts')).exported > 0) return true;
    if (performance.now() > until) return false;
    await pause(200);
  }
}
