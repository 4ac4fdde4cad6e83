/** External fields in four notations, of Federation 1 and 2: what a service only names, it may still provide. */
import type { AuditClass } from './supergraph.js';

const guides = (name: string, notation: 1 | 2, head: string): AuditClass => ({
  name,
  notation,
  services: {
    tours: `type Query { guide: Guide namedGuide: Guide @provides(fields: "name") }
      ${head} @key(fields: "id") { id: ID! @external name: String @external tours: Int }
      Query.guide = { id: "g" }
      Query.namedGuide = { id: "g", name: "Ida" }
      Guide.tours = 4`,
    staff: `type Query { chief: Guide }
      type Guide @key(fields: "id") { id: ID! name: String ${notation === 2 ? '@shareable' : ''} rank: Int }
      Query.chief = { id: "g", name: "Ida", rank: 1 }
      Guide = [{ id: "g", name: "Ida", rank: 1 }]`,
  },
  cases: `
    { guide { id tours } } gives { guide: { id: "g", tours: 4 } } from tours
    { guide { id name tours } } gives { guide: { id: "g", name: "Ida", tours: 4 } } from staff tours
    { namedGuide { name tours id } } gives { namedGuide: { name: "Ida", tours: 4, id: "g" } } from tours
    { chief { name tours } namedGuide { name rank } guide { name } }
      gives { chief: { name: "Ida", tours: 4 }, namedGuide: { name: "Ida", rank: 1 }, guide: { name: "Ida" } }`,
});

export const federation1: readonly AuditClass[] = [
  guides('fed1-external-extends', 1, 'type Guide @extends'),
  guides('fed1-external-extension', 1, 'extend type Guide'),
  guides('fed2-external-extends', 2, 'type Guide @extends'),
  guides('fed2-external-extension', 2, 'extend type Guide'),
  {
    name: 'fed1-external-extends-resolvable',
    notation: 1,
    services: {
      catalogue: `type Query { parts: [Part!]! } type Part @key(fields: "serial maker") { serial: ID! maker: String! }
        Query.parts = [{ serial: "s", maker: "m" }]`,
      stamps: `type Part @key(fields: "upc") { upc: ID! stamp: String }
        Part.stamp = "CE"`,
      depot: `type Part @extends @key(fields: "serial maker") @key(fields: "upc") {
        serial: ID! @external maker: String! @external upc: ID! @external price: Int }
        Part = [{ serial: "s", maker: "m", upc: "u", price: 6 }]`,
    },
    cases: `
      { parts { upc maker serial price } }
        gives { parts: [{ upc: "u", maker: "m", serial: "s", price: 6 }] } from catalogue depot
      { parts { stamp } } gives { parts: [{ stamp: "CE" }] } from catalogue depot stamps`,
  },
];
