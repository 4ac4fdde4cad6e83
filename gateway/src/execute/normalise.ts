/**
 * What the planner is shown of an operation: the same question in a form in which planners make no mistakes, and in
 * which the names that clients and services use cannot meet. Found by comparing answers with those of one schema
 * over the same data (test/conformance).
 *
 * - Fields are collected as for execution, with @skip and @include decided: a condition in a plan takes along what
 *   stands next to it, and a plan for nothing fails. So an operation is planned once for each way its conditions go.
 * - Below an interface or union: what is asked of every object, and, for each type of which more is asked, a fragment
 *   on that object type; and `__typename` where the answer depends on it. With `apart` all is asked of each type of
 *   objects: where services differ in what they know of an interface, a planner weighs every combination of ways to
 *   every type at each level below it, but of a fragment on one type only the ways to that type, so that ways add up
 *   and do not multiply. It makes a longer document, hence only where there are too many ways otherwise.
 * - A field that takes no arguments and has no alias keeps its name: then it is what the planner itself adds as a key
 *   or for others (`@requires`). Every other gets a response key of its own, for each field, arguments and type: what a
 *   client calls `id` need not be the id. It also makes plain keys of names such as `__proto__`.
 * - A fragment that may come later (@defer) is one at the type of the object it belongs to, by a label that says where it
 *   stands; where all of an object's fields may, its `__typename` does not.
 * - A variable that is called as those of the planner gets another name.
 * - Left out: introspection, which no service answers; what the viewer may not have; `__typename` of objects.
 */
import {
  type ArgumentNode,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLAbstractType,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLNamedType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
  type VariableDefinitionNode,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  print,
  visit,
} from 'graphql';
import { HubError } from '@hub/kit/errors';
import { type Collecting, collectFields, deferredIn, isIntrospection, isTypename, meetsAll } from './collect.js';
import { type Place, below as belowField, deferredAt, root as atRoot } from './place.js';

export interface Normalised {
  /** Null: no service has to be asked anything. */
  document: DocumentNode | null;
  keys: ResponseKeys;
  /** How many fragments may come later. */
  deferred: number;
}

/** With what decides whether the type of an object has to be known. */
export interface Typing extends Collecting {
  /** Whether an interface or union has members that clients must not see. */
  mayHide: (type: string) => boolean;
  /** Whether nothing is asked of an interface but of each type of objects. */
  apart: boolean;
}

export interface NormaliseOptions extends Typing {
  operation: OperationDefinitionNode;
  /** Whether the viewer may not have a field. */
  isRefused: (field: FieldNode) => boolean;
  /** Fields it may have; what types multiply to is bounded by it. */
  mostFields: number;
  /** Fragments that may come later, each counted wherever it stands. */
  mostDeferred: number;
}

/** More fragments may come later than are planned apart. */
export class TooManyParts extends Error {
  override readonly name = 'TooManyParts';
}

