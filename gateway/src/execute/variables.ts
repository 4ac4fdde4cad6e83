import { GraphQLError, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';

/** Variables with their defaults filled in, or everything that is wrong with them (BAD_USER_INPUT). */
export function coerceVariables(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): { coerced: Record<string, unknown>; errors?: undefined } | { coerced?: undefined; errors: GraphQLError[] } {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: 50,
  });
  if (coerced) return { coerced };
  return {
    errors: (errors ?? []).map(
      ({ message, nodes }) =>
        new GraphQLError(message.replace(/ ?Did you mean(.+?)\?$/, ''), {
          nodes,
          extensions: { code: 'BAD_USER_INPUT' },
        }),
    ),
  };
}
