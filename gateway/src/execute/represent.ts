/**
 * A representation is what a service needs to know of an object to complete it: its type, its key, and what the
 * asked fields require. It is made as JSON text at once: the text is what is sent, and equal texts are sent once.
 */
import type { EntitySet, Required } from '../plan/plan.js';
import { type Data, Planted, isData, isInherited, read, rewrite } from './data.js';
import { quote } from './json.js';
import type { TypeSystem } from './typeSystem.js';

/** The text, or undefined when something required is missing: then the service cannot be asked about this object. */
export type Represent = (source: Data) => string | undefined;

export interface Representer {
  represent: Represent;
  /** Where the representation is a type and one text: the text, by which equal ones are told without being written. */
  keyOf: ((source: Data) => string | undefined) | null;
}

export function representer(types: TypeSystem, { requires, inputRewrites }: EntitySet): Representer {
  const plain = oneFragment(types, requires) ?? anyFragments(types, requires);
  if (inputRewrites.length === 0) return { represent: plain, keyOf: singleKey(requires) };
  return {
    keyOf: null,
    represent(source) {
      const text = plain(source);
      if (text === undefined) return undefined;
      const value: unknown = JSON.parse(text);
      rewrite(inputRewrites, value, types);
      return JSON.stringify(value);
    },
  };
}

function singleKey(requires: readonly Required[]): Representer['keyOf'] {
  const [fragment, ...others] = requires;
  if (fragment?.kind !== 'InlineFragment' || others.length > 0) return null;
  const fields = fragment.selections.filter((one) => one.kind !== 'Field' || one.name !== '__typename');
  const [field] = fields;
  if (fields.length !== 1 || field?.kind !== 'Field' || field.selections || isInherited(field.name)) return null;
  const { typeCondition } = fragment;
  const { name } = field;
  return (source) => {
    const value = source[name];
    return typeof value === 'string' && source['__typename'] === typeCondition ? value : undefined;
  };
}

function anyFragments(types: TypeSystem, requires: readonly Required[]): Represent {
  const fields = objectWriter(types, requires);
  const least = asksMore(requires) ? 2 : 1; // a type without a key names no object
  return (source) => {
    const parts = new Map<string, string>();
    const complete = fields(source, parts) && parts.has('__typename') && parts.size >= least;
    return complete ? objectText(parts) : undefined;
  };
}

const asksMore = (requires: readonly Required[]): boolean =>
  requires.some((one) => (one.kind === 'Field' ? one.name !== '__typename' : asksMore(one.selections)));

/** The usual case, without a detour: one type, whose type name, key and required fields each stand there once. */
function oneFragment(types: TypeSystem, requires: readonly Required[]): Represent | null {
  const [fragment, ...others] = requires;
  if (fragment?.kind !== 'InlineFragment' || others.length > 0) return null;
  const { typeCondition, selections } = fragment;
  if (typeCondition === null) return null;
  const fields = selections.flatMap((selection) =>
    selection.kind === 'Field' && selection.name !== '__typename' && !isInherited(selection.name)
      ? [
          {
            key: selection.name,
            below: selection.selections && objectWriter(types, selection.selections),
          },
        ]
      : [],
  );
  const namesType = selections.some((selection) => selection.kind === 'Field' && selection.name === '__typename');
  if (!namesType || fields.length !== selections.length - 1) return null;
  if (new Set(fields.map(({ key }) => key)).size < fields.length) return null;
  return (source) => {
    const typename = source['__typename'];
    if (typeof typename !== 'string' || !types.matches(typename, typeCondition)) return undefined;
    let text = `{"__typename":${quote(typename)}`;
    for (const { key, below } of fields) {
      const value = valueText(source[key], below);
      if (value === undefined) return undefined;
      text += `,"${key}":${value}`;
    }
    return `${text}}`;
  };
}

/** Adds the fields of an object to `parts`, by name; says whether nothing was missing. */
type ObjectWriter = (source: Data, parts: Map<string, string>) => boolean;

function objectWriter(types: TypeSystem, selections: readonly Required[]): ObjectWriter {
  const writers = selections.map((selection): ObjectWriter => {
    if (selection.kind === 'InlineFragment') {
      const inner = objectWriter(types, selection.selections);
      const { typeCondition } = selection;
      return (source, parts) =>
        (typeCondition !== null && !types.matches(source['__typename'], typeCondition)) || inner(source, parts);
    }
    const key = selection.name;
    const inherited = isInherited(key);
    const below = selection.selections && objectWriter(types, selection.selections);
    return (source, parts) => {
      const text = valueText(inherited ? read(source, key) : source[key], below);
      if (text === undefined) return false;
      const before = parts.get(key);
      parts.set(key, before !== undefined && below ? united(before, text) : text);
      return true;
    };
  });
  return (source, parts) => {
    for (const writer of writers) if (!writer(source, parts)) return false;
    return true;
  };
}

function valueText(value: unknown, below: ObjectWriter | null): string | undefined {
  if (value === null) return 'null';
  if (value === undefined || value instanceof Planted) return undefined;
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) {
    const elements: string[] = [];
    for (const element of value as unknown[]) {
      const text = valueText(element, below);
      if (text === undefined) return undefined;
      elements.push(text);
    }
    return `[${elements.join()}]`;
  }
  if (!below || !isData(value)) return JSON.stringify(value);
  const parts = new Map<string, string>();
  return below(value, parts) ? objectText(parts) : undefined;
}

function objectText(parts: ReadonlyMap<string, string>): string {
  let text = '';
  for (const [name, value] of parts) text += `${text === '' ? '{' : ','}"${name}":${value}`;
  return text === '' ? '{}' : `${text}}`;
}

/** Two fragments may require different parts of one object. */
function united(a: string, b: string): string {
  if (a === b) return a;
  const unite = (x: unknown, y: unknown): unknown => {
    if (Array.isArray(x) && Array.isArray(y)) return x.map((one, i) => unite(one, y[i]));
    if (!isData(x) || !isData(y)) return y;
    return Object.fromEntries(
      [...new Set([...Object.keys(x), ...Object.keys(y)])].map((key) => [
        key,
        key in x && key in y ? unite(x[key], y[key]) : (x[key] ?? y[key]),
      ]),
    );
  };
  return JSON.stringify(unite(JSON.parse(a), JSON.parse(b)));
}
