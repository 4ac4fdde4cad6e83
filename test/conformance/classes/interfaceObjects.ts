/** Interfaces that are an object elsewhere: what a service calls them there is not what they are. */
import { service } from './service.js';
import type { AuditClass } from './supergraph.js';

const tom = { __typename: 'Cat', id: 'c', name: 'Tom', lives: 9, chip: 1 };
const rex = { __typename: 'Dog', id: 'd', name: 'Rex', chip: 2 };
const lie = (answer: string) => answer.replaceAll('"__typename":"Pet"', '"__typename":"Dog"');
const pets: AuditClass = {
  name: 'simple-interface-object, interface-object-with-requires',
  services: {
    homes: service(
      `type Query { pets: [Pet!]! } interface Pet @key(fields: "id") { id: ID! name: String }
       type Cat implements Pet @key(fields: "id") { id: ID! name: String lives: Int chip: Int @shareable }
       type Dog implements Pet @key(fields: "id") { id: ID! name: String chip: Int @shareable }`,
      { 'Query.pets': [rex, tom], Cat: [tom], Dog: [rex] },
    ),
    clinic: service(
      `type Query { patients: [Pet!]! }
       type Pet @key(fields: "id") @interfaceObject { id: ID! name: String @external weight: Int chip: Int @shareable label: String @requires(fields: "name") }`,
      {
        'Query.patients': [
          { id: 'c', weight: 4, chip: 1 },
          { id: 'd', weight: 30, chip: 2 },
        ],
        Pet: [
          { id: 'd', weight: 30, chip: 2 },
          { id: 'c', weight: 4, chip: 1 },
        ],
        'Pet.label': ({ name }: { name: string }) => `Dear ${name}`,
      },
      lie,
    ),
    shop: service('type Pet @key(fields: "id") @interfaceObject { id: ID! food: String }', { 'Pet.food': 'meat' }, lie),
  },
  cases: [
    {
      query: '{ patients { id ... on Pet { weight } } }',
      data: {
        patients: [
          { id: 'c', weight: 4 },
          { id: 'd', weight: 30 },
        ],
      },
      asked: 'clinic',
    },
    {
      query: '{ patients { weight name __typename food ... on Cat { lives } } }',
      data: {
        patients: [
          { weight: 4, name: 'Tom', __typename: 'Cat', food: 'meat', lives: 9 },
          { weight: 30, name: 'Rex', __typename: 'Dog', food: 'meat' },
        ],
      },
      asked: 'clinic homes shop',
    },
    {
      query: '{ patients { ... on Dog { __typename weight } } }',
      data: { patients: [{}, { __typename: 'Dog', weight: 30 }] },
      asked: 'clinic homes',
    },
    {
      query: '{ pets { name ... on Cat { weight } } }',
      data: { pets: [{ name: 'Rex', chip: 2 }, { name: 'Tom', weight: 4 }] },
      asked: 'clinic homes',
    },
    {
      query: '{ pets { chip } patients { chip } }',
      data: { pets: [{ chip: 2 }, { chip: 1 }], patients: [{ chip: 1 }, { chip: 2 }] },
    },
    {
      query: '{ patients { label } }',
      data: { patients: [{ label: 'Dear Tom' }, { label: 'Dear Rex' }] },
      asked: 'clinic clinic homes',
    },
    { query: '{ pets { ... on Dog { label } } }', data: { pets: [{ label: 'Dear Rex' }, {}] }, asked: 'clinic homes' },
    {
      query: '{ pets { label weight name } patients { kind: __typename label } }',
      data: {
        pets: [
          { label: 'Dear Rex', weight: 30, name: 'Rex', chip: 2 },
          { label: 'Dear Tom', weight: 4, name: 'Tom' },
        ],
        patients: [
          { kind: 'Cat', label: 'Dear Tom' },
          { kind: 'Dog', label: 'Dear Rex' },
        ],
      },
    },
  ],
};

const film = { __typename: 'Film', id: 'f', minutes: 90 };
const essay = { __typename: 'Essay', id: 'e' };
const media: AuditClass = {
  name: 'interface-object-indirect-extension',
  services: {
    media: service(
      `type Query { medium(id: ID!): Medium } interface Medium @key(fields: "id") { id: ID! }
       type Film implements Medium @key(fields: "id") { id: ID! minutes: Int } type Essay implements Medium @key(fields: "id") { id: ID! }`,
      {
        'Query.medium': (_: never, { id }: { id: string }) => (id === 'f' ? film : essay),
        Film: [film],
        Essay: [essay],
      },
    ),
    people: service('type Film @key(fields: "id") { id: ID! director: String }', {
      Film: [{ id: 'f', director: 'Agnes' }],
    }),
    lists: service(
      'type Query { list: List } type List { media: [Medium!]! } type Medium @key(fields: "id") @interfaceObject { id: ID! }',
      { 'Query.list': { media: [{ id: 'e' }, { id: 'f' }] } },
    ),
  },
  cases: [
    {
      query:
        '{ medium(id: "f") { ... on Film { minutes director } } list { media { ... on Film { minutes director } } } }',
      data: { medium: { minutes: 90, director: 'Agnes' }, list: { media: [{}, { minutes: 90, director: 'Agnes' }] } },
    },
    { query: '{ medium(id: "e") { ... on Film { director } } }', data: { medium: {} }, asked: 'media' },
  ],
};

const ghosts: AuditClass = {
  name: 'non-resolvable-interface-object',
  services: {
    castle: service(
      `type Query { haunting: Ghost bread: Food } interface Ghost @key(fields: "id") { id: ID! }
       interface Food @key(fields: "id") { id: ID! } type Loaf implements Food @key(fields: "id") { id: ID! name: String }`,
      {
        'Query.haunting': { __typename: 'Ghost', id: 'g' },
        'Query.bread': { __typename: 'Loaf', id: 'l' },
        Loaf: [{ id: 'l', name: 'Rye' }],
      },
    ),
    diary: service(
      `type Query { seen: Ghost eaten: Food } type Ghost @key(fields: "id", resolvable: false) @interfaceObject { id: ID! scare: Int }
       type Food @key(fields: "id") @interfaceObject { id: ID! taste: Int }`,
      { 'Query.seen': { id: 'g', scare: 3 }, 'Query.eaten': { id: 'l', taste: 5 }, 'Food.taste': 5 },
    ),
  },
  cases: [
    { query: '{ seen { scare id } }', data: { seen: { scare: 3, id: 'g' } }, asked: 'diary' },
    { query: '{ haunting { scare } }', errors: [{}], asked: '' },
    { query: '{ haunting { id } }', data: { haunting: null }, errors: [{ path: ['haunting'] }], asked: 'castle' },
    { query: '{ eaten { id name } }', errors: [{ code: 'GRAPHQL_VALIDATION_FAILED' }], asked: '' },
    { query: '{ eaten { id taste } }', data: { eaten: { id: 'l', taste: 5 } }, asked: 'diary' },
    {
      query: '{ eaten { ... on Loaf { taste name } } }',
      data: { eaten: { taste: 5, name: 'Rye' } },
      asked: 'castle diary',
    },
  ],
};

export const interfaceObjects = [pets, media, ghosts];
