import { service } from './service.js';
const song = { __typename: 'Song', id: 'a', title: 'Aria', no: 4 };
const make = (extra: string, works = '') => ({
  works: service(
    `type Query { works: [Work!]! song: Song } interface Work @key(fields: "id") { id: ID! title: String ${works} }
     interface Sung { tenor: Boolean } type Play implements Work @key(fields: "id") { id: ID! title: String ${works} }
     type Song implements Work & Sung @key(fields: "id") { id: ID! title: String tenor: Boolean ${works} }`,
    { 'Query.works': [song], 'Query.song': song, Song: [song] },
  ),
  shop: service(
    `type Query { sold: [Work!]! one: Work } type Work @key(fields: "id") @interfaceObject { id: ID! title: String @external tag: String @requires(fields: "title") ${extra} }`,
    { 'Query.sold': [{ id: 'a' }], 'Query.one': { id: 'a' }, 'Work.tag': ({ title }: { title: string }) => `${title}!`, 'Work.stock': 3, 'Work.mark': ({tag}: {tag: string}) => tag + '?' },
  ),
  third: service(`type Query { third: Work } type Work @key(fields: "id") @interfaceObject { id: ID! tag: String @external mark: String @requires(fields: "tag") }`, { 'Query.third': { id: 'a' }, 'Work.mark': ({tag}: {tag: string}) => tag + '?' }),
});
export const probe = { name: 'probe', services: make('stock: Int'), cases: [
  ['{ works { ... on Song { tag } } }', { works: [{ tag: 'Aria!' }] }],
  ['{ works { ... on Sung { ... on Work { tag } } } }', { works: [{ tag: 'Aria!' }] }],
  ['{ song { tag } }', { song: { tag: 'Aria!' } }],
  ['{ sold { ... on Sung { ... on Work { tag } } } }', { sold: [{ tag: 'Aria!' }] }],
  ['{ sold { stock ... on Song { tag } } }', { sold: [{ stock: 3, tag: 'Aria!' }] }],
  ['{ sold { id ... on Song { tag } ... on Play { stock } } }', { sold: [{ id: 'a', tag: 'Aria!' }] }],
  ['{ sold { ... on Song { tag stock tenor title } } }', { sold: [{ tag: 'Aria!', stock: 3, tenor: null, title: 'Aria' }] }],
  ['{ sold { __typename ... on Song { tag } } }', { sold: [{ __typename: 'Song', tag: 'Aria!' }] }],
  ['{ sold { ... on Song { mark } } }', { sold: [{ mark: 'Aria!?' }] }],
  ['{ third { ... on Song { mark } } }', { third: { mark: 'Aria!?' } }],
  ['{ third { ... on Song { tag } } }', { third: { tag: 'Aria!' } }],
  ['{ works { ... on Song { mark } } }', { works: [{ mark: 'Aria!?' }] }],
  ['{ one { ... on Song { tag } } }', { one: { tag: 'Aria!' } }],
  ['{ sold { ... on Song { tag } ... on Play { tag } } }', { sold: [{ tag: 'Aria!' }] }],
  ['{ song { mark } }', { song: { mark: 'Aria!?' } }],
  ['{ third { mark } }', { third: { mark: 'Aria!?' } }],
].map(([query, data]) => ({ query: query as string, data })) };
