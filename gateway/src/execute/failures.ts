/**
 * What went wrong in services, put where the client asked for it.
 *
 * A failure is *planted*: it stands in the data in place of the missing value, and the projector raises it there, so
 * that null propagation is the specification's and a failure of a field nobody selected stays out of the way. One
 * that was never raised (it hit a field only the plan needed, or stands beside a value) is added at the end, at the
 * nearest place the client knows: nothing fails silently.
 */
import type { GraphQLFormattedError } from 'graphql';
import { HubError } from '@hub/kit/errors';
import { type Data, type Failure, type Path, Planted, type Standing, isData, read, write } from './data.js';
import type { Brought } from './merge.js';
import type { SentError } from './service.js';
import type { TypeSystem } from './typeSystem.js';

/** Objects that one answer was to complete, and the path of any one of them. */
export interface Positions {
  objects: readonly Data[];
  pathTo(object: Data): Path;
}

/** What a fetch would have brought to which objects. */
export interface Lost {
  positions: Positions;
  fields: readonly Brought[];
  types: TypeSystem;
}

export class Failures {
  readonly #all: Failure[] = [];
  readonly #before: Failures | null;

  /** `before`: those of what came earlier of the same answer. */
  constructor(before: Failures | null = null) {
    this.#before = before;
  }

  get none(): boolean {
    return this.#all.length === 0 && (this.#before?.none ?? true);
  }

  /** An error of a service at a path below objects that all got the same answer. */
  at({ objects, pathTo }: Positions, path: Path, error: GraphQLFormattedError): void {
    const [first] = objects;
    if (!first) return;
    const failure = this.#add(error, () => [...pathTo(first), ...path]);
    for (const object of objects) plant(object, path, failure);
  }

  /** The same, of objects to which nothing came because of it: whichever of their fields is met first tells. */
  instead(lost: Lost, path: Path, error: GraphQLFormattedError): void {
    const { objects, pathTo } = lost.positions;
    const [first] = objects;
    if (!first) return;
    const failure = this.#add(error, () => [...pathTo(first), ...path]);
    for (const object of objects) {
      plant(object, path, failure);
      markMissing(lost, object, (depth) => ({ failure, up: depth, below: path }));
    }
  }

  /** An error that says nothing of where: it cost these fields of each object, if it cost any. */
  lost(lost: readonly Lost[], error: GraphQLFormattedError): void {
    const found = lost.find(({ positions }) => positions.objects.length > 0);
    if (!found) return;
    const failure = this.#add(error, () => {
      const [object] = found.positions.objects;
      const [field] = wanted(found, found.fields, object!);
      return [...found.positions.pathTo(object!), ...(field ? [field.key] : [])];
    });
    for (const one of lost)
      for (const object of one.positions.objects) markMissing(one, object, () => ({ failure, up: 0, below: [] }));
  }

  /** An error beside what came: it is told at the first of the objects. */
  beside({ objects, pathTo }: Positions, error: GraphQLFormattedError): void {
    const [first] = objects;
    this.#add(error, () => (first ? pathTo(first) : []));
  }

  /** Those that were not met where they were planted; also of what came earlier, if that is wanted. */
  unraised(andBefore = false): Failure[] {
    const own = this.#all.filter(({ raisedAt }) => raisedAt.size === 0);
    return andBefore && this.#before ? [...this.#before.unraised(true), ...own] : own;
  }

  #add({ message, extensions = {} }: GraphQLFormattedError, path: () => Path): Failure {
    const failure = { message, extensions, raisedAt: new Set<string>(), path };
    this.#all.push(failure);
    return failure;
  }
}

/** Nothing is to come for these fields, and that is no failure. */
export function absent(lost: Lost): void {
  for (const object of lost.positions.objects) markMissing(lost, object, () => null);
}

/** `standing`: what stands in place of a value that is so many steps below the object; null: nothing was to come. */
function markMissing(lost: Lost, object: Data, standing: (depth: number) => Standing | null): void {
  const mark = (parent: Data, fields: readonly Brought[], depth: number): void => {
    for (const { key, fields: below } of wanted(lost, fields, parent)) {
      const value = read(parent, key);
      if (value === undefined) stand(parent, key, standing(depth));
      else if (value === null || value instanceof Planted) {
        const here = standing(depth);
        if (here) stand(parent, key, here);
      } else if (below) into(value, below, depth + 1);
    }
  };
  const into = (value: unknown, fields: readonly Brought[], depth: number): void => {
    if (Array.isArray(value)) for (const element of value as unknown[]) into(element, fields, depth + 1);
    else if (isData(value)) mark(value, fields, depth);
  };
  mark(object, lost.fields, 1);
}

/** The fields that were asked for of an object of this type; of one whose type says nothing, all. */
function wanted({ types }: Lost, fields: readonly Brought[], object: Data): readonly Brought[] {
  const typename = object['__typename'];
  const named = fields.filter(({ key }) => key !== '__typename');
  const own = named.filter(({ on }) => on === null || [...on].some((type) => types.matches(typename, type)));
  return own.length > 0 ? own : named;
}

function stand(object: Data, key: string, standing: Standing | null): void {
  const value = read(object, key);
  if (value instanceof Planted) return standing ? add(value, standing) : undefined;
  const planted = new Planted();
  if (standing) planted.failures.push(standing);
  write(object, key, planted);
}

function plant(object: Data, path: Path, failure: Failure): void {
  let parent: unknown = object;
  for (const [i, key] of path.entries()) {
    const standing = { failure, up: 0, below: path.slice(i + 1) }; // its place, or the null it was propagated to
    if (typeof key === 'string') {
      if (!isData(parent)) return;
      const child = read(parent, key);
      if (child === null || child === undefined || child instanceof Planted) return stand(parent, key, standing);
      parent = child;
    } else {
      if (!Array.isArray(parent) || key < 0 || key >= parent.length) return;
      const child: unknown = parent[key];
      if (child instanceof Planted) return add(child, standing);
      if (child === null || child === undefined) {
        const planted = new Planted();
        planted.failures.push(standing);
        parent[key] = planted;
        return;
      }
      parent = child;
    }
  }
}

/** Once: what stands in several places is come by several times. */
function add({ failures }: Planted, standing: Standing): void {
  if (failures.every(({ failure }) => failure !== standing.failure)) failures.push(standing);
}

/** A service that did not answer. */
export function unavailable(service: string): GraphQLFormattedError {
  const { message, extensions } = new HubError('SUBGRAPH_UNAVAILABLE', `The service "${service}" does not answer.`);
  return { message, extensions: { ...extensions, service } };
}

/** A service that does not accept our passport, or sends what fits nothing. */
export const refused: GraphQLFormattedError = {
  message: 'Something went wrong in the gateway.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};

/** Message and extensions as they came, less what says how the service is made. */
export function fromService({ message, extensions }: SentError): GraphQLFormattedError {
  const {
    stacktrace: _stacktrace,
    exception: _exception,
    http: _http, // Apollo Server would make it the status of our own answer
    ...rest
  } = isData(extensions) && isWritable(extensions) ? extensions : {};
  return {
    message: typeof message === 'string' ? message : 'The service gave an error without a message.',
    extensions: rest,
  };
}

/** Some nest deeper than can be written. */
function isWritable(value: unknown): boolean {
  try {
    JSON.stringify(value);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
