/**
 * The planning thread as seen from outside: takes jobs, one at a time, and gives up on one that takes too long. The
 * thread is then ended (nothing else stops a validation that runs), and another one goes on with the rest.
 */
import { Worker } from 'node:worker_threads';
import type { GraphQLFormattedError } from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { Limits } from '../limits/limits.js';
import { InvalidDocument } from './check.js';
import { type Plan, TooManyWays } from './plan.js';
import type { PlanRequest, Planner } from './planner.js';

export interface Jobs {
  check: { query: string; operationName: string | null | undefined };
  plan: PlanRequest;
  introspect: { document: string; operationName: string | undefined; variables: Readonly<Record<string, unknown>> };
}
export interface Answers {
  check: void;
  plan: Plan;
  introspect: [string, string][];
}
/** What the thread tells. */
export type Told =
  | { ready: Overrides }
  | { answer: Answers[keyof Answers] }
  | { invalid: readonly GraphQLFormattedError[] }
  | { tooMany: string }
  | { failed: string };

export type Overrides = Pick<Planner, 'overrideLabels' | 'overridePercentages'>;

export interface Planning {
  overrides: Overrides;
  /** Rejects with `InvalidDocument`, with `TooManyWays`, with COST_EXCEEDED when it takes too long, and with RATE_LIMITED when too many wait. */
  ask<K extends keyof Jobs>(kind: K, job: Jobs[K]): Promise<Answers[K]>;
  close(): Promise<void>;
}

interface Waiting {
  kind: keyof Jobs;
  job: Jobs[keyof Jobs];
  resolve: (answer: never) => void;
  reject: (error: unknown) => void;
}

// The same file, whether this one runs as it was written (in tests) or built.
const program = new URL('../../dist/plan/planningThread.js', import.meta.url);

/** Starts the thread. Rejects when the supergraph cannot be planned on. */
export async function createPlanning(sdl: string, limits: Limits): Promise<Planning> {
  const waiting: Waiting[] = [];
  let current: Waiting | null = null;
  let timer: NodeJS.Timeout | undefined;
  let worker: Worker | null = null;
  let isReady = false;
  let closed = false;
  let restarting: NodeJS.Timeout | undefined;

  const settle = (how: (job: Waiting) => void): void => {
    clearTimeout(timer);
    const job = current;
    current = null;
    if (job) how(job);
    next();
  };
  const next = (): void => {
    if (current || !isReady || waiting.length === 0) return;
    current = waiting.shift()!;
    worker!.postMessage({ kind: current.kind, job: current.job });
    timer = setTimeout(tooSlow, limits.planMs);
  };
  const tooSlow = (): void => {
    const job = current;
    current = null;
    void replace();
    job?.reject(tooExpensive());
  };
  const replace = async (): Promise<void> => {
    isReady = false;
    const old = worker;
    worker = null;
    await old?.terminate();
    if (closed) return;
    await start().catch(() => {
      if (!closed) restarting = setTimeout(() => void replace(), restartMs);
    });
  };
  const start = (): Promise<Overrides> =>
    new Promise((resolve, reject) => {
      const started = new Worker(program, {
        workerData: { sdl, limits },
        resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: youngMemoryMb },
        execArgv: [],
      });
      worker = started;
      started.unref();
      started.on('message', (told: Told) => {
        if (worker !== started) return;
        if ('ready' in told) {
          isReady = true;
          resolve(told.ready);
          return next();
        }
        if (!isReady) return 'failed' in told ? reject(new Error(told.failed)) : undefined;
        if ('answer' in told) settle((job) => job.resolve(told.answer as never));
        else if ('invalid' in told) settle((job) => job.reject(new InvalidDocument(told.invalid)));
        else if ('tooMany' in told) settle((job) => job.reject(new TooManyWays(told.tooMany)));
        else settle((job) => job.reject(new Error(told.failed)));
      });
      const gone = (error: Error): void => {
        if (worker !== started) return;
        reject(error);
        const job = current;
        current = null;
        clearTimeout(timer);
        job?.reject(error);
        if (isReady) void replace();
      };
      started.on('error', gone);
      started.on('exit', (code) => gone(new Error(`the planning thread ended with ${code}`)));
    });

  const overrides = await start();
  return {
    overrides,
    ask: (kind, job) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(new Error('the gateway is closing'));
        if (waiting.length >= limits.planQueue)
          return reject(
            new HubError('RATE_LIMITED', 'Too many operations that the gateway has not met before. Try again.'),
          );
        waiting.push({ kind, job, resolve, reject });
        next();
      }),
    async close() {
      closed = true;
      clearTimeout(timer);
      clearTimeout(restarting);
      const error = new Error('the gateway is closing');
      for (const job of [current, ...waiting.splice(0)]) job?.reject(error);
      current = null;
      const old = worker;
      worker = null;
      await old?.terminate();
    },
  };
}

const restartMs = 1_000;
/** Not to be reached within `planMs`: a thread that runs out of memory may take the process with it. */
const memoryMb = 4_096;
/** It plans seldom, and then nobody counts on its speed; what it may take, it keeps. */
const youngMemoryMb = 8;

const tooExpensive = () =>
  new HubError('COST_EXCEEDED', 'The operation takes too long to check and plan. Ask for less at once.');
