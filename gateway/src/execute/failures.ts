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
import type { SentError } from './service.js';

/** Objects that one answer was to complete, and the path of any one of them. */
export interface Positions {
  objects: readonly Data[];
  pathTo(object: Data): Path;
}

/** Which fields of which objects a fetch would have brought. */
export interface Lost {
  positions: Positions;
  keysOf: (object: Data) => readonly string[];
}

export class Failures {
  readonly #all: Failure[] = [];

  /** An error of a service at a path below objects that all got the same answer. */
  at({ objects, pathTo }: Positions, path: Path, error: GraphQLFormattedError): void {
    const [first] = objects;
    if (!first) return;
    const failure = this.#add(error, () => [...pathTo(first), ...path]);
    for (const object of objects) plant(object, path, failure);
  }

  /** The same, of objects of which nothing came because of it: whichever of their fields is met first tells. */
  instead({ positions, keysOf }: Lost, path: Path, error: GraphQLFormattedError): void {
    const { objects, pathTo } = positions;
    const [first] = objects;
    if (!first) return;
    const failure = this.#add(error, () => [...pathTo(first), ...path]);
    for (const object of objects)
      for (const key of keysOf(object))
        if (key === path[0]) plant(object, path, failure);
        else stand(object, key, { failure, up: 1, below: path });
  }

  /** An error that says nothing of where: it cost these fields of each object, if it cost any. */
  lost(lost: readonly Lost[], error: GraphQLFormattedError): void {
    const found = lost.find(({ positions }) => positions.objects.length > 0);
    if (!found) return;
    const failure = this.#add(error, () => {
      const [object] = found.positions.objects;
      return [...found.positions.pathTo(object!), ...found.keysOf(object!).slice(0, 1)];
    });
    for (const { positions, keysOf } of lost)
      for (const object of positions.objects)
        for (const key of keysOf(object)) stand(object, key, { failure, up: 0, below: [] });
  }

  /** An error beside what came: it is told at the first of the objects. */
  beside({ objects, pathTo }: Positions, error: GraphQLFormattedError): void {
    const [first] = objects;
    this.#add(error, () => (first ? pathTo(first) : []));
  }

  /** Those that were not met where they were planted. */
  unraised(): Failure[] {
    return this.#all.filter(({ raisedAt }) => raisedAt.size === 0);
  }

  #add({ message, extensions = {} }: GraphQLFormattedError, path: () => Path): Failure {
    const failure = { message, extensions, raisedAt: new Set<string>(), path };
    this.#all.push(failure);
    return failure;
  }
}

/** Nothing is to come for these fields, and that is no failure. */
export function absent(object: Data, keys: readonly string[]): void {
  for (const key of keys) if (read(object, key) === undefined) write(object, key, new Planted());
}

function stand(object: Data, key: string, standing: Standing): void {
  const value = read(object, key);
  if (value instanceof Planted) add(value, standing);
  else if (value === null || value === undefined) {
    const planted = new Planted();
    planted.failures.push(standing);
    write(object, key, planted);
  }
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
