/**
 * The answer while it grows: what JSON.parse makes of the services' answers, joined. Names in it come from clients
 * and services, so nothing is taken from a prototype and nothing is written to one: a key is read and written by
 * the two functions here, or by code that has looked at `inherited` beforehand.
 */
import type { PathStep, Rewrite } from '../plan/plan.js';
import type { TypeSystem } from './typeSystem.js';

export interface Data {
  [key: string]: unknown;
}
export type Path = readonly (string | number)[];

export const isData = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Planted);

/**
 * In place of a value: what failed there. The projector raises it where it stands (project.ts). Without failures it
 * says that nothing was to come: the owner does not know the object, or could not be asked about it.
 */
export class Planted {
  readonly failures: Standing[] = [];
}

/** A failure, and its path seen from where it stands: so many steps up, then these. */
export interface Standing {
  failure: Failure;
  up: number;
  below: Path;
}

/** What went wrong in a service, as a client learns of it. */
export interface Failure {
  message: string;
  extensions: Readonly<Record<string, unknown>>;
  /** The paths at which it was met where it was planted, as JSON. */
  raisedAt: Set<string>;
  /** Where it happened, should it not be met; or one such place. */
  path(): Path;
}

/** Whether every object seems to have a property of this name. */
export const isInherited = (key: string): boolean => key in Object.prototype;

export const read = (data: Data, key: string): unknown =>
  isInherited(key) && !Object.hasOwn(data, key) ? undefined : data[key];

export function write(data: Data, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(data, key, { value, enumerable: true, configurable: true, writable: true });
  else data[key] = value;
}

/** A plan's path, looked at once: into a response key, or (null) into each element. */
export type Walk = readonly ({ key: string; inherited: boolean } | null)[];

export const walkOf = (path: readonly PathStep[]): Walk =>
  path.map((step) => (step === '@' ? null : { key: step.key, inherited: isInherited(step.key) }));

/** The objects at a path, in order. A list that stands in several places (merge.ts) is gone through once. */
export function objectsAt(root: Data, walk: Walk): Data[] {
  const found: Data[] = [];
  descend(root, walk, 0, found, new Set());
  return found;
}

function descend(start: unknown, walk: Walk, from: number, found: Data[], seen: Set<unknown[]>): void {
  let value = start;
  for (let i = from; ; i++) {
    const step = walk[i];
    if (Array.isArray(value)) {
      if (seen.has(value)) return;
      seen.add(value);
      if (step !== null) return; // deeper than the schema has it
      for (const element of value as unknown[]) descend(element, walk, i + 1, found, seen);
      return;
    }
    if (!isData(value)) return;
    if (step === undefined) return void found.push(value);
    if (step === null) return;
    value = step.inherited ? read(value, step.key) : value[step.key];
  }
}

/** The first path at which an object stands, if it stands at one. */
export function pathTo(root: Data, walk: Walk, wanted: Data): Path | null {
  const search = (value: unknown, i: number, at: Path): Path | null => {
    const step = walk[i];
    if (Array.isArray(value)) {
      if (step !== null) return null;
      for (const [index, element] of (value as unknown[]).entries()) {
        const found = search(element, i + 1, [...at, index]);
        if (found) return found;
      }
      return null;
    }
    if (!isData(value)) return null;
    if (step === undefined) return value === wanted ? at : null;
    return step === null ? null : search(read(value, step.key), i + 1, [...at, step.key]);
  };
  return search(root, 0, []);
}

const fits = (types: TypeSystem, value: Data, conditions: readonly string[]): boolean => {
  const typename = value['__typename'];
  return conditions.some((condition) => types.matches(typename, condition));
};

/** Applies what the planner says must be renamed or set on the way to or from a service. Changes `value`. */
export function rewrite(rewrites: readonly Rewrite[], value: unknown, types: TypeSystem): void {
  for (const one of rewrites) {
    const last = one.path.at(-1);
    if (last === undefined || !('key' in last)) continue;
    const apply = (inner: unknown, i: number): void => {
      if (Array.isArray(inner)) for (const element of inner as unknown[]) apply(element, i);
      if (!isData(inner)) return;
      const step = one.path[i]!;
      if (i === one.path.length - 1) {
        if (!Object.hasOwn(inner, last.key)) return;
        if (one.kind === 'ValueSetter') return write(inner, last.key, one.setValueTo);
        write(inner, one.renameKeyTo, inner[last.key]);
        delete inner[last.key];
      } else if ('key' in step) apply(read(inner, step.key), i + 1);
      else if (inner['__typename'] === undefined || fits(types, inner, step.types)) apply(inner, i + 1);
    };
    apply(value, 0);
  }
}

/** The same renaming for the path of an error. */
export function rewritePath(rewrites: readonly Rewrite[], path: Path): Path {
  let result = path;
  for (const one of rewrites) {
    if (one.kind !== 'KeyRenamer') continue;
    const names = one.path.flatMap((step) => ('key' in step ? [step.key] : []));
    const named = result.flatMap((step, index) => (typeof step === 'string' ? [{ step, index }] : []));
    if (names.every((name, i) => named[i]?.step === name)) {
      const { index } = named[names.length - 1]!;
      result = [...result.slice(0, index), one.renameKeyTo, ...result.slice(index + 1)];
    }
  }
  return result;
}
