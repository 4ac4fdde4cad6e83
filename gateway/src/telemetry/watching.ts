/** Telemetry at work: each watch writes a span, metrics, or both. */
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import type { Answer, SendTo } from '../core.js';
import { ServiceRefused, ServiceUnavailable } from '../execute/service.js';
import { InvalidDocument } from '../plan/check.js';
import type { Operation } from '../plan/operations.js';
import type { Planning } from '../plan/planning.js';
import { createCollector } from './collector.js';
import { type Metrics, createMetrics } from './metrics.js';
import { type Span, Tracer, attribute, kinds } from './spans.js';
import type { HttpDoor, Occasion, Telemetry, TraceContext, TracesConfig, Watch } from './telemetry.js';

export interface TelemetryOptions {
  /** Where spans go; none are made without it. */
  traces?: TracesConfig | undefined;
  /** Whether there are metrics. */
  metrics: boolean;
  log: Log;
}

export function startTelemetry({ traces, metrics: withMetrics, log }: TelemetryOptions): Telemetry {
  const collector = traces ? createCollector(traces, log) : null;
  const tracer = traces ? new Tracer(traces.sampler, collector!.deliver) : null;
  const metrics = withMetrics ? createMetrics() : null;
  if (metrics && collector) metrics.counts.droppedSpans = collector.dropped;
  const places = new Map<string, string>();
  return {
    begin: (occasion, given, door) => new Watching(metrics, tracer && begin(tracer, occasion, given, door), occasion),
    watchSending: (send) => watchedSending(send, places),
    watchPlanning: (planning) => (metrics ? watchedPlanning(planning, metrics) : planning),
    services(urls, spared) {
      for (const [name, url] of urls) places.set(name, placeOf(name, url));
      if (!metrics) return;
      metrics.counts.services = [...urls.keys()];
      metrics.counts.spared = spared;
    },
    sockets(count) {
      if (metrics) metrics.counts.sockets = count;
    },
    stream() {
      if (metrics) metrics.counts.streams++;
      let open = true;
      return () => {
        if (metrics && open) metrics.counts.streams--;
        open = false;
      };
    },
    reloaded: (outcome) => metrics?.reload(outcome),
    metrics: () => metrics?.text() ?? null,
    close: async () => collector?.close(),
  };
}

class Watching implements Watch {
  readonly metrics: Metrics | null;
  readonly span: Span | null;
  readonly #occasion: Occasion;
  readonly #begunAt: number;
  #type = 'unknown';
  #outcome = 'none';
  #ended = false;

  constructor(metrics: Metrics | null, span: Span | null, occasion: Occasion) {
    this.metrics = metrics;
    this.span = span;
    this.#occasion = occasion;
    this.#begunAt = span ? span.begunAt : performance.now();
  }

  wait<T extends object>(job: 'check' | 'plan', made: T | Promise<T>): T | Promise<T> {
    const known = !('then' in made);
    if (this.metrics && job === 'plan') {
      if (known) this.metrics.counts.planHits++;
      else this.metrics.counts.planMisses++;
    }
    if (known || !this.span) return made;
    const span = this.span.child(`graphql.${job}`, kinds.internal);
    if (span === this.span) return made;
    return made
      .catch((error: unknown) => {
        span.fail(codeOf(error));
        throw error;
      })
      .finally(() => span.end());
  }

