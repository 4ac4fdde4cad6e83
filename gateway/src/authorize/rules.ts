/**
 * Who may ask for what: `@authenticated`, `@requiresScopes` and `@policy` of a supergraph, answered for each field that
 * a query can name, before anything is planned. Pure: it decides what is left of an operation and asks nobody.
 *
 * A field node names one field of one type, so what it needs follows from the node alone, wherever its fragment is
 * spread. All of these must hold, whatever object turns up:
 * - what is written on the field, on the type it is asked on, and on the object, interface, enum or scalar it yields;
 * - on an interface: the same for each type that implements it. An interface is as protected as all of them together,
 *   its fields too, which is what composition writes there since Federation 2.9.5, 2.10.4, 2.11.5 and 2.12.1;
 * - what is written on an interface while no implementation has a check of that kind (older composition allowed it)
 *   binds the implementations, or a fragment would be the way around it;
 * - the same for all that the field is computed from: `@requires`, `@fromContext`, and theirs in turn.
 *
 * Nothing is written on a union, so a field that yields one is free, and what is asked of its members is not. Keys that
 * carry an object from one service to another, `__typename` and introspection are not guarded.
 */
import {
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { type Check, inOrder } from './checks.js';
import { type Guarded, type Needed, guard } from './guard.js';
import { type Written, readWritten } from './written.js';

export interface Rules {
  /** The checks an operation of a valid document depends on, and what is left of it without some. Null: it meets no rule. */
  of(document: DocumentNode, operation: OperationDefinitionNode): Guarded | null;
}

/** Null when the supergraph has no rule: then nothing costs anything. Throws when a rule cannot be made out. */
export function readRules(supergraph: GraphQLSchema): Rules | null {
  const written = readWritten(supergraph);
  if (!written) return null;
  const needed = neededByField(supergraph, written);
  return {
    of: (document, operation) => guard({ schema: supergraph, needed, document, operation }),
  };
}

function neededByField(schema: GraphQLSchema, written: Written): Needed {
  const inherited = bindImplementations(schema, written.checks);
  const leadsTo = edges(schema, written.read);
  const needed = new Map<string, Map<string, readonly Check[]>>();
  for (const place of leadsTo.keys()) {
    const checks = new Set<Check>();
    const seen = new Set([place]);
    for (const next of seen) {
      for (const check of [...(written.checks.get(next) ?? []), ...(inherited.get(next) ?? [])]) checks.add(check);
      for (const further of leadsTo.get(next) ?? []) seen.add(further); // a set's loop goes on to what is added meanwhile
    }
    const [type, field] = place.split('.');
    if (checks.size === 0 || field === undefined) continue;
    if (!needed.has(type!)) needed.set(type!, new Map());
    needed.get(type!)!.set(field, inOrder(checks));
  }
  return needed;
}

/** From each type and field to those whose checks count as its own. */
function edges(schema: GraphQLSchema, read: Written['read']): ReadonlyMap<string, readonly string[]> {
  const leadsTo = new Map<string, readonly string[]>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const objects = isInterfaceType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
    leadsTo.set(type.name, objects);
    for (const field of Object.values(type.getFields())) {
      const place = `${type.name}.${field.name}`;
      const ofObjects = objects.map((object) => `${object}.${field.name}`);
      leadsTo.set(place, [type.name, getNamedType(field.type).name, ...ofObjects, ...(read.get(place) ?? [])]);
    }
  }
  return leadsTo;
}

/** The checks of interfaces that none of their implementations has a like of, on each of these. */
function bindImplementations(schema: GraphQLSchema, checks: Written['checks']): ReadonlyMap<string, readonly Check[]> {
  const inherited = new Map<string, readonly Check[]>();
  for (const [place, here] of checks) {
    const [typeName, ...field] = place.split('.');
    const type = schema.getType(typeName!);
    if (!isInterfaceType(type)) continue;
    const theirs = schema.getPossibleTypes(type).map(({ name }) => [name, ...field].join('.'));
    const kinds = new Set(theirs.flatMap((their) => [...(checks.get(their) ?? [])].map(({ kind }) => kind)));
    const onlyHere = [...here].filter(({ kind }) => !kinds.has(kind));
    for (const their of theirs) inherited.set(their, [...(inherited.get(their) ?? []), ...onlyHere]);
  }
  return inherited;
}