/** Throws COST_EXCEEDED and `TooManyParts`. */
export function normalise(options: NormaliseOptions): Normalised {
  const { operation, isRefused, mostFields, mostDeferred, ...collecting } = options;
  const { schema } = collecting;
  const keys = new ResponseKeys(collecting);
  const used = new Set<string>();
  let fields = 0;
  let deferred = 0;

  const fieldOf = (
    parent: GraphQLCompositeType,
    response: string,
    nodes: readonly FieldNode[],
    at: Place,
    narrowed: boolean,
  ): SelectionNode[] => {
    if (nodes.some((node) => isTypename(node) || isIntrospection(node) || isRefused(node))) return [];
    if (++fields > mostFields)
      throw new HubError(
        'COST_EXCEEDED',
        `The operation asks for more than ${mostFields} fields once its fragments are written out for each type.`,
      );
    const [node] = nodes as [FieldNode, ...FieldNode[]];
    const definition = definitionOf(parent, node);
    const key = keys.of(response, node, definition);
    const type = getNamedType(definition.type);
    return [
      {
        kind: Kind.FIELD,
        name: node.name,
        ...(key !== node.name.value && { alias: { kind: Kind.NAME, value: key } }),
        arguments: node.arguments?.map((argument) => planned(argument, used)),
        ...(isCompositeType(type) && {
          selectionSet: below(type, selectionSets(nodes), belowField(at, key, narrowed ? parent : null)),
        }),
      },
    ];
  };
  const selectionsOf = (type: GraphQLCompositeType, sets: readonly SelectionSetNode[], at: Place): SelectionNode[] => {
    const common = askedOfEvery(collecting, type, sets);
    const selections = [...common].flatMap(([response, nodes]) => fieldOf(type, response, nodes, at, false));
    if (!isAbstractType(type)) return selections;
    const narrower = schema.getPossibleTypes(type).flatMap((object): SelectionNode[] => {
      const own = [...collectFields(collecting, object, sets)].flatMap(([response, nodes]) =>
        isNarrower(nodes, common.get(response)) ? fieldOf(object, response, nodes, at, true) : [],
      );
      if (own.length === 0) return [];
      const typeCondition = { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: object.name } } as const;
      return [{ kind: Kind.INLINE_FRAGMENT, typeCondition, selectionSet: selectionSet(own) }];
    });
    return [...(asksType(options, type, sets) ? [typenameField] : []), ...selections, ...narrower];
  };
  /** Those within one that asks for nothing itself stand in its place. */
  const laterOf = (type: GraphQLCompositeType, sets: readonly SelectionSetNode[], at: Place): SelectionNode[] =>
    deferredIn(collecting, sets).flatMap((one, n) => {
      if (++deferred > mostDeferred) throw new TooManyParts();
      const place = deferredAt(at, n);
      const selections = selectionsOf(type, [one.set], place);
      const inner = laterOf(type, [one.set], place);
      if (selections.length === 0) return inner;
      return [
        {
          kind: Kind.INLINE_FRAGMENT,
          directives: [defer(place)],
          selectionSet: selectionSet([...selections, ...inner]),
        },
      ];
    });
  const below = (type: GraphQLCompositeType, sets: readonly SelectionSetNode[], at: Place): SelectionSetNode => {
    const selections = selectionsOf(type, sets, at);
    return selectionSet([...(selections.length > 0 ? selections : [typenameField]), ...laterOf(type, sets, at)]);
  };

  const rootType = schema.getRootType(operation.operation)!;
  const root = [
    ...selectionsOf(rootType, [operation.selectionSet], atRoot),
    ...laterOf(rootType, [operation.selectionSet], atRoot),
  ];
  if (root.length === 0) return { document: null, keys, deferred };
  const definition: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: operation.operation,
    variableDefinitions: (operation.variableDefinitions ?? [])
      .filter(({ variable }) => used.has(variable.name.value))
      .map(plannedDefinition),
    selectionSet: selectionSet(root),
  };
  return { document: { kind: Kind.DOCUMENT, definitions: [definition] }, keys, deferred };
}

/**
 * Whether an answer cannot be written without knowing of which type an object is: the client asks for the type, or
 * the types differ in what clients may see of them or in what may be null. Otherwise it is not asked for: a service
 * that has only @interfaceObject does not know.
 */
export function asksType(typing: Typing, type: GraphQLAbstractType, sets: readonly SelectionSetNode[]): boolean {
  if (isUnionType(type) || typing.mayHide(type.name) || typing.apart) return true;
  if (deferredIn(typing, sets).some((one) => !meetsAll(typing.schema, one, type))) return true;
  const common = collectFields(typing, type, sets);
  if ([...common.values()].flat().some(isTypename)) return true;
  const typeOf = (owner: GraphQLCompositeType, [node]: readonly FieldNode[]) => String(definitionOf(owner, node!).type);
  return typing.schema.getPossibleTypes(type).some((object) =>
    [...collectFields(typing, object, sets)].some(([response, nodes]) => {
      const shared = common.get(response);
      return isNarrower(nodes, shared) || typeOf(object, nodes) !== typeOf(type, shared!);
    }),
  );
}

/** What is asked of an object of whatever type. */
const askedOfEvery = (typing: Typing, type: GraphQLCompositeType, sets: readonly SelectionSetNode[]) =>
  typing.apart && isAbstractType(type) ? new Map<string, FieldNode[]>() : collectFields(typing, type, sets);

/** Whether more is asked of an object type than of the interface or union it is met at. */
const isNarrower = (nodes: readonly FieldNode[], common: readonly FieldNode[] | undefined): boolean =>
  nodes.length !== (common?.length ?? 0);

