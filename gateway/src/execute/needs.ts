/** What each part of an answer asks for, read off the planned document. */
import { type DocumentNode, Kind, type SelectionSetNode } from 'graphql';
import { type Place, root } from './place.js';

/** By part: response paths without list positions, such as `.books.author`. */
export type Needs = ReadonlyMap<Place, ReadonlySet<string>>;

/** Null: a document that asks nobody for anything. */
export function needsOf(document: DocumentNode | null): Needs {
  const needs = new Map<Place, Set<string>>();
  const visit = ({ selections }: SelectionSetNode, at: string, part: Place): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const path = `${at}.${(selection.alias ?? selection.name).value}`;
        const own = needs.get(part);
        if (own) own.add(path);
        else needs.set(part, new Set([path]));
        if (selection.selectionSet) visit(selection.selectionSet, path, part);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const label = selection.directives?.[0]?.arguments?.[0]?.value;
        visit(selection.selectionSet, at, label?.kind === Kind.STRING ? label.value : part);
      }
    }
  };
  for (const one of document?.definitions ?? [])
    if (one.kind === Kind.OPERATION_DEFINITION) visit(one.selectionSet, '', root);
  return needs;
}
