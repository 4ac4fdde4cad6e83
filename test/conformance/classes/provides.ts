/** What a service knows on one path only: several levels deep, through interfaces and unions. */
import type { AuditClass } from './supergraph.js';

export const provides: readonly AuditClass[] = [
  {
    name: 'nested-provides',
    services: {
      menu: `type Query { dishes: [Dish!]! @shareable @provides(fields: "parts { id name parts { id name } }") dish: Dish }
        type Dish @key(fields: "id") { id: ID! parts: [Part!] @external }
        type Part @key(fields: "id") { id: ID! name: String @external parts: [Part!] @external }
        Query.dishes = [{ id: "d", parts: [{ id: "dough", name: "Dough", parts: [{ id: "salt", name: "Salt" }] }] }]
        Query.dish = { id: "d" }`,
      store: `type Query { dishes: [Dish!]! @shareable } type Dish @key(fields: "id") { id: ID! parts: [Part!] @shareable }
        type Part @key(fields: "id") { id: ID! name: String @shareable parts: [Part!] @shareable grams: Int }
        Query.dishes = [{ id: "d", parts: [{ id: "dough", name: "Dough", parts: [{ id: "salt", name: "Salt", parts: [] }] }] }]
        Dish = [{ id: "d", parts: [{ id: "dough", name: "Dough", parts: [{ id: "salt", name: "Salt", parts: [] }] }] }]
        Part = [{ id: "salt", name: "Salt", parts: [] }, { id: "dough", name: "Dough", parts: [{ id: "salt", name: "Salt", parts: [] }] }]
        Part.grams = 5`,
    },
    cases: `
      { dishes { parts { name parts { name id } } } dish { id } }
        gives { dishes: [{ parts: [{ name: "Dough", parts: [{ name: "Salt", id: "salt" }] }] }], dish: { id: "d" } } from menu
      { dishes { parts { parts { name parts { id } } } } }
        gives { dishes: [{ parts: [{ parts: [{ name: "Salt", parts: [] }] }] }] }
      { dish { parts { name parts { grams } } } }
        gives { dish: { parts: [{ name: "Dough", parts: [{ grams: 5 }] }] } } from menu store`,
  },
  {
    name: 'provides-on-interface',
    services: {
      keepers: `type Query { pen: Pen @shareable @provides(fields: "beasts { id name }")
        den: Pen @provides(fields: "beasts { ... on Lion { name } }") }
        interface Pen { id: ID! beasts: [Beast!] } interface Beast { id: ID! name: String }
        type Cage implements Pen @key(fields: "id") { id: ID! beasts: [Beast!] @external }
        type Lion implements Beast @key(fields: "id") { id: ID! name: String @external }
        type Lynx implements Beast @key(fields: "id") { id: ID! name: String @external }
        Query.pen = { __typename: "Cage", id: "c", beasts: [{ __typename: "Lion", id: "l1", name: "Leo" }, { __typename: "Lynx", id: "l2", name: "Lin" }] }
        Query.den = { __typename: "Cage", id: "c", beasts: [{ __typename: "Lion", id: "l1", name: "Leo" }, { __typename: "Lynx", id: "l2" }] }`,
      zoo: `type Query { pen: Pen @shareable }
        interface Pen { id: ID! beasts: [Beast!] } interface Beast { id: ID! name: String }
        type Cage implements Pen @key(fields: "id") { id: ID! beasts: [Beast!] @shareable }
        type Lion implements Beast @key(fields: "id") { id: ID! name: String @shareable }
        type Lynx implements Beast @key(fields: "id") { id: ID! name: String @shareable ears: Int }
        Query.pen = { __typename: "Cage", id: "c", beasts: [{ __typename: "Lion", id: "l1", name: "Leo" }, { __typename: "Lynx", id: "l2", name: "Lin", ears: 2 }] }
        Cage = [{ __typename: "Cage", id: "c", beasts: [{ __typename: "Lion", id: "l1", name: "Leo" }, { __typename: "Lynx", id: "l2", name: "Lin", ears: 2 }] }]
        Lion = [{ __typename: "Lion", id: "l1", name: "Leo" }]
        Lynx = [{ __typename: "Lynx", id: "l2", name: "Lin", ears: 2 }]`,
    },
    cases: `
      { pen { beasts { name id } } } gives { pen: { beasts: [{ name: "Leo", id: "l1" }, { name: "Lin", id: "l2" }] } }
      { den { beasts { ... on Lion { name } } } } gives { den: { beasts: [{ name: "Leo" }, {}] } }
      { den { beasts { name ... on Lynx { ears } } } pen { id } }
        gives { den: { beasts: [{ name: "Leo" }, { name: "Lin", ears: 2 }] }, pen: { id: "c" } }`,
  },
  {
    name: 'provides-on-union',
    services: {
      search: `type Query { finds: [Find!]! @provides(fields: "... on Score { title }") } union Find = Score | Disc
        type Score @key(fields: "id") { id: ID! title: String @external } type Disc @key(fields: "id") { id: ID! }
        Query.finds = [{ __typename: "Score", id: "s", title: "Fugue" }, { __typename: "Disc", id: "d" }]`,
      shelf: `type Score @key(fields: "id") { id: ID! title: String @shareable } type Disc @key(fields: "id") { id: ID! title: String }
        Disc = [{ id: "d", title: "Blues" }]
        Score = []`,
    },
    cases: `
      { finds { ... on Score { title id } } } gives { finds: [{ title: "Fugue", id: "s" }, {}] } from search
      { finds { ... on Score { title } ... on Disc { title } } }
        gives { finds: [{ title: "Fugue" }, { title: "Blues" }] } from search shelf`,
  },
];
