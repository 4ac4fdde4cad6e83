/**
 * The data of a world, as a function: the value of every field of every record follows from who the record is, the
 * field and its arguments. The monolith and the subgraphs ask the same function, so a world is nothing but its SDL,
 * and whatever a gateway mixes up (a record, an argument, a type) comes out as another value.
 *
 * *Entry*: an object of the data. An entity is one of a few (`Ship:2`); any other object is what its parent's field
 * holds (`Ship:2.berth[0]`). *Weather*: which fields fail and which are null, another for each run; 0 is fair.
 * *Required*: a field that `@requires` others has a value that follows from them, too.
 */
import {
  type FieldNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { getArgumentValues } from 'graphql/execution/values.js';
import type { FieldFacts, SubgraphFacts, TypeFacts } from './federation.js';
import { hash } from './random.js';

export interface Entry {
  type: string;
  id: string;
}

/** What is the case while one operation runs. */
export interface Conditions {
  weather: number;
  /** Fields of `Mutation` that have run: their values tell in which order. */
  mutations: number;
  /** A service that does not answer. */
  outage?: Outage | undefined;
  /** A service that has never heard of the last entity of each type, though others refer to it. */
  forgetful?: string | undefined;
}

export interface Outage {
  service: string;
  how: 'unavailable' | 'empty' | 'errors';
}

export type Args = Readonly<Record<string, unknown>>;
export type Datum = string | number | boolean | null | object | Entry | GraphQLError | Datum[];

export interface Truth {
  /** Throws for a field that fails; an element that fails stands as an error in its list. */
  value(record: Entry, field: string, args: Args, now: Conditions, required?: string): Datum;
  /** The services that resolve a field. */
  owners(type: string, field: string): ReadonlySet<string>;
  /** The entity that a representation sent to a service stands for. Throws when it has no key of that service. */
  find(service: string, representation: Readonly<Record<string, unknown>>): Entry | null;
  isForgotten(record: Entry): boolean;
}

const entitiesOfAType = 4;

interface FieldTruth {
  definition: GraphQLField<unknown, unknown>;
  owners: Set<string>;
  /** Arguments that clients know of: others (inaccessible, not in every subgraph) must not change the value. */
  args: Map<string, GraphQLInputType> | undefined;
  requires: SelectionSetNode | undefined;
  /** Part of a key: unique, never null, never fails. */
  key: boolean;
  /**
   * Never fails, for then the specification and federation part: an input of `@requires` costs the field that needs
   * it, not just itself, and so does what the client asks below such an input when it takes it along; a field that one subgraph has as non-null and another as nullable takes its parent along or
   * not, depending on who is asked.
   */
  steady: boolean;
  /** Null only in what can be null in each subgraph that resolves it. */
  neverNull: boolean;
  objects: readonly string[];
  enumValues: readonly string[];
}

export function createTruth(subgraphs: readonly SubgraphFacts[], whole: GraphQLSchema, api: GraphQLSchema): Truth {
  const fields = new Map<string, FieldTruth>();
  const entities = new Set<string>();
  const possible = (name: string): readonly string[] => {
    const type = whole.getType(name);
    if (isObjectType(type)) return [name];
    return isInterfaceType(type) || isUnionType(type) ? whole.getPossibleTypes(type).map((one) => one.name) : [];
  };
  /** What a service calls a type: its own name, or that of an interface it has as an object. */
  const knownAs = (subgraph: SubgraphFacts, type: string): TypeFacts[] => {
    const object = whole.getType(type) as GraphQLObjectType;
    return [type, ...object.getInterfaces().map((one) => one.name)].flatMap((name) => {
      const facts = subgraph.types.get(name);
      return facts && (name === type || facts.interfaceObject) ? [facts] : [];
    });
  };

  for (const type of Object.values(whole.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    if (subgraphs.some((one) => knownAs(one, type.name).some(({ keys }) => keys.length > 0))) entities.add(type.name);
    for (const definition of Object.values(type.getFields())) {
      const definers = new Map<string, FieldFacts>();
      for (const subgraph of subgraphs)
        for (const facts of knownAs(subgraph, type.name)) {
          const field = facts.fields.get(definition.name);
          if (field && !field.external) definers.set(subgraph.name, field);
        }
      for (const { takenFrom } of [...definers.values()]) if (takenFrom) definers.delete(takenFrom);
      const named = getNamedType(definition.type).name;
      const resolving = subgraphs.filter(({ name }) => definers.has(name));
      const apiType = api.getType(type.name);
      const apiField = isObjectType(apiType) ? apiType.getFields()[definition.name] : undefined;
      const differs = [...definers.values()].some((field) => field.type !== String(definition.type));
      fields.set(`${type.name}.${definition.name}`, {
        definition,
        owners: new Set(definers.keys()),
        args: apiField && new Map(apiField.args.map((one) => [one.name, one.type])),
        requires: [...definers.values()].find(({ requires }) => requires)?.requires,
        key: false,
        steady: differs,
        neverNull: differs,
        objects: resolving
          .map((subgraph) => objectsOf(subgraph, named, possible))
          .reduce((some, others) => some.filter((one) => others.includes(one)), possible(named))
          .filter((one) => api.getType(one)),
        enumValues: resolving
          .map((subgraph) => subgraph.types.get(named)?.members ?? [])
          .reduce((some, others) => some.filter((one) => others.includes(one)), enumValuesOf(api, named)),
      });
    }
  }

  /** Does something to every field that a field set of a directive names. */
  const mark = (type: string, { selections }: SelectionSetNode, how: (field: FieldTruth) => void): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT)
        mark(selection.typeCondition?.name.value ?? type, selection.selectionSet, how);
      else if (selection.kind === Kind.FIELD)
        for (const object of possible(type)) {
          const field = fields.get(`${object}.${selection.name.value}`);
          if (!field) continue;
          how(field);
          if (selection.selectionSet) mark(getNamedType(field.definition.type).name, selection.selectionSet, how);
        }
    }
  };
  /** A null that cannot be in what one subgraph may have as null and another may not would go up in one of them only. */
  const secure = (field: FieldTruth): void => {
    field.steady = field.neverNull = true;
    for (const object of possible(getNamedType(field.definition.type).name))
      for (const below of Object.values((whole.getType(object) as GraphQLObjectType).getFields())) {
        const inner = fields.get(`${object}.${below.name}`);
        if (inner && isNonNullType(below.type) && !(inner.steady && inner.neverNull)) secure(inner);
      }
  };
  /** What fails below and cannot be null would take it along, from whoever requires it, too. */
  const sustain = (field: FieldTruth): void => {
    field.steady = true;
    for (const object of possible(getNamedType(field.definition.type).name))
      for (const below of Object.values((whole.getType(object) as GraphQLObjectType).getFields())) {
        const inner = fields.get(`${object}.${below.name}`);
        if (inner && isNonNullType(below.type) && !inner.steady) sustain(inner);
      }
  };
  for (const field of [...fields.values()]) if (field.steady) secure(field);
  for (const subgraph of subgraphs)
    for (const [name, { keys, fields: own }] of subgraph.types) {
      for (const { selections } of keys)
        mark(name, selections, (field) => (field.key = field.steady = field.neverNull = true));
      for (const { requires } of own.values()) if (requires) mark(name, requires, sustain);
    }

  const fieldOf = ({ type }: Entry, name: string): FieldTruth => {
    const field = fields.get(`${type}.${name}`);
    if (!field) throw new Error(`there is no ${type}.${name}`);
    return field;
  };

  const value: Truth['value'] = (record, name, args, now, required) => {
    const field = fieldOf(record, name);
    const needed =
      required ??
      (field.requires ? JSON.stringify(evaluate(record, field.requires, now)) : ''); /* what a monolith knows */
    const told = canonical(field.args ? asClientsKnow(args, field.args) : args);
    const label = short(
      `${record.id}.${name}${told === '{}' ? '' : told}${needed === '' ? '' : `<${hash(needed).toString(36)}>`}`,
    );
    const made = datum(field.definition.type, field, label, now, true);
    if (made instanceof GraphQLError) throw made;
    return made;
  };

  function datum(type: GraphQLOutputType, field: FieldTruth, label: string, now: Conditions, top = false): Datum {
    if (field.key) return keyDatum(type, field, label);
    const luck = hash(`${now.weather}?${label}`) / 2 ** 32;
    if (now.weather > 0 && !field.steady && luck < (top ? 0.025 : 0.01)) return failure(label);
    const required = isNonNullType(type);
    if (!field.neverNull && luck > (required ? (now.weather > 0 && !field.steady ? 0.994 : 1) : 0.93)) return null;
    const inner = required ? (type.ofType as GraphQLOutputType) : type;
    if (isListType(inner)) {
      const length = [0, 1, 1, 2, 2, 3][hash(`${label}#`) % 6]!;
      return Array.from({ length }, (_, i) => datum(inner.ofType as GraphQLOutputType, field, `${label}[${i}]`, now));
    }
    if (isEnumType(inner)) return field.enumValues[hash(label) % field.enumValues.length]!;
    return isLeafType(inner) ? leaf(inner.name, label) : object(field, label, now);
  }

  function keyDatum(type: GraphQLOutputType, field: FieldTruth, label: string): Datum {
    const named = getNamedType(type);
    if (!isLeafType(named)) return object(field, label, fairWeather);
    return named.name === 'Int' ? hash(label) % 2 ** 30 : label;
  }

  function object({ objects, owners }: FieldTruth, label: string, now: Conditions): Datum {
    const type = objects[hash(`${label}:`) % objects.length];
    if (type === undefined) throw new Error(`nothing that every owner of ${label} knows can stand there`);
    if (!entities.has(type)) return { type, id: label };
    // A service does not itself point to what it has forgotten.
    const known = now.forgetful && owners.has(now.forgetful) ? entitiesOfAType - 1 : entitiesOfAType;
    return { type, id: `${type}:${hash(`${label}@`) % known}` };
  }

  /** The fields of a set, as a representation has them. */
  function evaluate(record: Entry, { selections }: SelectionSetNode, now: Conditions): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition?.name.value;
        if (!on || possible(on).includes(record.type))
          Object.assign(result, evaluate(record, selection.selectionSet, now));
      } else if (selection.kind === Kind.FIELD && selection.name.value !== '__typename') {
        const { definition } = fieldOf(record, selection.name.value);
        const found = value(record, selection.name.value, getArgumentValues(definition, selection), now);
        result[selection.name.value] = evaluated(found, selection, now);
      }
    }
    return result;
  }

  function evaluated(found: Datum, selection: FieldNode, now: Conditions): unknown {
    if (Array.isArray(found)) return found.map((one) => evaluated(one, selection, now));
    return selection.selectionSet && found !== null ? evaluate(found as Entry, selection.selectionSet, now) : found;
  }

  const indexes = new Map<SelectionSetNode, Map<string, Map<string, Entry>>>();
  const index = (keys: SelectionSetNode, type: string): Map<string, Entry> => {
    const byType = indexes.get(keys) ?? new Map<string, Map<string, Entry>>();
    indexes.set(keys, byType);
    const known = byType.get(type);
    if (known) return known;
    const records = Array.from({ length: entitiesOfAType }, (_, i) => ({ type, id: `${type}:${i}` }));
    const made = new Map(records.map((one) => [canonical(evaluate(one, keys, fairWeather)), one]));
    if (made.size < entitiesOfAType) throw new Error(`a key of ${type} is not unique`);
    byType.set(type, made);
    return made;
  };

  return {
    value,
    owners: (type, field) => fieldOf({ type, id: '' }, field).owners,
    isForgotten: ({ type, id }) => entities.has(type) && id === `${type}:${entitiesOfAType - 1}`,
    find(service, representation) {
      const name = String(representation['__typename']);
      const facts = subgraphs.find((one) => one.name === service)?.types.get(name);
      for (const { selections, resolvable } of facts?.keys ?? []) {
        const key = resolvable ? picked(selections, representation, () => true) : undefined;
        if (key === undefined) continue;
        for (const type of possible(name)) {
          const found = index(selections, type).get(canonical(key));
          if (found) return found;
        }
        return null;
      }
      throw wrongly(`a representation without a key: ${JSON.stringify(representation)}`);
    },
  };
}

