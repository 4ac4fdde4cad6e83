/** An interface that each service gives to other types, or can resolve of other types only. */
import type { AuditClass } from './supergraph.js';

/** A service that knows which type everything is, and the rest of one type only. */
const known =
  (own: string, rest: object) =>
  (_: never, { id }: { id: string }) => {
    const __typename = id.startsWith('t') ? 'Tenant' : 'Lease';
    return { __typename, ...(__typename === own && { id, ...rest }) };
  };

/** As if the id of a type were external to a service. */
const onlyNamed = (type: string, external: string, sdl: string): string => {
  const owner = external === 'LEASES' ? 'TENANTS' : 'LEASES';
  const fields = `$1 @join__field(graph: ${owner}) @join__field(graph: ${external}, external: true)`;
  return sdl.replace(new RegExp(`(type ${type}\\b[^{]*\\{\\s*id: ID!)`), fields);
};

export const nodes: readonly AuditClass[] = [
  {
    name: 'node',
    services: {
      lookup: `type Query { anyNode: Node } interface Node { id: ID! }
        type Train implements Node @key(fields: "id") { id: ID! } type Bus implements Node @key(fields: "id") { id: ID! }
        Query.anyNode = { __typename: "Train", id: "t1" }`,
      names: `interface Node { id: ID! } type Train implements Node @key(fields: "id") { id: ID! name: String }
        type Bus implements Node @key(fields: "id") { id: ID! name: String }
        Train = [{ id: "t1", name: "Night train" }]`,
      fares: `type Train @key(fields: "id") { id: ID! price: Int }
        Train = [{ id: "t1", price: 30 }]`,
    },
    cases: `
      { anyNode { ... on Train { id name __typename price } ... on Bus { name } } }
        gives { anyNode: { id: "t1", name: "Night train", __typename: "Train", price: 30 } } from fares lookup names`,
  },
  {
    name: 'corrupted-supergraph-node-id',
    services: {
      tenants: `type Query { node(id: ID!): Node @shareable } interface Node { id: ID! }
        type Tenant implements Node @key(fields: "id") { id: ID! name: String }
        type Lease implements Node @key(fields: "id") { id: ID! }`,
      leases: `type Query { node(id: ID!): Node @shareable } interface Node { id: ID! }
        type Tenant implements Node @key(fields: "id") { id: ID! }
        type Lease implements Node @key(fields: "id") { id: ID! rent: Int }`,
    },
    compute: {
      'tenants Query.node': known('Tenant', { name: 'Ada' }),
      'leases Query.node': known('Lease', { rent: 900 }),
    },
    corrupt: (sdl) => onlyNamed('Tenant', 'LEASES', onlyNamed('Lease', 'TENANTS', sdl)),
    cases: `
      { node(id: "t1") { id } } gives null failing somehow from nobody
      { node(id: "t1") { id ... on Tenant { id } } } gives null failing somehow from nobody
      { node(id: "t1") { __typename } } gives { node: { __typename: "Tenant" } }
      { node(id: "t1") { ... on Lease { id rent } } } gives { node: {} } from leases
      { a: node(id: "t1") { ... on Tenant { id name } } b: node(id: "l1") { ... on Lease { id rent } } }
        gives { a: { id: "t1", name: "Ada" }, b: { id: "l1", rent: 900 } } from leases tenants`,
  },
  {
    name: 'union-interface-distributed',
    services: {
      shop: `type Query { appliances: [Appliance!]! nodes: [Node!]! node(id: ID!): Node } union Appliance = Kettle | Iron
        interface Node { id: ID! } interface Warranted { warranty: Int }
        type Kettle implements Warranted @key(fields: "id") { id: ID! warranty: Int }
        type Iron implements Node & Warranted @key(fields: "id") { id: ID! warranty: Int }
        Query.appliances = [{ __typename: "Kettle", id: "k1", warranty: 2 }, { __typename: "Iron", id: "i1", warranty: 5 }]
        Query.nodes = [{ __typename: "Iron", id: "i1", warranty: 5 }]`,
      registry: `interface Node { id: ID! } type Kettle implements Node @key(fields: "id") { id: ID! }
        Kettle = [{ __typename: "Kettle", id: "k1", warranty: 2 }]`,
    },
    compute: {
      'shop Query.node': (_: never, { id }: { id: string }) =>
        id === 'k1' ? { __typename: 'Kettle', id } : { __typename: 'Iron', id, warranty: 5 },
    },
    cases: `
      { appliances { ... on Node { id } } } gives { appliances: [{ id: "k1" }, { id: "i1" }] } from shop
      { appliances { ...N ...W } } fragment N on Node { ... on Node { id } } fragment W on Warranted { ... on Node { of: __typename } warranty }
        gives { appliances: [{ id: "k1", of: "Kettle", warranty: 2 }, { id: "i1", of: "Iron", warranty: 5 }] } from shop
      { nodes { ... on Node { ... on Warranted { warranty } } } } gives { nodes: [{ warranty: 5 }] }
      { node(id: "k1") { id } } gives { node: null } failing ["node"] from shop
      { node(id: "i1") { ... on Kettle { id } ... on Iron { warranty } } } gives { node: { warranty: 5 } }`,
  },
];
