/** Fields that have moved to another service. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const simple: AuditClass = {
  name: 'simple-override',
  services: {
    old: service(
      'type Query { plan: Plan @shareable draft: Plan } type Plan @key(fields: "id") { id: ID! due: String }',
      { 'Query.plan': { id: 'p', due: 'NEVER' }, 'Query.draft': { id: 'p', due: 'NEVER' } },
    ),
    young: service(
      'type Query { plan: Plan @shareable } type Plan @key(fields: "id") { id: ID! due: String @override(from: "old") }',
      { 'Query.plan': { id: 'p', due: 'May' }, Plan: [{ id: 'p', due: 'May' }] },
    ),
  },
  cases: [
    { query: '{ plan { id due } }', data: { plan: { id: 'p', due: 'May' } }, asked: 'young' },
    { query: '{ draft { due id } }', data: { draft: { due: 'May', id: 'p' } }, asked: 'old young' },
  ],
};

const unavailable: AuditClass = {
  name: 'unavailable-override',
  services: {
    old: service('type Query { draft: Plan } type Plan @key(fields: "id") { id: ID! title: String }', {
      'Query.draft': { id: 'p', title: 'Roof' },
      Plan: [{ id: 'p', title: 'Roof' }],
    }),
    young: service(
      'type Query { plan: Plan } type Plan @key(fields: "id") { id: ID! due: String @override(from: "nobody") }',
      { 'Query.plan': { id: 'p', due: 'May' }, Plan: [{ id: 'p', due: 'May' }] },
    ),
  },
  cases: [
    { query: '{ draft { title due } }', data: { draft: { title: 'Roof', due: 'May' } }, asked: 'old young' },
    { query: '{ plan { title due } }', data: { plan: { title: 'Roof', due: 'May' } }, asked: 'old young' },
  ],
};

const car = { id: 'c' };
const tolls: AuditClass = {
  name: 'override-with-requires',
  services: {
    garage: service(
      `type Query { parked: Car }
       type Car @key(fields: "id") { id: ID! weight: Int @external tax: Int @requires(fields: "weight") }`,
      { 'Query.parked': car, 'Car.tax': ({ weight }: { weight: number }) => weight / 10 },
    ),
    scales: service(
      'type Query { weighed: Car } type Car @key(fields: "id") { id: ID! weight: Int @override(from: "garage") }',
      { 'Query.weighed': { id: 'c', weight: 900 }, Car: [{ id: 'c', weight: 900 }] },
    ),
    ferry: service(
      `type Query { aboard: Car }
       type Car @key(fields: "id") { id: ID! weight: Int @external fare: Int @requires(fields: "weight") }`,
      { 'Query.aboard': car, 'Car.fare': ({ weight }: { weight: number }) => weight + 1 },
    ),
  },
  cases: [
    { query: '{ parked { tax } }', data: { parked: { tax: 90 } }, asked: 'garage garage scales' },
    {
      query: '{ parked { tax fare weight } }',
      data: { parked: { tax: 90, fare: 901, weight: 900 } },
      asked: 'ferry garage garage scales',
    },
    {
      query: '{ weighed { tax fare weight } }',
      data: { weighed: { tax: 90, fare: 901, weight: 900 } },
      asked: 'ferry garage scales',
    },
    { query: '{ aboard { fare tax } }', data: { aboard: { fare: 901, tax: 90 } }, asked: 'ferry ferry garage scales' },
  ],
};

const feed: AuditClass = {
  name: 'override-type-interface',
  services: {
    old: service(
      `type Query { feed: [Entry!]! } interface Entry { id: ID! at: String }
       type Note implements Entry @key(fields: "id") { id: ID! at: String } type Photo implements Entry @key(fields: "id") { id: ID! at: String }`,
      {
        'Query.feed': [
          { __typename: 'Note', id: 'n', at: 'NEVER' },
          { __typename: 'Photo', id: 'p', at: 'noon' },
        ],
      },
    ),
    young: service(
      `interface Dated { at: String }
       type Note implements Dated @key(fields: "id") { id: ID! at: String @override(from: "old") }`,
      { Note: [{ id: 'n', at: 'dawn' }] },
    ),
  },
  cases: [
    {
      query: '{ feed { id at } }',
      data: {
        feed: [
          { id: 'n', at: 'dawn' },
          { id: 'p', at: 'noon' },
        ],
      },
      asked: 'old young',
    },
    { query: '{ feed { ... on Dated { at } } }', data: { feed: [{ at: 'dawn' }, {}] }, asked: 'old young' },
    { query: '{ feed { ... on Photo { at } } }', data: { feed: [{}, { at: 'noon' }] }, asked: 'old' },
  ],
};

export const overrides = [simple, unavailable, tolls, feed];
