/**
 * Where in an operation something is asked for, as the planner is shown the operation: by it the planner's word for a
 * fragment that comes later and ours for the same are one.
 */
import type { GraphQLNamedType } from 'graphql';

/** `/books/author~0/born@Country`: the first deferred fragment of `author`, and in it `born` as it is asked of Country alone. */
export type Place = string;

export const root: Place = '';

/** `narrowed`: the type of which alone the field is asked in this way. */
export const below = (at: Place, key: string, narrowed: GraphQLNamedType | null): Place =>
  narrowed ? `${at}/${key}@${narrowed.name}` : `${at}/${key}`;

/** The `n`th deferred fragment of an object. */
export const deferredAt = (at: Place, n: number): Place => `${at}~${n}`;

/** The deferred fragment in which something stands (itself, if it is one), or the root. */
export const partOf = (at: Place): Place => /^.*~\d+/.exec(at)?.[0] ?? root;

/** What the part that begins at a place stands in. */
export const outerPart = (part: Place): Place => partOf(part.slice(0, part.lastIndexOf('~')));

/** Whether a part is another or stands in it. */
export const isWithin = (part: Place, other: Place): boolean =>
  part === other || other === root || part.startsWith(`${other}/`) || part.startsWith(`${other}~`);

/** The innermost part in which all of these stand. */
export const commonPart = (parts: readonly Place[]): Place =>
  parts.reduce((one, other) => {
    let common = one;
    while (!isWithin(other, common)) common = outerPart(common);
    return common;
  });
