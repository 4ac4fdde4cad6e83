/** Fields that need others from elsewhere: after a hop, below lists, in chains and in circles. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const saw = { id: 't1', name: 'saw', weight: 3, value: 40 };
const awl = { id: 't2', name: 'awl', weight: 1, value: 5 };
interface Sized {
  weight: number;
  value: number;
}
const loan = (id: string, tool: string) => ({ id, tool: { id: tool }, member: { id: 'm', nick: 'Mo' } });
const loans = [loan('l1', 't2'), loan('l2', 't1')];
const library: AuditClass = {
  name: 'simple-requires-provides',
  services: {
    tools: service(
      'type Query { tools: [Tool!]! } type Tool @key(fields: "id") { id: ID! name: String weight: Int value: Int }',
      { 'Query.tools': [saw, awl], Tool: [saw, awl] },
    ),
    store: service(
      `type Tool @key(fields: "id") { id: ID! weight: Int @external value: Int @external
         shipping: Int @requires(fields: "weight value") insurance: Int @requires(fields: "value weight") }`,
      {
        'Tool.shipping': ({ weight, value }: Sized) => weight * 10 + value,
        'Tool.insurance': ({ weight, value }: Sized) => value - weight,
      },
    ),
    members: service('type Query { me: Member } type Member @key(fields: "id") { id: ID! nick: String @shareable }', {
      'Query.me': { id: 'm', nick: 'Mo' },
    }),
    loans: service(
      `type Loan { id: ID! tool: Tool member: Member @provides(fields: "nick") }
       type Tool @key(fields: "id") { id: ID! loans: [Loan!] } type Member @key(fields: "id") { id: ID! nick: String @external loans: [Loan!] }`,
      {
        'Tool.loans': ({ id }: { id: string }) => loans.filter(({ tool }) => tool.id === id),
        'Member.loans': loans,
      },
    ),
  },
  cases: [
    {
      query: '{ tools { shipping insurance } }',
      data: {
        tools: [
          { shipping: 70, insurance: 37 },
          { shipping: 15, insurance: 4 },
        ],
      },
      asked: 'store tools',
    },
    {
      query: '{ me { loans { tool { weight: name shipping } } } }',
      data: {
        me: { loans: [{ tool: { weight: 'awl', shipping: 15 } }, { tool: { weight: 'saw', shipping: 70 } }] },
      },
      asked: 'loans members store tools',
    },
    {
      query: '{ tools { loans { member { nick } tool { insurance loans { id } } } } }',
      data: {
        tools: [
          { loans: [{ member: { nick: 'Mo' }, tool: { insurance: 37, loans: [{ id: 'l2' }] } }] },
          { loans: [{ member: { nick: 'Mo' }, tool: { insurance: 4, loans: [{ id: 'l1' }] } }] },
        ],
      },
      asked: 'loans store tools tools',
    },
  ],
};

const chains: AuditClass = {
  name: 'requires-requires',
  services: {
    prices: service('type Query { item: Item } type Item @key(fields: "id") { id: ID! price: Int @inaccessible }', {
      'Query.item': { id: 'i', price: 12 },
      Item: [{ id: 'i', price: 12 }],
    }),
    rates: service(
      `type Item @key(fields: "id") { id: ID! price: Int @external
         isDear: Boolean @requires(fields: "price") isTaxed: Boolean @requires(fields: "price") }`,
      {
        'Item.isDear': ({ price }: { price: number }) => price > 10,
        'Item.isTaxed': ({ price }: { price: number }) => price > 20,
      },
    ),
    purse: service(
      `type Query { wish: Item } type Item @key(fields: "id") { id: ID! isDear: Boolean @external isTaxed: Boolean @external
         canAfford: Boolean @requires(fields: "isDear") canImport: Boolean @requires(fields: "isTaxed") }`,
      {
        'Query.wish': { id: 'i' },
        'Item.canAfford': ({ isDear }: { isDear: boolean }) => !isDear,
        'Item.canImport': ({ isTaxed }: { isTaxed: boolean }) => !isTaxed,
      },
    ),
  },
  cases: [
    { query: '{ item { canAfford } }', data: { item: { canAfford: false } }, asked: 'prices purse rates' },
    {
      query: '{ item { canAfford canImport isDear } }',
      data: { item: { canAfford: false, canImport: true, isDear: true } },
      asked: 'prices purse rates',
    },
    {
      query: '{ wish { canImport canAfford } }',
      data: { wish: { canImport: true, canAfford: false } },
      asked: 'prices purse purse rates',
    },
    { query: '{ item { price } }', errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }], asked: '' },
  ],
};

const letters = [
  { id: 'a', writer: { id: 'w1', years: 1 } },
  { id: 'b', writer: { id: 'w2', years: 9 } },
];
const circles: AuditClass = {
  name: 'requires-circular',
  services: {
    letters: service(
      `type Query { letters: [Letter!]! } type Writer @key(fields: "id") { id: ID! years: Int }
       type Letter @key(fields: "id") { id: ID! writer: Writer byNovice: Boolean @external isRead: Boolean @requires(fields: "byNovice") }`,
      {
        'Query.letters': letters,
        Letter: letters,
        'Letter.isRead': ({ byNovice }: { byNovice: boolean }) => !byNovice,
      },
    ),
    board: service(
      `type Query { pinned: [Letter!]! } type Writer @key(fields: "id") { id: ID! years: Int @external }
       type Letter @key(fields: "id") { id: ID! writer: Writer @external byNovice: Boolean @requires(fields: "writer { years }") }`,
      {
        'Query.pinned': [{ id: 'b' }, { id: 'a' }],
        'Letter.byNovice': ({ writer }: { writer: { years: number } }) => writer.years < 2,
      },
    ),
  },
  cases: [
    {
      query: '{ letters { byNovice } }',
      data: { letters: [{ byNovice: true }, { byNovice: false }] },
      asked: 'board letters',
    },
    {
      query: '{ letters { isRead } }',
      data: { letters: [{ isRead: false }, { isRead: true }] },
      asked: 'board letters letters',
    },
    {
      query: '{ pinned { isRead } }',
      data: { pinned: [{ isRead: true }, { isRead: false }] },
      asked: 'board board letters letters',
    },
  ],
};

export const requires = [library, chains, circles];
