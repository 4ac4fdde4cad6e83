/** From service to service by keys: others than the first, nested ones, and of entities that are not there. */
import type { AuditClass } from './supergraph.js';

export const keys: readonly AuditClass[] = [
  {
    name: 'simple-entity-call',
    services: {
      stations: `type Query { station: Station } type Station @key(fields: "id") { id: ID! code: String! }
        Query.station = { id: "s1", code: "BSL" }`,
      tracks: `type Station @key(fields: "code") { code: String! @external tracks: Int! }
        Station = [{ code: "BSL", tracks: 12 }]`,
    },
    cases: `
      { station { id tracks } } gives { station: { id: "s1", tracks: 12 } } from stations tracks
      { station { code: tracks id: code tracks: id } }
        gives { station: { code: 12, id: "BSL", tracks: "s1" } } from stations tracks`,
  },
  {
    name: 'complex-entity-call',
    services: {
      orchard: `type Query { baskets: [Basket!]! } type Basket @key(fields: "fruits { sku }") { fruits: [Fruit!]! }
        type Fruit @key(fields: "sku") { sku: ID! }
        Query.baskets = [{ fruits: [{ sku: "f1" }, { sku: "f2" }] }, { fruits: [{ sku: "f2" }] }]`,
      codes: `type Fruit @key(fields: "sku") @key(fields: "sku plu") { sku: ID! plu: ID! }
        Fruit = [{ sku: "f1", plu: "p1", sort: { id: "r", tag: "ripe" } }, { sku: "f2", plu: "p2", sort: { id: "g", tag: "green" } }]`,
      stall: `type Basket @key(fields: "fruits { sku plu }") { fruits: [Fruit!]! best: Fruit @shareable }
        type Fruit @key(fields: "sku plu") { sku: ID! plu: ID! sort: Sort @shareable }
        type Sort @shareable { id: ID! tag: String }
        Basket = [{ fruits: [{ sku: "f1", plu: "p1", sort: { id: "r", tag: "ripe" } }, { sku: "f2", plu: "p2", sort: { id: "g", tag: "green" } }], best: { sku: "f1", plu: "p1", sort: { id: "r", tag: "ripe" } } }, { fruits: [{ sku: "f2", plu: "p2", sort: { id: "g", tag: "green" } }], best: { sku: "f2", plu: "p2", sort: { id: "g", tag: "green" } } }]
        Fruit = [{ sku: "f1", plu: "p1", sort: { id: "r", tag: "ripe" } }, { sku: "f2", plu: "p2", sort: { id: "g", tag: "green" } }]`,
      prices: `type Basket @key(fields: "fruits { sku plu sort { id tag } } best { sku }") { fruits: [Fruit!]! best: Fruit first: Fruit }
        type Fruit @key(fields: "sku plu sort { id tag }") { sku: ID! plu: ID! sort: Sort price: Int }
        type Sort @shareable { id: ID! tag: String }
        Basket = [{ fruits: [{ sku: "f1", plu: "p1", sort: { id: "r", tag: "ripe" } }, { sku: "f2", plu: "p2", sort: { id: "g", tag: "green" } }], best: { sku: "f1", plu: "p1", sort: { id: "r", tag: "ripe" } }, first: { sku: "f1", plu: "p1", sort: { id: "r", tag: "ripe" }, price: 40 } }, { fruits: [{ sku: "f2", plu: "p2", sort: { id: "g", tag: "green" } }], best: { sku: "f2", plu: "p2", sort: { id: "g", tag: "green" } }, first: { sku: "f2", plu: "p2", sort: { id: "g", tag: "green" }, price: 25 } }]
        Fruit = [{ sku: "f1", plu: "p1", sort: { id: "r", tag: "ripe" }, price: 40 }, { sku: "f2", plu: "p2", sort: { id: "g", tag: "green" }, price: 25 }]`,
    },
    cases: `
      { baskets { fruits { price } } }
        gives { baskets: [{ fruits: [{ price: 40 }, { price: 25 }] }, { fruits: [{ price: 25 }] }] } from codes orchard prices stall
      { baskets { first { sku price } best { plu } fruits { plu sort { tag } } } }
        gives { baskets: [{ first: { sku: "f1", price: 40 }, best: { plu: "p1" }, fruits: [{ plu: "p1", sort: { tag: "ripe" } }, { plu: "p2", sort: { tag: "green" } }] }, { first: { sku: "f2", price: 25 }, best: { plu: "p2" }, fruits: [{ plu: "p2", sort: { tag: "green" } }] }] }`,
  },
  {
    name: 'null-keys',
    services: {
      cellar: `type Query { crates: [Crate!]! } type Crate { wine: Wine } type Wine @key(fields: "barcode") { barcode: ID! }
        Query.crates = [{ wine: { barcode: "b1" } }, { wine: { barcode: "unknown" } }, { wine: { barcode: "b3" } }, { wine: { barcode: "b1" } }]`,
      registry: `type Wine @key(fields: "id") @key(fields: "barcode") { id: ID! barcode: ID! }
        Wine = [{ id: "w1", barcode: "b1" }, { id: "w3", barcode: "b3" }]`,
      critics: `type Wine @key(fields: "id") { id: ID! critic: Critic } type Critic { name: String! }
        Wine = [{ id: "w3", critic: { name: "Ida" } }, { id: "w1", critic: { name: "Bo" } }]`,
    },
    cases: `
      { crates { wine { barcode critic { name } } } }
        gives { crates: [{ wine: { barcode: "b1", critic: { name: "Bo" } } }, { wine: { barcode: "unknown", critic: null } }, { wine: { barcode: "b3", critic: { name: "Ida" } } }, { wine: { barcode: "b1", critic: { name: "Bo" } } }] } from cellar critics registry`,
  },
  {
    name: 'mysterious-external',
    services: {
      scales: `type Query { heaviest: Tool } extend type Tool @key(fields: "id") { id: ID! @external weight: Int }
        Query.heaviest = { id: "t1", weight: 90 }
        Tool = [{ id: "t1", weight: 90 }]`,
      shed: `type Query { tool: Tool } type Tool @key(fields: "id") { id: ID! name: String }
        Query.tool = { id: "t1", name: "anvil" }
        Tool = [{ id: "t1", name: "anvil" }]`,
    },
    cases: `
      { heaviest { id weight } } gives { heaviest: { id: "t1", weight: 90 } } from scales
      { heaviest { id name } } gives { heaviest: { id: "t1", name: "anvil" } } from scales shed
      { tool { weight name id } } gives { tool: { weight: 90, name: "anvil", id: "t1" } } from scales shed`,
  },
];
