/**
 * From the data that the fetches joined to the text of the answer, as the client asked for it: a writer is made of
 * the operation once, and writes JSON. What it does is the specification's "Executing Selection Sets" and "Value
 * Completion" over ready values (spec.graphql.org, sections 6.3 and 6.4), with null propagation.
 *
 * *Writer*: gives the text of a value, or undefined when there is none and the parent has to be null instead.
 * *Deferred*: what may come later of an object (@defer) is left out, and noted in the output for who writes it then. What
 * was noted below a place that became null is forgotten.
 */
import {
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLFormattedError,
  type GraphQLLeafType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type OperationDefinitionNode,
  type SelectionSetNode,
  isAbstractType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Failures } from './failures.js';
import { type Data, type Failure, type Path, Planted, isData, isInherited } from './data.js';
import { quote } from './json.js';
import { collectFields, deferredIn, isIntrospection, isTypename, meetsAll } from './collect.js';
import { type ResponseKeys, type Typing, asksType, selectionSets } from './normalise.js';
import { type Place, below as belowField, deferredAt, root as atRoot } from './place.js';

/** One answer being written. */
export interface Output {
  /** Where the writers are: response keys and list positions. Only the first `depth` count. */
  path: (string | number)[];
  depth: number;
  errors: GraphQLFormattedError[];
  /** Where a service sent what does not fit the schema, and how. For the log; the client learns that it is so. */
  misfits: { path: (string | number)[]; reason: string; message?: string }[];
  /** The first place at which nothing was to come, which is no error unless it leaves nothing of the answer. */
  absentAt: (string | number)[] | null;
  /** How many more there were of either. */
  untold: number;
  /** What went wrong in services. */
  failures: Pick<Failures, 'none'>;
  /** The text of introspection fields, by response key. */
  introspection: ReadonlyMap<string, string>;
  /** Sets apart the parts of one answer, in each of which a failure is told. */
  scope: string;
  /** What may come later. */
  deferred: Deferred[];
}

/** What may come later of one object. */
export interface Deferred {
  part: Place;
  label: string | null;
  /** Where the object stands in the answer. */
  path: readonly (string | number)[];
  value: Data;
  write: Writer;
}

export const mostErrors = 1_000; // of one kind in one answer

export type Writer = (value: unknown, output: Output) => string | undefined;

export interface ProjectionSource extends Typing {
  operation: OperationDefinitionNode;
  keys: ResponseKeys;
  /** Fields nobody fetched because this viewer may not have them, and the error each gives. */
  refused: (field: FieldNode) => GraphQLFormattedError | null;
}

/** `path`: where what is to be written stands in the answer. `scope`: see Output. */
export const createOutput = (
  failures: Output['failures'],
  introspection: Output['introspection'],
  path: readonly (string | number)[] = [],
  scope = '',
): Output => ({
  path: [...path],
  depth: path.length,
  errors: [],
  misfits: [],
  absentAt: null,
  untold: 0,
  failures,
  introspection,
  scope,
  deferred: [],
});

/** Adds a failure that was not met by the writers, at the client's path of where it happened. */
export function tell(output: Output, { message, extensions }: Failure, path: Path): void {
  if (output.errors.length >= 2 * mostErrors) output.untold++;
  else output.errors.push({ message, ...(path.length > 0 && { path }), extensions });
}

/** A writer of the operation's data. */
export function projector(source: ProjectionSource): (root: Data, output: Output) => string {
  const { schema, operation } = source;
  const type = schema.getRootType(operation.operation)!;
  const write = objectWriter(source, type, type, [operation.selectionSet], atRoot);
  return (root, output) => {
    const text = write(root, output);
    if (text === undefined) output.deferred.length = 0;
    return text ?? 'null';
  };
}

interface Field {
  /** The response key, its path step and text. */
  name: string;
  text: string;
  key: string;
  inherited: boolean;
  write: Writer;
}

/** Of an object of `type` that was met at `parent`: the same, or an interface or union it belongs to. */
function objectWriter(
  source: ProjectionSource,
  parent: GraphQLCompositeType,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  at: Place,
): Writer {
  const keyOf = source.keys.at(parent, type, sets);
  const fields = [...collectFields(source, type, sets)].map(([name, nodes], i): Field => {
    const { key, below, narrowed } = keyOf(name, nodes) ?? { key: name, below: null, narrowed: false };
    const place = belowField(at, key, narrowed ? type : null);
    return {
      name,
      text: `${i === 0 ? '' : ','}"${name}":`,
      key,
      inherited: isInherited(key),
      write: fieldWriter(source, type, nodes, below as GraphQLCompositeType, place),
    };
  });
  const write: Writer = (value, output) => {
    const data = value as Data;
    const { path, depth } = output;
    let text = '{';
    output.depth = depth + 1;
    for (const { name, text: start, key, inherited, write } of fields) {
      path[depth] = name;
      const written = write(inherited && !Object.hasOwn(data, key) ? undefined : data[key], output);
      if (written === undefined) {
        output.depth = depth;
        return undefined;
      }
      text += start + written;
    }
    output.depth = depth;
    return `${text}}`;
  };
  const later = laterWriters(source, parent, type, sets, at);
  return later.length === 0 ? write : noting(write, later);
}

