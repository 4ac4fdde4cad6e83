/** Unions that have other members in each service, where the field is shared. */
import type { AuditClass } from './supergraph.js';

export const unions: readonly AuditClass[] = [
  {
    name: 'union-intersection',
    services: {
      words: `type Query { found: Found @shareable viewer: Viewer @shareable pick: Found @shareable } union Found = Song | Poem
        type Viewer { found: Found @shareable } type Song { title: String @shareable lyrics: String } type Poem { title: String }
        Query.found = { __typename: "Song", title: "Fado", lyrics: "la", steps: 3 }
        Query.viewer = { found: { __typename: "Song", title: "Fado", lyrics: "la", steps: 3 } }
        Query.pick = { __typename: "Song", title: "Fado", lyrics: "la", steps: 3 }`,
      moves: `type Query { found: Found @shareable viewer: Viewer @shareable pick: Song @shareable } union Found = Song | Dance
        type Viewer { found: Found @shareable } type Song { title: String @shareable steps: Int } type Dance { title: String }
        Query.found = { __typename: "Song", title: "Fado", lyrics: "la", steps: 3 }
        Query.viewer = { found: { __typename: "Song", title: "Fado", lyrics: "la", steps: 3 } }
        Query.pick = { __typename: "Song", title: "Fado", lyrics: "la", steps: 3 }`,
    },
    cases: `
      { found { ... on Poem { title } } } gives { found: {} }
      { found { ... on Dance { title } } } gives { found: {} }
      { found { __typename ... on Dance { title } ... on Song { lyrics steps } ... on Poem { title } } }
        gives { found: { __typename: "Song", lyrics: "la", steps: 3 } } from moves words
      { viewer { found { ... on Poem { title } ... on Song { steps title lyrics } } } }
        gives { viewer: { found: { steps: 3, title: "Fado", lyrics: "la" } } } from moves words
      { pick { ... on Dance { title } ... on Song { steps } } } gives { pick: { steps: 3 } } from moves`,
  },
  {
    name: 'partial-union',
    services: {
      boards: `type Query { board: Board } type Board { pieces: [Piece!]! @shareable } union Piece = Pawn | Rook
        type Pawn { step: Int @shareable } type Rook { line: String }
        Query.board = { pieces: [{ __typename: "Rook", line: "a" }, { __typename: "Pawn", step: 2 }] }`,
      club: `type Board { pieces: [Piece!]! @shareable } union Piece = Pawn type Pawn { step: Int @shareable }`,
    },
    cases: `
      { board { pieces { __typename ... on Pawn { step } ... on Rook { line } } } }
        gives { board: { pieces: [{ __typename: "Rook", line: "a" }, { __typename: "Pawn", step: 2 }] } } from boards
      { board { pieces { ... on Rook { line } } } } gives { board: { pieces: [{ line: "a" }, {}] } }`,
  },
  {
    name: 'partial-union-complex',
    services: {
      morning: `type Query { day: Day } type Day @key(fields: "id") { id: ID! shift: Shift }
        type Shift { actions: [Action!]! @shareable } union Action = Both | Dig
        type Both { shared: String @shareable } type Dig { depth: Int }
        Query.day = { id: "d1", shift: { actions: [{ __typename: "Both", shared: "b" }, { __typename: "Dig", depth: 1 }] } }`,
      evening: `type Day @key(fields: "id") { id: ID! late: Shift }
        type Shift { actions: [Action!]! @shareable } union Action = Both | Cut
        type Both { shared: String @shareable } type Cut { length: Int }
        Day = [{ id: "d1", late: { actions: [{ __typename: "Cut", length: 2 }, { __typename: "Both", shared: "b" }] } }]`,
    },
    cases: `
      { day { shift { actions { __typename ... on Both { shared } ... on Dig { depth } } } } }
        gives { day: { shift: { actions: [{ __typename: "Both", shared: "b" }, { __typename: "Dig", depth: 1 }] } } } from morning
      { day { late { actions { __typename ... on Cut { length } ... on Both { shared } } } } }
        gives { day: { late: { actions: [{ __typename: "Cut", length: 2 }, { __typename: "Both", shared: "b" }] } } } from evening morning
      { day { shift { actions { ... on Both { shared } } } late { actions { ... on Both { shared } } } } }
        gives { day: { shift: { actions: [{ shared: "b" }, {}] }, late: { actions: [{}, { shared: "b" }] } } } from evening morning`,
  },
];