  operation({ node }: Pick<Operation, 'node'>): void {
    this.#type = node.operation;
    const { span } = this;
    if (!span?.sampled) return;
    span.tell(operationTypes[node.operation]);
    if (node.name) span.tell(attribute('graphql.operation.name', node.name.value));
    if (this.#occasion !== 'http') span.rename(node.operation);
  }

  answered({ data, errors }: Answer): void {
    this.#outcome = data === undefined ? 'none' : errors ? 'errors' : 'data';
    const { span } = this;
    if (!errors || !span?.sampled) return;
    const codes = errors.map(({ extensions }) => String(extensions?.['code'] ?? 'unknown'));
    span.tell(attribute('gateway.answer.errors', codes.length));
    span.tell(attribute('gateway.answer.error_code', codes[0]!)); // of the first
    if (codes.includes(bug)) span.fail(bug);
  }

  end(status: number | 'gone' | null): void {
    if (this.#ended) return;
    this.#ended = true;
    const now = performance.now();
    const code = typeof status === 'number' ? status : null;
    const outcome = status === 'gone' ? 'gone' : this.#outcome;
    this.metrics?.requests.observe(now - this.#begunAt, this.#occasion, this.#type, classOf(code), outcome);
    const { span } = this;
    if (!span?.sampled) return;
    if (code !== null) span.tell(statusOf(code));
    if (code !== null && code >= 500) span.fail(String(code));
    if (status === 'gone') span.tell(gone);
    span.end(now);
  }
}

const bug = 'INTERNAL_SERVER_ERROR';
const gone = attribute('gateway.answer.gone', 1);
const operationTypes = {
  query: attribute('graphql.operation.type', 'query'),
  mutation: attribute('graphql.operation.type', 'mutation'),
  subscription: attribute('graphql.operation.type', 'subscription'),
};

const classes = ['', '1xx', '2xx', '3xx', '4xx', '5xx'];
const classOf = (status: number | null): string => (status === null ? '' : (classes[Math.floor(status / 100)] ?? ''));

const ok = attribute('http.response.status_code', 200);
const statusOf = (code: number): string => (code === 200 ? ok : attribute('http.response.status_code', code));

/** By https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and …/graphql/graphql-spans/ */
function begin(tracer: Tracer, occasion: Occasion, given: TraceContext | undefined, door: HttpDoor | undefined): Span {
  if (!door) return tracer.begin('GraphQL Operation', occasion === 'event' ? kinds.consumer : kinds.server, given);
  const method = methods.has(door.method) ? door.method : 'HTTP';
  const span = tracer.begin(`${method} ${door.route}`, kinds.server, given);
  if (span.sampled) span.tell(method === 'POST' && door.route === usual ? usualDoor : doorOf(method, door.route));
  return span;
}

/** Any other is the client's own word, and told as `_OTHER`. */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']);
const doorOf = (method: string, route: string): string =>
  [
    attribute('http.request.method', method === 'HTTP' ? '_OTHER' : method),
    attribute('http.route', route),
    attribute('url.path', route),
    attribute('url.scheme', 'http'), // TLS is the business of the proxy in front
  ].join();
const usual = '/graphql';
const usualDoor = doorOf('POST', usual);

function watchedSending(send: SendTo, places: ReadonlyMap<string, string>): SendTo {
  return (request, passport, call) => {
    const { watch, requestId, signal } = call;
    if (!(watch instanceof Watching)) return send(request, passport, call);
    const { service } = request;
    const { metrics } = watch;
    const below = watch.span?.child('POST', kinds.client);
    const span = below?.sampled ? below : null;
    const begunAt = span ? span.begunAt : performance.now();
    span?.tell(places.get(service) ?? attribute('subgraph.name', service));
    const end = (outcome: string) => {
      const now = performance.now();
      metrics?.fetches.observe(now - begunAt, service, outcome);
      span?.end(now);
    };
    return send(request, passport, {
      requestId,
      signal,
      trace: below ? below.context() : call.trace,
      ...(span && { onStatus: (status: number) => span.tell(statusOf(status)) }),
    }).then(
      (answer) => {
        const errors = answer.errors?.length ?? 0;
        if (errors > 0) span?.tell(attribute('gateway.answer.errors', errors));
        end(errors > 0 ? 'errors' : 'data');
        return answer;
      },
      (error: unknown) => {
        const outcome = signal.aborted ? 'gone' : outcomeOf(error);
        // Others than these may quote what a client or service sent.
        const worded = error instanceof ServiceUnavailable || error instanceof ServiceRefused;
        if (outcome === 'gone') span?.tell(gone);
        else span?.fail(outcome, worded ? error.message : undefined);
        end(outcome);
        throw error;
      },
    );
  };
}

const outcomeOf = (error: unknown): string =>
  error instanceof ServiceUnavailable ? 'unavailable' : error instanceof ServiceRefused ? 'refused' : 'failed';

function watchedPlanning(planning: Planning, metrics: Metrics): Planning {
  return {
    ...planning,
    async ask(kind, job) {
      const begun = performance.now();
      let outcome = 'done';
      metrics.counts.planningJobs++;
      try {
        return await planning.ask(kind, job);
      } catch (error) {
        outcome = error instanceof InvalidDocument ? 'invalid' : error instanceof HubError ? 'refused' : 'failed';
        throw error;
      } finally {
        metrics.counts.planningJobs--;
        metrics.planning.observe(performance.now() - begun, kind, outcome);
      }
    },
  };
}

const codeOf = (error: unknown): string =>
  error instanceof InvalidDocument ? 'invalid' : error instanceof HubError ? error.code : 'failed';

/** What a span tells of where a service is. */
function placeOf(service: string, url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return [
    attribute('http.request.method', 'POST'),
    attribute('subgraph.name', service),
    attribute('server.address', hostname),
    attribute('server.port', port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)),
  ].join();
}
