/** An interface that each service gives to other types, or can resolve of other types only. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const vehicles: AuditClass = {
  name: 'node',
  services: {
    lookup: service(
      `type Query { anyNode: Node } interface Node { id: ID! }
       type Train implements Node @key(fields: "id") { id: ID! } type Bus implements Node @key(fields: "id") { id: ID! }`,
      { 'Query.anyNode': { __typename: 'Train', id: 't1' } },
    ),
    names: service(
      `interface Node { id: ID! } type Train implements Node @key(fields: "id") { id: ID! name: String }
       type Bus implements Node @key(fields: "id") { id: ID! name: String }`,
      { Train: [{ id: 't1', name: 'Night train' }] },
    ),
    fares: service('type Train @key(fields: "id") { id: ID! price: Int }', { Train: [{ id: 't1', price: 30 }] }),
  },
  cases: [
    {
      query: '{ anyNode { ... on Train { id name __typename price } ... on Bus { name } } }',
      data: { anyNode: { id: 't1', name: 'Night train', __typename: 'Train', price: 30 } },
      asked: 'fares lookup names',
    },
  ],
};

const homes = (own: string) =>
  service(
    `type Query { node(id: ID!): Node @shareable } interface Node { id: ID! }
     type Tenant implements Node @key(fields: "id") { id: ID! ${own === 'Tenant' ? 'name: String' : ''} }
     type Lease implements Node @key(fields: "id") { id: ID! ${own === 'Lease' ? 'rent: Int' : ''} }`,
    {
      'Query.node': (_: never, { id }: { id: string }) => {
        const __typename = id.startsWith('t') ? 'Tenant' : 'Lease';
        return { __typename, ...(__typename === own && { id, name: 'Ada', rent: 900 }) };
      },
    },
  );
const leases: AuditClass = {
  name: 'corrupted-supergraph-node-id',
  services: { tenants: homes('Tenant'), leases: homes('Lease') },
  corrupt: (sdl) =>
    [
      ['Tenant', 'TENANTS', 'LEASES'],
      ['Lease', 'LEASES', 'TENANTS'],
    ].reduce(
      (text, [type, has, names]) =>
        text.replace(
          new RegExp(`(type ${type}\\b[^{]*\\{\\s*id: ID!)`),
          `$1 @join__field(graph: ${has}) @join__field(graph: ${names}, external: true)`,
        ),
      sdl,
    ),
  cases: [
    { query: '{ node(id: "t1") { id } }', errors: [{}], asked: '' },
    { query: '{ node(id: "t1") { id ... on Tenant { id } } }', errors: [{}], asked: '' },
    { query: '{ node(id: "t1") { __typename } }', data: { node: { __typename: 'Tenant' } } },
    { query: '{ node(id: "t1") { ... on Lease { id rent } } }', data: { node: {} }, asked: 'leases' },
    {
      query: '{ a: node(id: "t1") { ... on Tenant { id name } } b: node(id: "l1") { ... on Lease { id rent } } }',
      data: { a: { id: 't1', name: 'Ada' }, b: { id: 'l1', rent: 900 } },
      asked: 'leases tenants',
    },
  ],
};

const kettle = { __typename: 'Kettle', id: 'k1', warranty: 2 };
const iron = { __typename: 'Iron', id: 'i1', warranty: 5 };
const appliances: AuditClass = {
  name: 'union-interface-distributed',
  services: {
    shop: service(
      `type Query { appliances: [Appliance!]! nodes: [Node!]! node(id: ID!): Node } union Appliance = Kettle | Iron
       interface Node { id: ID! } interface Warranted { warranty: Int }
       type Kettle implements Warranted @key(fields: "id") { id: ID! warranty: Int }
       type Iron implements Node & Warranted @key(fields: "id") { id: ID! warranty: Int }`,
      {
        'Query.appliances': [kettle, iron],
        'Query.nodes': [iron],
        'Query.node': (_: never, { id }: { id: string }) => (id === 'k1' ? kettle : iron),
      },
    ),
    registry: service('interface Node { id: ID! } type Kettle implements Node @key(fields: "id") { id: ID! }', {
      Kettle: [kettle],
    }),
  },
  cases: [
    {
      query: '{ appliances { ... on Node { id } } }',
      data: { appliances: [{ id: 'k1' }, { id: 'i1' }] },
      asked: 'shop',
    },
    {
      query:
        '{ appliances { ...N ...W } } fragment N on Node { ... on Node { id } } fragment W on Warranted { ... on Node { of: __typename } warranty }',
      data: {
        appliances: [
          { id: 'k1', of: 'Kettle', warranty: 2 },
          { id: 'i1', of: 'Iron', warranty: 5 },
        ],
      },
      asked: 'shop',
    },
    { query: '{ nodes { ... on Node { ... on Warranted { warranty } } } }', data: { nodes: [{ warranty: 5 }] } },
    { query: '{ node(id: "k1") { id } }', data: { node: null }, errors: [{ path: ['node'] }], asked: 'shop' },
    { query: '{ node(id: "i1") { ... on Kettle { id } ... on Iron { warranty } } }', data: { node: { warranty: 5 } } },
  ],
};

export const nodes = [vehicles, leases, appliances];
