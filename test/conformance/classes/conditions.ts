/** What is left out by @skip and @include is not fetched, nor what it would have required. */
import type { AuditClass } from './supergraph.js';

export const conditions: readonly AuditClass[] = [
  {
    name: 'include-skip',
    services: {
      meters: `type Query { meter: Meter } type Meter @key(fields: "id") { id: ID! reading: Int }
        Query.meter = { id: "m", reading: 5 }`,
      rates: `type Meter @key(fields: "id") { id: ID! reading: Int @external rate: Int @requires(fields: "reading") }`,
      bills: `type Meter @key(fields: "id") { id: ID! rate: Int @external bill: Int @requires(fields: "rate") }`,
    },
    compute: {
      'rates Meter.rate': ({ reading }: { reading: number }) => reading * 2,
      'bills Meter.bill': ({ rate }: { rate: number }) => rate + 1,
    },
    cases: `
      query ($on: Boolean = false) { meter { id bill @include(if: $on) } } gives { meter: { id: "m" } } from meters
      query ($off: Boolean = true) { meter { id bill @skip(if: $off) } } gives { meter: { id: "m" } } from meters
      query ($on: Boolean = true) { meter { bill @include(if: $on) } }
        gives { meter: { bill: 11 } } from bills meters rates
      query ($on: Boolean = true) { meter { rate @skip(if: $on) bill @include(if: $on) reading } } with { on: false }
        gives { meter: { rate: 10, reading: 5 } } from meters rates`,
  },
];