/** Under which key the data have a field. */
export class ResponseKeys {
  readonly #typing: Typing;
  readonly #prefix: string;
  readonly #keys = new Map<string, string>();
  readonly #clients = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(typing: Typing) {
    this.#typing = typing;
    this.#prefix = prefixOf(typing);
  }

  /**
   * Of the fields of an object of `type` that was met at `parent`: under which key each is, at which type what is below
   * it was asked for, and whether for this type alone. Null: it is asked of nobody.
   */
  at(
    parent: GraphQLCompositeType,
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
  ): (
    response: string,
    nodes: readonly FieldNode[],
  ) => { key: string; below: GraphQLNamedType; narrowed: boolean } | null {
    const common = parent === type ? null : askedOfEvery(this.#typing, parent, sets);
    return (response, nodes) => {
      const [node] = nodes as [FieldNode, ...FieldNode[]];
      if (isTypename(node) || isIntrospection(node)) return null;
      const narrowed = common !== null && isNarrower(nodes, common.get(response));
      const definition = definitionOf(common && !narrowed ? parent : type, node);
      return { key: this.of(response, node, definition), below: getNamedType(definition.type), narrowed };
    };
  }

  of(response: string, node: FieldNode, { type, args }: GraphQLField<unknown, unknown>): string {
    const name = node.name.value;
    const given = (node.arguments ?? []).map((argument) => print(argument)).sort();
    const meaning = JSON.stringify([response, name, given, String(type)]);
    const known = this.#keys.get(meaning);
    if (known !== undefined) return known;
    let key = response === name && args.length === 0 ? name : this.#prefix + response;
    for (let n = 1; this.#taken.has(key); n++) key = `${this.#prefix}${n}_${response}`;
    this.#taken.add(key);
    this.#keys.set(meaning, key);
    this.#clients.set(key, response);
    return key;
  }

  /** What the client calls it. */
  clients(key: string): string {
    return this.#clients.get(key) ?? key;
  }
}

/** With which no field's name begins. */
function prefixOf({ schema }: Collecting): string {
  const known = prefixes.get(schema);
  if (known) return known;
  const names = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [],
  );
  let prefix = 'c_';
  while (names.some((name) => name.startsWith(prefix))) prefix = `c${prefix}`;
  prefixes.set(schema, prefix);
  return prefix;
}
const prefixes = new WeakMap<object, string>();

/** A client's variable in the planned document, and back. */
export const plannedVariable = (name: string): string => (reserved.test(name) ? `c_${name}` : name);
export const clientsVariable = (name: string): string =>
  name.startsWith('c_') && reserved.test(name) ? name.slice(2) : name;
const reserved = /^(c_)*representations(_\d+)?$/;

function planned(argument: ArgumentNode, used: Set<string>): ArgumentNode {
  return visit(argument, {
    Variable(node) {
      used.add(node.name.value);
      return { ...node, name: { ...node.name, value: plannedVariable(node.name.value) } };
    },
  });
}

const plannedDefinition = (definition: VariableDefinitionNode): VariableDefinitionNode => {
  const { variable } = definition;
  return {
    ...definition,
    directives: [],
    variable: { ...variable, name: { ...variable.name, value: plannedVariable(variable.name.value) } },
  };
};

const definitionOf = (parent: GraphQLCompositeType, { name }: FieldNode): GraphQLField<unknown, unknown> =>
  'getFields' in parent ? parent.getFields()[name.value]! : unreachable(parent.name);

function unreachable(name: string): never {
  throw new Error(`the union ${name} has no fields`);
}

export const selectionSets = (nodes: readonly FieldNode[]): SelectionSetNode[] =>
  nodes.flatMap(({ selectionSet }) => (selectionSet ? [selectionSet] : []));

const selectionSet = (selections: readonly SelectionNode[]): SelectionSetNode => ({
  kind: Kind.SELECTION_SET,
  selections,
});

/** `@defer(label: …)` */
const defer = (place: Place): DirectiveNode => ({
  kind: Kind.DIRECTIVE,
  name: { kind: Kind.NAME, value: 'defer' },
  arguments: [
    { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: 'label' }, value: { kind: Kind.STRING, value: place } },
  ],
});

const typenameField: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };
