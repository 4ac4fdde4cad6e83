/** Interfaces and unions whose types differ in what they are made of, where it comes from, and under which conditions. */
import type { AuditClass } from './supergraph.js';

const freight = ({ size }: { size: { kg: number } }, { zip }: { zip: number }) => zip * 100 + size.kg;

export const abstractTypes: readonly AuditClass[] = [
  {
    name: 'abstract-types',
    services: {
      gear: `type Query { gear: [Gear!]! lent: Gear makers: [Maker!]! }
        interface Gear { id: ID! sku: String size: Size @inaccessible } interface Alike { alike: [Gear] }
        type Tent implements Gear & Alike @key(fields: "id") { id: ID! sku: String size: Size beds: Int alike: [Gear] }
        type Stove implements Gear @key(fields: "id") { id: ID! sku: String size: Size }
        type Size { cm: Int kg: Int } union Maker = Person | Firm type Contact { city: String }
        type Person @key(fields: "id") { id: ID! contact: Contact } type Firm @key(fields: "id") { id: ID! contact: String }
        Query.gear = [{ __typename: "Tent", id: "g1", sku: "T", beds: 2, size: { cm: 100, kg: 4 } }, { __typename: "Stove", id: "g2", sku: "S", size: { cm: 20, kg: 1 } }]
        Query.lent = { __typename: "Tent", id: "g1", sku: "T", beds: 2, size: { cm: 100, kg: 4 } }
        Query.makers = [{ __typename: "Firm", id: "f", contact: "Box 1" }, { __typename: "Person", id: "p", contact: { city: "Ulm" } }]
        Tent.alike = [{ __typename: "Stove", id: "g2", sku: "S", size: { cm: 20, kg: 1 } }]`,
      freight: `interface Gear { id: ID! freight(zip: Int!): Int } type Size { cm: Int @external kg: Int @external }
        type Tent implements Gear @key(fields: "id") { id: ID! size: Size @external freight(zip: Int!): Int @requires(fields: "size { cm kg }") }
        type Stove implements Gear @key(fields: "id") { id: ID! size: Size @external freight(zip: Int!): Int @requires(fields: "size { cm kg }") }`,
      people: `type Person @key(fields: "id") { id: ID! name: String }
        Person = [{ id: "p", name: "Pia" }]`,
    },
    compute: {
      'freight Tent.freight': freight,
      'freight Stove.freight': freight,
    },
    cases: `
      { gear { freight(zip: 7) ... on Tent { beds far: freight(zip: 9) } ... on Gear { ... on Gear { sku } } } }
        gives { gear: [{ freight: 704, beds: 2, far: 904, sku: "T" }, { freight: 701, sku: "S" }] }
      { a: lent { sku } b: lent { type: __typename ... on Alike { alike { sku ... on Stove { freight(zip: 1) } } } } }
        gives { a: { sku: "T" }, b: { type: "Tent", alike: [{ sku: "S", freight: 101 }] } } from freight gear
      { makers { ...M ... on Firm { id } } } fragment M on Maker { ... on Person { who: name o: contact { city } } ... on Firm { s: contact } }
        gives { makers: [{ s: "Box 1", id: "f" }, { who: "Pia", o: { city: "Ulm" } }] } from gear people
      { makers { ... on Firm { contact } ... on Person { o: contact { city } } } }
        gives { makers: [{ contact: "Box 1" }, { o: { city: "Ulm" } }] }
      query ($on: Boolean!) { gear { ... on Tent @include(if: $on) { freight(zip: 1) @skip(if: false) } ... on Tent { beds } ... on Stove @include(if: $on) { sku ... @skip(if: $on) { id } } } } with { on: true }
        gives { gear: [{ freight: 104, beds: 2 }, { sku: "S" }] } from freight gear
      query ($on: Boolean!) { gear { ... on Tent @include(if: $on) { freight(zip: 1) @skip(if: false) } ... on Tent { beds } ... on Stove @include(if: $on) { sku ... @skip(if: $on) { id } } } } with { on: false }
        gives { gear: [{ beds: 2 }, {}] } from gear
      { gear { size { kg } } } gives null failing with GRAPHQL_VALIDATION_FAILED from nobody`,
  },
  {
    name: 'child-type-mismatch',
    services: {
      house: `type Query { members: [Member!]! } union Member = Guest | Staff
        type Guest { id: ID likes: [Member!]! } type Staff @key(fields: "id") { id: ID! likes: [Member!]! }
        Query.members = [{ __typename: "Guest", id: null, likes: [{ __typename: "Staff", id: "s1", likes: [{ __typename: "Guest", id: null }, { __typename: "Staff", id: "s1" }] }] }, { __typename: "Staff", id: "s1", likes: [] }]`,
      payroll: `type Staff @key(fields: "id") { id: ID pay: Int }
        Staff = [{ id: "s1", pay: 7 }]`,
    },
    cases: `
      { members { ... on Guest { id } ... on Staff { id pay } } }
        gives { members: [{ id: null }, { id: "s1", pay: 7 }] } from house payroll
      { members { ...M ... on Guest { likes { ...M ... on Staff { likes { ...M } } } } } } fragment M on Member { ... on Guest { id } ... on Staff { id } }
        gives { members: [{ id: null, likes: [{ id: "s1", likes: [{ id: null }, { id: "s1" }] }] }, { id: "s1" }] } from house`,
  },
  {
    name: 'circular-reference-interface',
    services: {
      quarry: `type Query { stone: Stone } interface Stone { twin: Stone }
        type Ruby implements Stone @key(fields: "id") { id: ID! price: Int @external twin: Ruby @provides(fields: "price") }
        Query.stone = { __typename: "Ruby", id: "r1" }
        Ruby.twin = { __typename: "Ruby", id: "r1", price: 8 }`,
      market: `type Ruby @key(fields: "id") { id: ID! price: Int @shareable }
        Ruby = [{ id: "r1", price: 8 }]`,
    },
    cases: `
      { stone { twin { __typename twin { ... on Ruby { __typename id } __typename } } } }
        gives { stone: { twin: { __typename: "Ruby", twin: { __typename: "Ruby", id: "r1" } } } } from quarry
      { stone { ... on Ruby { twin { price } } } } gives { stone: { twin: { price: 8 } } } from quarry
      { stone { ... on Ruby { price twin { twin { price } } } } }
        gives { stone: { price: 8, twin: { twin: { price: 8 } } } } from market quarry`,
  },
  {
    name: 'typename',
    services: {
      garden: `type Query { found: [Found!]! plant: Plant } union Found = Oak | Fern interface Plant @key(fields: "id") { id: ID! }
        type Oak implements Plant @key(fields: "id") { id: ID! } type Fern implements Plant @key(fields: "id") { id: ID! }
        Query.found = [{ __typename: "Oak", id: "p1" }, { __typename: "Fern", id: "p2" }]
        Query.plant = { __typename: "Oak", id: "p1" }
        Oak = [{ __typename: "Oak", id: "p1" }]`,
      show: `type Query { best: Plant } type Plant @key(fields: "id") @interfaceObject { id: ID! rank: Int }
        Query.best = { id: "p1", rank: 1 }`,
    },
    cases: `
      { q: __typename __typename found { __typename kind: __typename ... on Oak { oak: __typename id: __typename } } }
        gives { q: "Query", __typename: "Query", found: [{ __typename: "Oak", kind: "Oak", oak: "Oak", id: "Oak" }, { __typename: "Fern", kind: "Fern" }] } from garden
      { plant { ... on Plant { kind: __typename } ... on Fern { fern: __typename } rank: __typename } }
        gives { plant: { kind: "Oak", rank: "Oak" } }
      { best { kind: __typename rank ... on Oak { oak: __typename } } }
        gives { best: { kind: "Oak", rank: 1, oak: "Oak" } } from garden show`,
  },
];
