/** Fields that have moved to another service. */
import type { AuditClass } from './supergraph.js';

export const overrides: readonly AuditClass[] = [
  {
    name: 'simple-override',
    services: {
      old: `type Query { plan: Plan @shareable draft: Plan } type Plan @key(fields: "id") { id: ID! due: String }
        Query.plan = { id: "p", due: "NEVER" }
        Query.draft = { id: "p", due: "NEVER" }`,
      young: `type Query { plan: Plan @shareable } type Plan @key(fields: "id") { id: ID! due: String @override(from: "old") }
        Query.plan = { id: "p", due: "May" }
        Plan = [{ id: "p", due: "May" }]`,
    },
    cases: `
      { plan { id due } } gives { plan: { id: "p", due: "May" } } from young
      { draft { due id } } gives { draft: { due: "May", id: "p" } } from old young`,
  },
  {
    name: 'unavailable-override',
    services: {
      old: `type Query { draft: Plan } type Plan @key(fields: "id") { id: ID! title: String }
        Query.draft = { id: "p", title: "Roof" }
        Plan = [{ id: "p", title: "Roof" }]`,
      young: `type Query { plan: Plan } type Plan @key(fields: "id") { id: ID! due: String @override(from: "nobody") }
        Query.plan = { id: "p", due: "May" }
        Plan = [{ id: "p", due: "May" }]`,
    },
    cases: `
      { draft { title due } } gives { draft: { title: "Roof", due: "May" } } from old young
      { plan { title due } } gives { plan: { title: "Roof", due: "May" } } from old young`,
  },
  {
    name: 'override-with-requires',
    services: {
      garage: `type Query { parked: Car }
        type Car @key(fields: "id") { id: ID! weight: Int @external tax: Int @requires(fields: "weight") }
        Query.parked = { id: "c" }`,
      scales: `type Query { weighed: Car } type Car @key(fields: "id") { id: ID! weight: Int @override(from: "garage") }
        Query.weighed = { id: "c", weight: 900 }
        Car = [{ id: "c", weight: 900 }]`,
      ferry: `type Query { aboard: Car }
        type Car @key(fields: "id") { id: ID! weight: Int @external fare: Int @requires(fields: "weight") }
        Query.aboard = { id: "c" }`,
    },
    compute: {
      'garage Car.tax': ({ weight }: { weight: number }) => weight / 10,
      'ferry Car.fare': ({ weight }: { weight: number }) => weight + 1,
    },
    cases: `
      { parked { tax } } gives { parked: { tax: 90 } } from garage garage scales
      { parked { tax fare weight } }
        gives { parked: { tax: 90, fare: 901, weight: 900 } } from ferry garage garage scales
      { weighed { tax fare weight } } gives { weighed: { tax: 90, fare: 901, weight: 900 } } from ferry garage scales
      { aboard { fare tax } } gives { aboard: { fare: 901, tax: 90 } } from ferry ferry garage scales`,
  },
  {
    name: 'override-type-interface',
    services: {
      old: `type Query { feed: [Entry!]! } interface Entry { id: ID! at: String }
        type Note implements Entry @key(fields: "id") { id: ID! at: String } type Photo implements Entry @key(fields: "id") { id: ID! at: String }
        Query.feed = [{ __typename: "Note", id: "n", at: "NEVER" }, { __typename: "Photo", id: "p", at: "noon" }]`,
      young: `interface Dated { at: String }
        type Note implements Dated @key(fields: "id") { id: ID! at: String @override(from: "old") }
        Note = [{ id: "n", at: "dawn" }]`,
    },
    cases: `
      { feed { id at } } gives { feed: [{ id: "n", at: "dawn" }, { id: "p", at: "noon" }] } from old young
      { feed { ... on Dated { at } } } gives { feed: [{ at: "dawn" }, {}] } from old young
      { feed { ... on Photo { at } } } gives { feed: [{}, { at: "noon" }] } from old`,
  },
];
