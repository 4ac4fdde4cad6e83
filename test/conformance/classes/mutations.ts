/** One after the other in the order they are written, and each once. */
import type { Memory } from './service.js';
import type { AuditClass } from './supergraph.js';

const change =
  (how: (before: number, by: number) => number) =>
  (_: never, { key, by }: { key: string; by: number }, memory: Memory) => {
    const after = how(memory.get(key) ?? 0, by);
    memory.set(key, after);
    return after;
  };
const stamped = (_: never, _args: never, memory: Memory) => {
  if (memory.has('stamped')) throw new Error('It was stamped twice.');
  memory.set('stamped', 1);
  return { id: 't', price: 4 };
};

export const mutations: readonly AuditClass[] = [
  {
    name: 'mutations',
    services: {
      till: `type Query { ticket: Ticket } type Mutation { sell(price: Int!): Ticket add(key: ID!, by: Int!): Int! stamp: Ticket @shareable }
        type Ticket @key(fields: "id") { id: ID! price: Int }
        Query.ticket = { id: "t", price: 4 }
        Ticket = [{ id: "t", price: 4 }]`,
      gate: `type Mutation { multiply(key: ID!, by: Int!): Int! stamp: Ticket @shareable }
        type Ticket @key(fields: "id") { id: ID! price: Int @external isCheap: Boolean @requires(fields: "price") row: Int }
        Ticket.row = 7`,
      archive: `type Mutation { forget(key: ID!): Int }`,
    },
    compute: {
      'till Mutation.sell': (_: never, { price }: { price: number }) => ({ id: 'new', price }),
      'till Mutation.add': change((before, by) => before + by),
      'till Mutation.stamp': stamped,
      'gate Mutation.multiply': change((before, by) => before * by),
      'gate Mutation.stamp': stamped,
      'gate Ticket.isCheap': ({ price }: { price: number }) => price < 5,
      'archive Mutation.forget': change((before) => before),
    },
    cases: `
      mutation { sell(price: 3) { id isCheap row } }
        gives { sell: { id: "new", isCheap: true, row: 7 } } from gate till
      { ticket { isCheap price } } gives { ticket: { isCheap: true, price: 4 } } from gate till
      mutation { five: add(key: "k", by: 5) ten: multiply(key: "k", by: 2) twelve: add(key: "k", by: 2) last: forget(key: "k") }
        gives { five: 5, ten: 10, twelve: 12, last: 12 } from archive gate till till
      mutation { stamp { id price row } } gives { stamp: { id: "t", price: 4, row: 7 } } from gate till`,
  },
];
