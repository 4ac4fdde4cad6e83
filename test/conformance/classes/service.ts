/**
 * A service out of a table, in this process. It gives what the table says and nothing else: for a field that it does
 * not know, a representation without a key it can resolve, or a requirement that was not sent, it says so in an error.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLFieldResolver,
  type GraphQLSchema,
  executeSync,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  validate,
} from 'graphql';
import type { ServiceRequest } from '../engine.js';
import { type SubgraphFacts, type TypeFacts, readSubgraph } from '../federation.js';
import { picked, wrongly } from '../truth.js';
import { federation } from '../world.js';

export type Row = Readonly<Record<string, unknown>>;
/** What all services remember during one operation. */
export type Memory = Map<string, number>;
type Resolver = (parent: never, args: never, memory: Memory) => unknown;

/** Under "Type": the entities that can be asked for. Under "Type.field": a value, or what computes it. */
export type Table = Readonly<Record<string, readonly Row[] | Row | Resolver | string | number | boolean | null>>;

export interface Service {
  sdl: string;
  table: Table;
  /** Makes a service lie: its answer's text instead of the right one. */
  spoil?: (answer: string) => string;
}

const all = ['key', 'shareable', 'external', 'requires', 'provides', 'override', 'inaccessible'] as const;

export const service = (sdl: string, table: Table, spoil?: Service['spoil']): Service => ({
  sdl: federation(...all, 'interfaceObject', 'extends') + sdl,
  table,
  ...(spoil && { spoil }),
});

/** In the notation of Federation 1. */
export const olderService = (sdl: string, table: Table): Service => ({ sdl, table });

/** Gives the answer's text. */
export type Running = (request: ServiceRequest, memory: Memory) => string;

export function serve(name: string, { sdl, table, spoil = (text) => text }: Service): Running {
  const facts = readSubgraph(name, sdl);
  const schema = buildSubgraphSchema({ typeDefs: facts.document });
  const entities = schema.getQueryType()?.getFields()['_entities'];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type) || isUnionType(type))
      type.resolveType = (value) => (value as Row)['__typename'] as string;
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields()))
      if (!field.name.startsWith('_')) field.resolve = resolver(facts, schema, table, type.name, field.name);
  }
  const find = (representation: Row): Row | Error | null => {
    const typename = String(representation['__typename']);
    const rows = rowsOf(schema, table, typename);
    const key = keyIn(facts.types.get(typename), representation);
    if (!key) return wrongly(`${JSON.stringify(representation)} has no key for ${name}`);
    const row = rows ? rows.find((one) => key(one) === key(representation)) : {};
    return row ? { ...representation, ...row } : null;
  };
  if (entities) entities.resolve = (_root, { representations }) => (representations as Row[]).map(find);
  return ({ query, variables }, memory) => {
    const document = parse(query);
    const errors = validate(schema, document);
    const ask = () => executeSync({ schema, document, variableValues: variables, contextValue: memory });
    return spoil(JSON.stringify(errors.length > 0 ? { errors } : ask()));
  };
}

function resolver(
  { types, name }: SubgraphFacts,
  schema: GraphQLSchema,
  table: Table,
  type: string,
  field: string,
): GraphQLFieldResolver<Row | undefined, Memory> {
  const given = table[`${type}.${field}`];
  const requires = types.get(type)?.fields.get(field)?.requires;
  const fits = (typename: unknown, condition: string): boolean => {
    const [actual, wanted] = [schema.getType(String(typename)), schema.getType(condition)];
    return actual === wanted || (isAbstractType(wanted) && isObjectType(actual) && schema.isSubType(wanted, actual));
  };
  return (parent = {}, args, memory) => {
    if (requires && !picked(requires, parent, fits))
      throw wrongly(`${JSON.stringify(parent)} lacks what ${type}.${field} requires`);
    const compute = given as (parent: Row, args: Row, memory: Memory) => unknown;
    const value = typeof given === 'function' ? compute(parent, args, memory) : (given ?? parent[field]);
    if (value === undefined && given !== null) throw wrongly(`${name} does not know ${type}.${field}`);
    return value ?? null;
  };
}

/** Of an interface: all of its types. None at all where whatever is asked for exists. */
function rowsOf(schema: GraphQLSchema, table: Table, name: string): Row[] | undefined {
  const type = schema.getType(name);
  const types = isInterfaceType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [name];
  const known = types.filter((one) => Array.isArray(table[one]));
  if (known.length === 0) return undefined;
  return known.flatMap((one) => (table[one] as Row[]).map((row) => ({ __typename: one, ...row })));
}

/** The first key which is complete in a representation. */
function keyIn(type: TypeFacts | undefined, representation: Row): ((row: Row) => string) | undefined {
  const found = type?.keys.find(({ selections, resolvable }) => {
    const key = resolvable && picked(selections, representation, () => true);
    return key && !JSON.stringify(key).includes('null');
  });
  return found && ((row) => JSON.stringify(picked(found.selections, row, () => true)));
}
