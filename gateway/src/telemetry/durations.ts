/**
 * A histogram of durations whose cells are found by walking a tree: prom-client's own makes the labels of each
 * observation into a text, which costs a request more than all else about its metrics. prom-client prints it.
 */
import type { Metric, MetricObjectWithValues, MetricValueWithName, Registry } from 'prom-client';

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]; // seconds

export interface DurationsOptions {
  name: string;
  help: string;
  labelNames: readonly string[];
  registry: Registry;
}

export class Durations {
  readonly #options: DurationsOptions;
  readonly #root = new Branch();
  readonly #cells: { labels: Record<string, string>; cell: Cell }[] = [];

  constructor(options: DurationsOptions) {
    this.#options = options;
    const { name, registry } = options;
    registry.registerMetric({ name, get: () => Promise.resolve(this.#read()) } as unknown as Metric); // all it looks at
  }

  /** The values of the labels in the order of their names. */
  observe(ms: number, ...labels: readonly string[]): void {
    let branch = this.#root;
    for (const value of labels) branch = branch.below(value);
    (branch.cell ??= this.#cell(labels)).observe(ms / 1_000);
  }

  #cell(values: readonly string[]): Cell {
    const cell = new Cell();
    this.#cells.push({
      labels: Object.fromEntries(this.#options.labelNames.map((name, i) => [name, values[i]!])),
      cell,
    });
    return cell;
  }

  #read(): MetricObjectWithValues<MetricValueWithName<string>> {
    const { name, help } = this.#options;
    const values = this.#cells.flatMap(({ labels, cell: { counts, sum } }) => {
      let count = 0;
      const buckets = [...bounds, '+Inf'].map((le, i) => ({
        metricName: `${name}_bucket`,
        labels: { ...labels, le },
        value: (count += counts[i]!),
      }));
      return [
        ...buckets,
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return { name, help, type: 'histogram', aggregator: 'sum', collect: () => undefined, values } as never;
  }
}

class Branch {
  readonly #below = new Map<string, Branch>();
  cell: Cell | null = null;

  below(value: string): Branch {
    let next = this.#below.get(value);
    if (!next) this.#below.set(value, (next = new Branch()));
    return next;
  }
}

class Cell {
  readonly counts = new Float64Array(bounds.length + 1);
  sum = 0;

  observe(seconds: number): void {
    let i = 0;
    while (i < bounds.length && seconds > bounds[i]!) i++;
    this.counts[i]!++;
    this.sum += seconds;
  }
}