/** Deep below a value the way to it gets long; its end and a hash tell as much. */
const short = (label: string): string =>
  label.length < 90 ? label : `~${hash(label).toString(36)}~${label.slice(-40)}`;

const fairWeather: Conditions = { weather: 0, mutations: 0 };

/** The fault that a subgraph finds with what it was asked. A gateway that plans well never sees one. */
export const wrongly = (what: string): GraphQLError =>
  new GraphQLError(`Asked wrongly: ${what}`, { extensions: { code: 'ASKED_WRONGLY' } });

/** The fields of a set out of a representation, or undefined when it has not got them all. */
export function picked(
  { selections }: SelectionSetNode,
  from: Readonly<Record<string, unknown>>,
  fits: (typename: unknown, condition: string) => boolean,
): Record<string, unknown> | undefined {
  const result: Record<string, unknown> = {};
  for (const selection of selections) {
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const on = selection.typeCondition?.name.value;
      if (on && from['__typename'] !== undefined && !fits(from['__typename'], on)) continue;
      const inner = picked(selection.selectionSet, from, fits);
      if (!inner && on && from['__typename'] === undefined) continue; // nothing else tells what it is
      if (!inner) return undefined;
      Object.assign(result, inner);
    } else if (selection.kind === Kind.FIELD && selection.name.value !== '__typename') {
      const name = selection.name.value;
      const value = Object.hasOwn(from, name) ? pickedValue(selection, from[name], fits) : undefined;
      if (value === undefined) return undefined;
      result[name] = value;
    }
  }
  return result;
}

