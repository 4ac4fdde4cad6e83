/**
 * What the text of a supergraph says on its types and fields: the checks written there, and what else a field reads
 * that no client asks for.
 *
 * *Place*: a type, by its name, or a field, as `Type.field`.
 */
import {
  type ConstDirectiveNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  getDirectiveValues,
  getNamedType,
  isInterfaceType,
  isObjectType,
  parse,
} from 'graphql';
import { type AnyOf, type Check, keyOf, shortest } from './checks.js';
import { directiveNames } from './links.js';

export interface Written {
  checks: ReadonlyMap<string, ReadonlySet<Check>>;
  /** Places that a field's value is made from: its `requires`, and its arguments from a context. */
  read: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Null: no check is written anywhere. Throws for what it cannot make out, since that might be a rule. */
export function readWritten(schema: GraphQLSchema): Written | null {
  if (!schema.astNode)
    throw new Error('The rules of a supergraph are in its text, and this schema was made without one.');
  const checks = readChecks(schema);
  return checks.size > 0 ? { checks, read: readReads(schema) } : null;
}

/** Every type, and every field of the objects and interfaces, with the directives on it. */
function* placesOf(schema: GraphQLSchema): Generator<Place> {
  for (const type of Object.values(schema.getTypeMap())) {
    const nodes = [type.astNode, ...type.extensionASTNodes];
    yield { place: type.name, type, on: nodes.flatMap((node) => node?.directives ?? []) };
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const { name, astNode } of Object.values(type.getFields()))
      yield { place: `${type.name}.${name}`, type, field: name, on: astNode?.directives ?? [] };
  }
}

interface Place {
  place: string;
  type: GraphQLNamedType;
  field?: string;
  on: Applied;
}

type Applied = readonly ConstDirectiveNode[];

/** The arguments of each application of a directive that is known by one of the names. */
const applicationsOf = (schema: GraphQLSchema, names: ReadonlySet<string>, on: Applied): Record<string, unknown>[] =>
  on
    .filter(({ name }) => names.has(name.value))
    .map((node) => {
      const definition = schema.getDirective(node.name.value);
      if (!definition) throw new Error(`The supergraph uses @${node.name.value} and does not define it.`);
      return getDirectiveValues(definition, { directives: [node] }) ?? {};
    });

function readChecks(schema: GraphQLSchema): Map<string, Set<Check>> {
  const known = new Map<string, Check>();
  const one = (check: Check): Check => {
    const key = keyOf(check);
    if (!known.has(key)) known.set(key, check);
    return known.get(key)!;
  };
  const kinds = [
    { kind: 'authenticated', names: directiveNames(schema, 'authenticated', 'authenticated'), argument: '' },
    { kind: 'scopes', names: directiveNames(schema, 'requiresScopes', 'requiresScopes'), argument: 'scopes' },
    { kind: 'policies', names: directiveNames(schema, 'policy', 'policy'), argument: 'policies' },
  ] as const;

  const checks = new Map<string, Set<Check>>();
  const add = (place: string, check: Check): void => void upsert(checks, place).add(one(check));
  for (const { place, on } of placesOf(schema))
    for (const { kind, names, argument } of kinds)
      for (const application of applicationsOf(schema, names, on)) {
        if (kind === 'authenticated') add(place, { kind });
        else {
          const anyOf = shortest(setsOf(application[argument], place));
          if (!anyOf.some((set) => set.length === 0)) add(place, { kind, anyOf });
        }
      }
  return checks;
}

function setsOf(value: unknown, place: string): AnyOf {
  const isList = (list: unknown): list is unknown[] => Array.isArray(list);
  if (!isList(value) || !value.every((set) => isList(set) && set.every((name) => typeof name === 'string')))
    throw new Error(`The rule on ${place} is not a list of lists of names.`);
  return value as AnyOf;
}

function readReads(schema: GraphQLSchema): Map<string, Set<string>> {
  const places = [...placesOf(schema)];
  const joinField = directiveNames(schema, 'join', 'field');
  const context = directiveNames(schema, 'context', 'context');
  const setters = new Map<unknown, GraphQLNamedType[]>(); // the types that set a context, by its name
  for (const { type, on } of places)
    for (const { name } of applicationsOf(schema, context, on)) setters.set(name, [...(setters.get(name) ?? []), type]);

  const read = new Map<string, Set<string>>();
  for (const { place, field, type, on } of places)
    for (const { requires, contextArguments } of applicationsOf(schema, joinField, on)) {
      const given = (contextArguments ?? []) as { context: unknown; selection: unknown }[];
      if (typeof requires !== 'string' && given.length === 0) continue;
      // What an interface requires is of a service that sees it as an object, and so goes for each implementation.
      for (const asked of isInterfaceType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]) {
        const reads = upsert(read, asked === type ? place : `${asked.name}.${field}`);
        if (typeof requires === 'string') addPlaces(schema, requires, asked, reads);
        for (const { context, selection } of given)
          for (const setter of setters.get(context) ?? []) {
            reads.add(setter.name);
            addPlaces(schema, String(selection), setter, reads);
          }
      }
    }
  return read;
}

/** Adds the fields of a field set of the type, and the types that it names. */
function addPlaces(schema: GraphQLSchema, fieldSet: string, of: GraphQLNamedType, places: Set<string>): void {
  const visit = ({ selections }: SelectionSetNode, type: GraphQLNamedType): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD && selection.name.value === '__typename') continue;
      if (selection.kind === Kind.FIELD) {
        const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
        if (!field) throw new Error(`The field set "${fieldSet}" of ${of.name} asks for what is not there.`);
        places.add(`${type.name}.${field.name}`);
        if (selection.selectionSet) visit(selection.selectionSet, getNamedType(field.type));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition ? schema.getType(selection.typeCondition.name.value) : type;
        if (!condition) throw new Error(`The field set "${fieldSet}" of ${of.name} names a type that is not there.`);
        if (selection.typeCondition) places.add(condition.name);
        visit(selection.selectionSet, condition);
      }
    }
  };
  const [definition] = parse(fieldSet.trimStart().startsWith('{') ? fieldSet : `{${fieldSet}}`).definitions;
  if (definition?.kind === Kind.OPERATION_DEFINITION) visit(definition.selectionSet, of);
}

function upsert<T>(sets: Map<string, Set<T>>, key: string): Set<T> {
  let set = sets.get(key);
  if (!set) sets.set(key, (set = new Set()));
  return set;
}
