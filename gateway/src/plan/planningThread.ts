/**
 * The thread in which operations nobody has asked for before are checked and planned, so that those which are known
 * do not wait. It takes one job after another (planning.ts sees to that) and answers each.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { parse } from 'graphql';
import type { Limits } from '../limits/limits.js';
import { readSupergraph } from '../supergraph/supergraph.js';
import { InvalidDocument, checkDocument } from './check.js';
import { introspect } from './introspect.js';
import type { Answers, Jobs, Told } from './planning.js';
import { TooManyWays } from './plan.js';
import { createPlanner } from './planner.js';

const { sdl, limits } = workerData as { sdl: string; limits: Limits };
const port = parentPort!;
const tell = (message: Told) => port.postMessage(message);

try {
  const { api } = readSupergraph(sdl);
  const planner = createPlanner(sdl);
  const work: { [K in keyof Jobs]: (job: Jobs[K]) => Answers[K] | Promise<Answers[K]> } = {
    check: ({ query, operationName }) => checkDocument(api, query, operationName, limits),
    plan: (request) => planner.plan(request),
    introspect: ({ document, operationName, variables }) =>
      introspect(api, parse(document, { noLocation: true }), operationName, variables),
  };
  port.on('message', ({ kind, job }: { kind: keyof Jobs; job: Jobs[keyof Jobs] }) => {
    Promise.resolve()
      .then(() => work[kind](job as never))
      .then(
        (answer) => tell({ answer }),
        (error: unknown) => {
          if (error instanceof InvalidDocument) tell({ invalid: error.errors });
          else if (error instanceof TooManyWays) tell({ tooMany: error.message });
          else tell({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) });
        },
      );
  });
  tell({ ready: { overrideLabels: planner.overrideLabels, overridePercentages: planner.overridePercentages } });
} catch (error) {
  tell({ failed: error instanceof Error ? error.message : String(error) });
}
