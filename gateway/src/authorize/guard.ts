/** One operation and the checks that its fields need: which there are, and what is left of it when some do not hold. */
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionNode,
  type SelectionSetNode,
  TypeMetaFieldDef,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isUnionType,
} from 'graphql';
import { type Check, inOrder } from './checks.js';
import { type Remains, fragmentsOf, prune } from './prune.js';

export interface Guarded {
  /** Each once, in an order that is always the same for this operation. */
  readonly checks: readonly Check[];
  /** `granted[i]` says whether `checks[i]` holds. */
  without(granted: readonly boolean[]): Remains;
}

/** The checks of each type's fields that need any, in the order in which to ask them. */
export type Needed = ReadonlyMap<string, ReadonlyMap<string, readonly Check[]>>;

export interface Asked {
  schema: GraphQLSchema;
  needed: Needed;
  document: DocumentNode;
  operation: OperationDefinitionNode;
}

/** Null: no field of the operation needs any check. */
export function guard(asked: Asked): Guarded | null {
  const { needed, narrowing, placeholder } = survey(asked);
  if (needed.size === 0) return null;
  const checks = inOrder([...needed.values()].flat());
  return {
    checks,
    without(granted) {
      const held = new Set(checks.filter((_, index) => granted[index]));
      if (held.size === checks.length) return { document: asked.document, refused: new Map() };
      return prune(asked.document, asked.operation, {
        missing: (node) => needed.get(node)?.find((check) => !held.has(check)),
        narrowing,
        placeholder,
      });
    },
  };
}

interface Survey {
  /** The checks of each field node that needs any. */
  needed: ReadonlyMap<FieldNode, readonly Check[]>;
  /** Fragments that apply to some of the objects they may meet, and so depend on the type of each. */
  narrowing: ReadonlySet<SelectionNode>;
  placeholder: FieldNode;
}

function survey({ schema, needed: neededBy, document, operation }: Asked): Survey {
  const needed = new Map<FieldNode, readonly Check[]>();
  const narrowing = new Set<SelectionNode>();
  const taken = new Set<string>(); // keys of the answer, as a client may call something else `__typename`
  const fragments = fragmentsOf(document);
  const spread = new Set<string>();

  const typeNamed = (name: string): GraphQLCompositeType => {
    const type = schema.getType(name);
    if (!isCompositeType(type)) throw new Error(`The supergraph has no ${name} to ask for fields.`);
    return type;
  };
  const enter = (fragment: SelectionNode, condition: GraphQLCompositeType, parent: GraphQLCompositeType): void => {
    if (narrows(schema, parent, condition)) narrowing.add(fragment);
  };
  const walk = ({ selections }: SelectionSetNode, parent: GraphQLCompositeType): void => {
    const fields = neededBy.get(parent.name);
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = selection.name.value;
        if (selection.alias && name !== '__typename') taken.add(selection.alias.value);
        const checks = fields?.get(name);
        if (checks) needed.set(selection, checks);
        if (selection.selectionSet) walk(selection.selectionSet, yieldOf(parent, name));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition ? typeNamed(selection.typeCondition.name.value) : parent;
        enter(selection, condition, parent);
        walk(selection.selectionSet, condition);
      } else {
        const name = selection.name.value;
        const fragment = fragments.get(name)!; // the document is valid
        const condition = typeNamed(fragment.typeCondition.name.value);
        enter(selection, condition, parent);
        if (spread.has(name)) continue;
        spread.add(name);
        walk(fragment.selectionSet, condition);
      }
    }
  };
  const root = schema.getRootType(operation.operation);
  if (!root) throw new Error(`The supergraph has no ${operation.operation}.`);
  walk(operation.selectionSet, root);

  let alias = '__typename';
  while (taken.has(alias)) alias += '_';
  return { needed, narrowing, placeholder: typenameAs(alias) };
}

const narrows = (schema: GraphQLSchema, parent: GraphQLCompositeType, condition: GraphQLCompositeType): boolean =>
  isUnionType(parent)
    ? condition !== parent
    : isInterfaceType(parent) &&
      condition !== parent &&
      !(isAbstractType(condition) && schema.isSubType(condition, parent));

/** The type whose fields a selection below this field asks for. */
function yieldOf(parent: GraphQLCompositeType, name: string): GraphQLCompositeType {
  const own = isUnionType(parent) ? undefined : parent.getFields()[name];
  const type = getNamedType((own ?? [SchemaMetaFieldDef, TypeMetaFieldDef].find((meta) => meta.name === name))?.type);
  if (!isCompositeType(type)) throw new Error(`The supergraph has no fields below ${parent.name}.${name}.`);
  return type;
}

const typenameAs = (alias: string): FieldNode => ({
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: '__typename' },
  ...(alias !== '__typename' && { alias: { kind: Kind.NAME, value: alias } }),
});
