/** Interfaces and unions whose types differ in what they are made of, where it comes from, and under which conditions. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const tent = { __typename: 'Tent', id: 'g1', sku: 'T', beds: 2, size: { cm: 100, kg: 4 } };
const stove = { __typename: 'Stove', id: 'g2', sku: 'S', size: { cm: 20, kg: 1 } };
const gear: AuditClass = {
  name: 'abstract-types',
  services: {
    gear: service(
      `type Query { gear: [Gear!]! lent: Gear makers: [Maker!]! }
       interface Gear { id: ID! sku: String size: Size @inaccessible } interface Alike { alike: [Gear] }
       type Tent implements Gear & Alike @key(fields: "id") { id: ID! sku: String size: Size beds: Int alike: [Gear] }
       type Stove implements Gear @key(fields: "id") { id: ID! sku: String size: Size }
       type Size { cm: Int kg: Int } union Maker = Person | Firm  type Contact { city: String }
       type Person @key(fields: "id") { id: ID! contact: Contact } type Firm @key(fields: "id") { id: ID! contact: String }`,
      {
        'Query.gear': [tent, stove],
        'Query.lent': tent,
        'Query.makers': [
          { __typename: 'Firm', id: 'f', contact: 'Box 1' },
          { __typename: 'Person', id: 'p', contact: { city: 'Ulm' } },
        ],
        'Tent.alike': [stove],
      },
    ),
    freight: service(
      `interface Gear { id: ID! freight(zip: Int!): Int } type Size { cm: Int @external kg: Int @external }
       type Tent implements Gear @key(fields: "id") { id: ID! size: Size @external freight(zip: Int!): Int @requires(fields: "size { cm kg }") }
       type Stove implements Gear @key(fields: "id") { id: ID! size: Size @external freight(zip: Int!): Int @requires(fields: "size { cm kg }") }`,
      { 'Tent.freight': freight, 'Stove.freight': freight },
    ),
    people: service('type Person @key(fields: "id") { id: ID! name: String }', { Person: [{ id: 'p', name: 'Pia' }] }),
  },
  cases: [
    {
      query:
        '{ gear { freight(zip: 7) ... on Tent { beds far: freight(zip: 9) } ... on Gear { ... on Gear { sku } } } }',
      data: {
        gear: [
          { freight: 704, beds: 2, far: 904, sku: 'T' },
          { freight: 701, sku: 'S' },
        ],
      },
    },
    {
      query:
        '{ a: lent { sku } b: lent { type: __typename ... on Alike { alike { sku ... on Stove { freight(zip: 1) } } } } }',
      data: { a: { sku: 'T' }, b: { type: 'Tent', alike: [{ sku: 'S', freight: 101 }] } },
      asked: 'freight gear',
    },
    {
      query:
        '{ makers { ...M ... on Firm { id } } } fragment M on Maker { ... on Person { who: name o: contact { city } } ... on Firm { s: contact } }',
      data: {
        makers: [
          { s: 'Box 1', id: 'f' },
          { who: 'Pia', o: { city: 'Ulm' } },
        ],
      },
      asked: 'gear people',
    },
    {
      query: '{ makers { ... on Firm { contact } ... on Person { o: contact { city } } } }',
      data: { makers: [{ contact: 'Box 1' }, { o: { city: 'Ulm' } }] },
    },
    ...[true, false].map((on) => ({
      query:
        'query ($on: Boolean!) { gear { ... on Tent @include(if: $on) { freight(zip: 1) @skip(if: false) } ... on Tent { beds } ... on Stove @include(if: $on) { sku ... @skip(if: $on) { id } } } }',
      variables: { on },
      data: { gear: on ? [{ freight: 104, beds: 2 }, { sku: 'S' }] : [{ beds: 2 }, {}] },
      asked: on ? 'freight gear' : 'gear',
    })),
    { query: '{ gear { size { kg } } }', errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }], asked: '' },
  ],
};

function freight({ size }: { size: { kg: number } }, { zip }: { zip: number }): number {
  return zip * 100 + size.kg;
}

const guest = { __typename: 'Guest', id: null };
const staff = { __typename: 'Staff', id: 's1' };
const members: AuditClass = {
  name: 'child-type-mismatch',
  services: {
    house: service(
      `type Query { members: [Member!]! } union Member = Guest | Staff
       type Guest { id: ID likes: [Member!]! } type Staff @key(fields: "id") { id: ID! likes: [Member!]! }`,
      {
        'Query.members': [
          { ...guest, likes: [{ ...staff, likes: [guest, staff] }] },
          { ...staff, likes: [] },
        ],
      },
    ),
    payroll: service('type Staff @key(fields: "id") { id: ID pay: Int }', { Staff: [{ id: 's1', pay: 7 }] }),
  },
  cases: [
    {
      query: '{ members { ... on Guest { id } ... on Staff { id pay } } }',
      data: { members: [{ id: null }, { id: 's1', pay: 7 }] },
      asked: 'house payroll',
    },
    {
      query:
        '{ members { ...M ... on Guest { likes { ...M ... on Staff { likes { ...M } } } } } } fragment M on Member { ... on Guest { id } ... on Staff { id } }',
      data: { members: [{ id: null, likes: [{ id: 's1', likes: [{ id: null }, { id: 's1' }] }] }, { id: 's1' }] },
      asked: 'house',
    },
  ],
};

const ruby = (price?: number) => ({ __typename: 'Ruby', id: 'r1', price });
const stones: AuditClass = {
  name: 'circular-reference-interface',
  services: {
    quarry: service(
      `type Query { stone: Stone } interface Stone { twin: Stone }
       type Ruby implements Stone @key(fields: "id") { id: ID! price: Int @external twin: Ruby @provides(fields: "price") }`,
      { 'Query.stone': ruby(), 'Ruby.twin': ruby(8) },
    ),
    market: service('type Ruby @key(fields: "id") { id: ID! price: Int @shareable }', { Ruby: [{ id: 'r1', price: 8 }] }),
  },
  cases: [
    {
      query: '{ stone { twin { __typename twin { ... on Ruby { __typename id } __typename } } } }',
      data: { stone: { twin: { __typename: 'Ruby', twin: { __typename: 'Ruby', id: 'r1' } } } },
      asked: 'quarry',
    },
    { query: '{ stone { ... on Ruby { twin { price } } } }', data: { stone: { twin: { price: 8 } } }, asked: 'quarry' },
    {
      query: '{ stone { ... on Ruby { price twin { twin { price } } } } }',
      data: { stone: { price: 8, twin: { twin: { price: 8 } } } },
      asked: 'market quarry',
    },
  ],
};

const oak = { __typename: 'Oak', id: 'p1' };
const plants: AuditClass = {
  name: 'typename',
  services: {
    garden: service(
      `type Query { found: [Found!]! plant: Plant } union Found = Oak | Fern  interface Plant @key(fields: "id") { id: ID! }
       type Oak implements Plant @key(fields: "id") { id: ID! } type Fern implements Plant @key(fields: "id") { id: ID! }`,
      { 'Query.found': [oak, { __typename: 'Fern', id: 'p2' }], 'Query.plant': oak, Oak: [oak] },
    ),
    show: service('type Query { best: Plant } type Plant @key(fields: "id") @interfaceObject { id: ID! rank: Int }', {
      'Query.best': { id: 'p1', rank: 1 },
    }),
  },
  cases: [
    {
      query:
        '{ q: __typename __typename found { __typename kind: __typename ... on Oak { oak: __typename id: __typename } } }',
      data: {
        q: 'Query',
        __typename: 'Query',
        found: [
          { __typename: 'Oak', kind: 'Oak', oak: 'Oak', id: 'Oak' },
          { __typename: 'Fern', kind: 'Fern' },
        ],
      },
      asked: 'garden',
    },
    {
      query: '{ plant { ... on Plant { kind: __typename } ... on Fern { fern: __typename } rank: __typename } }',
      data: { plant: { kind: 'Oak', rank: 'Oak' } },
    },
    {
      query: '{ best { kind: __typename rank ... on Oak { oak: __typename } } }',
      data: { best: { kind: 'Oak', rank: 1, oak: 'Oak' } },
      asked: 'garden show',
    },
  ],
};

export const abstractTypes = [gear, members, stones, plants];
