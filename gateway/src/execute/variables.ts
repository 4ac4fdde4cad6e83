import { type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { InvalidDocument } from '../plan/check.js';

const none: Readonly<Record<string, unknown>> = {};

/** Variables with their defaults filled in. Throws `InvalidDocument` with everything that is wrong with them (BAD_USER_INPUT). */
export function coerceVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (variableDefinitions.length === 0) return none;
  const { coerced, errors } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 50 });
  if (coerced) return coerced;
  throw new InvalidDocument(
    (errors ?? []).map(({ message, locations }) => ({
      message: message.replace(/ ?Did you mean(.+?)\?$/, ''),
      ...(locations && { locations: locations.map(({ line, column }) => ({ line, column })) }),
      extensions: { code: 'BAD_USER_INPUT' },
    })),
  );
}
