/** Runs the steps of an answer that comes in parts, and tells when each part has all it asked for. */
import type { Data } from './data.js';
import { Door } from './door.js';
import type { Fetch, Run } from './fetch.js';
import { type Place, root } from './place.js';
import type { Step } from './steps.js';

/** `runOf`: what the fetches run in that are for these parts, asked once for each step. */
export type InParts = (runOf: (parts: readonly Place[]) => Run) => Running;

export interface Running {
  /** When the fetches of a part are done; at once for one that has none. Rejects when aborted, or for a bug. */
  done(part: Place): Promise<void>;
  isDone(part: Place): boolean;
}

/** `isOver`: whether nothing that was not begun may be done any more after a step. */
export function inParts(
  steps: readonly Step[],
  fetches: readonly Fetch[],
  isOver: ((index: number, root: Data) => boolean) | null,
): InParts {
  const stepsFor = new Map<Place, number>();
  for (const { parts } of steps) for (const part of parts) stepsFor.set(part, (stepsFor.get(part) ?? 0) + 1);
  return (runOf) => {
    const runs = steps.map(({ parts }) => runOf(parts));
    const parts = new Map<Place, Progress>();
    for (const [part, undone] of stepsFor) parts.set(part, { undone, door: new Door() });
    const left = steps.map(({ waitsFor }) => waitsFor);
    const fail = (error: unknown): void => {
      for (const { door } of parts.values()) door.lock(error);
    };
    const finish = (index: number): void => {
      const step = steps[index]!;
      if (isOver?.(index, runs[index]!.root)) return parts.get(root)!.door.open();
      for (const part of step.parts) {
        const own = parts.get(part)!;
        if (--own.undone === 0) own.door.open();
      }
      for (const following of step.next) if (--left[following]! === 0) begin(following);
    };
    const begin = (index: number): void => {
      try {
        const running = fetches[index]!.run(runs[index]!);
        if (running) running.then(() => finish(index), fail);
        else finish(index);
      } catch (error) {
        fail(error);
      }
    };
    for (let index = 0; index < steps.length; index++) if (steps[index]!.waitsFor === 0) begin(index);
    return {
      done: (part) => parts.get(part)?.door.passed ?? Promise.resolve(),
      isDone: (part) => parts.get(part)?.door.isOpen ?? true,
    };
  };
}

/** A part whose fetches are under way. */
interface Progress {
  undone: number;
  door: Door;
}
