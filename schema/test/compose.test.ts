import { describe, expect, test } from '@jest/globals';
import { brokenBorders } from '../src/borders.js';
import { openDoors } from '../src/doors.js';
import { apiOf, compose, withoutAuth } from '../src/compose.js';

const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@authenticated", "@requiresScopes"])\n`;
const subgraph = (name: string, sdl: string) => ({ name, url: `http://127.0.0.1/${name}`, sdl: `${link}${sdl}` });

const practice = subgraph(
  'practice',
  `type Query { practice: Practice } type Practice @key(fields: "id") { id: ID! title: String @authenticated }`,
);
const region = subgraph(
  'region',
  `type Query { region: Region } type Region @key(fields: "id") { id: ID! m49: String @requiresScopes(scopes: [["a"]]) }`,
);

test('what clients see has the fields of all and none of the machinery', () => {
  const api = apiOf(compose([practice, region]).supergraph);
  expect(api).toContain('title: String');
  expect(api).toContain('m49: String');
  expect(api).not.toMatch(/join__|@key|@authenticated/);
});

test('without auth directives the supergraph differs in nothing else', () => {
  const closed = compose([practice, region]).supergraph;
  const open = compose([practice, region].map(withoutAuth)).supergraph;
  expect(closed).toMatch(/@authenticated/);
  expect(open).not.toMatch(/authenticated|requiresScopes|policy/i);
  expect(apiOf(open)).toBe(apiOf(closed));
});

test('an input of which exactly one field is given says so to clients', () => {
  const sdl = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@composeDirective"])
    extend schema @link(url: "https://graphql.org/oneOf/v1.0", import: ["@oneOf"]) @composeDirective(name: "@oneOf")
    directive @oneOf on INPUT_OBJECT
    type Query { owner(by: By): Int } input By @oneOf { state: String body: String }`;
  expect(apiOf(compose([{ name: 'practice', url: 'http://127.0.0.1/practice', sdl }]).supergraph)).toContain(
    'input By @oneOf {',
  );
});

test('subgraphs that do not fit are refused with every reason', () => {
  const other = subgraph('other', `type Query { region: Int practice: Int }`);
  expect(() => compose([practice, region, other])).toThrow(/INVALID_FIELD_SHARING[^]*Query.practice|Query.region/);
});

test('services that tell clients different things are a fault', () => {
  const shared = (name: string, words: string) =>
    subgraph(name, `type Query { ${name}: Text } """${words}""" type Text @shareable { text: String }`);
  expect(compose([shared('a', 'A text.'), shared('b', 'A text.')]).faults).toEqual([]);
  expect(compose([shared('a', 'A text.'), shared('b', 'Words.')]).faults).toEqual([
    expect.stringContaining('INCONSISTENT_DESCRIPTION'),
  ]);
});

describe('at the borders', () => {
  test.each([
    ['a field of Query', `type Query { a: Int! }`, 'Query.a'],
    ['a field added to another’s entity', `type Region @key(fields: "id") { id: ID! count: Int! }`, 'Region.count'],
    [
      'a field that leads to another’s entity',
      `type Region @key(fields: "id") { id: ID! } type Row { regions: [Region!]! }`,
      'Row.regions',
    ],
  ])('%s is nullable', (_what, sdl, field) => {
    expect(brokenBorders([subgraph('practice', sdl)])).toEqual([expect.stringContaining(field)]);
    expect(brokenBorders([subgraph('practice', sdl.replace(/(Int|\])!/, '$1'))])).toEqual([]);
  });

  test('somebody owns each entity', () => {
    const sdl = `type Novelty @key(fields: "id") { id: ID! }`;
    expect(brokenBorders([subgraph('practice', sdl)])).toEqual([expect.stringContaining('Novelty')]);
  });
});

test('a mutation that anybody might ask for is told, but for how one becomes known', () => {
  const mutations = (directive: string) =>
    openDoors([
      subgraph(
        'membership',
        `type Query { a: Int } type Mutation { acceptInvitation: Int startRole: Int ${directive} }`,
      ),
    ]);
  expect(mutations('')).toEqual([expect.stringContaining('Mutation.startRole')]);
  expect(mutations('@authenticated')).toEqual([]);
});
