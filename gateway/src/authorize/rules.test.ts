/** Each way to a protected value, in supergraphs that Apollo composed. */
import { composeServices } from '@apollo/composition';
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals';
import { describe, expect, test } from '@jest/globals';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
  buildSchema,
  getOperationAST,
  parse,
  print,
  validate,
  visit,
} from 'graphql';
import { type Check, type Holder, grants } from './checks.js';
import { type Rules, readRules } from './rules.js';

interface World {
  api: GraphQLSchema;
  rules: Rules | null;
}

const federation = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.11", import: [${imports}])\n`;
const common = federation(
  ['key', 'shareable', 'external', 'requires', 'interfaceObject', 'context', 'fromContext', 'inaccessible']
    .concat('authenticated', 'requiresScopes', 'policy')
    .map((name) => `"@${name}"`)
    .join(', '),
);

/** `older` writes into the text what composition allowed before it looked after these rules itself. */
function world(subgraphs: Record<string, string>, older = (sdl: string) => sdl): World {
  const services = Object.entries(subgraphs).map(([name, sdl]) => ({
    name,
    url: `http://${name}`,
    typeDefs: parse(sdl.includes('extend schema') ? sdl : common + sdl),
  }));
  const { supergraphSdl, errors } = composeServices(services);
  if (!supergraphSdl) throw new Error(errors?.join('\n'));
  const sdl = older(supergraphSdl);
  const { schema } = buildSupergraph(sdl);
  return { api: schema, rules: readRules(buildSchema(sdl, { assumeValid: true, assumeValidSDL: true })) };
}

const buildSupergraph = (sdl: string) => ({
  schema: Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
    .apiSchema()
    .toGraphQLJSSchema(),
});

/** Rewrites one line of the text, which must be there. */
const rewrite = (from: RegExp, to: string) => (sdl: string) => {
  if (!from.test(sdl)) throw new Error(`There is no ${from} in the supergraph.`);
  return sdl.replace(from, to);
};

const nobody: Holder = { authenticated: false, scopes: new Set(), policies: new Set() };
const member: Holder = { ...nobody, authenticated: true };
const scoped = (...scopes: string[]): Holder => ({ ...member, scopes: new Set(scopes) });
const allowed = (...policies: string[]): Holder => ({ ...member, policies: new Set(policies) });

/** What of a query is planned for somebody, and what they are refused: the field, with those that it stands below. */
function decide({ api, rules }: World, query: string, holder: Holder, operationName?: string) {
  const document = parse(query);
  expect(validate(api, document)).toEqual([]);
  const guarded = rules?.of(document, getOperationAST(document, operationName)!);
  if (!guarded) return { planned: print(document), refused: [] };
  const remains = guarded.without(grants(guarded.checks, holder));
  if (remains.document) expect(validate(api, remains.document)).toEqual([]);
  return {
    planned: remains.document && print(remains.document),
    refused: refusedPaths(document, remains.refused),
  };
}

function refusedPaths(document: DocumentNode, refused: ReadonlyMap<FieldNode, Check>): string[] {
  const paths: string[] = [];
  const path: string[] = [];
  visit(document, {
    FragmentDefinition: { enter: ({ name }) => void path.push(name.value), leave: () => void path.pop() },
    Field: {
      enter(field) {
        path.push((field.alias ?? field.name).value);
        const check = refused.get(field);
        if (check) paths.push(`${path.join('.')}: ${worded(check)}`);
      },
      leave: () => void path.pop(),
    },
  });
  return paths;
}

const worded = (check: Check) =>
  check.kind === 'authenticated' ? check.kind : check.anyOf.map((set) => set.join('+')).join(' or ');

type Case = [what: string, holder: Holder, query: string, planned: string | null, refused: string[]];

const check = (of: World, [what, holder, query, planned, refused]: Case) =>
  test(what, () => {
    expect(decide(of, query, holder)).toEqual({ planned: planned && print(parse(planned)), refused });
  });

