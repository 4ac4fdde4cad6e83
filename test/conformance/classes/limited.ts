/**
 * Where Apollo's planner goes wrong, with what would be right: these have to fail, so that a planner which can do more
 * is noticed. Then they move to the others.
 */
import { circle } from './requires.js';
import type { AuditClass } from './supergraph.js';

export interface LimitedClass extends AuditClass {
  /** As cases, with the reason: `because WHY`. */
  limits: string;
}

const works = `type Query { works: [Work!]! } interface Work @key(fields: "id") { id: ID! title: String }
  type Play implements Work @key(fields: "id") { id: ID! title: String }
  type Song implements Work @key(fields: "id") { id: ID! title: String }
  Song = [{ id: "a", title: "Aria" }]`;
const shop = `type Query { sold: [Work!]! }
  type Work @key(fields: "id") @interfaceObject { id: ID! title: String @external tag: String @requires(fields: "title") }
  Query.sold = [{ id: "a" }]`;

/** Planning `{ rated { ... on Song { tag } } }` here does not end, and takes memory meanwhile. */
export const endless = {
  name: 'interface-object-with-requires',
  services: {
    works,
    shop,
    critics: `type Query { rated: Work } type Work @key(fields: "id") @interfaceObject { id: ID! rating: Int }
      Query.rated = { id: "a", rating: 3 }`,
  },
  compute: { 'shop Work.tag': ({ title }: { title: string }) => `${title}!` },
  cases: `
    { rated { tag } } gives { rated: { tag: "Aria!" } } from critics shop works
    { sold { ... on Song { tag } } } gives { sold: [{ tag: "Aria!" }] } from shop shop works`,
} satisfies AuditClass;

export const limited: readonly LimitedClass[] = [
  {
    name: 'keys-mashup',
    services: {
      registry: `type Ship @key(fields: "id") { id: ID! name: String }
        Ship = [{ id: "s", name: "Dora" }]`,
      harbour: `type Query { ships: [Ship!]! } type Crew { one: ID! two: ID! three: ID! }
        type Ship @key(fields: "id", resolvable: false) @key(fields: "crew { one two }", resolvable: false)
          @key(fields: "id crew { two three }") @key(fields: "id crew { one three }", resolvable: false) {
          id: ID! name: String @external crew: Crew! call: String @requires(fields: "name") }
        Query.ships = [{ id: "s", crew: { one: "1", two: "2", three: "3" } }]
        Ship = [{ id: "s", crew: { one: "1", two: "2", three: "3" } }]`,
    },
    compute: { 'harbour Ship.call': ({ name }: { name: string }) => `MS ${name}` },
    cases: `{ ships { id name } } gives { ships: [{ id: "s", name: "Dora" }] } from harbour registry`,
    limits: `
      { ships { id name call } } gives { ships: [{ id: "s", name: "Dora", call: "MS Dora" }] }
        because it goes back by a key that is not resolvable`,
  },
  {
    name: 'requires-with-argument-conflict',
    services: {
      shop: `type Query { kite: Kite } type Kite @key(fields: "id") { id: ID! price(currency: String!): Int }
        Query.kite = { id: "k" }`,
      post: `type Kite @key(fields: "id") { id: ID! price(currency: String!): Int @external
        postage: Int @requires(fields: "price(currency: \\"USD\\")") duty: Int @requires(fields: "price(currency: \\"EUR\\")") }`,
    },
    compute: {
      'shop Kite.price': (_: never, { currency }: { currency: string }) => (currency === 'USD' ? 20 : 10),
      'post Kite.postage': ({ price }: { price: number }) => price + 1,
      'post Kite.duty': ({ price }: { price: number }) => price + 2,
    },
    cases: `
      { kite { postage } } gives { kite: { postage: 21 } } from post shop
      { kite { duty price(currency: "USD") } } gives { kite: { duty: 12, price: 20 } } from post shop`,
    limits: `
      { kite { postage duty } } gives { kite: { postage: 21, duty: 12 } }
        because one representation has one place for a field that is required twice with other arguments`,
  },
  {
    ...circle,
    limits: `
      { pinned { isRead } } gives { pinned: [{ isRead: true }, { isRead: false }] }
        because what is required of the service one comes from is asked there without what that requires`,
  },
  {
    name: 'interface-object-with-requires',
    services: {
      works,
      shop,
      press:
        'type Work @key(fields: "id") @interfaceObject { id: ID! tag: String @external ad: String @requires(fields: "tag") }',
    },
    compute: {
      'shop Work.tag': ({ title }: { title: string }) => `${title}!`,
      'press Work.ad': ({ tag }: { tag: string }) => `${tag}!`,
    },
    cases: `{ sold { tag } } gives { sold: [{ tag: "Aria!" }] } from shop shop works`,
    limits: `
      { sold { ad } } gives { sold: [{ ad: "Aria!!" }] }
        because it fails where one field of an @interfaceObject requires another's`,
  },
];
