import { type GraphQLCompositeType, type SelectionSetNode, isAbstractType, isObjectType } from 'graphql';
import { collectFields, deferredIn } from './collect.js';
import { type Data, type Path, isData, read } from './data.js';
import { selectionSets } from './normalise.js';
import type { ProjectionSource } from './project.js';

/**
 * A path in the data as the client would write it, as far as the client asked for what is there: what only the plan
 * needed, such as a key or what another field requires, is nothing the client knows of. Null when it was asked of
 * other types than the object there is of: a plan may ask more widely than the client did.
 */
export function clientsPath(source: ProjectionSource, path: Path, root: Data): ClientsPath | null {
  const { schema, operation, keys } = source;
  const found: (string | number)[] = [];
  let deferred = false;
  let value: unknown = root;
  let at: Pick<Found, 'type' | 'sets'> = {
    type: schema.getRootType(operation.operation)!,
    sets: [operation.selectionSet],
  };
  for (const step of path) {
    if (typeof step === 'number') {
      value = Array.isArray(value) ? (value as unknown[])[step] : undefined;
      found.push(step);
      continue;
    }
    const object = isData(value) ? value : {};
    const next: Found | null = fieldAt(at, step, typesOf(at.type, object['__typename']));
    if (!next) return fieldAt(at, step, typesOf(at.type, undefined)) ? null : { path: found, deferred };
    found.push(next.response);
    deferred ||= next.deferred;
    value = read(object, step);
    at = next;
  }
  return { path: found, deferred };

  /** The types an object met at `type` may be of. */
  function typesOf(type: GraphQLCompositeType, typename: unknown): readonly GraphQLCompositeType[] {
    if (!isAbstractType(type)) return [type];
    const actual = typeof typename === 'string' ? schema.getType(typename) : undefined;
    return isObjectType(actual) && schema.isSubType(type, actual) ? [actual] : [type, ...schema.getPossibleTypes(type)];
  }

  function fieldAt(
    { type, sets }: Pick<Found, 'type' | 'sets'>,
    key: string,
    types: readonly GraphQLCompositeType[],
  ): Found | null {
    for (const actual of types) {
      const keyOf = keys.at(type, actual, sets);
      for (const [response, nodes] of collectFields(source, actual, sets)) {
        const field = keyOf(response, nodes);
        if (field?.key === key)
          return { response, type: field.below as GraphQLCompositeType, sets: selectionSets(nodes), deferred: false };
      }
    }
    for (const { set } of deferredIn(source, sets)) {
      const inner = fieldAt({ type, sets: [set] }, key, types);
      if (inner) return { ...inner, deferred: true };
    }
    return null;
  }
}

export interface ClientsPath {
  path: Path;
  /** Whether it leads through what may come later. */
  deferred: boolean;
}

interface Found {
  response: string;
  deferred: boolean;
  type: GraphQLCompositeType;
  sets: readonly SelectionSetNode[];
}
