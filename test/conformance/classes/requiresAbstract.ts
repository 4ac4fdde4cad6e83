/** Requirements through interfaces and fragments, and with arguments. */
import type { AuditClass } from './supergraph.js';

const countries: Record<string, string> = { work: 'NL', home: 'BE' };
const country = ({ address }: { address: { id?: string } | null }) => countries[address?.id ?? ''] ?? null;
const notes = ['Al', 'Bo', 'Cy', 'Di'].map((author) => ({ author }));

export const requiresAbstract: readonly AuditClass[] = [
  {
    name: 'requires-interface',
    services: {
      people: `type Query { people: [Person!]! } type Person @key(fields: "id") { id: ID! address: Address } interface Address { id: ID! }
        type Home implements Address @key(fields: "id") { id: ID! } type Work implements Address @key(fields: "id") { id: ID! }
        type Box implements Address @key(fields: "id") { id: ID! }
        Query.people = [{ id: "p1", address: { __typename: "Work", id: "work" } }, { id: "p2", address: { __typename: "Home", id: "home" } }, { id: "p3", address: { __typename: "Box", id: "box" } }]`,
      maps: `interface Address { id: ID! } type Home implements Address @key(fields: "id") { id: ID! } type Work implements Address @key(fields: "id") { id: ID! }
        type Person @key(fields: "id") { id: ID! address: Address @external country: String @requires(fields: "address { id }")
        workCountry: String @requires(fields: "address { ... on Work { id } }") }`,
    },
    compute: {
      'maps Person.country': country,
      'maps Person.workCountry': country,
    },
    cases: `
      { people { workCountry } }
        gives { people: [{ workCountry: "NL" }, { workCountry: null }, { workCountry: null }] } from maps people
      { people { country } }
        gives { people: [{ country: "NL" }, { country: "BE" }, { country: null }] } from maps people
      { people { address { id: __typename ... on Box { at: id } } workCountry } }
        gives { people: [{ address: { id: "Work" }, workCountry: "NL" }, { address: { id: "Home" }, workCountry: null }, { address: { id: "Box", at: "box" }, workCountry: null }] }`,
  },
  {
    name: 'requires-with-fragments',
    services: {
      post: `type Query { parcels: [Parcel!]! @shareable } type Parcel @key(fields: "id") { id: ID! content: Content }
        interface Content { name: String! } interface Fragile implements Content { name: String! force: Int }
        type Vase implements Content & Fragile { name: String! force: Int height: Int }
        type Bomb implements Content & Fragile @inaccessible { name: String! force: Int code: Int }
        type Sand implements Content { name: String! }
        Query.parcels = [{ id: "p0", content: { __typename: "Vase", name: "Ming", force: 2, height: 30 } }, { id: "p1", content: { __typename: "Bomb", name: "Fat", force: 9, code: 7 } }, { id: "p2", content: { __typename: "Sand", name: "Fine" } }]
        Parcel = [{ id: "p0", content: { __typename: "Vase", name: "Ming", force: 2, height: 30 } }, { id: "p1", content: { __typename: "Bomb", name: "Fat", force: 9, code: 7 } }, { id: "p2", content: { __typename: "Sand", name: "Fine" } }]`,
      care: `type Query { parcels: [Parcel!]! @shareable }
        interface Content { name: String! } interface Fragile implements Content { name: String! force: Int }
        type Vase implements Content & Fragile { name: String! @external force: Int @external height: Int @external }
        type Bomb implements Content & Fragile { name: String! @external force: Int @external code: Int @external }
        type Sand implements Content { name: String! @external }
        type Parcel @key(fields: "id") { id: ID! content: Content @external
        care: String @requires(fields: "content { name ... on Fragile { force ... on Vase { height } ... on Bomb { code } } }") }
        Query.parcels = [{ id: "p0" }, { id: "p1" }, { id: "p2" }]`,
    },
    compute: {
      'care Parcel.care': ({ content: { name, force, height, code } }: { content: Record<string, unknown> }) =>
        [name, force, height, code].map((one) => one ?? '-').join(' '),
    },
    cases: `
      { parcels { care } } gives { parcels: [{ care: "Ming 2 30 -" }, { care: "Fat 9 - 7" }, { care: "Fine - - -" }] }
      { parcels { content { __typename } care } }
        gives { parcels: [{ content: { __typename: "Vase" }, care: "Ming 2 30 -" }, { content: null, care: "Fat 9 - 7" }, { content: { __typename: "Sand" }, care: "Fine - - -" }] } failing ["parcels",1,"content"]`,
  },
  {
    name: 'requires-with-argument',
    services: {
      shop: `type Query { kites: [Kite!]! } type Note { author: String }
        type Kite @key(fields: "id") { id: ID! weight: Int price(currency: String!): Int notes(limit: Int!): [Note!] }
        Query.kites = [{ id: "k", weight: 1 }]`,
      post: `type Note { author: String @external } type Kite @key(fields: "id") { id: ID! weight: Int @external
        price(currency: String!): Int @external postage: Int @requires(fields: "price(currency: \\"USD\\") weight")
        notes(limit: Int!): [Note!] @external fans: String @requires(fields: "notes(limit: 3) { author }") }`,
    },
    compute: {
      'shop Kite.price': (_: never, { currency }: { currency: string }) => (currency === 'USD' ? 20 : 10),
      'shop Kite.notes': (_: never, { limit }: { limit: number }) => notes.slice(0, limit),
      'post Kite.postage': ({ price, weight }: { price: number; weight: number }) => price + weight,
      'post Kite.fans': (kite: { notes: { author: string }[] }) => kite.notes.map(({ author }) => author).join(),
    },
    cases: `
      { kites { postage } } gives { kites: [{ postage: 21 }] } from post shop
      { kites { price(currency: "EUR") postage } } gives { kites: [{ price: 10, postage: 21 }] } from post shop
      query ($n: Int = 1) { kites { fans notes(limit: $n) { author } } }
        gives { kites: [{ fans: "Al,Bo,Cy", notes: [{ author: "Al" }] }] } from post shop
      { kites { ...A ...B } } fragment A on Kite { notes(limit: 1) { author } } fragment B on Kite { price: fans notes(limit: 1) { author } }
        gives { kites: [{ notes: [{ author: "Al" }], price: "Al,Bo,Cy" }] } from post shop`,
  },
];
