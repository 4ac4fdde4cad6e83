import { expect, test } from '@jest/globals';
import { composeServices } from '@apollo/composition';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';
import { readSupergraph } from './supergraph.js';

const link = (...imports: string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports.map((one) => `"${one}"`).join()}])`;

function composed(...subgraphs: string[]): string {
  const services = subgraphs.map((sdl, i) => ({
    name: `s${i}`,
    url: `http://s${i}.invalid/graphql`,
    typeDefs: parse(sdl),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.map(({ message }) => message).join('\n'));
  return supergraphSdl;
}

const withEverything = composed(
  `${link('@key', '@inaccessible', '@tag', '@shareable', '@requiresScopes', '@authenticated', '@composeDirective', '@interfaceObject', '@override')}
    extend schema @link(url: "https://specs.example.org/mark/v1.0", import: ["@mark"]) @composeDirective(name: "@mark")
    directive @mark(as: String) on FIELD_DEFINITION
    directive @now on FIELD
    "What one asks."
    type Query { "A thing." thing(hidden: Int @inaccessible, shown: Input = {a: 1}): Thing secret: Secret @inaccessible items: [Item] any: Any }
    type Thing @key(fields: "id") @tag(name: "x") { id: ID! name: String @mark(as: "n") old: Int @deprecated(reason: "use name") mine: String @authenticated inner: Int @inaccessible kind: Kind }
    type Secret @inaccessible { a: Int }
    interface Item { id: ID! }
    interface Hidden @inaccessible { id: ID! }
    type Book implements Item & Hidden @key(fields: "id") { id: ID! pages: Int @requiresScopes(scopes: [["a"]]) }
    type Lost implements Item @inaccessible { id: ID! }
    union Any = Book | Secret | Thing
    input Input { a: Int b: String @inaccessible }
    enum Kind { A B @inaccessible }
    scalar Day @specifiedBy(url: "https://example.org/day")
    scalar Gone @inaccessible`,
  `${link('@key', '@shareable')} type Thing @key(fields: "id") { id: ID! day: Day } scalar Day`,
);

test('clients see of a supergraph what its planner thinks they see', () => {
  const planners = Supergraph.build(withEverything, {
    supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES,
  }).apiSchema();
  const { api, whole, services } = readSupergraph(withEverything);
  const printed = (schema: GraphQLSchema) => {
    const { directives, ...rest } = schema.toConfig();
    const others = directives.filter(({ name }) => name !== 'defer'); // which is not of the supergraph
    return printSchema(lexicographicSortSchema(new GraphQLSchema({ ...rest, directives: others })));
  };
  expect(printed(api)).toBe(printed(planners.toGraphQLJSSchema()));
  const defer = (schema: GraphQLSchema) => {
    const { locations, args } = schema.getDirective('defer')!;
    return [new Set(locations), new Map(args.map((one) => [one.name, [String(one.type), one.defaultValue]]))];
  };
  expect(defer(api)).toEqual(defer(planners.toGraphQLJSSchema({ includeDefer: true })));
  expect(printSchema(api)).not.toMatch(/inaccessible|join__|link__|Secret|Lost|Hidden|mark|requiresScopes/);
  expect(whole.getType('Secret')).toBeDefined();
  expect(services).toEqual([0, 1].map((i) => ({ name: `s${i}`, url: `http://s${i}.invalid/graphql` })));
});

test.each([
  ['no GraphQL', 'type {', /Syntax Error/],
  ['no supergraph', 'type Query { a: Int }', /no supergraph/],
  [
    'one that asks for what we cannot do',
    withEverything.replace(
      '@link(url: "https://specs.apollo.dev/join',
      '@link(url: "https://specs.example.org/magic/v0.1", for: EXECUTION) @link(url: "https://specs.apollo.dev/join',
    ),
    /"magic" \(for: EXECUTION\)/,
  ],
  [
    'one without services',
    withEverything.replace(/@join__graph\(name: "s\d", url: "[^"]+"\)/g, ''),
    /names no services/,
  ],
])('%s is refused, and told why', (_what, sdl, message) => expect(() => readSupergraph(sdl)).toThrow(message));
