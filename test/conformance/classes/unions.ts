/** Unions that have other members in each service, where the field is shared. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const found = { __typename: 'Song', title: 'Fado', lyrics: 'la', steps: 3 };
const roots = { 'Query.found': found, 'Query.viewer': { found }, 'Query.pick': found };
const songs: AuditClass = {
  name: 'union-intersection',
  services: {
    words: service(
      `type Query { found: Found @shareable viewer: Viewer @shareable pick: Found @shareable } union Found = Song | Poem
       type Viewer { found: Found @shareable } type Song { title: String @shareable lyrics: String } type Poem { title: String }`,
      roots,
    ),
    moves: service(
      `type Query { found: Found @shareable viewer: Viewer @shareable pick: Song @shareable } union Found = Song | Dance
       type Viewer { found: Found @shareable } type Song { title: String @shareable steps: Int } type Dance { title: String }`,
      roots,
    ),
  },
  cases: [
    { query: '{ found { ... on Poem { title } } }', data: { found: {} } },
    { query: '{ found { ... on Dance { title } } }', data: { found: {} } },
    {
      query: '{ found { __typename ... on Dance { title } ... on Song { lyrics steps } ... on Poem { title } } }',
      data: { found: { __typename: 'Song', lyrics: 'la', steps: 3 } },
      asked: 'moves words',
    },
    {
      query: '{ viewer { found { ... on Poem { title } ... on Song { steps title lyrics } } } }',
      data: { viewer: { found: { steps: 3, title: 'Fado', lyrics: 'la' } } },
      asked: 'moves words',
    },
    {
      query: '{ pick { ... on Dance { title } ... on Song { steps } } }',
      data: { pick: { steps: 3 } },
      asked: 'moves',
    },
  ],
};

const boards: AuditClass = {
  name: 'partial-union',
  services: {
    boards: service(
      `type Query { board: Board } type Board { pieces: [Piece!]! @shareable } union Piece = Pawn | Rook
       type Pawn { step: Int @shareable } type Rook { line: String }`,
      {
        'Query.board': {
          pieces: [
            { __typename: 'Rook', line: 'a' },
            { __typename: 'Pawn', step: 2 },
          ],
        },
      },
    ),
    club: service(
      'type Board { pieces: [Piece!]! @shareable } union Piece = Pawn  type Pawn { step: Int @shareable }',
      {},
    ),
  },
  cases: [
    {
      query: '{ board { pieces { __typename ... on Pawn { step } ... on Rook { line } } } }',
      data: {
        board: {
          pieces: [
            { __typename: 'Rook', line: 'a' },
            { __typename: 'Pawn', step: 2 },
          ],
        },
      },
      asked: 'boards',
    },
    { query: '{ board { pieces { ... on Rook { line } } } }', data: { board: { pieces: [{ line: 'a' }, {}] } } },
  ],
};

const both = { __typename: 'Both', shared: 'b' };
const morning = { actions: [both, { __typename: 'Dig', depth: 1 }] };
const evening = { actions: [{ __typename: 'Cut', length: 2 }, both] };
const days: AuditClass = {
  name: 'partial-union-complex',
  services: {
    morning: service(
      `type Query { day: Day } type Day @key(fields: "id") { id: ID! shift: Shift }
       type Shift { actions: [Action!]! @shareable } union Action = Both | Dig
       type Both { shared: String @shareable } type Dig { depth: Int }`,
      { 'Query.day': { id: 'd1', shift: morning } },
    ),
    evening: service(
      `type Day @key(fields: "id") { id: ID! late: Shift }
       type Shift { actions: [Action!]! @shareable } union Action = Both | Cut
       type Both { shared: String @shareable } type Cut { length: Int }`,
      { Day: [{ id: 'd1', late: evening }] },
    ),
  },
  cases: [
    {
      query: '{ day { shift { actions { __typename ... on Both { shared } ... on Dig { depth } } } } }',
      data: { day: { shift: { actions: [both, { __typename: 'Dig', depth: 1 }] } } },
      asked: 'morning',
    },
    {
      query: '{ day { late { actions { __typename ... on Cut { length } ... on Both { shared } } } } }',
      data: { day: { late: { actions: [{ __typename: 'Cut', length: 2 }, both] } } },
      asked: 'evening morning',
    },
    {
      query: '{ day { shift { actions { ... on Both { shared } } } late { actions { ... on Both { shared } } } } }',
      data: { day: { shift: { actions: [{ shared: 'b' }, {}] }, late: { actions: [{}, { shared: 'b' }] } } },
      asked: 'evening morning',
    },
  ],
};

export const unions = [songs, boards, days];
