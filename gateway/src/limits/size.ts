/**
 * How large an operation is once its fragments are written out: thirty short fragments that spread each other twice
 * are a thousand million fields. Counted per fragment once, so that counting is cheap when the operation is not.
 */
import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql';
import type { Limits } from './limits.js';

interface Size {
  fields: number;
  depth: number;
}

/** Throws `COST_EXCEEDED` when the (valid) operation is larger than the limits. */
export function refuseLarge(document: DocumentNode, operation: OperationDefinitionNode, limits: Limits): void {
  const { fields, depth } = sizeOf(document, operation);
  if (fields > limits.fields || depth > limits.depth)
    throw new GraphQLError(
      `The operation selects ${fields} fields ${depth} deep with its fragments written out; at most ${limits.fields} and ${limits.depth} are answered.`,
      { extensions: { code: 'COST_EXCEEDED' } },
    );
}

export function sizeOf(document: DocumentNode, operation: OperationDefinitionNode): Size {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet] as const] : [],
    ),
  );
  const sizes = new Map<string, Size>();
  const fragmentSize = (name: string): Size => {
    const known = sizes.get(name);
    if (known) return known;
    sizes.set(name, { fields: 0, depth: 0 }); // what one that spreads itself has, until validation refuses it
    const selections = fragments.get(name);
    const size = selections ? selectionSize(selections) : { fields: 0, depth: 0 };
    sizes.set(name, size);
    return size;
  };
  const selectionSize = ({ selections }: SelectionSetNode): Size => {
    let fields = 0;
    let depth = 0;
    for (const selection of selections) {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? fragmentSize(selection.name.value)
          : selection.selectionSet
            ? selectionSize(selection.selectionSet)
            : { fields: 0, depth: 0 };
      const own = selection.kind === Kind.FIELD ? 1 : 0;
      fields += inner.fields + own;
      depth = Math.max(depth, inner.depth + own);
    }
    return { fields, depth };
  };
  return selectionSize(operation.selectionSet);
}
