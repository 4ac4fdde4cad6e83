/** All that depends on the supergraph: what is planned on it, and the connections to the services it names. */
import type { SendTo } from './core.js';
import type { Limits } from './limits/limits.js';
import { type Operations, createOperations } from './plan/operations.js';
import { createPlanning } from './plan/planning.js';
import type { StreamServices } from './subscribe/subscribe.js';
import { type Supergraph, readSupergraph } from './supergraph/supergraph.js';
import type { Telemetry } from './telemetry/telemetry.js';

export interface Engine {
  supergraph: Supergraph;
  operations: Operations;
  send: SendTo;
  streams: StreamServices;
  ready: Services['ready'];
  /** Whoever answers by it says so, and calls what they get when they are done. */
  use(): () => void;
  /** Closes it as soon as nobody uses it. */
  retire(): void;
  /** Closes it at once. */
  close(): Promise<void>;
}

/** How services are reached. */
export interface Services {
  send: SendTo;
  streams: StreamServices;
  /** What a service says of its own readiness. */
  ready(service: string): Promise<boolean>;
  close(): Promise<void>;
}

export interface EngineOptions {
  /** The text of a Federation 2 supergraph. */
  supergraph: string;
  limits: Limits;
  overrideLabels?: readonly string[];
  random?: () => number;
  services: (supergraph: Supergraph) => Services;
  telemetry?: Telemetry | undefined;
  /** Called when closing it after its retirement failed. */
  onCloseFailed?: (error: unknown) => void;
}

/** Rejects for a supergraph that cannot be served. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  const { limits, telemetry, overrideLabels = [], random = Math.random, onCloseFailed = () => undefined } = options;
  const supergraph = readSupergraph(options.supergraph);
  const thread = await createPlanning(options.supergraph, limits);
  const planning = telemetry ? telemetry.watchPlanning(thread) : thread;
  let operations: Operations;
  let services: Services;
  try {
    operations = createOperations({ supergraph, planning, limits, overrideLabels, random });
    services = options.services(supergraph);
  } catch (error) {
    await thread.close();
    throw error;
  }
  let users = 0;
  let retired = false;
  let closing: Promise<void> | null = null;
  const close = (): Promise<void> =>
    (closing ??= Promise.all([planning.close(), services.close()]).then(() => undefined));
  const closeUnused = (): void => {
    if (retired && users === 0) close().catch(onCloseFailed);
  };
  return {
    supergraph,
    operations,
    send: telemetry ? telemetry.watchSending(services.send) : services.send,
    streams: services.streams,
    ready: services.ready,
    use() {
      users++;
      let inUse = true;
      return () => {
        if (!inUse) return;
        inUse = false;
        users--;
        closeUnused();
      };
    },
    retire() {
      retired = true;
      closeUnused();
    },
    close,
  };
}
