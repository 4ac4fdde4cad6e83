/** What one service has and clients must not: enum values, arguments, input fields. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const refused = { errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }], asked: '' };

const walls: AuditClass = {
  name: 'enum-intersection',
  services: {
    paints: service(
      `type Query { wall: Wall paint(with: Gloss!): String } enum Gloss { MATT SATIN SECRET @inaccessible }
       type Wall @key(fields: "id") { id: ID! gloss: Gloss layers: [Gloss] }`,
      {
        'Query.wall': { id: 'w1', gloss: 'SECRET', layers: ['MATT', 'SECRET', 'SATIN'] },
        'Query.paint': (_: never, args: { with: string }) => `painted ${args.with}`,
      },
    ),
    trims: service('enum Gloss { MATT SATIN } type Wall @key(fields: "id") { id: ID! trim: Gloss }', {
      Wall: [{ id: 'w1', trim: 'SECRET' }],
    }),
  },
  cases: [
    {
      query: '{ wall { gloss layers } }',
      data: { wall: { gloss: null, layers: ['MATT', null, 'SATIN'] } },
      errors: [{ path: ['wall', 'gloss'] }, { path: ['wall', 'layers', 1] }],
    },
    { query: '{ wall { trim id } }', data: { wall: { trim: null, id: 'w1' } }, errors: [{ path: ['wall', 'trim'] }] },
    { query: '{ paint(with: SECRET) }', ...refused },
    {
      query: 'query ($g: Gloss!) { paint(with: $g) }',
      variables: { g: 'SECRET' },
      errors: [{ code: 'BAD_USER_INPUT' }],
      asked: '',
    },
    { query: 'query ($g: Gloss = MATT) { paint(with: $g) }', data: { paint: 'painted MATT' }, asked: 'paints' },
  ],
};

const shops = (side: string, own: string) =>
  service(`type Query { ${side}(filter: Filter!): String } input Filter { text: String! ${own}: Int }`, {
    [`Query.${side}`]: (_: never, { filter }: { filter: object }) => JSON.stringify(filter),
  });
const filters: AuditClass = {
  name: 'input-object-intersection',
  services: { north: shops('north', 'size'), south: shops('south', 'price') },
  cases: [
    {
      query: '{ north(filter: { text: "a" }) south(filter: { text: "b" }) }',
      data: { north: '{"text":"a"}', south: '{"text":"b"}' },
      asked: 'north south',
    },
    { query: '{ north(filter: { text: "a", size: 1 }) }', ...refused },
    { query: '{ north(filter: { text: "a", price: 1 }) }', ...refused },
    { query: '{ south(filter: { text: "a", size: 1 }) }', ...refused },
  ],
};

const rooms: AuditClass = {
  name: 'simple-inaccessible',
  services: {
    hotel: service(
      `type Query { rooms(floor: Int = 2 @inaccessible, first: Int = 9): [Room!]! } enum Kind { SINGLE CELL @inaccessible }
       type Room @key(fields: "number") { number: Int! kind: Kind }`,
      {
        'Query.rooms': (_: never, { floor, first }: { floor: number; first: number }) => [
          { number: floor * 100 + first, kind: 'SINGLE' },
          { number: 1, kind: 'CELL' },
        ],
      },
    ),
    cleaning: service('type Room @key(fields: "number") { number: Int! isClean: Boolean }', { 'Room.isClean': true }),
  },
  cases: [
    {
      query: '{ rooms(first: 1) { number isClean } }',
      data: {
        rooms: [
          { number: 201, isClean: true },
          { number: 1, isClean: true },
        ],
      },
      asked: 'cleaning hotel',
    },
    { query: '{ rooms(floor: 2) { number } }', ...refused },
    {
      query: '{ rooms { number kind } }',
      data: {
        rooms: [
          { number: 209, kind: 'SINGLE' },
          { number: 1, kind: null },
        ],
      },
      errors: [{ path: ['rooms', 1, 'kind'] }],
    },
    {
      query: '{ __type(name: "Kind") { enumValues { name } } }',
      data: { __type: { enumValues: [{ name: 'SINGLE' }] } },
      asked: '',
    },
  ],
};

export const hidden = [walls, filters, rooms];
