/** What a service knows on one path only: several levels deep, through interfaces and unions. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const salt = { id: 'salt', name: 'Salt', parts: [] };
const dough = { id: 'dough', name: 'Dough', parts: [salt] };
const dishes: AuditClass = {
  name: 'nested-provides',
  services: {
    menu: service(
      `type Query { dishes: [Dish!]! @shareable @provides(fields: "parts { id name parts { id name } }") dish: Dish }
       type Dish @key(fields: "id") { id: ID! parts: [Part!] @external }
       type Part @key(fields: "id") { id: ID! name: String @external parts: [Part!] @external }`,
      {
        'Query.dishes': [{ id: 'd', parts: [{ ...dough, parts: [{ id: 'salt', name: 'Salt' }] }] }],
        'Query.dish': { id: 'd' },
      },
    ),
    store: service(
      `type Query { dishes: [Dish!]! @shareable } type Dish @key(fields: "id") { id: ID! parts: [Part!] @shareable }
       type Part @key(fields: "id") { id: ID! name: String @shareable parts: [Part!] @shareable grams: Int }`,
      {
        'Query.dishes': [{ id: 'd', parts: [dough] }],
        Dish: [{ id: 'd', parts: [dough] }],
        Part: [salt, dough],
        'Part.grams': 5,
      },
    ),
  },
  cases: [
    {
      query: '{ dishes { parts { name parts { name id } } } dish { id } }',
      data: { dishes: [{ parts: [{ name: 'Dough', parts: [{ name: 'Salt', id: 'salt' }] }] }], dish: { id: 'd' } },
      asked: 'menu',
    },
    {
      query: '{ dishes { parts { parts { name parts { id } } } } }',
      data: { dishes: [{ parts: [{ parts: [{ name: 'Salt', parts: [] }] }] }] },
    },
    {
      query: '{ dish { parts { name parts { grams } } } }',
      data: { dish: { parts: [{ name: 'Dough', parts: [{ grams: 5 }] }] } },
      asked: 'menu store',
    },
  ],
};

const types = (external: string) => `
  interface Pen { id: ID! beasts: [Beast!] } interface Beast { id: ID! name: String }
  type Cage implements Pen @key(fields: "id") { id: ID! beasts: [Beast!] ${external} }
  type Lion implements Beast @key(fields: "id") { id: ID! name: String ${external} }
  type Lynx implements Beast @key(fields: "id") { id: ID! name: String ${external} `;
const lion = { __typename: 'Lion', id: 'l1' };
const lynx = { __typename: 'Lynx', id: 'l2' };
const leo = { ...lion, name: 'Leo' };
const lin = { ...lynx, name: 'Lin', ears: 2 };
const cage = (...beasts: object[]) => ({ __typename: 'Cage', id: 'c', beasts });
const pens: AuditClass = {
  name: 'provides-on-interface',
  services: {
    keepers: service(
      `type Query { pen: Pen @shareable @provides(fields: "beasts { id name }")
         den: Pen @provides(fields: "beasts { ... on Lion { name } }") } ${types('@external')} }`,
      { 'Query.pen': cage(leo, { ...lynx, name: 'Lin' }), 'Query.den': cage(leo, lynx) },
    ),
    zoo: service(`type Query { pen: Pen @shareable } ${types('@shareable')} ears: Int }`, {
      'Query.pen': cage(leo, lin),
      Cage: [cage(leo, lin)],
      Lion: [leo],
      Lynx: [lin],
    }),
  },
  cases: [
    {
      query: '{ pen { beasts { name id } } }',
      data: {
        pen: {
          beasts: [
            { name: 'Leo', id: 'l1' },
            { name: 'Lin', id: 'l2' },
          ],
        },
      },
    },
    {
      query: '{ den { beasts { ... on Lion { name } } } }',
      data: { den: { beasts: [{ name: 'Leo' }, {}] } },
    },
    {
      query: '{ den { beasts { name ... on Lynx { ears } } } pen { id } }',
      data: { den: { beasts: [{ name: 'Leo' }, { name: 'Lin', ears: 2 }] }, pen: { id: 'c' } },
    },
  ],
};

const finds: AuditClass = {
  name: 'provides-on-union',
  services: {
    search: service(
      `type Query { finds: [Find!]! @provides(fields: "... on Score { title }") } union Find = Score | Disc
       type Score @key(fields: "id") { id: ID! title: String @external } type Disc @key(fields: "id") { id: ID! }`,
      {
        'Query.finds': [
          { __typename: 'Score', id: 's', title: 'Fugue' },
          { __typename: 'Disc', id: 'd' },
        ],
      },
    ),
    shelf: service(
      'type Score @key(fields: "id") { id: ID! title: String @shareable } type Disc @key(fields: "id") { id: ID! title: String }',
      { Disc: [{ id: 'd', title: 'Blues' }], Score: [] },
    ),
  },
  cases: [
    {
      query: '{ finds { ... on Score { title id } } }',
      data: { finds: [{ title: 'Fugue', id: 's' }, {}] },
      asked: 'search',
    },
    {
      query: '{ finds { ... on Score { title } ... on Disc { title } } }',
      data: { finds: [{ title: 'Fugue' }, { title: 'Blues' }] },
      asked: 'search shelf',
    },
  ],
};

export const provides = [dishes, pens, finds];
