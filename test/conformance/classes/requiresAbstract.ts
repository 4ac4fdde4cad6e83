/** Requirements through interfaces and fragments, and with arguments. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const person = (id: string, __typename: string, at: string) => ({ id, address: { __typename, id: at } });
interface Addressed {
  address: { __typename?: string; id?: string } | null;
}
const country = ({ address }: Addressed) => (address?.id === 'work' ? 'NL' : address?.id === 'home' ? 'BE' : null);
const addresses: AuditClass = {
  name: 'requires-interface',
  services: {
    people: service(
      `type Query { people: [Person!]! } type Person @key(fields: "id") { id: ID! address: Address } interface Address { id: ID! }
       type Home implements Address @key(fields: "id") { id: ID! } type Work implements Address @key(fields: "id") { id: ID! }
       type Box implements Address @key(fields: "id") { id: ID! }`,
      { 'Query.people': [person('p1', 'Work', 'work'), person('p2', 'Home', 'home'), person('p3', 'Box', 'box')] },
    ),
    maps: service(
      `interface Address { id: ID! } type Home implements Address @key(fields: "id") { id: ID! } type Work implements Address @key(fields: "id") { id: ID! }
       type Person @key(fields: "id") { id: ID! address: Address @external country: String @requires(fields: "address { id }")
         workCountry: String @requires(fields: "address { ... on Work { id } }") }`,
      { 'Person.country': country, 'Person.workCountry': country },
    ),
  },
  cases: [
    {
      query: '{ people { workCountry } }',
      data: { people: [{ workCountry: 'NL' }, { workCountry: null }, { workCountry: null }] },
      asked: 'maps people',
    },
    {
      query: '{ people { country } }',
      data: { people: [{ country: 'NL' }, { country: 'BE' }, { country: null }] },
      asked: 'maps people',
    },
    {
      query: '{ people { address { id: __typename ... on Box { at: id } } workCountry } }',
      data: {
        people: [
          { address: { id: 'Work' }, workCountry: 'NL' },
          { address: { id: 'Home' }, workCountry: null },
          { address: { id: 'Box', at: 'box' }, workCountry: null },
        ],
      },
    },
  ],
};

const contents = (isOwner: boolean, external = isOwner ? '' : '@external') => `
  interface Content { name: String! } interface Fragile implements Content { name: String! force: Int }
  type Vase implements Content & Fragile { name: String! ${external} force: Int ${external} height: Int ${external} }
  type Bomb implements Content & Fragile ${isOwner ? '@inaccessible' : ''} { name: String! ${external} force: Int ${external} code: Int ${external} }
  type Sand implements Content { name: String! ${external} }`;
const vase = { __typename: 'Vase', name: 'Ming', force: 2, height: 30 };
const bomb = { __typename: 'Bomb', name: 'Fat', force: 9, code: 7 };
const parcels: AuditClass = {
  name: 'requires-with-fragments',
  services: {
    post: service(
      `type Query { parcels: [Parcel!]! @shareable } type Parcel @key(fields: "id") { id: ID! content: Content } ${contents(true)}`,
      (() => {
        const rows = [vase, bomb, { __typename: 'Sand', name: 'Fine' }].map((content, i) => ({ id: `p${i}`, content }));
        return { 'Query.parcels': rows, Parcel: rows };
      })(),
    ),
    care: service(
      `type Query { parcels: [Parcel!]! @shareable } ${contents(false)}
       type Parcel @key(fields: "id") { id: ID! content: Content @external
         care: String @requires(fields: "content { name ... on Fragile { force ... on Vase { height } ... on Bomb { code } } }") }`,
      {
        'Query.parcels': [{ id: 'p0' }, { id: 'p1' }, { id: 'p2' }],
        'Parcel.care': ({ content: { name, force, height, code } }: { content: Record<string, unknown> }) =>
          [name, force, height, code].map((one) => one ?? '-').join(' '),
      },
    ),
  },
  cases: [
    {
      query: '{ parcels { care } }',
      data: { parcels: [{ care: 'Ming 2 30 -' }, { care: 'Fat 9 - 7' }, { care: 'Fine - - -' }] },
    },
    {
      query: '{ parcels { content { __typename } care } }',
      data: {
        parcels: [
          { content: { __typename: 'Vase' }, care: 'Ming 2 30 -' },
          { content: null, care: 'Fat 9 - 7' },
          { content: { __typename: 'Sand' }, care: 'Fine - - -' },
        ],
      },
      errors: [{ path: ['parcels', 1, 'content'] }],
    },
  ],
};

const notes = ['Al', 'Bo', 'Cy', 'Di'].map((author) => ({ author }));
const kites: AuditClass = {
  name: 'requires-with-argument',
  services: {
    shop: service(
      `type Query { kites: [Kite!]! } type Note { author: String }
       type Kite @key(fields: "id") { id: ID! weight: Int price(currency: String!): Int notes(limit: Int!): [Note!] }`,
      {
        'Query.kites': [{ id: 'k', weight: 1 }],
        'Kite.price': (_: never, { currency }: { currency: string }) => (currency === 'USD' ? 20 : 10),
        'Kite.notes': (_: never, { limit }: { limit: number }) => notes.slice(0, limit),
      },
    ),
    post: service(
      `type Note { author: String @external } type Kite @key(fields: "id") { id: ID! weight: Int @external
         price(currency: String!): Int @external postage: Int @requires(fields: "price(currency: \\"USD\\") weight")
         notes(limit: Int!): [Note!] @external fans: String @requires(fields: "notes(limit: 3) { author }") }`,
      {
        'Kite.postage': ({ price, weight }: { price: number; weight: number }) => price + weight,
        'Kite.fans': (kite: { notes: { author: string }[] }) => kite.notes.map(({ author }) => author).join(),
      },
    ),
  },
  cases: [
    { query: '{ kites { postage } }', data: { kites: [{ postage: 21 }] }, asked: 'post shop' },
    {
      query: '{ kites { price(currency: "EUR") postage } }',
      data: { kites: [{ price: 10, postage: 21 }] },
      asked: 'post shop',
    },
    {
      query: 'query ($n: Int = 1) { kites { fans notes(limit: $n) { author } } }',
      data: { kites: [{ fans: 'Al,Bo,Cy', notes: [{ author: 'Al' }] }] },
      asked: 'post shop',
    },
    {
      query:
        '{ kites { ...A ...B } } fragment A on Kite { notes(limit: 1) { author } } fragment B on Kite { price: fans notes(limit: 1) { author } }',
      data: { kites: [{ notes: [{ author: 'Al' }], price: 'Al,Bo,Cy' }] },
      asked: 'post shop',
    },
  ],
};

export const requiresAbstract = [addresses, parcels, kites];
