/**
 * What the access log costs reads at GREEN: the practice service with it against the same without, each on a database
 * of its own with the same practices, in turn under the same load. The *figure* is CPU per request, by the kernel's
 * accounting, of the service and of PostgreSQL together, writing and chaining included: what throughput is bought with.
 *
 * Nothing is spared: two hundred persons ask in turn, so hardly two reads are equal and can be counted in one entry.
 */
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { passportSigner } from '@hub/kit/passport';
import { connected, newPasswords, prepareDatabase, prepareRoles, urlTo } from '@hub/local/databases';
import { startPostgres } from '@hub/local/postgres';
import { migrateService } from '@hub/practice/migrations/all';
import { seedService } from '@hub/practice/seed/seedService';
import { cpuSeconds, placement } from '../gateway/kernel.mjs';
import { ask, start } from '../gateway/processes.mjs';
import { familyCpuSeconds, parentOf } from './family.mjs';
import { fill } from './fill.mjs';

const connections = 8;
const persons = 200;
const practices = 1_000;
const aim = 1.05;
const settleMs = 1_200; // what was read last is written and chained by then, on the account of its round

const workloads = {
  /** The whole record, as somebody reads it. */
  record: (key) => ({
    query: `query ($id: ID!) { practice(id: $id) { id title { text } owner { __typename } marking state summary { text }
      narrative { context objectives methodology } evidence { maturity } learning { lessons } rights { rightsAffected } } }`,
    variables: { id: Buffer.from(`Practice:${key}`).toString('base64url') },
  }),
  /** A page of a list that shows summaries: twenty practices are read at once. */
  page: (_key, index) => ({
    query: `query ($filter: PracticeFilter) { practices(first: 20, filter: $filter) { nodes { id title { text } summary { text } } } }`,
    variables: { filter: { regions: [['014', '011', '034', '150', '002'][index % 5]], markings: ['GREEN'] } },
  }),
};

export async function accessLog({ quick }) {
  const length = quick ? { rounds: 3, seconds: 2, warmUp: 2 } : { rounds: 11, seconds: 3, warmUp: 5 };
  const cores = placement();
  const server = await startPostgres({
    dataDir: mkdtempSync(join(tmpdir(), 'access-log-bench-')),
    fast: true,
    discard: true,
  });
  const started = [];
  try {
    const passwords = newPasswords();
    await prepareRoles(server.adminUrl, passwords);
    const key = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
    const { d: _secret, ...publicKey } = { ...key, kid: 'gateway' };
    const signer = await passportSigner({ ...key, kid: 'gateway' });
    const contestants = [];
    for (const accessLog of [true, false]) {
      const database = `practice_${accessLog ? 'with' : 'without'}`;
      const { url, ownerUrl } = await prepareDatabase(server.adminUrl, 'practice', passwords, { database });
      await migrateService(ownerUrl);
      await seedService(ownerUrl, { referenceOnly: true });
      const adminUrl = urlTo(server.adminUrl, database);
      const keys = await fill(adminUrl, practices);
      const settings = { databaseUrl: url, passportKeys: { keys: [publicKey] }, accessLog };
      const process = begin('service.mjs', [JSON.stringify(settings)], cores.measured);
      started.push(process);
      const { url: origin } = await ask(process);
      contestants.push({ accessLog, origin, process, adminUrl, keys });
    }
    const load = begin('load.mjs', [], cores.others);
    started.push(load);
    const postmaster = await connected(server.adminUrl, (sql) => postmasterOf(sql));

    const figures = {};
    for (const [name, requestOf] of Object.entries(workloads))
      figures[name] = await measure({ contestants, requestOf, load, signer, postmaster, length });
    return verdict(figures);
  } finally {
    await Promise.all(started.map((one) => one.stop()));
    await server.stop();
  }
}

const begin = (file, args, core) =>
  start([fileURLToPath(new URL(file, import.meta.url)), ...args], { core, ipc: true });

/** The parent of every process of the server is the parent of ours. */
async function postmasterOf(sql) {
  const { rows } = await sql.query('select pg_backend_pid() as pid');
  return parentOf(rows[0].pid);
}

/** CPU milliseconds per request with the log and without, of each round; and how many entries a request came to. */
async function measure({ contestants, requestOf, load, signer, postmaster, length }) {
  const viewers = Array.from({ length: persons }, () => ({
    ...{ kind: 'person', key: randomUUID(), scopes: [], ceiling: 'RED' },
    roles: [{ role: 'FOCAL_POINT', of: 's:UGA', groups: ['s:UGA', 'b:igad'] }],
  }));
  const requestsTo = async ({ keys }) => {
    const passports = await Promise.all(viewers.map((viewer) => signer.viewer('practice', viewer, [])));
    // Practices and persons in step would meet each other again and again: 997 is prime.
    return Array.from({ length: 997 }, (_, i) => ({
      passport: passports[i % passports.length],
      body: JSON.stringify(requestOf(keys[i % keys.length], i)),
    }));
  };
  const once = async (contestant, seconds) => {
    const { origin, process } = contestant;
    const requests = await requestsTo(contestant);
    const spent = () => cpuSeconds(process.pid) + familyCpuSeconds(postmaster);
    const entries = await entriesOf(contestant);
    const before = spent();
    const begun = performance.now();
    const { answered } = await ask(load, { origin, requests, connections, seconds });
    const perSecond = answered / ((performance.now() - begun) / 1000);
    await pause(settleMs);
    const cpuMs = ((spent() - before) * 1000) / answered;
    return { cpuMs, perSecond, entries: ((await entriesOf(contestant)) - entries) / answered };
  };
  for (const contestant of contestants) await once(contestant, length.warmUp);
  const rounds = [];
  for (let round = 0; round < length.rounds; round++) {
    // Who is first in a round has the warmer machine: take turns.
    const order = round % 2 === 0 ? contestants : contestants.toReversed();
    const results = {};
    for (const contestant of order)
      results[contestant.accessLog ? 'with' : 'without'] = await once(contestant, length.seconds);
    rounds.push(results);
  }
  return rounds;
}

const entriesOf = ({ adminUrl }) =>
  connected(adminUrl, async (sql) => {
    const { rows } = await sql.query(
      'select coalesce(sum(times), 0)::int as reads, count(*)::int as entries from access_log',
    );
    return rows[0].entries;
  });

const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

function verdict(figures) {
  const lines = [];
  const json = {};
  let met = true;
  for (const [name, rounds] of Object.entries(figures)) {
    const ratio = median(rounds.map((round) => round.with.cpuMs / round.without.cpuMs));
    const throughput = median(rounds.map((round) => round.with.perSecond / round.without.perSecond));
    const [withMs, withoutMs] = ['with', 'without'].map((kind) => median(rounds.map((round) => round[kind].cpuMs)));
    const entries = median(rounds.map((round) => round.with.entries));
    const good = ratio <= aim;
    met &&= good;
    lines.push(
      `${name}: ${withMs.toFixed(2)} ms of CPU a request with the log, ${withoutMs.toFixed(2)} ms without: × ${ratio.toFixed(3)} (aim ≤ ${aim}) ${good ? 'met' : 'MISSED'}; throughput × ${throughput.toFixed(3)}; ${entries.toFixed(1)} entries a request`,
    );
    json[name] = {
      cpuRatio: round(ratio),
      throughputRatio: round(throughput),
      withMs: round(withMs),
      withoutMs: round(withoutMs),
      entries: round(entries),
    };
  }
  return {
    lines,
    json: { ...json, aim, unit: 'CPU of service and database per request, with the access log : without' },
    met,
  };
}

const round = (value) => Math.round(value * 1000) / 1000;
