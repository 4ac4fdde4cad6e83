/** Takes the refused fields out of an operation, and what has no use without them. */
import {
  type DefinitionNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { Check } from './checks.js';

export interface Remains {
  /**
   * What to plan: the operation without its refused fields, and a valid document again. Where nothing else is left of a
   * selection, it asks for `__typename`: the object may be absent, or have no such type, and that must be found out.
   * The same document when nothing is refused; null when nothing of the operation is left.
   */
  readonly document: DocumentNode | null;
  /**
   * Field nodes of the original document, with the first check that is missing. They are null in the answer, with an
   * error. Where several nodes share a key of the answer, one refused refuses all: for the same object they may have
   * been asked on different types, say it and its interface.
   */
  readonly refused: ReadonlyMap<FieldNode, Check>;
}

export interface Cut {
  /** The first check of the field that does not hold. */
  missing(field: FieldNode): Check | undefined;
  /** Fragments that apply to some of the objects they may meet: they stay, to tell which. */
  narrowing: ReadonlySet<SelectionNode>;
  /** What is asked of an object when nothing else is left. */
  placeholder: FieldNode;
}

export function prune(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { missing, narrowing, placeholder }: Cut,
): Remains {
  const refused = new Map<FieldNode, Check>();
  const fragments = fragmentsOf(document);
  const left = new Map<string, readonly SelectionNode[]>(); // of each fragment that is reached
  const kept = new Set<string>(); // fragments that are still spread

  const filled = (selections: readonly SelectionNode[]) => (selections.length > 0 ? selections : [placeholder]);
  const cut = (set: SelectionSetNode): readonly SelectionNode[] =>
    set.selections.flatMap((selection): readonly SelectionNode[] => {
      switch (selection.kind) {
        case Kind.FIELD:
          return cutField(selection);
        case Kind.INLINE_FRAGMENT:
          return cutInline(selection);
        case Kind.FRAGMENT_SPREAD:
          return cutSpread(selection);
      }
    });
  const cutField = (field: FieldNode): FieldNode[] => {
    const check = missing(field);
    if (check) {
      refused.set(field, check);
      return [];
    }
    return [field.selectionSet ? withSelections(field, filled(cut(field.selectionSet))) : field];
  };
  const cutInline = (fragment: InlineFragmentNode): InlineFragmentNode[] => {
    const selections = cut(fragment.selectionSet);
    return selections.length > 0 || narrowing.has(fragment) ? [withSelections(fragment, filled(selections))] : [];
  };
  const cutSpread = (spread: FragmentSpreadNode): FragmentSpreadNode[] => {
    const name = spread.name.value;
    const selections = left.get(name) ?? cut(fragments.get(name)!.selectionSet);
    left.set(name, selections);
    if (selections.length === 0 && !narrowing.has(spread)) return [];
    kept.add(name);
    return [spread];
  };

  const selections = cut(operation.selectionSet);
  if (selections.length === 0) return { document: null, refused };
  const definitions = document.definitions.flatMap((definition): readonly DefinitionNode[] => {
    if (definition === operation) return [withSelections(operation, selections)];
    if (definition.kind !== Kind.FRAGMENT_DEFINITION || !kept.has(definition.name.value)) return [];
    return [withSelections(definition, filled(left.get(definition.name.value)!))];
  });
  return { document: withoutUnusedVariables({ kind: Kind.DOCUMENT, definitions }), refused };
}

/** The same node when nothing has changed in it. */
function withSelections<T extends { readonly selectionSet?: SelectionSetNode | undefined }>(
  node: T,
  selections: readonly SelectionNode[],
): T {
  const before = node.selectionSet?.selections ?? [];
  if (before.length === selections.length && before.every((selection, index) => selection === selections[index]))
    return node;
  return { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function withoutUnusedVariables(document: DocumentNode): DocumentNode {
  const used = new Set<string>();
  visit(document, { VariableDefinition: () => false, Variable: ({ name }) => void used.add(name.value) });
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.variableDefinitions
      ? {
          ...definition,
          variableDefinitions: definition.variableDefinitions.filter(({ variable }) => used.has(variable.name.value)),
        }
      : definition,
  );
  return { ...document, definitions };
}

export const fragmentsOf = ({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
