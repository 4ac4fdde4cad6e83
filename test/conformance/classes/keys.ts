/** From service to service by keys: others than the first, nested ones, and of entities that are not there. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const stations: AuditClass = {
  name: 'simple-entity-call',
  services: {
    stations: service('type Query { station: Station } type Station @key(fields: "id") { id: ID! code: String! }', {
      'Query.station': { id: 's1', code: 'BSL' },
    }),
    tracks: service('type Station @key(fields: "code") { code: String! @external tracks: Int! }', {
      Station: [{ code: 'BSL', tracks: 12 }],
    }),
  },
  cases: [
    { query: '{ station { id tracks } }', data: { station: { id: 's1', tracks: 12 } }, asked: 'stations tracks' },
    {
      query: '{ station { code: tracks id: code tracks: id } }',
      data: { station: { code: 12, id: 'BSL', tracks: 's1' } },
      asked: 'stations tracks',
    },
  ],
};

const pear = { sku: 'f1', plu: 'p1', sort: { id: 'r', tag: 'ripe' } };
const plum = { sku: 'f2', plu: 'p2', sort: { id: 'g', tag: 'green' } };
const bySku = [{ sku: 'f1' }, { sku: 'f2' }];
const orchard: AuditClass = {
  name: 'complex-entity-call',
  services: {
    orchard: service(
      `type Query { baskets: [Basket!]! } type Basket @key(fields: "fruits { sku }") { fruits: [Fruit!]! }
       type Fruit @key(fields: "sku") { sku: ID! }`,
      { 'Query.baskets': [{ fruits: bySku }, { fruits: [{ sku: 'f2' }] }] },
    ),
    codes: service('type Fruit @key(fields: "sku") @key(fields: "sku plu") { sku: ID! plu: ID! }', {
      Fruit: [pear, plum],
    }),
    stall: service(
      `type Basket @key(fields: "fruits { sku plu }") { fruits: [Fruit!]! best: Fruit @shareable }
       type Fruit @key(fields: "sku plu") { sku: ID! plu: ID! sort: Sort @shareable }
       type Sort @shareable { id: ID! tag: String }`,
      {
        Basket: [
          { fruits: [pear, plum], best: pear },
          { fruits: [plum], best: plum },
        ],
        Fruit: [pear, plum],
      },
    ),
    prices: service(
      `type Basket @key(fields: "fruits { sku plu sort { id tag } } best { sku }") { fruits: [Fruit!]! best: Fruit first: Fruit }
       type Fruit @key(fields: "sku plu sort { id tag }") { sku: ID! plu: ID! sort: Sort price: Int }
       type Sort @shareable { id: ID! tag: String }`,
      {
        Basket: [
          { fruits: [pear, plum], best: pear, first: { ...pear, price: 40 } },
          { fruits: [plum], best: plum, first: { ...plum, price: 25 } },
        ],
        Fruit: [
          { ...pear, price: 40 },
          { ...plum, price: 25 },
        ],
      },
    ),
  },
  cases: [
    {
      query: '{ baskets { fruits { price } } }',
      data: { baskets: [{ fruits: [{ price: 40 }, { price: 25 }] }, { fruits: [{ price: 25 }] }] },
      asked: 'codes orchard prices stall',
    },
    {
      query: '{ baskets { first { sku price } best { plu } fruits { plu sort { tag } } } }',
      data: {
        baskets: [
          {
            first: { sku: 'f1', price: 40 },
            best: { plu: 'p1' },
            fruits: [
              { plu: 'p1', sort: { tag: 'ripe' } },
              { plu: 'p2', sort: { tag: 'green' } },
            ],
          },
          { first: { sku: 'f2', price: 25 }, best: { plu: 'p2' }, fruits: [{ plu: 'p2', sort: { tag: 'green' } }] },
        ],
      },
    },
  ],
};

const wine = (barcode: string) => ({ wine: { barcode } });
const wines: AuditClass = {
  name: 'null-keys',
  services: {
    cellar: service(
      'type Query { crates: [Crate!]! } type Crate { wine: Wine } type Wine @key(fields: "barcode") { barcode: ID! }',
      { 'Query.crates': [wine('b1'), wine('unknown'), wine('b3'), wine('b1')] },
    ),
    registry: service('type Wine @key(fields: "id") @key(fields: "barcode") { id: ID! barcode: ID! }', {
      Wine: [
        { id: 'w1', barcode: 'b1' },
        { id: 'w3', barcode: 'b3' },
      ],
    }),
    critics: service('type Wine @key(fields: "id") { id: ID! critic: Critic } type Critic { name: String! }', {
      Wine: [
        { id: 'w3', critic: { name: 'Ida' } },
        { id: 'w1', critic: { name: 'Bo' } },
      ],
    }),
  },
  cases: [
    {
      query: '{ crates { wine { barcode critic { name } } } }',
      data: {
        crates: [
          { wine: { barcode: 'b1', critic: { name: 'Bo' } } },
          { wine: { barcode: 'unknown', critic: null } },
          { wine: { barcode: 'b3', critic: { name: 'Ida' } } },
          { wine: { barcode: 'b1', critic: { name: 'Bo' } } },
        ],
      },
      asked: 'cellar critics registry',
    },
  ],
};

const tools: AuditClass = {
  name: 'mysterious-external',
  services: {
    scales: service(
      'type Query { heaviest: Tool } extend type Tool @key(fields: "id") { id: ID! @external weight: Int }',
      { 'Query.heaviest': { id: 't1', weight: 90 }, Tool: [{ id: 't1', weight: 90 }] },
    ),
    shed: service('type Query { tool: Tool } type Tool @key(fields: "id") { id: ID! name: String }', {
      'Query.tool': { id: 't1', name: 'anvil' },
      Tool: [{ id: 't1', name: 'anvil' }],
    }),
  },
  cases: [
    { query: '{ heaviest { id weight } }', data: { heaviest: { id: 't1', weight: 90 } }, asked: 'scales' },
    { query: '{ heaviest { id name } }', data: { heaviest: { id: 't1', name: 'anvil' } }, asked: 'scales shed' },
    {
      query: '{ tool { weight name id } }',
      data: { tool: { weight: 90, name: 'anvil', id: 't1' } },
      asked: 'scales shed',
    },
  ],
};

export const keys = [stations, orchard, wines, tools];
