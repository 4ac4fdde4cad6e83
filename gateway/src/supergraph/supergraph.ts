/**
 * Reads a composed Federation 2 supergraph (the join specification, specs.apollo.dev/join): which services there
 * are, what clients see of it, and whether it asks for something we cannot do.
 */
import {
  type DocumentNode,
  type GraphQLSchema,
  Kind,
  type SchemaDefinitionNode,
  type SchemaExtensionNode,
  buildASTSchema,
  parse,
  validateSchema,
  valueFromASTUntyped,
} from 'graphql';
import { type Feature, apiDocument } from './apiDocument.js';

export interface Supergraph {
  sdl: string;
  /** What clients see: nothing of the federation, nothing that is @inaccessible. */
  api: GraphQLSchema;
  /** Every type there is, with the directives of the federation on it. */
  whole: GraphQLSchema;
  /** Where it says its services are. */
  services: readonly { name: string; url: string }[];
}

/**
 * Specifications by which a supergraph may ask something of who serves it. One that is `for: EXECUTION` or
 * `for: SECURITY` and not here would be left undone, so the supergraph is refused.
 */
const known = new Set(['link', 'join', 'tag', 'inaccessible', 'authenticated', 'requiresScopes', 'policy', 'cost']);

/** Throws, saying what is wrong with it. */
export function readSupergraph(sdl: string): Supergraph {
  const document = parse(sdl, { noLocation: true });
  const features = featuresOf(document);
  if (!features.some(({ name }) => name === 'join'))
    throw new Error('This is no supergraph: it does not link the specification "join".');
  for (const { name, purpose } of features)
    if (purpose !== null && !known.has(name))
      throw new Error(`The supergraph asks for "${name}" (for: ${purpose}), which this gateway cannot do.`);
  const services = document.definitions.flatMap((definition) =>
    definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph'
      ? (definition.values ?? []).flatMap(({ directives = [] }) =>
          directives.filter(({ name }) => name.value === 'join__graph').map((one) => argumentsOf(one)),
        )
      : [],
  ) as { name: string; url: string }[];
  if (services.length === 0) throw new Error('The supergraph names no services.');
  const api = buildASTSchema(withDefer(apiDocument(document, features)), { assumeValidSDL: true });
  const [fault] = validateSchema(api);
  if (fault) throw new Error(`What clients would see of the supergraph is not valid: ${fault.message}`);
  return { sdl, api, whole: buildASTSchema(document, { assumeValid: true, assumeValidSDL: true }), services };
}

/** A gateway can answer in parts whatever its services can. */
const withDefer = ({ definitions, ...rest }: DocumentNode): DocumentNode => ({
  ...rest,
  definitions: [
    ...definitions.filter((one) => one.kind !== Kind.DIRECTIVE_DEFINITION || one.name.value !== 'defer'),
    ...defer.definitions,
  ],
});

const defer = parse(
  `"Lets the answer come without this fragment, which follows when it is ready: to who accepts multipart/mixed;deferSpec=20220824, or asks over a WebSocket."
  directive @defer(
    "Whether it may come later."
    if: Boolean! = true
    "By which the client knows what follows."
    label: String
  ) on FRAGMENT_SPREAD | INLINE_FRAGMENT`,
  { noLocation: true },
);

/** What the schema links: `@link(url: "https://…/<name>/v<version>", as:, for:, import: […])`. */
export function featuresOf(document: DocumentNode): Feature[] {
  const schemas = document.definitions.filter(
    (definition): definition is SchemaDefinitionNode | SchemaExtensionNode =>
      definition.kind === Kind.SCHEMA_DEFINITION || definition.kind === Kind.SCHEMA_EXTENSION,
  );
  return schemas
    .flatMap(({ directives = [] }) => directives)
    .filter(({ name }) => name.value === 'link' || name.value === 'core')
    .flatMap((directive) => {
      const link = argumentsOf(directive);
      const url = String(link['url'] ?? link['feature'] ?? '');
      const [, name] = /\/([^/]+)\/v\d+\.\d+\/?$/.exec(url) ?? [];
      if (!name) return [];
      const imports = ((link['import'] ?? []) as (string | { name: string; as?: string })[]).map((one) =>
        typeof one === 'string' ? { name: one, as: one } : { name: one.name, as: one.as ?? one.name },
      );
      return [{ name, as: String(link['as'] ?? name), purpose: (link['for'] as string | undefined) ?? null, imports }];
    });
}

const argumentsOf = ({
  arguments: given = [],
}: {
  readonly arguments?: NonNullable<SchemaDefinitionNode['directives']>[number]['arguments'];
}) =>
  Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value)])) as Record<
    string,
    unknown
  >;
