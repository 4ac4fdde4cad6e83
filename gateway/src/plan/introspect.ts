import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  execute,
} from 'graphql';
import { isIntrospection } from '../execute/collect.js';

/** The text of each introspection field at the root of a valid operation, by response key. */
export function introspect(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
  variables: Readonly<Record<string, unknown>>,
): [string, string][] {
  const root = schema.getQueryType()?.name;
  const only = (set: SelectionSetNode): SelectionSetNode => ({
    ...set,
    selections: set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.INLINE_FRAGMENT)
        return [{ ...selection, selectionSet: only(selection.selectionSet) }];
      return selection.kind === Kind.FRAGMENT_SPREAD || isIntrospection(selection) ? [selection] : [];
    }),
  });
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ||
    (definition.kind === Kind.FRAGMENT_DEFINITION && definition.typeCondition.name.value === root)
      ? ({ ...definition, selectionSet: only(definition.selectionSet) } as
          OperationDefinitionNode | FragmentDefinitionNode)
      : definition,
  );
  const result = execute({
    schema,
    document: { ...document, definitions },
    operationName,
    variableValues: variables,
  });
  if (result instanceof Promise || !result.data) throw new Error('introspection gave no answer');
  return Object.entries(result.data).map(([key, value]) => [key, JSON.stringify(value)]);
}