describe('In one service', () => {
  const library = world({
    library: `
      type Query {
        me: Reader
        reader(id: ID!, deep: Boolean): Reader
        shelf: [Item!]!
        works: [Work!]!
        find(text: String!): [Found!]!
        vault: [[Vault!]!]!
        count: Int!
      }
      type Mutation {
        lend(book: ID!): Loan
        burn(book: ID!): Loan @requiresScopes(scopes: [["burn"]])
      }
      type Subscription @authenticated {
        lent: Loan
      }
      type Reader {
        id: ID!
        name: String
        email(short: Boolean): String! @authenticated
        notes: [String!]! @requiresScopes(scopes: [["notes", "read"], ["admin"]])
        grade: Grade
        seals: [Seal!]
        friend: Reader
        loans: [Loan!]! @authenticated
      }
      enum Grade @authenticated { A B }
      scalar Seal @policy(policies: [["seal"]])
      type Loan { by: Reader due: String @authenticated @requiresScopes(scopes: [["due"]]) }
      interface Item { title: String }
      type Magazine implements Item { title: String issue: Int }
      type Manuscript implements Item @authenticated { title: String age: Int }
      interface Work { title: String pages: Int }
      type Novel implements Work { title: String pages: Int @requiresScopes(scopes: [["pages"]]) }
      type Poem implements Work { title: String pages: Int }
      union Found = Reader | Magazine | Manuscript | Vault | Poem | Novel
      type Vault @policy(policies: [["vault"]]) { gold: Int loan: Loan }
    `,
  });

  const cases: Case[] = [
    ['a field of an object', nobody, '{ me { name email } }', '{ me { name } }', ['me.email: authenticated']],
    ['a field under another name', nobody, '{ me { id: email } }', '{ me { __typename } }', ['me.id: authenticated']],
    [
      'all sets lack something',
      scoped('notes'),
      '{ me { notes } }',
      '{ me { __typename } }',
      ['me.notes: admin or notes+read'],
    ],
    ['one set is there', scoped('notes', 'read'), '{ me { notes } }', '{ me { notes } }', []],
    ['the other set is there', scoped('admin'), '{ me { notes } }', '{ me { notes } }', []],
    ['an object of a protected type', member, '{ count vault { gold } }', '{ count }', ['vault: vault']],
    ['its type alone', member, '{ vault { __typename } }', null, ['vault: vault']],
    [
      'what is below it, when that is granted',
      allowed('vault'),
      '{ vault { gold loan { due } } }',
      '{ vault { gold loan { __typename } } }',
      ['vault.loan.due: due'],
    ],
    ['a protected enum', nobody, '{ me { id grade } }', '{ me { id } }', ['me.grade: authenticated']],
    ['a protected scalar', member, '{ me { id seals } }', '{ me { id } }', ['me.seals: seal']],
    [
      'two rules on one field',
      nobody,
      '{ me { loans { due } } }',
      '{ me { __typename } }',
      ['me.loans: authenticated'],
    ],
    [
      'the second rule of a field',
      member,
      '{ me { loans { due } } }',
      '{ me { loans { __typename } } }',
      ['me.loans.due: due'],
    ],
    ['both rules of a field', scoped('due'), '{ me { loans { due } } }', '{ me { loans { due } } }', []],
    [
      'an interface, one of whose types is protected',
      nobody,
      '{ count shelf { title } }',
      '{ count }',
      ['shelf: authenticated'],
    ],
    [
      'the same, when that type is not asked for',
      nobody,
      '{ count shelf { ... on Magazine { title } } }',
      '{ count }',
      ['shelf: authenticated'],
    ],
    [
      'an interface, one of whose types protects the field',
      member,
      '{ works { title pages } }',
      '{ works { title } }',
      ['works.pages: pages'],
    ],
    [
      'the same, type by type',
      member,
      '{ works { ... on Novel { pages } ... on Poem { pages } } }',
      '{ works { ... on Novel { __typename } ... on Poem { pages } } }',
      ['works.pages: pages'],
    ],
    [
      'an interface as condition on one of its types',
      member,
      '{ find(text: "") { ... on Poem { title ... on Work { pages } } } }',
      '{ find(text: "") { ... on Poem { title } } }',
      ['find.pages: pages'],
    ],
    [
      'a member of a union',
      nobody,
      '{ find(text: "") { __typename ... on Magazine { title } ... on Manuscript { title age } ... on Vault { gold } } }',
      '{ find(text: "") { __typename ... on Magazine { title } ... on Manuscript { __typename } ... on Vault { __typename } } }',
      ['find.title: authenticated', 'find.age: authenticated', 'find.gold: vault'],
    ],
    [
      'a member of a union by its interface',
      nobody,
      '{ find(text: "") { ... on Item { title ... on Magazine { issue } } } }',
      '{ find(text: "") { ... on Item { ... on Magazine { issue } } } }',
      ['find.title: authenticated'],
    ],
    [
      'fragments in fragments, in several places',
      nobody,
      `{ me { ...Outer friend { ...Outer } } }
       fragment Outer on Reader { name ... @include(if: true) { ...Inner } }
       fragment Inner on Reader { id email loans { ...Lent } }
       fragment Lent on Loan { by { name } }`,
      `{ me { ...Outer friend { ...Outer } } }
       fragment Outer on Reader { name ... @include(if: true) { ...Inner } }
       fragment Inner on Reader { id }`,
      ['Inner.email: authenticated', 'Inner.loans: authenticated'],
    ],
    [
      'a fragment of which nothing is left',
      nobody,
      '{ me { id ...Private } find(text: "") { ...Private ...Public } } fragment Private on Reader { email } fragment Public on Reader { id }',
      '{ me { id } find(text: "") { ...Private ...Public } } fragment Private on Reader { __typename } fragment Public on Reader { id }',
      ['Private.email: authenticated'],
    ],
    [
      'a fragment that leads nowhere',
      nobody,
      'query A { me { id ...One } } fragment One on Reader { ...Two } fragment Two on Reader { email }',
      'query A { me { id } }',
      ['Two.email: authenticated'],
    ],
    [
      'variables that are used no more',
      nobody,
      `query A($id: ID!, $short: Boolean, $deep: Boolean = true, $in: Boolean!) {
         reader(id: $id, deep: $deep) { name email(short: $short) loans { by { id @skip(if: $in) } } }
       }`,
      'query A($id: ID!, $deep: Boolean = true) { reader(id: $id, deep: $deep) { name } }',
      ['reader.email: authenticated', 'reader.loans: authenticated'],
    ],
    [
      'a protected field that is left out by a condition',
      nobody,
      'query A($in: Boolean!) { me { id email @include(if: $in) } }',
      'query A { me { id } }',
      ['me.email: authenticated'],
    ],
    [
      'a key that the client calls __typename',
      nobody,
      '{ me { __typename: name } me { email } }',
      '{ me { __typename: name } me { __typename_: __typename } }',
      ['me.email: authenticated'],
    ],
    [
      'a mutation',
      member,
      'mutation { lend(book: 1) { by { id } } burn(book: 1) { due } }',
      'mutation { lend(book: 1) { by { id } } }',
      ['burn: burn'],
    ],
    ['all of a mutation', member, 'mutation($id: ID!) { burn(book: $id) { due } }', null, ['burn: burn']],
    [
      'what a mutation yields',
      nobody,
      'mutation { lend(book: 1) { due } }',
      'mutation { lend(book: 1) { __typename } }',
      ['lend.due: authenticated'],
    ],
    ['a root type', nobody, 'subscription { lent { by { id } } }', null, ['lent: authenticated']],
    ['a granted root type', member, 'subscription { lent { by { id } } }', 'subscription { lent { by { id } } }', []],
    [
      'introspection, with fragments',
      nobody,
      '{ __schema { types { ...T } } __type(name: "Vault") { ...T } me { email } __typename } fragment T on __Type { name }',
      '{ __schema { types { ...T } } __type(name: "Vault") { ...T } me { __typename } __typename } fragment T on __Type { name }',
      ['me.email: authenticated'],
    ],
  ];
  for (const one of cases) check(library, one);

  test('an operation that meets no rule costs nothing', () => {
    const document = parse('{ me { id name } works { title } find(text: "") { ... on Poem { pages } } }');
    expect(library.rules!.of(document, getOperationAST(document)!)).toBeNull();
  });

  test('only the named operation counts, and what it needs', () => {
    const query =
      'query A { me { ...P } } query B { count ...C } fragment P on Reader { email } fragment C on Query { me { id } }';
    expect(decide(library, query, nobody, 'A')).toEqual({
      planned: print(parse('query A { me { __typename } }')),
      refused: ['P.email: authenticated'],
    });
    expect(decide(library, query, nobody, 'B')).toEqual({ planned: print(parse(query)), refused: [] });
  });

  test('each check is there once, and a document that loses nothing stays the same', () => {
    const document = parse('{ me { email grade notes loans { due by { email notes } } } vault { gold } }');
    const guarded = library.rules!.of(document, getOperationAST(document)!)!;
    expect(guarded.checks.map(worded)).toEqual(['authenticated', 'admin or notes+read', 'due', 'vault']);
    const { document: whole, refused } = guarded.without([true, true, true, true]);
    expect(whole).toBe(document);
    expect(refused.size).toBe(0);
    expect(guarded.without([]).refused.size).toBe(5); // what was not decided is refused
  });

  test('what a field is refused for is a function of its node', () => {
    const document = parse('{ me { ...F friend { ...F } } } fragment F on Reader { email }');
    const guarded = library.rules!.of(document, getOperationAST(document)!)!;
    expect([...guarded.without([false]).refused.keys()].map(({ name }) => name.value)).toEqual(['email']);
  });
});

