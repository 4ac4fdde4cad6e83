/**
 * Metrics for Prometheus. Every label has a bounded set of values: names that clients give are none of them.
 *
 * By `prom-client`: it brings the figures of the process under the names of existing dashboards, and OpenTelemetry's
 * metrics cost twice as much. Its successor, `@prometheus-io/client`, asks for Node 22.
 */
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { Durations } from './durations.js';

/** A process has one heap and one event loop, however many gateways are in it. */
let ofProcess: Registry | null = null;
function processMetrics(): Registry {
  if (!ofProcess) collectDefaultMetrics({ register: (ofProcess = new Registry()) });
  return ofProcess;
}

/** What is counted as it happens and told when somebody asks. */
export interface Counts {
  sockets: () => number;
  droppedSpans: () => number;
  services: readonly string[];
  spared: (service: string) => boolean;
  planningJobs: number;
  streams: number;
  planHits: number;
  planMisses: number;
}

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics() {
  const registry = new Registry();
  const counts: Counts = {
    sockets: () => 0,
    droppedSpans: () => 0,
    services: [],
    spared: () => false,
    planningJobs: 0,
    streams: 0,
    planHits: 0,
    planMisses: 0,
  };
  const requests = new Durations({
    name: 'gateway_request_duration_seconds',
    help: 'Requests over HTTP (occasion="http", with the class of their status), operations on sockets and events of streams, from arrival to answer. outcome: what was answered, "data", "errors" (beside data), "none" (no data), "gone" (nobody waited any more).',
    labelNames: ['occasion', 'operation_type', 'status', 'outcome'],
    registry,
  });
  const fetches = new Durations({
    name: 'gateway_fetch_duration_seconds',
    help: 'Requests to services, retries included. outcome: "data", "errors", "unavailable", "refused" (our passport), "gone" (nobody waited any more), "failed" (a fault of the gateway).',
    labelNames: ['service', 'outcome'],
    registry,
  });
  const planning = new Durations({
    name: 'gateway_planning_duration_seconds',
    help: 'Jobs of the planning thread, the wait for it included. outcome: "done", "invalid" (no valid document), "refused" (too expensive, or too many wait), "failed" (a fault of the gateway).',
    labelNames: ['job', 'outcome'],
    registry,
  });
  tell(counts, [registry]);
  const reload = reloads(registry);
  const all = Registry.merge([registry, processMetrics()]);
  return {
    counts,
    requests,
    fetches,
    planning,
    reload,
    text: async () => ({ type: all.contentType, text: await all.metrics() }),
  };
}

const tell = (counts: Counts, registers: Registry[]) => [
  new Gauge({
    name: 'gateway_planning_jobs',
    help: 'Jobs that wait for the planning thread or are worked on.',
    registers,
    collect() {
      this.set(counts.planningJobs);
    },
  }),
  new Counter({
    name: 'gateway_plan_lookups_total',
    help: 'Operations whose plan was looked up, by whether it was known.',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      this.inc({ result: 'hit' }, counts.planHits);
      this.inc({ result: 'miss' }, counts.planMisses);
    },
  }),
  new Gauge({
    name: 'gateway_open_sockets',
    help: 'WebSockets of clients that are open.',
    registers,
    collect() {
      this.set(counts.sockets());
    },
  }),
  new Gauge({
    name: 'gateway_open_streams',
    help: 'Subscriptions that run.',
    registers,
    collect() {
      this.set(counts.streams);
    },
  }),
  new Gauge({
    name: 'gateway_service_spared',
    help: '1 while a service is not asked because it failed too often (its circuit breaker is open).',
    labelNames: ['service'],
    registers,
    collect() {
      this.reset();
      for (const service of counts.services) this.set({ service }, counts.spared(service) ? 1 : 0);
    },
  }),
  new Counter({
    name: 'gateway_spans_dropped_total',
    help: 'Spans that were not delivered, since the collector was away or too slow.',
    registers,
    collect() {
      this.reset();
      this.inc(counts.droppedSpans());
    },
  }),
];

function reloads(registry: Registry): (outcome: 'served' | 'refused') => void {
  const times = new Counter({
    name: 'gateway_supergraph_reloads_total',
    help: 'Changed supergraphs, by whether they were served or refused.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const at = new Gauge({
    name: 'gateway_supergraph_last_reload_timestamp_seconds',
    help: 'When a supergraph was last served or refused; what the gateway started with counts as served.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  for (const outcome of ['served', 'refused']) times.inc({ outcome }, 0);
  at.setToCurrentTime({ outcome: 'served' });
  return (outcome) => {
    times.inc({ outcome });
    at.setToCurrentTime({ outcome });
  };
}
