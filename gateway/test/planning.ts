/** What passes between the gateway and its planning threads: who runs, what they are asked; and a hand on the line. */
import { Worker } from 'node:worker_threads';
import { jest } from '@jest/globals';
import type { Jobs } from '../src/plan/planning.js';

/** One job as it went to a thread. */
export interface Sent {
  kind: keyof Jobs;
  job: Jobs[keyof Jobs];
  thread: Worker;
}

export interface PlanningLine {
  /** Every job since the beginning, or since this was emptied. */
  sent: Sent[];
  kinds(): string[];
  /** From now on jobs of these kinds do not arrive, as if the thread were lost in them. */
  hold(...kinds: (keyof Jobs)[]): void;
  /** What was held arrives, and holding ends. */
  release(): void;
  /** How many jobs are held. */
  held(): number;
  /** The threads that run now, started since the beginning. */
  running(): Worker[];
  /** Those that run now are not counted from now on: what one test left over is not the next one's. */
  forget(): void;
  stop(): void;
}

/** To be called before the gateways that are watched are started. */
export function watchPlanning(): PlanningLine {
  const { postMessage, unref } = Worker.prototype;
  const threads: Worker[] = [];
  const waiting: (() => void)[] = [];
  let heldKinds: readonly string[] = [];
  const sent: Sent[] = [];
  const posting = jest.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (this: Worker, message) {
    const { kind, job } = message as Omit<Sent, 'thread'>;
    sent.push({ kind, job, thread: this });
    const deliver = () => postMessage.call(this, message);
    if (heldKinds.includes(kind)) waiting.push(deliver);
    else deliver();
  });
  const starting = jest.spyOn(Worker.prototype, 'unref').mockImplementation(function (this: Worker) {
    threads.push(this); // each is, so that it does not keep the process
    unref.call(this);
  });
  return {
    sent,
    kinds: () => sent.map(({ kind }) => kind),
    hold: (...kinds) => void (heldKinds = kinds),
    release() {
      heldKinds = [];
      for (const deliver of waiting.splice(0)) deliver();
    },
    held: () => waiting.length,
    running: () => threads.filter(({ threadId }) => threadId !== -1),
    forget: () => void threads.splice(0),
    stop() {
      posting.mockRestore();
      starting.mockRestore();
    },
  };
}
