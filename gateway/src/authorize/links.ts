/** By which names a supergraph knows the directives of a specification: https://specs.apollo.dev/link/v1.0 */
import { type ConstDirectiveNode, type GraphQLSchema, valueFromASTUntyped } from 'graphql';

/**
 * All names that `@link` gives a directive: imported as it is, imported under another name, and by the prefix of its
 * specification. Any version, and whatever `@link` itself is called: to overlook a rule is to break it.
 */
export function directiveNames(schema: GraphQLSchema, specification: string, directive: string): ReadonlySet<string> {
  const names = new Set<string>();
  const identity = `https://specs.apollo.dev/${specification}/`;
  for (const link of [schema.astNode, ...schema.extensionASTNodes].flatMap((node) => node?.directives ?? [])) {
    const { feature, url = feature, as, import: imported } = written(link); // `@core(feature:)` before it was called @link
    if (typeof url !== 'string' || !url.startsWith(identity)) continue;
    const prefix = typeof as === 'string' ? as : specification;
    names.add(directive === specification ? prefix : `${prefix}__${directive}`);
    for (const element of [imported].flat()) {
      const { name, as: alias = name } = importOf(element);
      if (name === `@${directive}` && typeof alias === 'string') names.add(alias.replace(/^@/, ''));
    }
  }
  return names;
}

const written = (link: ConstDirectiveNode): Record<string, unknown> =>
  Object.fromEntries(link.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value)]) ?? []);

const importOf = (element: unknown): { name?: unknown; as?: unknown } =>
  typeof element === 'string' ? { name: element } : ((element as object | null) ?? {});
