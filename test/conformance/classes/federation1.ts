/** External fields in four notations, of Federation 1 and 2: what a service only names, it may still provide. */
import { olderService, service } from './service.js';
import type { AuditClass } from './supergraph.js';

const ida = { id: 'g', name: 'Ida', rank: 1 };

const guides = (name: string, make: typeof olderService, head: string, owned = ''): AuditClass => ({
  name,
  services: {
    tours: make(
      `type Query { guide: Guide namedGuide: Guide @provides(fields: "name") }
       ${head} @key(fields: "id") { id: ID! @external name: String @external tours: Int }`,
      {
        'Query.guide': { id: 'g' },
        'Query.namedGuide': { id: 'g', name: 'Ida' },
        'Guide.tours': 4,
      },
    ),
    staff: make(`type Query { chief: Guide } type Guide @key(fields: "id") { id: ID! name: String ${owned} rank: Int }`, {
      'Query.chief': ida,
      Guide: [ida],
    }),
  },
  cases: [
    { query: '{ guide { id tours } }', data: { guide: { id: 'g', tours: 4 } }, asked: 'tours' },
    { query: '{ guide { id name tours } }', data: { guide: { id: 'g', name: 'Ida', tours: 4 } }, asked: 'staff tours' },
    {
      query: '{ namedGuide { name tours id } }',
      data: { namedGuide: { name: 'Ida', tours: 4, id: 'g' } },
      asked: 'tours',
    },
    {
      query: '{ chief { name tours } namedGuide { name rank } guide { name } }',
      data: { chief: { name: 'Ida', tours: 4 }, namedGuide: { name: 'Ida', rank: 1 }, guide: { name: 'Ida' } },
    },
  ],
});

const part = { serial: 's', maker: 'm', upc: 'u', price: 6 };
const parts: AuditClass = {
  name: 'fed1-external-extends-resolvable',
  services: {
    catalogue: olderService(
      'type Query { parts: [Part!]! } type Part @key(fields: "serial maker") { serial: ID! maker: String! }',
      { 'Query.parts': [{ serial: 's', maker: 'm' }] },
    ),
    stamps: olderService('type Part @key(fields: "upc") { upc: ID! stamp: String }', { 'Part.stamp': 'CE' }),
    depot: olderService(
      `type Part @extends @key(fields: "serial maker") @key(fields: "upc") {
         serial: ID! @external maker: String! @external upc: ID! @external price: Int }`,
      { Part: [part] },
    ),
  },
  cases: [
    {
      query: '{ parts { upc maker serial price } }',
      data: { parts: [{ upc: 'u', maker: 'm', serial: 's', price: 6 }] },
      asked: 'catalogue depot',
    },
    { query: '{ parts { stamp } }', data: { parts: [{ stamp: 'CE' }] }, asked: 'catalogue depot stamps' },
  ],
};

export const federation1 = [
  guides('fed1-external-extends', olderService, 'type Guide @extends'),
  guides('fed1-external-extension', olderService, 'extend type Guide'),
  guides('fed2-external-extends', service, 'type Guide @extends', '@shareable'),
  guides('fed2-external-extension', service, 'extend type Guide', '@shareable'),
  parts,
];
