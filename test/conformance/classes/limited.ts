/**
 * Where Apollo's planner goes wrong, with what would be right: these have to fail, so that a planner which can do more
 * is noticed. Then they move to the others.
 */
import { service } from './service.js';
import type { AuditClass, Limit } from './supergraph.js';

export interface LimitedClass extends AuditClass {
  limits: readonly Limit[];
}

const ship = { id: 's', crew: { one: '1', two: '2', three: '3' } };
const ships: LimitedClass = {
  name: 'keys-mashup',
  services: {
    registry: service('type Ship @key(fields: "id") { id: ID! name: String }', { Ship: [{ id: 's', name: 'Dora' }] }),
    harbour: service(
      `type Query { ships: [Ship!]! } type Crew { one: ID! two: ID! three: ID! }
       type Ship @key(fields: "id", resolvable: false) @key(fields: "crew { one two }", resolvable: false)
         @key(fields: "id crew { two three }") @key(fields: "id crew { one three }", resolvable: false) {
         id: ID! name: String @external crew: Crew! call: String @requires(fields: "name") }`,
      { 'Query.ships': [ship], Ship: [ship], 'Ship.call': ({ name }: { name: string }) => `MS ${name}` },
    ),
  },
  cases: [{ query: '{ ships { id name } }', data: { ships: [{ id: 's', name: 'Dora' }] }, asked: 'harbour registry' }],
  limits: [
    {
      query: '{ ships { id name call } }',
      data: { ships: [{ id: 's', name: 'Dora', call: 'MS Dora' }] },
      asked: 'harbour harbour registry',
      why: 'it goes back by a key that is not resolvable',
    },
  ],
};

const kites: LimitedClass = {
  name: 'requires-with-argument-conflict',
  services: {
    shop: service('type Query { kite: Kite } type Kite @key(fields: "id") { id: ID! price(currency: String!): Int }', {
      'Query.kite': { id: 'k' },
      'Kite.price': (_: never, { currency }: { currency: string }) => (currency === 'USD' ? 20 : 10),
    }),
    post: service(
      `type Kite @key(fields: "id") { id: ID! price(currency: String!): Int @external
         postage: Int @requires(fields: "price(currency: \\"USD\\")") duty: Int @requires(fields: "price(currency: \\"EUR\\")") }`,
      {
        'Kite.postage': ({ price }: { price: number }) => price + 1,
        'Kite.duty': ({ price }: { price: number }) => price + 2,
      },
    ),
  },
  cases: [
    { query: '{ kite { postage } }', data: { kite: { postage: 21 } }, asked: 'post shop' },
    { query: '{ kite { duty price(currency: "USD") } }', data: { kite: { duty: 12, price: 20 } }, asked: 'post shop' },
  ],
  limits: [
    {
      query: '{ kite { postage duty } }',
      data: { kite: { postage: 21, duty: 12 } },
      why: 'one representation has one place for a field that is required twice with other arguments',
    },
  ],
};

const song = { __typename: 'Song', id: 'a', title: 'Aria' };
const sold: LimitedClass = {
  name: 'interface-object-with-requires',
  services: {
    works: service(
      `type Query { works: [Work!]! } interface Work @key(fields: "id") { id: ID! title: String }
       interface Sung { tenor: Boolean } type Play implements Work @key(fields: "id") { id: ID! title: String }
       type Song implements Work & Sung @key(fields: "id") { id: ID! title: String tenor: Boolean }`,
      { 'Query.works': [song], Song: [song] },
    ),
    shop: service(
      `type Query { sold: [Work!]! } type Work @key(fields: "id") @interfaceObject { id: ID! title: String @external tag: String @requires(fields: "title") }`,
      { 'Query.sold': [{ id: 'a' }], 'Work.tag': ({ title }: { title: string }) => `${title}!` },
    ),
  },
  cases: [{ query: '{ sold { tag } }', data: { sold: [{ tag: 'Aria!' }] }, asked: 'shop shop works' }],
  limits: [
    {
      query: '{ sold { ... on Song { tag } } }',
      data: { sold: [{ tag: 'Aria!' }] },
      why: 'below a narrower fragment what an @interfaceObject requires is not fetched',
    },
  ],
};

export const limited = [ships, kites, sold];
