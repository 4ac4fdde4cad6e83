/** Operations with @defer put into them, and what their answers have to come to. */
import {
  type DirectiveNode,
  type DocumentNode,
  Kind,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  print,
} from 'graphql';
import type { EngineAnswer, EnginePart } from './engine.js';
import type { Answer } from './monolith.js';
import type { Operation } from './operations.js';
import type { Random } from './random.js';

/** The same operation with fragments and fields deferred here and there: its answer comes to the same. */
export function deferring({ document, ...rest }: Operation, random: Random): Operation {
  let labels = 0;
  const defer = (): DirectiveNode => ({
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: 'defer' },
    arguments: [
      ...(random.chance(0.6) ? [argument('label', { kind: Kind.STRING, value: `L${++labels}` })] : []),
      ...(random.chance(0.1) ? [argument('if', { kind: Kind.BOOLEAN, value: random.chance(0.5) })] : []),
    ],
  });
  const changed = (selection: SelectionNode, mayDefer: boolean): SelectionNode => {
    if (selection.kind === Kind.FIELD) {
      const field = selection.selectionSet
        ? { ...selection, selectionSet: within(selection.selectionSet, true) }
        : selection;
      if (!mayDefer || !random.chance(0.12)) return field;
      return {
        kind: Kind.INLINE_FRAGMENT,
        directives: [defer()],
        selectionSet: { kind: Kind.SELECTION_SET, selections: [field] },
      };
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT
        ? { ...selection, selectionSet: within(selection.selectionSet, mayDefer) }
        : selection;
    if (!mayDefer || !random.chance(0.4)) return fragment;
    return { ...fragment, directives: [...(fragment.directives ?? []), defer()] };
  };
  const within = (set: SelectionSetNode, mayDefer: boolean): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((one) => changed(one, mayDefer)),
  });
  const deferred: DocumentNode = {
    ...document,
    definitions: document.definitions.map((one) => {
      if (one.kind === Kind.OPERATION_DEFINITION)
        return { ...one, selectionSet: within(one.selectionSet, one.operation === OperationTypeNode.QUERY) };
      if (one.kind !== Kind.FRAGMENT_DEFINITION) return one;
      return { ...one, selectionSet: within(one.selectionSet, one.typeCondition.name.value !== 'Mutation') };
    }),
  };
  return { ...rest, document: deferred, query: print(deferred) };
}

const argument = (name: string, value: { kind: Kind.STRING; value: string } | { kind: Kind.BOOLEAN; value: boolean }) =>
  ({ kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value }) as const;

type Errors = NonNullable<EngineAnswer['errors']>[number][];

/** What a client has when the last part is there. Throws for what a client could not make sense of. */
export function merged(parts: readonly EnginePart[]): { data: unknown; errors: Errors } {
  const [first, ...rest] = parts;
  if (!first || first.incremental) throw new Error('the first part is none');
  const { data } = first;
  const errors: Errors = [...(first.errors ?? [])];
  parts.forEach(({ hasNext = false }, i) => {
    if (hasNext !== i < parts.length - 1) throw new Error(`part ${i} of ${parts.length} says hasNext: ${hasNext}`);
  });
  for (const { incremental, data: more } of rest) {
    if (!incremental || incremental.length === 0 || more !== undefined) throw new Error('a part with nothing in it');
    for (const one of incremental) {
      errors.push(...(one.errors ?? []));
      if (one.data === null && !one.errors) throw new Error('null for no reason');
      const place = one.path.reduce<unknown>((value, step) => own(value, step), data);
      if (!isObject(place)) throw new Error(`something for ${JSON.stringify(one.path)}, where nothing is`);
      if (one.data !== null) mergeInto(place, one.data as Data);
    }
  }
  return { data, errors };
}

type Data = Record<string, unknown>;
const isObject = (value: unknown): value is Data =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (value: unknown, key: string | number): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Data)[key] : undefined;

/** What is there stays, unless it is null. */
function mergeInto(target: Data, source: Data): void {
  for (const [key, value] of Object.entries(source)) put(target, key, mergedValue(own(target, key), value));
}

function mergedValue(known: unknown, value: unknown): unknown {
  if (known === undefined || known === null) return value;
  if (Array.isArray(known) && Array.isArray(value)) return known.map((one, i) => mergedValue(one, value[i]));
  if (isObject(known) && isObject(value)) mergeInto(known, value);
  return known;
}

const put = (target: Data, key: string, value: unknown) =>
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });

/**
 * Where the end of an answer in parts is not what it should be, in words. Where everything that fails can be null, the
 * data are the same as of one answer, and so are the errors' paths. Where a null goes up, it goes up less far in a part of
 * its own; then nothing may be there that cannot be, and nothing missing for which there is no error.
 */
export function faults(got: ReturnType<typeof merged>, expected: Answer, everything: Answer): string[] {
  const found: string[] = [];
  const possible = new Set((everything.result.errors ?? []).map((one) => JSON.stringify([one.path, one.message])));
  for (const { path, message } of got.errors)
    if (!possible.has(JSON.stringify([path, message])) && !isNullError(message))
      found.push(`cannot be: ${message} at ${JSON.stringify(path)}`);
  if (text(expected.result.data) === text(everything.result.data)) {
    if (text(got.data) !== text(expected.result.data)) found.push('data differ');
    const wanted = new Set(
      (expected.result.errors ?? [])
        .map(({ path }) => JSON.stringify(path))
        .filter((path) => !expected.forgotten.has(path)),
    );
    const told = new Set(got.errors.map(({ path }) => JSON.stringify(path)));
    for (const path of wanted) if (!told.has(path)) found.push(`not told: ${path}`);
  } else missing(got.data, everything.result.data, []);
  return found;

  function missing(value: unknown, full: unknown, path: (string | number)[]): void {
    if (value === undefined || value === null) {
      if (full === null || full === undefined) return;
      const prefix = (told: readonly (string | number)[]) => path.every((step, i) => step === told[i]);
      const isTold = got.errors.some((error) => prefix(error.path ?? []));
      const isLost = got.errors.some((error) => isNullError(error.message)) || [...expected.forgotten].length > 0;
      if (!isTold && !isLost && value === null) found.push(`null without an error: ${JSON.stringify(path)}`);
    } else if (Array.isArray(value) && Array.isArray(full)) {
      if (value.length !== full.length) found.push(`another length: ${JSON.stringify(path)}`);
      else value.forEach((one, i) => missing(one, full[i], [...path, i]));
    } else if (isObject(value) && isObject(full)) {
      for (const key of Object.keys(value)) {
        const settled = path.length === 0 && text(value[key]) === text(own(expected.result.data, key)); // introspection is of one schema
        if (!settled) missing(value[key], own(full, key), [...path, key]);
      }
    } else if (text(value) !== text(full)) found.push(`differs: ${JSON.stringify(path)}`);
  }
}

const isNullError = (message: string): boolean => message.startsWith('Cannot return null for non-nullable field');

/** Equal for data that are the same in another order. */
function text(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(text).join()}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'nothing';
  return `{${Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${text(value[key])}`)
    .join()}}`;
}
