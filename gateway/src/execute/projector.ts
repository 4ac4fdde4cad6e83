/** From the tree that the fetches filled to the answer the client asked for: graphql-js over ready values. */
import {
  type ExecutionResult,
  type GraphQLAbstractType,
  GraphQLError,
  type GraphQLSchema,
  execute,
  isAbstractType,
} from 'graphql';
import type { Planned } from '../plan/operations.js';
import type { Failures } from './failures.js';
import type { Tree, Value } from './tree.js';

export interface Projection {
  data: ExecutionResult['data'];
  errors: GraphQLError[];
  /** What a service sent does not fit the schema. For the log; the client sees no detail. */
  misfits: GraphQLError[];
}

// A null where the schema has none is not an error of its own: either a planted error says why, or the owner of a
// reference does not know it, or does not show it to this viewer, which must look the same as absence.
const nullPropagation = 'Cannot return null for non-nullable field';

export function project(
  schema: GraphQLSchema,
  { document, operation }: Planned,
  variables: Readonly<Record<string, unknown>>,
  tree: Tree,
  failures: Failures,
): Projection {
  const result = execute({
    schema,
    document,
    operationName: operation.name?.value,
    variableValues: variables,
    rootValue: tree,
    fieldResolver: (source: Tree, _arguments, _context, info) => source[info.path.key],
    typeResolver: (value: Tree, _context, _info, type) => concrete(schema, value['__typename'], type),
  }) as ExecutionResult; // nothing here is a promise
  const raised = new Set<GraphQLError>();
  const misfits: GraphQLError[] = [];
  for (const error of result.errors ?? []) {
    if (failures.planted(error)) raised.add(error);
    else if (!error.message.startsWith(nullPropagation)) misfits.push(error);
  }
  const data = result.data ?? null;
  const errors = [...raised, ...failures.unraised(raised, data)];
  if (data === null && errors.length === 0 && misfits.length === 0) misfits.push(...(result.errors ?? []));
  return { data, errors, misfits };
}

/**
 * The object type to project a value of an abstract type as. Where no concrete type was fetched (a service that has
 * only `@interfaceObject` knows none), the planner saw that nothing asked depends on it, so any that fits will do.
 */
function concrete(schema: GraphQLSchema, typename: Value, type: GraphQLAbstractType): string | undefined {
  if (typeof typename === 'string' && !isAbstractType(schema.getType(typename))) return typename;
  return schema.getPossibleTypes(type)[0]?.name;
}