describe('Across services', () => {
  const shops = world(
    {
      goods: `
        type Query { goods: [Good!]! offers: [Offer!]! }
        type Good @key(fields: "id") { id: ID! @requiresScopes(scopes: [["ids"]]) cost: Int @authenticated size: Size owner: Party }
        type Size { width: Int @policy(policies: [["size"]]) height: Int }
        union Party = Person | Company
        type Person @authenticated { name: String @shareable }
        type Company { name: String vat: String @requiresScopes(scopes: [["vat"]]) }
        interface Offer @key(fields: "id") { id: ID! base: Int }
        type Plain implements Offer @key(fields: "id") { id: ID! base: Int }
        type Secret implements Offer @key(fields: "id") { id: ID! base: Int @authenticated }
      `,
      prices: `
        type Good @key(fields: "id") {
          id: ID!
          cost: Int @external
          size: Size @external
          owner: Party @external
          price: Int @requires(fields: "cost") @authenticated
          label: String @requires(fields: "price2 size { width }") @authenticated @policy(policies: [["size"]])
          price2: Int @external
          invoice: String @requires(fields: "owner { ... on Company { vat } ... on Person { __typename } }") @requiresScopes(scopes: [["vat"]]) @authenticated
          stock: Int
        }
        type Size { width: Int @external }
        union Party = Person | Company
        type Person { name: String @shareable }
        type Company { vat: String @external }
        type Offer @key(fields: "id") @interfaceObject {
          id: ID!
          base: Int @external
          total: Int @requires(fields: "base") @authenticated
          rating: Int @requiresScopes(scopes: [["rating"]])
        }
      `,
      more: `
        type Good @key(fields: "id") { id: ID! price: Int @external price2: Int @requires(fields: "price") @authenticated }
      `,
    },
    (sdl) =>
      // As it was composed before 2.9.5, 2.10.4, 2.11.5 and 2.12.1: what a field requires does not protect it.
      ['price', 'label', 'price2', 'invoice', 'total'].reduce(
        (text, field) =>
          text.replace(new RegExp(`^  ${field}: .*$`, 'gm'), (line) =>
            line.replace(/ @(authenticated|(requiresScopes|policy)\(.*?\]\]\))/g, ''),
          ),
        sdl,
      ),
  );

  const cases: Case[] = [
    ['a required field', nobody, '{ goods { price stock } }', '{ goods { stock } }', ['goods.price: authenticated']],
    [
      'a field that requires one which requires it',
      nobody,
      '{ goods { price2 stock } }',
      '{ goods { stock } }',
      ['goods.price2: authenticated'],
    ],
    ['a path into an object', member, '{ goods { label stock } }', '{ goods { stock } }', ['goods.label: size']],
    ['all that it is made of', allowed('size'), '{ goods { label } }', '{ goods { label } }', []],
    ['a type that the path names', scoped('vat'), '{ goods { invoice } }', '{ goods { invoice } }', []],
    [
      'a type that the path names, not granted',
      { ...nobody, scopes: new Set(['vat']) },
      '{ goods { invoice stock } }',
      '{ goods { stock } }',
      ['goods.invoice: authenticated'],
    ],
    [
      'a field below a fragment of the path',
      member,
      '{ goods { invoice stock } }',
      '{ goods { stock } }',
      ['goods.invoice: vat'],
    ],
    ['a key is asked by the gateway', nobody, '{ goods { stock } }', '{ goods { stock } }', []],
    ['a key is asked by the client', nobody, '{ goods { id stock } }', '{ goods { stock } }', ['goods.id: ids']],
    ['an interface object', nobody, '{ offers { id rating } }', '{ offers { id } }', ['offers.rating: rating']],
    [
      'an implementation of an interface object',
      nobody,
      '{ offers { ... on Plain { id rating } } }',
      '{ offers { ... on Plain { id } } }',
      ['offers.rating: rating'],
    ],
    [
      'what an interface object requires',
      nobody,
      '{ offers { id total } }',
      '{ offers { id } }',
      ['offers.total: authenticated'],
    ],
    [
      'what it requires of each implementation',
      nobody,
      '{ offers { ... on Plain { total } ... on Secret { total } } }',
      '{ offers { ... on Plain { total } ... on Secret { __typename } } }',
      ['offers.total: authenticated'],
    ],
  ];
  for (const one of cases) check(shops, one);

  check(
    world(
      {
        a: `
          type Query { me: Reader }
          type Reader @key(fields: "id") @context(name: "reader") { id: ID! plan: Plan @authenticated books: [Book!]! }
          type Plan { level: Int @policy(policies: [["level"]]) }
          type Book @key(fields: "id") {
            id: ID!
            price(level: Int @fromContext(field: "$reader { plan { level } }")): Int @authenticated @policy(policies: [["level"]])
          }
        `,
        b: 'type Book @key(fields: "id") { id: ID! }',
      },
      rewrite(/(\n {2}price: .*) @authenticated @policy\(.*?\)/, '$1'),
    ),
    [
      'an argument from the context',
      member,
      '{ me { books { id price } } }',
      '{ me { books { id } } }',
      ['me.books.price: level'],
    ],
  );
});