function pickedValue(
  selection: FieldNode,
  value: unknown,
  fits: (typename: unknown, condition: string) => boolean,
): unknown {
  if (Array.isArray(value)) {
    const elements = value.map((one) => pickedValue(selection, one, fits));
    return elements.includes(undefined) ? undefined : elements;
  }
  if (!selection.selectionSet || value === null) return value;
  if (typeof value !== 'object') return undefined;
  return picked(selection.selectionSet, value as Record<string, unknown>, fits);
}

function objectsOf(
  subgraph: SubgraphFacts,
  named: string,
  possible: (name: string) => readonly string[],
): readonly string[] {
  const facts = subgraph.types.get(named);
  if (facts?.kind === 'union') return facts.members;
  if (facts?.kind === 'interface')
    return [...subgraph.types].flatMap(([name, { kind, interfaces }]) =>
      kind === 'object' && interfaces.includes(named) ? [name] : [],
    );
  return facts?.interfaceObject ? possible(named) : [named];
}

function enumValuesOf(schema: GraphQLSchema, name: string): readonly string[] {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
}

const codes = ['FORBIDDEN', 'NOT_FOUND', 'CONFLICT', 'ODD'];

function failure(label: string): GraphQLError {
  const code = codes[hash(`${label}!`) % (codes.length + 1)];
  return new GraphQLError(`${label} fails.`, code === undefined ? {} : { extensions: { code, detail: { label } } });
}

