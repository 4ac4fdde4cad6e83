/** What has no key of its own is reached through its parent, and is put together from several services. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const dishes: AuditClass = {
  name: 'parent-entity-call',
  services: {
    kitchen: service(
      `type Query { dishes: [Dish!]! } type Course { id: ID! @shareable }
       type Dish @key(fields: "id") @key(fields: "id lot") { id: ID! lot: ID! course: Course @shareable }`,
      {
        'Query.dishes': [
          { id: 'd1', lot: 'l1', course: { id: 'soups' } },
          { id: 'd2', lot: 'l2', course: null },
          { id: 'd3', lot: 'l3', course: { id: 'soups' } },
        ],
      },
    ),
    cellar: service(
      `type Course { id: ID! @shareable }
       type Dish @key(fields: "id lot") { id: ID! lot: ID! course: Course @shareable wine: String }`,
      { Dish: [{ id: 'd1', lot: 'l1', course: { id: 'soups' }, wine: 'white' }] },
    ),
    menus: service(
      `type Course { id: ID! @shareable details: Details } type Details { text: String }
       type Dish @key(fields: "id lot") { id: ID! lot: ID! course: Course @shareable }`,
      {
        Dish: [
          { id: 'd3', lot: 'l3', course: { id: 'soups', details: { text: 'cold' } } },
          { id: 'd2', lot: 'l2', course: null },
          { id: 'd1', lot: 'l1', course: { id: 'soups', details: { text: 'hot' } } },
        ],
      },
    ),
  },
  cases: [
    {
      query: '{ dishes { id course { id details { text } } } }',
      data: {
        dishes: [
          { id: 'd1', course: { id: 'soups', details: { text: 'hot' } } },
          { id: 'd2', course: null },
          { id: 'd3', course: { id: 'soups', details: { text: 'cold' } } },
        ],
      },
      asked: 'kitchen menus',
    },
  ],
};

const rooms: AuditClass = {
  name: 'parent-entity-call-complex',
  services: {
    gate: service('type Query { visit(id: ID!): Room } type Room @key(fields: "id") { id: ID! }', {
      'Query.visit': (_: never, { id }: { id: string }) => ({ id }),
    }),
    plans: service(
      'type Room @key(fields: "id") { id: ID! theme: Theme @shareable } type Theme { id: ID! @shareable }',
      { Room: [{ id: 'r1', theme: { id: 'ice' } }] },
    ),
    guides: service('type Room @key(fields: "id") { id: ID! theme: Theme @shareable } type Theme { details: String }', {
      Room: [{ id: 'r1', theme: { details: 'Mind your step.' } }],
    }),
    signs: service('type Theme @key(fields: "id") { id: ID! name: String }', { Theme: [{ id: 'ice', name: 'Ice' }] }),
  },
  cases: [
    {
      query: '{ visit(id: "r1") { id theme { name details id } } }',
      data: { visit: { id: 'r1', theme: { name: 'Ice', details: 'Mind your step.', id: 'ice' } } },
      asked: 'gate guides plans signs',
    },
  ],
};

const fair = (field: string, type: string, one: object, other: object) =>
  service(
    `type Query { fair: Fair @shareable fairs: [Fair!]! @shareable }
     type Fair { name: Name! @shareable ${field}: ${type} } type Name @shareable { long: String! }
     type ${type} { ${Object.keys(one)[0]}: Int! }`,
    {
      'Query.fair': { name: { long: 'Spring' }, [field]: one },
      'Query.fairs': [
        { name: { long: 'Spring' }, [field]: one },
        { name: { long: 'Autumn' }, [field]: other },
      ],
    },
  );
const fairs: AuditClass = {
  name: 'shared-root',
  services: {
    halls: fair('hall', 'Hall', { doors: 4 }, { doors: 2 }),
    sponsors: fair('sponsor', 'Sponsor', { paid: 10 }, { paid: 0 }),
    days: fair('day', 'Day', { number: 80 }, { number: 260 }),
  },
  cases: [
    {
      query: '{ fair { hall { doors } sponsor { paid } day { number } name { long } } }',
      data: { fair: { hall: { doors: 4 }, sponsor: { paid: 10 }, day: { number: 80 }, name: { long: 'Spring' } } },
      asked: 'days halls sponsors',
    },
    {
      query: '{ all: fairs { name { long } sponsor { paid } hall { doors } day { number } } }',
      data: {
        all: [
          { name: { long: 'Spring' }, sponsor: { paid: 10 }, hall: { doors: 4 }, day: { number: 80 } },
          { name: { long: 'Autumn' }, sponsor: { paid: 0 }, hall: { doors: 2 }, day: { number: 260 } },
        ],
      },
      asked: 'days halls sponsors',
    },
  ],
};

export const parents = [dishes, rooms, fairs];