type Later = Omit<Deferred, 'path' | 'value'>;

function laterWriters(
  source: ProjectionSource,
  parent: GraphQLCompositeType,
  type: GraphQLCompositeType,
  sets: readonly SelectionSetNode[],
  at: Place,
): Later[] {
  return deferredIn(source, sets).flatMap((one, n): Later[] => {
    if (!meetsAll(source.schema, one, type)) return [];
    const part = deferredAt(at, n);
    const typed = { source, sets: [one.set], metAt: parent, name: type.name, at: part };
    let write: Writer | undefined;
    return [
      { part, label: one.label, write: (value, output) => (write ??= compositeWriter(typed, parent))(value, output) },
    ];
  });
}

/** Notes what may come later of each object that is written, before what may of objects within it. */
function noting(write: Writer, later: readonly Later[]): Writer {
  return (value, output) => {
    const { deferred } = output;
    const path = output.path.slice(0, output.depth);
    const before = deferred.length;
    for (const one of later) deferred.push({ ...one, path, value: value as Data });
    const text = write(value, output);
    if (text === undefined) deferred.length = before;
    return text;
  };
}

/** `metAt`: the type at which what is below the field was asked for, when it has fields. */
function fieldWriter(
  source: ProjectionSource,
  type: GraphQLCompositeType,
  nodes: readonly FieldNode[],
  metAt: GraphQLCompositeType,
  at: Place,
): Writer {
  const [node] = nodes as [FieldNode, ...FieldNode[]];
  const { value: name } = node.name;
  if (isTypename(node)) {
    if (isObjectType(type)) {
      const text = quote(type.name);
      return () => text;
    }
    return (_value, output) => misfit(output, `no object type for ${type.name}`);
  }
  if (isIntrospection(node))
    return (_value, { introspection, path, depth }) => (depth === 1 ? introspection.get(String(path[0])) : undefined);
  const field = (type as GraphQLObjectType).getFields()[name]!;
  for (const one of nodes) {
    const error = source.refused(one);
    if (error) return refusedWriter(error, isNonNullType(field.type));
  }
  const typed: Typed = { source, sets: selectionSets(nodes), metAt, name: `${type.name}.${name}`, at };
  return typeWriter(typed, field.type);
}

function refusedWriter(error: GraphQLFormattedError, isRequired: boolean): Writer {
  return (_value, output) => {
    output.errors.push({ ...error, path: output.path.slice(0, output.depth) });
    return isRequired ? undefined : 'null';
  };
}

interface Typed {
  source: ProjectionSource;
  /** What is asked for below it. */
  sets: readonly SelectionSetNode[];
  metAt: GraphQLCompositeType;
  /** For the log. */
  name: string;
  at: Place;
}

function typeWriter(typed: Typed, type: GraphQLOutputType): Writer {
  const { name } = typed;
  if (isNonNullType(type)) {
    const write = valueWriter(typed, type.ofType);
    return (value, output) => {
      if (value === undefined) return missing(output, `nothing for ${name}`, nullError(name));
      return value === null ? misfit(output, `null for ${name}`, nullError(name)) : write(value, output);
    };
  }
  const write = valueWriter(typed, type);
  const nullable: Writer = (value, output) => {
    if (value === null) return 'null';
    return (value === undefined ? missing(output, `nothing for ${name}`) : write(value, output)) ?? 'null';
  };
  return typed.source.inParts && typed.sets.length > 0 ? forgetting(nullable) : nullable;
}

/** Forgets what was noted of objects below what became null. */
function forgetting(write: Writer): Writer {
  return (value, output) => {
    const before = output.deferred.length;
    const text = write(value, output);
    if (text === 'null') output.deferred.length = before;
    return text;
  };
}

/** Of a type without its `!`; the value is not null. */
function valueWriter(typed: Typed, type: GraphQLOutputType): Writer {
  const write = isListType(type)
    ? listWriter(typeWriter(typed, type.ofType), typed.name)
    : isLeafType(type)
      ? leafWriter(type, typed.name)
      : compositeWriter(typed, type as GraphQLCompositeType);
  return (value, output) => (value instanceof Planted ? raise(typed.source.keys, value, output) : write(value, output));
}

