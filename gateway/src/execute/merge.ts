/**
 * What a fetch brings, read off its operation once: which response keys at which level. Answers are joined by it, so
 * what a service sends beyond what it was asked for goes nowhere.
 */
import { Kind, type SelectionSetNode, parse } from 'graphql';
import type { FetchNode, Rewrite } from '../plan/plan.js';
import { type Data, Planted, isData, isInherited, read, write } from './data.js';
import type { TypeSystem } from './typeSystem.js';

export interface Brought {
  key: string;
  inherited: boolean;
  /** The types it is asked for on; null: on every one. */
  on: ReadonlySet<string> | null;
  /** What is asked for below it; null for a leaf. */
  fields: readonly Brought[] | null;
}

/** By the response key of each root field (`_entities` and its aliases among them), what its operation asks for. */
export function broughtBy(fetch: FetchNode): readonly Brought[] {
  const document = parse(fetch.operation, { noLocation: true });
  const fragments = new Map<string, { on: string; selectionSet: SelectionSetNode }>();
  let top: SelectionSetNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) top = definition.selectionSet;
    else if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, {
        on: definition.typeCondition.name.value,
        selectionSet: definition.selectionSet,
      });
  }
  const collect = (sets: readonly SelectionSetNode[]): Brought[] => {
    const found = new Map<string, { on: Set<string> | null; below: SelectionSetNode[] }>();
    const visit = ({ selections }: SelectionSetNode, on: string | null): void => {
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) {
          const key = (selection.alias ?? selection.name).value;
          let entry = found.get(key);
          if (!entry) found.set(key, (entry = { on: new Set(), below: [] }));
          if (on === null) entry.on = null;
          else entry.on?.add(on);
          if (selection.selectionSet) entry.below.push(selection.selectionSet);
        } else if (selection.kind === Kind.INLINE_FRAGMENT)
          visit(selection.selectionSet, selection.typeCondition?.name.value ?? on);
        else {
          const fragment = fragments.get(selection.name.value)!;
          visit(fragment.selectionSet, fragment.on);
        }
      }
    };
    for (const set of sets) visit(set, null);
    return [...found].map(([key, { on, below }]) => ({
      key,
      inherited: isInherited(key),
      on,
      fields: below.length > 0 ? collect(below) : null,
    }));
  };
  return top ? collect([top]) : [];
}

/** The same after what came has been renamed. */
export const renamed = (fields: readonly Brought[], rewrites: readonly Rewrite[]): readonly Brought[] =>
  rewrites.reduce(
    (current, one) =>
      one.kind === 'KeyRenamer'
        ? renamedAt(
            current,
            one.path.flatMap((step) => ('key' in step ? [step.key] : [])),
            one.renameKeyTo,
          )
        : current,
    fields,
  );

function renamedAt(fields: readonly Brought[], [key, ...below]: readonly string[], to: string): readonly Brought[] {
  if (below.length > 0)
    return fields.map((field) =>
      field.key === key && field.fields ? { ...field, fields: renamedAt(field.fields, below, to) } : field,
    );
  const moved = fields.find((field) => field.key === key);
  if (!moved) return fields;
  const there = fields.find((field) => field.key === to);
  const united = { ...moved, key: to, inherited: isInherited(to), fields: unite(there?.fields, moved.fields) };
  return [...fields.filter((field) => field !== there), united]; // under its old name it may still come on other types
}

function unite(a: readonly Brought[] | null | undefined, b: readonly Brought[] | null): readonly Brought[] | null {
  if (!a || !b) return a ?? b;
  const known = new Map(a.map((field) => [field.key, field]));
  for (const field of b) known.set(field.key, { ...field, fields: unite(known.get(field.key)?.fields, field.fields) });
  return [...known.values()];
}

/**
 * Takes `source` into `target`, and takes parts of `source` over. What is known stays, unless something better than
 * null comes. Answers whether it fits: a list of another length, or no object where one is known, is left aside.
 */
export function merge(types: TypeSystem, fields: readonly Brought[], target: Data, source: Data): boolean {
  let fits = true;
  for (const { key, inherited, fields: below } of fields) {
    if (inherited && !Object.hasOwn(source, key)) continue;
    const sent = source[key];
    if (sent === undefined) continue;
    const known = inherited ? read(target, key) : target[key];
    if (known === undefined || known === null || known instanceof Planted) {
      if (sent === null && known !== undefined) continue;
    } else if (sent === null) continue;
    else if (below) {
      fits = mergeValue(types, below, known, sent) && fits;
      continue;
    } else if (key === '__typename' && !types.isConcrete(sent)) continue;
    if (inherited) write(target, key, sent);
    else target[key] = sent;
  }
  return fits;
}

/** Neither is null. */
function mergeValue(types: TypeSystem, fields: readonly Brought[], known: unknown, sent: unknown): boolean {
  if (known === sent) return true;
  if (isData(known) && isData(sent)) return merge(types, fields, known, sent);
  if (!Array.isArray(known) || !Array.isArray(sent) || known.length !== sent.length) return false;
  let fits = true;
  (sent as unknown[]).forEach((element, i) => {
    const before: unknown = known[i];
    if (element === null || element === undefined) return;
    if (before === null || before === undefined || before instanceof Planted) known[i] = element;
    else fits = mergeValue(types, fields, before, element) && fits;
  });
  return fits;
}

/** A copy of what was asked for, for a second place: the two will be completed differently. */
export function copyOf(fields: readonly Brought[], value: unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => copyOf(fields, element));
  if (!isData(value)) return value;
  const copy: Data = {};
  for (const { key, fields: below } of fields) {
    const inner = read(value, key);
    if (inner !== undefined) write(copy, key, below ? copyOf(below, inner) : inner);
  }
  return copy;
}
