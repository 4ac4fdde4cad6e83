/**
 * The answer while it grows: objects without a prototype (a response key may well be `__proto__`), arrays and leaves.
 * An Error in place of a value is a field that failed: the projector throws it where it stands (projector.ts).
 */
import type { FetchDataRewrite } from '../plan/planner.js';
import type { TypeSystem } from './typeSystem.js';

export type Path = readonly (string | number)[];
export type Leaf = string | number | boolean | null | undefined | Error;
export type Value = Leaf | Tree | Value[];
export interface Tree {
  [key: string]: Value;
}

/** An object of the answer, and where it stands. */
export interface Position {
  path: Path;
  value: Tree;
}

export const emptyTree = (): Tree => Object.create(null) as Tree;
export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Error);

/** The objects at a plan's path below some positions; `@` stands for every element of a list. */
export function positionsAt(positions: readonly Position[], path: Path): Position[] {
  const found: Position[] = [];
  const walk = (value: Value, at: Path, rest: Path): void => {
    if (Array.isArray(value)) {
      const below = rest[0] === '@' ? rest.slice(1) : rest;
      value.forEach((element, index) => walk(element, [...at, index], below));
    } else if (isTree(value)) {
      if (rest.length === 0) found.push({ path: at, value });
      else if (rest[0] !== '@') walk(value[rest[0]!], [...at, rest[0]!], rest.slice(1));
    }
  };
  for (const { path: at, value } of positions) walk(value, at, path);
  return found;
}

/** Copies what a service sent into the tree. What is known already stays unless something better than null comes. */
export function merge(target: Tree, source: object): void {
  for (const [key, value] of Object.entries(source)) target[key] = merged(target[key], value);
}

function merged(known: Value, sent: unknown): Value {
  if (sent === null || sent === undefined) return known ?? null;
  if (typeof sent !== 'object') return sent as Leaf;
  if (Array.isArray(sent)) {
    const before = Array.isArray(known) && known.length === sent.length ? known : [];
    return sent.map((element, index) => merged(before[index], element));
  }
  const tree = isTree(known) ? known : emptyTree();
  merge(tree, sent);
  return tree;
}

const typePrefix = '... on ';

/** Applies what the planner says must be renamed or set on the way to or from a service. Changes `value`. */
export function rewrite(rewrites: readonly FetchDataRewrite[] | undefined, value: unknown, types: TypeSystem): void {
  for (const one of rewrites ?? []) {
    const last = one.path.at(-1);
    if (last === undefined) continue;
    const apply = (inner: unknown, path: readonly string[]): void => {
      if (Array.isArray(inner)) for (const element of inner) apply(element, path);
      else if (isTree(inner)) {
        const [step, ...rest] = path;
        if (step === undefined) {
          if (one.kind === 'ValueSetter') inner[last] = one.setValueTo as Value;
          else if (Object.hasOwn(inner, last)) {
            inner[one.renameKeyTo] = inner[last];
            delete inner[last];
          }
        } else if (!step.startsWith(typePrefix)) {
          if (Object.hasOwn(inner, step)) apply(inner[step], rest);
        } else if (
          inner['__typename'] === undefined ||
          types.matches(inner['__typename'], step.slice(typePrefix.length))
        )
          apply(inner, rest);
      }
    };
    apply(value, one.path.slice(0, -1));
  }
}

/** The same renaming for the path of an error. */
export function rewritePath(rewrites: readonly FetchDataRewrite[] | undefined, path: Path): Path {
  let result = path;
  for (const one of rewrites ?? []) {
    if (one.kind !== 'KeyRenamer') continue;
    const names = one.path.filter((step) => !step.startsWith(typePrefix));
    const named = result.flatMap((step, index) => (typeof step === 'string' ? [{ step, index }] : []));
    if (names.every((name, i) => named[i]?.step === name)) {
      const { index } = named[names.length - 1]!;
      result = [...result.slice(0, index), one.renameKeyTo, ...result.slice(index + 1)];
    }
  }
  return result;
}
