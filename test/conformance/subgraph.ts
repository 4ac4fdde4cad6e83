/**
 * A subgraph in this process: graphql-js over the schema that @apollo/subgraph builds. It knows no more than a real
 * one would: of a field that is external what the representation says or what it provides on this path, and of what
 * it requires what it was sent. Whatever else it is asked for, it says so in an error.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  execute,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { ServiceRequest } from './engine.js';
import type { FieldFacts, SubgraphFacts } from './federation.js';
import { type Args, type Conditions, type Datum, type Entry, type Truth, picked, wrongly } from './truth.js';

export type Subgraph = (request: ServiceRequest, now: Conditions) => ExecutionResult;

/** An entry, and what this subgraph knows of it beyond its own fields. */
interface Known extends Entry {
  /** What it is called here, where an interface may be an object. */
  name: string;
  representation?: Readonly<Record<string, unknown>>;
  provided?: readonly SelectionSetNode[];
}

export function createSubgraph(facts: SubgraphFacts, truth: Truth, overridden: ReadonlySet<string>): Subgraph {
  const schema = buildSubgraphSchema({ typeDefs: facts.document });
  const fits = (typename: unknown, condition: string): boolean => {
    if (typename === condition) return true;
    const wanted = schema.getType(condition);
    const type = typeof typename === 'string' ? schema.getType(typename) : undefined;
    return isAbstractType(wanted) && (isObjectType(type) || isInterfaceType(type)) && schema.isSubType(wanted, type);
  };
  /** What an entry is called here, as a value of a type. */
  const nameHere = (entry: Entry, declared: string): string =>
    facts.types.get(declared)?.interfaceObject ? declared : entry.type;

  const found = (datum: Datum, declared: string, provided: readonly SelectionSetNode[]): unknown => {
    if (Array.isArray(datum)) return datum.map((one) => found(one, declared, provided));
    if (datum === null || datum instanceof Error) return datum;
    const entry = datum as Entry;
    return { type: entry.type, id: entry.id, name: nameHere(entry, declared), provided } satisfies Known;
  };

  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type) || isUnionType(type)) type.resolveType = (value) => (value as Known).name;
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    const own = facts.types.get(type.name);
    for (const field of Object.values(type.getFields())) {
      const fieldFacts = own?.fields.get(field.name);
      if (!fieldFacts) continue; // _entities, _service
      const declared = fieldFacts.type.replace(/[[\]!]/g, '');
      const composite = !isLeaf(schema, declared);
      const isKey = own?.keys.some(({ selections }) => selects(selections, field.name));
      const gone = overridden.has(`${type.name}.${field.name}`);
      field.resolve = (parent: Known | undefined, args: Args, now: Conditions) => {
        const at = parent ?? { type: type.name, id: type.name, name: type.name };
        if (gone) throw wrongly(`${type.name}.${field.name} has moved to another service`);
        const inside = (at.provided ?? []).flatMap((set) => providedBelow(set, field.name, (on) => fits(at.name, on)));
        if (fieldFacts.external && !isKey && inside.length === 0)
          throw wrongly(`${type.name}.${field.name} is external to ${facts.name}`);
        const datum = truth.value(at, field.name, args, now, requiredBy(fieldFacts, at, fits, now));
        if (!composite) return datum;
        const below = inside.flatMap((set) => set ?? []);
        return found(datum, declared, fieldFacts.provides ? [...below, fieldFacts.provides] : below);
      };
    }
  }
  const entities = schema.getQueryType()?.getFields()['_entities'];
  if (entities)
    entities.resolve = (_root, { representations }: Args, now: Conditions) =>
      (representations as Readonly<Record<string, unknown>>[]).map((representation) => {
        try {
          const entry = truth.find(facts.name, representation);
          if (!entry || (now.forgetful === facts.name && truth.isForgotten(entry))) return null;
          const name = nameHere(entry, String(representation['__typename']));
          return { ...entry, name, representation } satisfies Known;
        } catch (error) {
          return error;
        }
      });

  const documents = new Map<string, DocumentNode>();
  const read = (query: string): DocumentNode => {
    const known = documents.get(query);
    if (known) return known;
    const document = parse(query, { noLocation: true });
    const [error] = validate(schema, document);
    if (error) throw error;
    if (documents.size > 500) documents.clear();
    documents.set(query, document);
    return document;
  };
  return ({ query, operationName, variables }, now) => {
    try {
      return execute({
        schema,
        document: read(query),
        operationName,
        variableValues: variables,
        contextValue: now,
      }) as ExecutionResult; // no resolver waits
    } catch (error) {
      return { errors: [wrongly(`${String(error)} in ${query}`)] };
    }
  };
}

function requiredBy(
  { requires }: FieldFacts,
  { type, representation }: Known,
  fits: (typename: unknown, condition: string) => boolean,
  now: Conditions,
): string | undefined {
  if (type === 'Mutation') return String(now.mutations++);
  if (!requires) return undefined;
  const required = representation && picked(requires, representation, fits);
  if (!required) throw wrongly(`${JSON.stringify(representation)} lacks what is required`);
  return JSON.stringify(required);
}

const isLeaf = (schema: GraphQLSchema, name: string): boolean => {
  const type = schema.getType(name);
  return !isObjectType(type) && !isAbstractType(type);
};

const selects = ({ selections }: SelectionSetNode, name: string): boolean =>
  selections.some((one) => one.kind === Kind.FIELD && one.name.value === name);

/** What a set that is provided says of a field: what is provided below it, `undefined` for a leaf; nothing if not at all. */
const providedBelow = (
  { selections }: SelectionSetNode,
  name: string,
  applies: (on: string) => boolean,
): (SelectionSetNode | undefined)[] =>
  selections.flatMap((one) => {
    if (one.kind === Kind.FIELD) return one.name.value === name ? [one.selectionSet] : [];
    if (one.kind !== Kind.INLINE_FRAGMENT) return [];
    const on = one.typeCondition?.name.value;
    return on === undefined || applies(on) ? providedBelow(one.selectionSet, name, applies) : [];
  });
