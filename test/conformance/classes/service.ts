/**
 * A service out of a text, in this process: SDL, and lines such as `Query.ship = { id: "s" }` for the value of a field
 * or `Ship = [{ id: "s" }]` for the entities that can be asked for, written as GraphQL writes values. It gives what
 * stands there and nothing else: for a field that it does not know, a representation without a key that it can resolve,
 * or a requirement that was not sent, it says so in an error.
 */
import { buildSubgraphSchema } from '@apollo/subgraph';
import {
  type GraphQLSchema,
  executeSync,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  isUnionType,
  parse,
  parseConstValue,
  validate,
  valueFromASTUntyped,
} from 'graphql';
import type { ServiceRequest } from '../engine.js';
import { type FieldFacts, type TypeFacts, readSubgraph } from '../federation.js';
import { picked, wrongly } from '../truth.js';

export type Row = Readonly<Record<string, unknown>>;
/** What all services remember during one operation. */
export type Memory = Map<string, number>;
/** The value of a field that depends on something. */
export type Compute = (parent: never, args: never, memory: Memory) => unknown;
/** Gives the answer's text. */
export type Running = (request: ServiceRequest, memory: Memory) => string;

export const valueOf = (literal: string): unknown =>
  valueFromASTUntyped(parseConstValue(literal, { noLocation: true }));

const line = /^ *([A-Z]\w*(?:\.\w+)?) = (.*)$/gm;
export const sdlOf = (text: string): string => text.replace(line, '');

export function serve(name: string, text: string, computed: ReadonlyMap<string, Compute>): Running {
  const values = new Map([...text.matchAll(line)].map(([, key = '', literal = '']) => [key, valueOf(literal)]));
  const { types, document } = readSubgraph(name, sdlOf(text));
  const schema = buildSubgraphSchema({ typeDefs: document });
  const fits = (typename: unknown, condition: string): boolean => {
    const [actual, wanted] = [schema.getType(String(typename)), schema.getType(condition)];
    return actual === wanted || (isAbstractType(wanted) && isObjectType(actual) && schema.isSubType(wanted, actual));
  };
  const valueAt = (at: string, facts: FieldFacts | undefined, parent: Row, args: unknown, memory: Memory): unknown => {
    if (facts?.requires && !picked(facts.requires, parent, fits))
      throw wrongly(`${JSON.stringify(parent)} lacks what ${at} requires`);
    const compute = computed.get(at);
    const given = values.has(at) ? values.get(at) : parent[at.slice(at.indexOf('.') + 1)];
    const value = compute ? compute(parent as never, args as never, memory) : given;
    if (value === undefined) throw wrongly(`${name} does not know ${at}`);
    return value;
  };
  const find = (representation: Row): Row | Error | null => {
    const typename = String(representation['__typename']);
    const key = keyIn(types.get(typename), representation);
    if (!key) return wrongly(`${JSON.stringify(representation)} has no key for ${name}`);
    const rows = rowsOf(schema, values, typename);
    const row = rows ? rows.find((one) => key(one) === key(representation)) : {};
    return row ? { ...representation, ...row } : null;
  };

  for (const type of Object.values(schema.getTypeMap())) {
    if (isInterfaceType(type) || isUnionType(type))
      type.resolveType = (value) => (value as Row)['__typename'] as string;
    if (!isObjectType(type) || type.name.startsWith('_')) continue;
    for (const field of Object.values(type.getFields())) {
      const facts = types.get(type.name)?.fields.get(field.name);
      if (field.name === '_entities')
        field.resolve = (_root, { representations }) => (representations as Row[]).map(find);
      else if (field.name !== '_service')
        field.resolve = (parent: Row | undefined, args, memory: Memory) =>
          valueAt(`${type.name}.${field.name}`, facts, parent ?? {}, args, memory);
    }
  }
  return ({ query, variables }, memory) => {
    const document = parse(query);
    const errors = validate(schema, document);
    const ask = () => executeSync({ schema, document, variableValues: variables, contextValue: memory });
    return JSON.stringify(errors.length > 0 ? { errors } : ask());
  };
}

/** Of an interface: all of its types. None at all where whatever is asked for exists. */
function rowsOf(schema: GraphQLSchema, values: ReadonlyMap<string, unknown>, name: string): Row[] | undefined {
  const type = schema.getType(name);
  const types = isInterfaceType(type) ? schema.getPossibleTypes(type).map((one) => one.name) : [name];
  const known = types.filter((one) => values.has(one));
  if (known.length === 0) return undefined;
  return known.flatMap((one) => (values.get(one) as Row[]).map((row) => ({ __typename: one, ...row })));
}

/** The first key which is complete in a representation. */
function keyIn(type: TypeFacts | undefined, representation: Row): ((row: Row) => string) | undefined {
  const found = type?.keys.find(({ selections, resolvable }) => {
    const key = resolvable && picked(selections, representation, () => true);
    return key && !JSON.stringify(key).includes('null');
  });
  return found && ((row) => JSON.stringify(picked(found.selections, row, () => true)));
}
