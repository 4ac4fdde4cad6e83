/** What one service has and clients must not: enum values, arguments, input fields. */
import type { AuditClass } from './supergraph.js';

export const hidden: readonly AuditClass[] = [
  {
    name: 'enum-intersection',
    services: {
      paints: `type Query { wall: Wall paint(with: Gloss!): String } enum Gloss { MATT SATIN SECRET @inaccessible }
        type Wall @key(fields: "id") { id: ID! gloss: Gloss layers: [Gloss] }
        Query.wall = { id: "w1", gloss: "SECRET", layers: ["MATT", "SECRET", "SATIN"] }`,
      trims: `enum Gloss { MATT SATIN } type Wall @key(fields: "id") { id: ID! trim: Gloss }
        Wall = [{ id: "w1", trim: "SECRET" }]`,
    },
    compute: {
      'paints Query.paint': (_: never, args: { with: string }) => `painted ${args.with}`,
    },
    cases: `
      { wall { gloss layers } }
        gives { wall: { gloss: null, layers: ["MATT", null, "SATIN"] } } failing ["wall","gloss"] and ["wall","layers",1]
      { wall { trim id } } gives { wall: { trim: null, id: "w1" } } failing ["wall","trim"]
      { paint(with: SECRET) } gives null failing with GRAPHQL_VALIDATION_FAILED from nobody
      query ($g: Gloss!) { paint(with: $g) } with { g: "SECRET" } gives null failing with BAD_USER_INPUT from nobody
      query ($g: Gloss = MATT) { paint(with: $g) } gives { paint: "painted MATT" } from paints`,
  },
  {
    name: 'input-object-intersection',
    services: {
      north: `type Query { north(filter: Filter!): String } input Filter { text: String! size: Int }`,
      south: `type Query { south(filter: Filter!): String } input Filter { text: String! price: Int }`,
    },
    compute: {
      'north Query.north': (_: never, { filter }: { filter: { text: string } }) => filter.text,
      'south Query.south': (_: never, { filter }: { filter: object }) => Object.keys(filter).join(),
    },
    cases: `
      { north(filter: { text: "a" }) south(filter: { text: "b" }) }
        gives { north: "a", south: "text" } from north south
      { north(filter: { text: "a", size: 1 }) } gives null failing with GRAPHQL_VALIDATION_FAILED from nobody
      { north(filter: { text: "a", price: 1 }) } gives null failing with GRAPHQL_VALIDATION_FAILED from nobody
      { south(filter: { text: "a", size: 1 }) } gives null failing with GRAPHQL_VALIDATION_FAILED from nobody`,
  },
  {
    name: 'simple-inaccessible',
    services: {
      hotel: `type Query { rooms(floor: Int = 2 @inaccessible, first: Int = 9): [Room!]! } enum Kind { SINGLE CELL @inaccessible }
        type Room @key(fields: "number") { number: Int! kind: Kind }`,
      cleaning: `type Room @key(fields: "number") { number: Int! isClean: Boolean }
        Room.isClean = true`,
    },
    compute: {
      'hotel Query.rooms': (_: never, { floor, first }: { floor: number; first: number }) => [
        { number: floor * 100 + first, kind: 'SINGLE' },
        { number: 1, kind: 'CELL' },
      ],
    },
    cases: `
      { rooms(first: 1) { number isClean } }
        gives { rooms: [{ number: 201, isClean: true }, { number: 1, isClean: true }] } from cleaning hotel
      { rooms(floor: 2) { number } } gives null failing with GRAPHQL_VALIDATION_FAILED from nobody
      { rooms { number kind } }
        gives { rooms: [{ number: 209, kind: "SINGLE" }, { number: 1, kind: null }] } failing ["rooms",1,"kind"]
      { __type(name: "Kind") { enumValues { name } } }
        gives { __type: { enumValues: [{ name: "SINGLE" }] } } from nobody`,
  },
];
