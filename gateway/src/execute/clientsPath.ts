import { type GraphQLCompositeType, type SelectionSetNode, isAbstractType } from 'graphql';
import { collectFields } from './collect.js';
import type { Path } from './data.js';
import { selectionSets } from './normalise.js';
import type { ProjectionSource } from './project.js';

/**
 * A path in the data as the client would write it, as far as the client asked for what is there: what only the plan
 * needed, such as a key or what another field requires, is nothing the client knows of.
 */
export function clientsPath(source: ProjectionSource, path: Path): Path {
  const { schema, operation, keys } = source;
  const found: (string | number)[] = [];
  let at: Omit<Found, 'response'> = {
    type: schema.getRootType(operation.operation)!,
    sets: [operation.selectionSet],
  };
  for (const step of path) {
    if (typeof step === 'number') {
      found.push(step);
      continue;
    }
    const next: ReturnType<typeof fieldAt> = fieldAt(at.type, at.sets, step);
    if (!next) break;
    found.push(next.response);
    at = next;
  }
  return found;

  function fieldAt(type: GraphQLCompositeType, sets: readonly SelectionSetNode[], key: string): Found | null {
    for (const actual of isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]) {
      const keyOf = keys.at(type, actual, sets);
      for (const [response, nodes] of collectFields(source, actual, sets)) {
        const field = keyOf(response, nodes);
        if (field?.key === key)
          return { response, type: field.below as GraphQLCompositeType, sets: selectionSets(nodes) };
      }
    }
    return null;
  }
}

interface Found {
  response: string;
  type: GraphQLCompositeType;
  sets: readonly SelectionSetNode[];
}