/** Texts that a writer of JSON, or of a query, could get wrong. */
const texts = [
  '',
  '"',
  '\\',
  '\u0000\u001f\u007f',
  '\u2028\u2029',
  '😀\ud800',
  '{"a":1}',
  '__proto__',
  'null',
  ' \n\t',
];
const numbers = [0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 7];
const fractions = [0, -0.5, 1e21, 1e-7, 0.1, 2 ** 63, 3];
/** Parsed, since `__proto__` in an object literal is no key. */
const documents = JSON.parse(
  '[true,0,"s",[],{},{"__proto__":{"a":[1]},"constructor":null,"b":{"c":[{}]}},[[1,[null]],"x"],{"1":1,"0":0}]',
) as unknown[];

function leaf(type: string, label: string): Datum {
  const h = hash(`${label}=`);
  switch (type) {
    case 'Int':
      return h % 4 === 0 ? numbers[(h >>> 3) % numbers.length]! : h % 100_000;
    case 'Float':
      return h % 4 === 0 ? fractions[(h >>> 3) % fractions.length]! : h / 1024;
    case 'Boolean':
      return h % 2 === 0;
    case 'ID':
      return `${h.toString(36)}`;
    case 'JSON':
      return h % 2 === 0 ? (documents[(h >>> 3) % documents.length] as Datum) : { of: label };
    default:
      return h % 4 === 0 ? texts[(h >>> 3) % texts.length]! : label;
  }
}

/** Arguments, or the fields of an input, without what a subgraph added that clients cannot see. */
function asClientsKnow(value: Args, types: ReadonlyMap<string, GraphQLInputType>): Args {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, one]) => {
      const type = types.get(name);
      return type ? [[name, valueAsClientsKnow(one, getNamedType(type))]] : [];
    }),
  );
}

function valueAsClientsKnow(value: unknown, named: GraphQLInputType): unknown {
  if (Array.isArray(value)) return value.map((one) => valueAsClientsKnow(one, named));
  if (!isInputObjectType(named) || typeof value !== 'object' || value === null) return value;
  return asClientsKnow(
    value as Args,
    new Map(Object.values(named.getFields()).map((field) => [field.name, field.type])),
  );
}

/** One text for one value, whatever the order of its keys. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`)
    .join(',')}}`;
}
