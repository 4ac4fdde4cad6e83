/**
 * Receipts of events. A service may put one on an event (`extensions.receipt`, a text of its own); when the event's
 * answer has been written to the client, the receipt goes back to the service with who got it, in batches.
 *
 * A report waits for so long at most, so that a killed gateway loses no more than that. While a service does not take
 * reports they are kept and tried again; when too many wait, its events wait too.
 */
import type { Log } from '@hub/kit/log';
import type { Viewer } from '@hub/kit/viewer';

/** Who got an event: enough for the service to know them again. */
export type Recipient = Pick<Viewer, 'kind' | 'key'>;

export interface Delivery {
  receipt: string;
  viewer: Recipient;
}

export interface Receipts {
  /** An event that came with this receipt was delivered. */
  report(service: string, receipt: string, viewer: Recipient): void;
  /** Resolves when the service's reports have room; undefined when they have. */
  room(service: string): Promise<void> | undefined;
  /** Reports what waits, once more. */
  close(): Promise<void>;
}

export interface ReceiptsOptions {
  /** Reports to a service. Resolves to whether it took them; a refusal is for good. Rejects when it could not be told. */
  send: (service: string, deliveries: readonly Delivery[]) => Promise<boolean>;
  log: Log;
  everyMs?: number;
  /** How many may wait per service. */
  most?: number;
}

const atOnce = 500;
const longestRetryMs = 2_000;

export function createReceipts({ send, log, everyMs = 250, most = 10_000 }: ReceiptsOptions): Receipts {
  const services = new Map<string, ReturnType<typeof reporter>>();

  const reporter = (service: string) => {
    const waiting: Delivery[] = [];
    let held: (() => void)[] = [];
    let timer: NodeJS.Timeout | null = null;
    let sending: Promise<void> | null = null;
    let failures = 0;

    const soon = () => {
      timer ??= setTimeout(
        () => {
          timer = null;
          void flush();
        },
        Math.min(everyMs * 2 ** failures, Math.max(everyMs, longestRetryMs)),
      );
    };
    const flush = (): Promise<void> => (sending ??= run());
    const run = async () => {
      await Promise.resolve(); // so that `sending` is set before it is cleared
      try {
        while (waiting.length > 0) {
          const batch = waiting.slice(0, atOnce);
          const taken = await send(service, batch);
          if (!taken) log.error('a service refused receipts', { subgraph: service, receipts: batch.length });
          waiting.splice(0, batch.length);
          failures = 0;
          for (const go of held) go();
          held = [];
        }
      } catch (error) {
        if (failures++ === 0)
          log.error('receipts cannot be reported; trying until they can', { subgraph: service, error });
      }
      sending = null;
      if (waiting.length > 0) soon();
    };
    return {
      report(delivery: Delivery) {
        waiting.push(delivery);
        soon();
      },
      room: () => (waiting.length < most ? undefined : new Promise<void>((resolve) => held.push(resolve))),
      async close() {
        if (timer) clearTimeout(timer);
        await sending;
        await flush();
        if (timer) clearTimeout(timer);
        if (waiting.length > 0)
          log.error('receipts were not reported', { subgraph: service, receipts: waiting.length });
        for (const go of held) go();
      },
    };
  };
  const of = (service: string) => {
    const known = services.get(service);
    if (known) return known;
    const made = reporter(service);
    services.set(service, made);
    return made;
  };
  return {
    report: (service, receipt, viewer) =>
      of(service).report({ receipt, viewer: { kind: viewer.kind, key: viewer.key } }),
    room: (service) => services.get(service)?.room(),
    close: async () => void (await Promise.all([...services.values()].map((one) => one.close()))),
  };
}
