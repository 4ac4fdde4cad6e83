/** One after the other in the order they are written, and each once. */
import { type Memory, service } from './service.js';
import type { AuditClass } from './supergraph.js';

type Keyed = { key: string; by: number };
const change =
  (how: (before: number, by: number) => number) =>
  (_: never, { key, by }: Keyed, memory: Memory) => {
    const after = how(memory.get(key) ?? 0, by);
    memory.set(key, after);
    return after;
  };
const onceAt = (id: string) => (_: never, _args: never, memory: Memory) => {
  if (memory.has('stamped')) throw new Error('It was stamped twice.');
  memory.set('stamped', 1);
  return { id, price: 4 };
};

const tickets: AuditClass = {
  name: 'mutations',
  services: {
    till: service(
      `type Query { ticket: Ticket } type Mutation { sell(price: Int!): Ticket add(key: ID!, by: Int!): Int! stamp: Ticket @shareable }
       type Ticket @key(fields: "id") { id: ID! price: Int }`,
      {
        'Query.ticket': { id: 't', price: 4 },
        'Mutation.sell': (_: never, { price }: { price: number }) => ({ id: 'new', price }),
        'Mutation.add': change((before, by) => before + by),
        'Mutation.stamp': onceAt('t'),
        Ticket: [{ id: 't', price: 4 }],
      },
    ),
    gate: service(
      `type Mutation { multiply(key: ID!, by: Int!): Int! stamp: Ticket @shareable }
       type Ticket @key(fields: "id") { id: ID! price: Int @external isCheap: Boolean @requires(fields: "price") row: Int }`,
      {
        'Mutation.multiply': change((before, by) => before * by),
        'Mutation.stamp': onceAt('t'),
        'Ticket.isCheap': ({ price }: { price: number }) => price < 5,
        'Ticket.row': 7,
      },
    ),
    archive: service('type Mutation { forget(key: ID!): Int }', { 'Mutation.forget': change((before) => before) }),
  },
  cases: [
    {
      query: 'mutation { sell(price: 3) { id isCheap row } }',
      data: { sell: { id: 'new', isCheap: true, row: 7 } },
      asked: 'gate till',
    },
    { query: '{ ticket { isCheap price } }', data: { ticket: { isCheap: true, price: 4 } }, asked: 'gate till' },
    {
      query:
        'mutation { five: add(key: "k", by: 5) ten: multiply(key: "k", by: 2) twelve: add(key: "k", by: 2) last: forget(key: "k") }',
      data: { five: 5, ten: 10, twelve: 12, last: 12 },
      asked: 'archive gate till till',
    },
    {
      query: 'mutation { stamp { id price row } }',
      data: { stamp: { id: 't', price: 4, row: 7 } },
      asked: 'gate till',
    },
  ],
};

export const mutations = [tickets];
