/**
 * What went wrong in services, put where the client asked for it.
 *
 * An error is *planted*: it replaces the missing value in the tree, and the projector throws it there, so that null
 * propagation is the specification's and an error about a field nobody selected stays out of the way. One that was
 * never thrown (it hit a field only the plan needed, or stands beside a value) is added at the end, at the nearest
 * place the client knows: nothing fails silently.
 */
import { GraphQLError } from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { SentError } from './service.js';
import { type Path, type Position, type Value, isTree } from './tree.js';

export class Failures {
  readonly #causes: GraphQLError[][] = []; // what one cause cost, field by field
  readonly #planted = new Set<GraphQLError>();

  /** One error of a service, at a path below positions that all got the same answer. */
  sent(error: SentError, positions: readonly Position[], path: Path): void {
    this.#causes.push(
      positions.map((position) => {
        const made = fromService(error, [...position.path, ...path]);
        this.#plant(position, path, made);
        return made;
      }),
    );
  }

  /** One error of a service that says nothing of where: it cost these fields, if it cost any. */
  lost(make: (path: Path) => GraphQLError, lost: readonly { position: Position; keys: readonly string[] }[]): void {
    this.#causes.push(
      lost.flatMap(({ position, keys }) =>
        (keys.length > 0 ? keys.map((key) => [key]) : [[]]).map((path) => {
          const made = make([...position.path, ...path]);
          this.#plant(position, path, made);
          return made;
        }),
      ),
    );
  }

  planted(error: GraphQLError): boolean {
    return this.#planted.has(error);
  }

  /** The errors to add to those the projector threw. */
  unraised(raised: ReadonlySet<GraphQLError>, data: unknown): GraphQLError[] {
    return this.#causes.flatMap((errors) =>
      errors.length === 0 || errors.some((error) => raised.has(error)) ? [] : [relocated(errors[0]!, data)],
    );
  }

  #plant({ value }: Position, path: Path, error: GraphQLError): void {
    let parent: Value = value;
    for (const key of path) {
      if (!Array.isArray(parent) && !isTree(parent)) return;
      const children = parent as Record<string | number, Value>;
      const child: Value = children[key];
      if (child === null || child === undefined) {
        children[key] = error; // the place, or the null it was propagated to
        this.#planted.add(error);
        return;
      }
      parent = child;
    }
  }
}

/** A service that did not answer. */
export const unavailable =
  (service: string) =>
  (path?: Path): GraphQLError => {
    const { message, extensions } = new HubError('SUBGRAPH_UNAVAILABLE', `The service "${service}" does not answer.`);
    return new GraphQLError(message, { ...(path && { path }), extensions: { ...extensions, service } });
  };

/** A service that does not accept our passport. */
export const refused =
  () =>
  (path?: Path): GraphQLError =>
    new GraphQLError('Something went wrong in the gateway.', {
      ...(path && { path }),
      extensions: { code: 'INTERNAL_SERVER_ERROR' },
    });

/** Message and extensions as they came, less what says how the service is made. */
export function fromService({ message, extensions }: SentError, path: Path | undefined): GraphQLError {
  const {
    stacktrace: _stacktrace,
    exception: _exception,
    http: _http, // Apollo Server would make it the status of our own answer
    ...rest
  } = isPlainObject(extensions) ? extensions : {};
  return new GraphQLError(typeof message === 'string' ? message : 'The service gave an error without a message.', {
    ...(path && path.length > 0 && { path }),
    extensions: rest,
  });
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same error at the deepest part of its path that is in the data. */
function relocated(error: GraphQLError, data: unknown): GraphQLError {
  const path: (string | number)[] = [];
  let value = data;
  for (const key of error.path ?? []) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) break;
    path.push(key);
    value = (value as Record<string | number, unknown>)[key];
  }
  return new GraphQLError(error.message, { ...(path.length > 0 && { path }), extensions: error.extensions });
}
