/** From the services' SDL to one supergraph, and to what clients see of it. */
import { composeServices } from '@apollo/composition';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import {
  type DocumentNode,
  type GraphQLInputObjectType,
  Kind,
  lexicographicSortSchema,
  parse,
  print,
  printSchema,
  visit,
} from 'graphql';
import type { Subgraph } from './services.js';

export interface Composition {
  supergraph: string;
  /** What is worth knowing and nothing to mend: each with its code. */
  notes: string[];
  /**
   * Apollo's hints of level WARN: each says that two services tell clients different things (a description, an enum
   * value, an argument, a default), of which composition picks one. We mend those.
   */
  faults: string[];
}

/** Throws, with every error in one message, when there is no supergraph of these. */
export function compose(subgraphs: readonly Subgraph[]): Composition {
  const { errors, hints, supergraphSdl } = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (supergraphSdl === undefined)
    throw new Error(
      `The subgraphs do not compose:\n\n${(errors ?? [])
        .map(({ extensions, message }) => `${String(extensions.code ?? 'ERROR')}: ${message}`)
        .join('\n\n')}`,
    );
  const said = (warning: boolean) =>
    (hints ?? [])
      .filter(({ definition }) => (definition.level.name === 'WARN') === warning)
      .map(({ definition, message }) => `${definition.code}: ${message}`);
  return { supergraph: ending(supergraphSdl), notes: said(false), faults: said(true) };
}

const authDirectives = new Set(['authenticated', 'requiresScopes', 'policy']);

/**
 * The same subgraph without the directives that stock gateways refuse or would have to enforce without our viewer.
 * Nothing opens by it: the services' rows decide who sees what.
 */
export const withoutAuth = (subgraph: Subgraph): Subgraph => ({
  ...subgraph,
  sdl: `${print(
    visit(parse(subgraph.sdl), {
      Directive: (directive) => {
        if (authDirectives.has(directive.name.value)) return null;
        return undefined;
      },
      ListValue: (list, _key, parent) =>
        isImports(parent)
          ? {
              ...list,
              values: list.values.filter(
                (value) => value.kind !== Kind.STRING || !authDirectives.has(value.value.slice(1)),
              ),
            }
          : undefined,
    }) as DocumentNode,
  )}\n`,
});

const isImports = (parent: unknown): boolean =>
  typeof parent === 'object' &&
  parent !== null &&
  'kind' in parent &&
  parent.kind === Kind.ARGUMENT &&
  (parent as unknown as { name: { value: string } }).name.value === 'import';

/** What clients see, sorted by name, so that a diff shows changes of the API and not of the code's order. */
export function apiOf(supergraph: string): string {
  const read = Supergraph.build(supergraph, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES });
  const api = read.apiSchema().toGraphQLJSSchema();
  for (const { name } of read.schema.inputTypes().filter((type) => type.hasAppliedDirective('oneOf')))
    (api.getType(name) as GraphQLInputObjectType).isOneOf = true; // Apollo's API schema forgets it
  return ending(printSchema(lexicographicSortSchema(api)));
}

const ending = (text: string): string => `${text.trimEnd()}\n`;