function raise(keys: ResponseKeys, { failures }: Planted, output: Output): undefined {
  if (failures.length === 0) output.absentAt ??= output.path.slice(0, output.depth);
  for (const { failure, up, below } of failures) {
    const { message, extensions, raisedAt } = failure;
    const rest = below.map((key) => (typeof key === 'string' ? keys.clients(key) : key));
    const path = [...output.path.slice(0, output.depth - up), ...rest];
    const place = output.scope + JSON.stringify(path);
    if (raisedAt.has(place)) continue;
    raisedAt.add(place);
    if (
      failures.some(
        (other) => other.failure !== failure && other.failure.message === message && other.failure.raisedAt.has(place),
      )
    )
      continue; // two services tell the same of what both have
    if (output.errors.length < mostErrors) output.errors.push({ message, path, extensions });
    else output.untold++;
  }
}

/** `message`: what a client may know of it; otherwise that something went wrong. */
function misfit(output: Output, reason: string, message?: string): undefined {
  if (output.misfits.length < mostErrors)
    output.misfits.push({ path: output.path.slice(0, output.depth), reason, ...(message && { message }) });
  else output.untold++;
}

/** As graphql-js has it. */
export const nullError = (field: string): string => `Cannot return null for non-nullable field ${field}.`;

/** It was asked for and did not come. Where anything has failed, that may be why. */
function missing(output: Output, reason: string, message?: string): undefined {
  if (output.failures.none) misfit(output, reason, message);
  else output.absentAt ??= output.path.slice(0, output.depth);
}

function listWriter(write: Writer, name: string): Writer {
  return (value, output) => {
    if (!Array.isArray(value)) return misfit(output, `no list for ${name}`);
    const { depth, path } = output;
    let text = '[';
    output.depth = depth + 1;
    for (let i = 0; i < value.length; i++) {
      path[depth] = i;
      const written = write(value[i], output);
      if (written === undefined) {
        output.depth = depth;
        return undefined;
      }
      text += i === 0 ? written : `,${written}`;
    }
    output.depth = depth;
    return `${text}]`;
  };
}

function leafWriter(type: GraphQLLeafType, name: string): Writer {
  const quick: Writer | undefined = isEnumType(type)
    ? enumText(new Set(type.getValues().map((one) => one.name)))
    : quickly[type.name];
  return (value, output) => {
    const text = quick?.(value, output);
    if (text !== undefined) return text;
    try {
      const serialized: unknown = type.serialize(value);
      const written = serialized === null || serialized === undefined ? 'null' : JSON.stringify(serialized);
      if (written !== 'null') return written; // JSON has no text for an infinite number
      return misfit(output, `no ${type.name} for ${name}`);
    } catch (error) {
      return misfit(output, `no ${type.name} for ${name}: ${error instanceof Error ? error.name : ''}`);
    }
  };
}

/** The usual forms of a value; the others are the type's to judge. */
const quickly: Record<string, Writer> = {
  String: (value) => (typeof value === 'string' ? quote(value) : undefined),
  ID: (value) => (typeof value === 'string' ? quote(value) : undefined),
  Boolean: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  Int: (value) => (typeof value === 'number' && (value | 0) === value ? `${value}` : undefined),
  Float: (value) => (typeof value === 'number' && Number.isFinite(value) ? `${value}` : undefined),
};
const enumText =
  (names: ReadonlySet<string>): Writer =>
  (value) =>
    typeof value === 'string' && names.has(value) ? `"${value}"` : undefined;

function compositeWriter({ source, sets, metAt, name, at }: Typed, type: GraphQLCompositeType): Writer {
  const { schema } = source;
  const writers = new Map<string, Writer>(); // made when the first object of a type comes
  const writerOf = (actual: GraphQLCompositeType): Writer => {
    let writer = writers.get(actual.name);
    if (!writer) writers.set(actual.name, (writer = objectWriter(source, metAt, actual, sets, at)));
    return writer;
  };
  if (!isAbstractType(type)) {
    let only: Writer | undefined;
    return (value, output) =>
      isData(value) ? (only ??= writerOf(type))(value, output) : misfit(output, `no object for ${name}`);
  }
  const isTypeAsked = asksType(source, type, sets);
  return (value, output) => {
    if (!isData(value)) return misfit(output, `no object for ${name}`);
    const known = writers.get(value['__typename'] as string);
    if (known) return known(value, output);
    const typename = value['__typename'];
    const actual = typeof typename === 'string' ? schema.getType(typename) : undefined;
    if (isObjectType(actual) && schema.isSubType(type, actual)) return writerOf(actual)(value, output);
    // A service that has only @interfaceObject knows no object type, and nothing that is asked depends on it.
    if (isInterfaceType(type) && !isTypeAsked && (typename === undefined || isInterfaceType(actual)))
      return writerOf(type)(value, output);
    const reason = `${typeof typename === 'string' ? typename : 'no type'} for ${name}`;
    return typename === undefined || isInterfaceType(actual) ? missing(output, reason) : misfit(output, reason);
  };
}