describe('Interfaces as older composition left them', () => {
  const subgraph = `
    type Query { accounts: [Account] checking: Checking root: String @authenticated @requiresScopes(scopes: [["root"]]) }
    interface Account { id: ID! balance: Int }
    type Checking implements Account { id: ID! balance: Int }
    type Savings implements Account { id: ID! balance: Int @requiresScopes(scopes: [["savings"]]) }
  `;
  const written = (on: RegExp, directive: string) => world({ a: subgraph }, rewrite(on, `$& ${directive}`));
  const implementationOnly = world(
    { a: subgraph.replace('Savings implements Account', '$& @authenticated') },
    rewrite(/(interface Account[^{]*?) @authenticated([^]*?balance: Int) @requiresScopes\(.*?\)/, '$1$2'),
  );
  const onField = written(/interface Account[^]*?balance: Int/, '@authenticated');
  const onType = written(/interface Account/, '@authenticated');

  check(onField, [
    'a rule on its field',
    member,
    '{ accounts { id balance } }',
    '{ accounts { id } }',
    ['accounts.balance: savings'],
  ]);
  check(onField, [
    'the way around by a fragment',
    nobody,
    '{ accounts { ... on Checking { id balance } } }',
    '{ accounts { ... on Checking { id } } }',
    ['accounts.balance: authenticated'],
  ]);
  check(onField, [
    'the way around by another field',
    nobody,
    '{ checking { id balance } }',
    '{ checking { id } }',
    ['checking.balance: authenticated'],
  ]);
  check(onType, [
    'a rule on the interface',
    nobody,
    '{ accounts { id } checking { id } }',
    null,
    ['accounts: authenticated', 'checking: authenticated'],
  ]);
  check(implementationOnly, [
    'a rule on a type that implements it',
    nobody,
    '{ checking { id } accounts { id } }',
    '{ checking { id } }',
    ['accounts: authenticated'],
  ]);
  check(implementationOnly, [
    'a rule on a field of a type that implements it',
    member,
    '{ accounts { id balance } }',
    '{ accounts { id } }',
    ['accounts.balance: savings'],
  ]);
});

describe('By whatever name', () => {
  const subgraph = (imports: string, renamed: string) => `${federation(imports)}
    type Query { me: Reader }
    type Reader { id: ID! email: String ${renamed} }
  `;
  const query = '{ me { id email } }';
  const refused = { planned: print(parse('{ me { id } }')), refused: ['me.email: authenticated'] };
  const text = 'type Query { me: Reader } type Reader { id: ID! email: String @authenticated }';
  const links = (to: string) =>
    rewrite(/@link\(url: "https:\/\/specs.apollo.dev\/authenticated\/v0.1", for: SECURITY\)/, to);
  const everywhere = (name: string) => (sdl: string) =>
    sdl.replaceAll('@authenticated ', `@${name} `).replaceAll('@authenticated\n', `@${name}\n`);
  const both = (to: string, name: string) => (sdl: string) => links(to)(everywhere(name)(sdl));

  test.each<[string, Parameters<typeof world>]>([
    ['@loggedIn, imported', [{ a: subgraph('{ name: "@authenticated", as: "@loggedIn" }', '@loggedIn') }]],
    ['@federation__authenticated, by its prefix', [{ a: subgraph('"@key"', '@federation__authenticated') }]],
    [
      '@auth, as which it is linked',
      [
        { a: text },
        both('@link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "auth", for: SECURITY)', 'auth'),
      ],
    ],
    [
      '@loggedIn, imported from what is linked as auth',
      [
        { a: text },
        both(
          '@link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "auth", import: [{ name: "@authenticated", as: "@loggedIn" }], for: SECURITY)',
          'loggedIn',
        ),
      ],
    ],
  ])('%s', (_, [subgraphs, older]) => {
    expect(decide(world(subgraphs, older), query, nobody)).toEqual(refused);
    expect(decide(world(subgraphs, older), query, member).refused).toEqual([]);
  });

  test('the same name of another specification is no rule', () => {
    const sdl = `
      schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://example.org/authenticated/v0.1") { query: Query }
      directive @link(url: String, as: String, import: [String]) repeatable on SCHEMA
      directive @authenticated on FIELD_DEFINITION
      type Query { a: Int @authenticated }
    `;
    expect(readRules(buildSchema(sdl))).toBeNull();
  });
});

describe('A supergraph', () => {
  test('without a rule has none', () => {
    expect(world({ a: 'type Query { me: String }' }).rules).toBeNull();
  });

  test('whose rules all ask nothing has none; a rule that offers nothing is met by nobody', () => {
    expect(world({ a: 'type Query { me: String @policy(policies: [[]]) }' }).rules).toBeNull();
    const shut = world({ a: 'type Query { me: String @policy(policies: []) you: String }' });
    expect(decide(shut, '{ me you }', allowed('me')).refused).toEqual(['me: ']);
  });

  const rule = (directive: string, definition: string) => `
    schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/requiresScopes/v0.1") { query: Query }
    directive @link(url: String, as: String, import: [String]) repeatable on SCHEMA
    ${definition}
    type Query { a: Int ${directive} }
  `;
  test.each([
    ['that is not defined', rule('@requiresScopes(scopes: [["a"]])', '')],
    ['without its list', rule('@requiresScopes', 'directive @requiresScopes(scopes: [[String]]) on FIELD_DEFINITION')],
    [
      'with another list',
      rule('@requiresScopes(scopes: [[1]])', 'directive @requiresScopes(scopes: [[Int]]) on FIELD_DEFINITION'),
    ],
  ])('with a rule %s is refused', (_, sdl) => {
    expect(() => readRules(buildSchema(sdl, { assumeValidSDL: true }))).toThrow();
  });

  test('without its text is refused: one could not see its rules', () => {
    expect(() => readRules(buildSchema('type Query { a: Int }'))).toThrow();
  });
});
