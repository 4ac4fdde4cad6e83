/** Fields that need others from elsewhere: after a hop, below lists, in chains and in circles. */
import type { AuditClass } from './supergraph.js';

export const circle: AuditClass = {
  name: 'requires-circular',
  services: {
    letters: `type Query { letters: [Letter!]! } type Writer @key(fields: "id") { id: ID! years: Int }
      type Letter @key(fields: "id") { id: ID! writer: Writer byNovice: Boolean @external isRead: Boolean @requires(fields: "byNovice") }
      Query.letters = [{ id: "a", writer: { id: "w1", years: 1 } }, { id: "b", writer: { id: "w2", years: 9 } }]
      Letter = [{ id: "a", writer: { id: "w1", years: 1 } }, { id: "b", writer: { id: "w2", years: 9 } }]`,
    board: `type Query { pinned: [Letter!]! } type Writer @key(fields: "id") { id: ID! years: Int @external }
      type Letter @key(fields: "id") { id: ID! writer: Writer @external byNovice: Boolean @requires(fields: "writer { years }") }
      Query.pinned = [{ id: "b" }, { id: "a" }]`,
  },
  compute: {
    'letters Letter.isRead': ({ byNovice }: { byNovice: boolean }) => !byNovice,
    'board Letter.byNovice': ({ writer }: { writer: { years: number } }) => writer.years < 2,
  },
  cases: `
    { letters { byNovice } } gives { letters: [{ byNovice: true }, { byNovice: false }] } from board letters
    { letters { isRead } } gives { letters: [{ isRead: false }, { isRead: true }] } from board letters letters`,
};

export const requires: readonly AuditClass[] = [
  {
    name: 'simple-requires-provides',
    services: {
      tools: `type Query { tools: [Tool!]! } type Tool @key(fields: "id") { id: ID! name: String weight: Int value: Int }
        Query.tools = [{ id: "t1", name: "saw", weight: 3, value: 40 }, { id: "t2", name: "awl", weight: 1, value: 5 }]
        Tool = [{ id: "t1", name: "saw", weight: 3, value: 40 }, { id: "t2", name: "awl", weight: 1, value: 5 }]`,
      store: `type Tool @key(fields: "id") { id: ID! weight: Int @external value: Int @external
        shipping: Int @requires(fields: "weight value") insurance: Int @requires(fields: "value weight") }`,
      members: `type Query { me: Member } type Member @key(fields: "id") { id: ID! nick: String @shareable }
        Query.me = { id: "m", nick: "Mo" }`,
      loans: `type Loan { id: ID! tool: Tool member: Member @provides(fields: "nick") }
        type Tool @key(fields: "id") { id: ID! loans: [Loan!] } type Member @key(fields: "id") { id: ID! nick: String @external loans: [Loan!] }
        Member.loans = [{ id: "l1", tool: { id: "t2" }, member: { id: "m", nick: "Mo" } }, { id: "l2", tool: { id: "t1" }, member: { id: "m", nick: "Mo" } }]`,
    },
    compute: {
      'store Tool.shipping': ({ weight, value }: Record<string, number>) => weight! * 10 + value!,
      'loans Tool.loans': ({ id }: { id: string }) => [
        { id: id === 't1' ? 'l2' : 'l1', tool: { id }, member: { id: 'm', nick: 'Mo' } },
      ],
      'store Tool.insurance': ({ weight, value }: Record<string, number>) => value! - weight!,
    },
    cases: `
      { tools { shipping insurance } }
        gives { tools: [{ shipping: 70, insurance: 37 }, { shipping: 15, insurance: 4 }] } from store tools
      { me { loans { tool { weight: name shipping } } } }
        gives { me: { loans: [{ tool: { weight: "awl", shipping: 15 } }, { tool: { weight: "saw", shipping: 70 } }] } } from loans members store tools
      { tools { loans { member { nick } tool { insurance loans { id } } } } }
        gives { tools: [{ loans: [{ member: { nick: "Mo" }, tool: { insurance: 37, loans: [{ id: "l2" }] } }] }, { loans: [{ member: { nick: "Mo" }, tool: { insurance: 4, loans: [{ id: "l1" }] } }] }] } from loans store tools tools`,
  },
  {
    name: 'requires-requires',
    services: {
      prices: `type Query { item: Item } type Item @key(fields: "id") { id: ID! price: Int @inaccessible }
        Query.item = { id: "i", price: 12 }
        Item = [{ id: "i", price: 12 }]`,
      rates: `type Item @key(fields: "id") { id: ID! price: Int @external
        isDear: Boolean @requires(fields: "price") isTaxed: Boolean @requires(fields: "price") }`,
      purse: `type Query { wish: Item } type Item @key(fields: "id") { id: ID! isDear: Boolean @external isTaxed: Boolean @external
        canAfford: Boolean @requires(fields: "isDear") canImport: Boolean @requires(fields: "isTaxed") }
        Query.wish = { id: "i" }`,
    },
    compute: {
      'rates Item.isDear': ({ price }: { price: number }) => price > 10,
      'rates Item.isTaxed': ({ price }: { price: number }) => price > 20,
      'purse Item.canAfford': ({ isDear }: { isDear: boolean }) => !isDear,
      'purse Item.canImport': ({ isTaxed }: { isTaxed: boolean }) => !isTaxed,
    },
    cases: `
      { item { canAfford } } gives { item: { canAfford: false } } from prices purse rates
      { item { canAfford canImport isDear } }
        gives { item: { canAfford: false, canImport: true, isDear: true } } from prices purse rates
      { wish { canImport canAfford } }
        gives { wish: { canImport: true, canAfford: false } } from prices purse purse rates
      { item { price } } gives null failing with GRAPHQL_VALIDATION_FAILED from nobody`,
  },
  circle,
];
