/** What is left out by @skip and @include is not fetched, nor what it would have required. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const meters: AuditClass = {
  name: 'include-skip',
  services: {
    meters: service('type Query { meter: Meter } type Meter @key(fields: "id") { id: ID! reading: Int }', {
      'Query.meter': { id: 'm', reading: 5 },
    }),
    rates: service(
      'type Meter @key(fields: "id") { id: ID! reading: Int @external rate: Int @requires(fields: "reading") }',
      { 'Meter.rate': ({ reading }: { reading: number }) => reading * 2 },
    ),
    bills: service(
      'type Meter @key(fields: "id") { id: ID! rate: Int @external bill: Int @requires(fields: "rate") }',
      {
        'Meter.bill': ({ rate }: { rate: number }) => rate + 1,
      },
    ),
  },
  cases: [
    {
      query: 'query ($on: Boolean = false) { meter { id bill @include(if: $on) } }',
      data: { meter: { id: 'm' } },
      asked: 'meters',
    },
    {
      query: 'query ($off: Boolean = true) { meter { id bill @skip(if: $off) } }',
      data: { meter: { id: 'm' } },
      asked: 'meters',
    },
    {
      query: 'query ($on: Boolean = true) { meter { bill @include(if: $on) } }',
      data: { meter: { bill: 11 } },
      asked: 'bills meters rates',
    },
    {
      query: 'query ($on: Boolean = true) { meter { rate @skip(if: $on) bill @include(if: $on) reading } }',
      variables: { on: false },
      data: { meter: { rate: 10, reading: 5 } },
      asked: 'meters rates',
    },
  ],
};

export const conditions = [meters];
