/**
 * Which fields are asked for of a type: CollectFields() of the specification (spec.graphql.org, section 6.3.2); and
 * which fragments may come later (@defer).
 */
import {
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValueNode,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  print,
} from 'graphql';

export interface Collecting {
  schema: GraphQLSchema;
  fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The values that fields are skipped and included by, and fragments deferred. */
  variables: Readonly<Record<string, unknown>>;
  /** Whether what @defer stands at is apart from what it stands in; otherwise it says nothing. */
  inParts: boolean;
}

/** A fragment that may come later than what it stands in. */
export interface Deferred {
  label: string | null;
  /** What it asks for, within the type conditions that it stands in. */
  set: SelectionSetNode;
  /** Those conditions, and its own. */
  on: readonly string[];
}

/** By response key, in order. Of an interface or union: what is asked for of every object that may turn up. */
export function collectFields(
  { schema, fragments, variables, inParts }: Collecting,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const found = new Map<string, FieldNode[]>();
  const spread = new Set<string>();
  const applies = (condition: string): boolean => appliesTo(schema, condition, type);
  const visit = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (!isIncluded(selection, variables) || (inParts && deferOf(selection, variables))) continue;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const nodes = found.get(name);
        if (nodes) nodes.push(selection);
        else found.set(name, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (!selection.typeCondition || applies(selection.typeCondition.name.value)) visit(selection.selectionSet);
      } else if (!spread.has(selection.name.value)) {
        spread.add(selection.name.value);
        const fragment = fragments.get(selection.name.value);
        if (fragment && applies(fragment.typeCondition.name.value)) visit(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) visit(set);
  return found;
}

/** The fragments of a selection that may come later, always in the same order. Those within them are theirs. */
export function deferredIn(
  { fragments, variables, inParts }: Collecting,
  sets: readonly SelectionSetNode[],
): readonly Deferred[] {
  if (!inParts) return none;
  const found: Deferred[] = [];
  const spread = new Set<string>();
  const visit = ({ selections }: SelectionSetNode, on: readonly string[]): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD || !isIncluded(selection, variables)) continue;
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (!fragment) continue;
      const conditions = fragment.typeCondition ? [...on, fragment.typeCondition.name.value] : on;
      const defer = deferOf(selection, variables);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const once = [...on, selection.name.value, defer ? print(defer) : ''].join(' ');
        if (spread.has(once)) continue;
        spread.add(once);
      }
      if (defer) found.push({ label: labelOf(defer), set: within(conditions, fragment.selectionSet), on: conditions });
      else visit(fragment.selectionSet, conditions);
    }
  };
  for (const set of sets) visit(set, []);
  return found;
}

const none: readonly Deferred[] = [];

/** Whether what is asked for of all these types is asked for of this one. */
export const meetsAll = (schema: GraphQLSchema, { on }: Deferred, type: GraphQLCompositeType): boolean =>
  on.every((condition) => appliesTo(schema, condition, type));

function appliesTo(schema: GraphQLSchema, condition: string, type: GraphQLCompositeType): boolean {
  if (condition === type.name) return true;
  const wanted = schema.getType(condition);
  return isAbstractType(wanted) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type);
}

/** A selection within a fragment on each of the types, outermost first. */
const within = (on: readonly string[], set: SelectionSetNode): SelectionSetNode =>
  on.reduceRight<SelectionSetNode>(
    (selectionSet, condition) => ({
      kind: Kind.SELECTION_SET,
      selections: [
        {
          kind: Kind.INLINE_FRAGMENT,
          typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: condition } },
          selectionSet,
        },
      ],
    }),
    set,
  );

/** The directive that lets a fragment come later, unless it is switched off. */
function deferOf(selection: SelectionNode, variables: Readonly<Record<string, unknown>>): DirectiveNode | null {
  if (selection.kind === Kind.FIELD) return null;
  const defer = selection.directives?.find(({ name }) => name.value === 'defer');
  const condition = defer && argument(defer, 'if');
  const isOff =
    condition?.kind === Kind.VARIABLE
      ? variables[condition.name.value] === false
      : condition?.kind === Kind.BOOLEAN && !condition.value;
  return defer && !isOff ? defer : null;
}

const argument = (directive: DirectiveNode, wanted: string): ValueNode | undefined =>
  directive.arguments?.find(({ name }) => name.value === wanted)?.value;

function labelOf(defer: DirectiveNode): string | null {
  const label = argument(defer, 'label');
  return label?.kind === Kind.STRING ? label.value : null;
}

/** By @skip and @include. */
function isIncluded({ directives = [] }: SelectionNode, variables: Readonly<Record<string, unknown>>): boolean {
  for (const { name, arguments: given = [] } of directives) {
    if (name.value !== 'skip' && name.value !== 'include') continue;
    const condition = given[0]?.value;
    const value =
      condition?.kind === Kind.VARIABLE
        ? variables[condition.name.value] === true
        : condition?.kind === Kind.BOOLEAN && condition.value;
    if (value === (name.value === 'skip')) return false;
  }
  return true;
}

export const isIntrospection = ({ name }: FieldNode): boolean => name.value === '__schema' || name.value === '__type';
export const isTypename = ({ name }: FieldNode): boolean => name.value === '__typename';
