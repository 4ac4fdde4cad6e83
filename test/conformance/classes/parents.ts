/** What has no key of its own is reached through its parent, and is put together from several services. */
import type { AuditClass } from './supergraph.js';

export const parents: readonly AuditClass[] = [
  {
    name: 'parent-entity-call',
    services: {
      kitchen: `type Query { dishes: [Dish!]! } type Course { id: ID! @shareable }
        type Dish @key(fields: "id") @key(fields: "id lot") { id: ID! lot: ID! course: Course @shareable }
        Query.dishes = [{ id: "d1", lot: "l1", course: { id: "soups" } }, { id: "d2", lot: "l2", course: null }, { id: "d3", lot: "l3", course: { id: "soups" } }]`,
      cellar: `type Course { id: ID! @shareable }
        type Dish @key(fields: "id lot") { id: ID! lot: ID! course: Course @shareable wine: String }
        Dish = [{ id: "d1", lot: "l1", course: { id: "soups" }, wine: "white" }]`,
      menus: `type Course { id: ID! @shareable details: Details } type Details { text: String }
        type Dish @key(fields: "id lot") { id: ID! lot: ID! course: Course @shareable }
        Dish = [{ id: "d3", lot: "l3", course: { id: "soups", details: { text: "cold" } } }, { id: "d2", lot: "l2", course: null }, { id: "d1", lot: "l1", course: { id: "soups", details: { text: "hot" } } }]`,
    },
    cases: `
      { dishes { id course { id details { text } } } }
        gives { dishes: [{ id: "d1", course: { id: "soups", details: { text: "hot" } } }, { id: "d2", course: null }, { id: "d3", course: { id: "soups", details: { text: "cold" } } }] } from kitchen menus`,
  },
  {
    name: 'parent-entity-call-complex',
    services: {
      gate: `type Query { visit(id: ID!): Room } type Room @key(fields: "id") { id: ID! }`,
      plans: `type Room @key(fields: "id") { id: ID! theme: Theme @shareable } type Theme { id: ID! @shareable }
        Room = [{ id: "r1", theme: { id: "ice" } }]`,
      guides: `type Room @key(fields: "id") { id: ID! theme: Theme @shareable } type Theme { details: String }
        Room = [{ id: "r1", theme: { details: "Mind your step." } }]`,
      signs: `type Theme @key(fields: "id") { id: ID! name: String }
        Theme = [{ id: "ice", name: "Ice" }]`,
    },
    compute: {
      'gate Query.visit': (_: never, { id }: { id: string }) => ({ id }),
    },
    cases: `
      { visit(id: "r1") { id theme { name details id } } }
        gives { visit: { id: "r1", theme: { name: "Ice", details: "Mind your step.", id: "ice" } } } from gate guides plans signs`,
  },
  {
    name: 'shared-root',
    services: {
      halls: `type Query { fair: Fair @shareable fairs: [Fair!]! @shareable }
        type Fair { name: Name! @shareable hall: Hall } type Name @shareable { long: String! }
        type Hall { doors: Int! }
        Query.fair = { name: { long: "Spring" }, hall: { doors: 4 } }
        Query.fairs = [{ name: { long: "Spring" }, hall: { doors: 4 } }, { name: { long: "Autumn" }, hall: { doors: 2 } }]`,
      sponsors: `type Query { fair: Fair @shareable fairs: [Fair!]! @shareable }
        type Fair { name: Name! @shareable sponsor: Sponsor } type Name @shareable { long: String! }
        type Sponsor { paid: Int! }
        Query.fair = { name: { long: "Spring" }, sponsor: { paid: 10 } }
        Query.fairs = [{ name: { long: "Spring" }, sponsor: { paid: 10 } }, { name: { long: "Autumn" }, sponsor: { paid: 0 } }]`,
      days: `type Query { fair: Fair @shareable fairs: [Fair!]! @shareable }
        type Fair { name: Name! @shareable day: Day } type Name @shareable { long: String! }
        type Day { number: Int! }
        Query.fair = { name: { long: "Spring" }, day: { number: 80 } }
        Query.fairs = [{ name: { long: "Spring" }, day: { number: 80 } }, { name: { long: "Autumn" }, day: { number: 260 } }]`,
    },
    cases: `
      { fair { hall { doors } sponsor { paid } day { number } name { long } } }
        gives { fair: { hall: { doors: 4 }, sponsor: { paid: 10 }, day: { number: 80 }, name: { long: "Spring" } } } from days halls sponsors
      { all: fairs { name { long } sponsor { paid } hall { doors } day { number } } }
        gives { all: [{ name: { long: "Spring" }, sponsor: { paid: 10 }, hall: { doors: 4 }, day: { number: 80 } }, { name: { long: "Autumn" }, sponsor: { paid: 0 }, hall: { doors: 2 }, day: { number: 260 } }] } from days halls sponsors`,
  },
];
