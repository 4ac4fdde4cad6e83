/** What a rule asks of whoever wants a field, and whether they have it. */

export type Check =
  | { readonly kind: 'authenticated' }
  /** One of the sets, whole. */
  | { readonly kind: 'scopes'; readonly anyOf: AnyOf }
  | { readonly kind: 'policies'; readonly anyOf: AnyOf };

export type AnyOf = readonly (readonly string[])[];

/** What somebody can show: that they are signed in, what they may do, and which policies were decided in their favour. */
export interface Holder {
  authenticated: boolean;
  scopes: ReadonlySet<string>;
  policies: ReadonlySet<string>;
}

export function grants(checks: readonly Check[], holder: Holder): boolean[] {
  return checks.map((check) => {
    switch (check.kind) {
      case 'authenticated':
        return holder.authenticated;
      case 'scopes':
        return check.anyOf.some((set) => set.every((scope) => holder.scopes.has(scope)));
      case 'policies':
        return check.anyOf.some((set) => set.every((policy) => holder.policies.has(policy)));
    }
  });
}

/** Equal for checks that ask the same. */
export const keyOf = (check: Check): string =>
  check.kind === 'authenticated' ? '0' : `${check.kind === 'scopes' ? 1 : 2}${JSON.stringify(check.anyOf)}`;

/** Each once, in the order in which to ask: who has not signed in need not be told of scopes. */
export const inOrder = (checks: Iterable<Check>): readonly Check[] =>
  [...new Set(checks)].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/**
 * The same question in its shortest form, sorted, so that equal ones look equal. `[[]]` asks nothing. `[]` offers
 * nothing that would do, so nobody has it: Apollo Router reads it as no rule, and a rule ought not to vanish by a slip.
 */
export function shortest(anyOf: AnyOf): AnyOf {
  const sets = [...new Map(anyOf.map((set) => [...new Set(set)].sort()).map((set) => [JSON.stringify(set), set]))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, set]) => set);
  const within = (small: readonly string[], large: readonly string[]) => small.every((name) => large.includes(name));
  return sets.filter((set) => !sets.some((other) => other !== set && within(other, set)));
}
