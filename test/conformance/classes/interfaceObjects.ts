/** Interfaces that are an object elsewhere: what a service calls them there is not what they are. */
import type { AuditClass } from './supergraph.js';

const lie = (answer: string) => answer.replaceAll('"__typename":"Pet"', '"__typename":"Dog"');

export const interfaceObjects: readonly AuditClass[] = [
  {
    name: 'simple-interface-object, interface-object-with-requires',
    services: {
      homes: `type Query { pets: [Pet!]! } interface Pet @key(fields: "id") { id: ID! name: String }
        type Cat implements Pet @key(fields: "id") { id: ID! name: String lives: Int chip: Int @shareable }
        type Dog implements Pet @key(fields: "id") { id: ID! name: String chip: Int @shareable }
        Query.pets = [{ __typename: "Dog", id: "d", name: "Rex", chip: 2 }, { __typename: "Cat", id: "c", name: "Tom", lives: 9, chip: 1 }]
        Cat = [{ __typename: "Cat", id: "c", name: "Tom", lives: 9, chip: 1 }]
        Dog = [{ __typename: "Dog", id: "d", name: "Rex", chip: 2 }]`,
      clinic: `type Query { patients: [Pet!]! }
        type Pet @key(fields: "id") @interfaceObject { id: ID! name: String @external weight: Int chip: Int @shareable label: String @requires(fields: "name") }
        Query.patients = [{ id: "c", weight: 4, chip: 1 }, { id: "d", weight: 30, chip: 2 }]
        Pet = [{ id: "d", weight: 30, chip: 2 }, { id: "c", weight: 4, chip: 1 }]`,
      shop: `type Pet @key(fields: "id") @interfaceObject { id: ID! food: String }
        Pet.food = "meat"`,
    },
    compute: {
      'clinic Pet.label': ({ name }: { name: string }) => `Dear ${name}`,
    },
    spoil: { clinic: lie, shop: lie },
    cases: `
      { patients { id ... on Pet { weight } } }
        gives { patients: [{ id: "c", weight: 4 }, { id: "d", weight: 30 }] } from clinic
      { patients { weight name __typename food ... on Cat { lives } } }
        gives { patients: [{ weight: 4, name: "Tom", __typename: "Cat", food: "meat", lives: 9 }, { weight: 30, name: "Rex", __typename: "Dog", food: "meat" }] } from clinic homes shop
      { patients { ... on Dog { __typename weight } } } gives { patients: [{}, { __typename: "Dog", weight: 30 }] }
      { pets { name ... on Cat { weight } } }
        gives { pets: [{ name: "Rex" }, { name: "Tom", weight: 4 }] } from clinic homes
      { pets { chip } patients { chip } }
        gives { pets: [{ chip: 2 }, { chip: 1 }], patients: [{ chip: 1 }, { chip: 2 }] }
      { patients { label } }
        gives { patients: [{ label: "Dear Tom" }, { label: "Dear Rex" }] } from clinic clinic homes
      { pets { ... on Dog { label } } } gives { pets: [{ label: "Dear Rex" }, {}] } from clinic homes
      { pets { label weight name } patients { kind: __typename label } }
        gives { pets: [{ label: "Dear Rex", weight: 30, name: "Rex" }, { label: "Dear Tom", weight: 4, name: "Tom" }], patients: [{ kind: "Cat", label: "Dear Tom" }, { kind: "Dog", label: "Dear Rex" }] }`,
  },
  {
    name: 'interface-object-indirect-extension',
    services: {
      media: `type Query { medium(id: ID!): Medium } interface Medium @key(fields: "id") { id: ID! }
        type Film implements Medium @key(fields: "id") { id: ID! minutes: Int } type Essay implements Medium @key(fields: "id") { id: ID! }
        Film = [{ __typename: "Film", id: "f", minutes: 90 }]
        Essay = [{ __typename: "Essay", id: "e" }]`,
      people: `type Film @key(fields: "id") { id: ID! director: String }
        Film = [{ id: "f", director: "Agnes" }]`,
      lists: `type Query { list: List } type List { media: [Medium!]! } type Medium @key(fields: "id") @interfaceObject { id: ID! }
        Query.list = { media: [{ id: "e" }, { id: "f" }] }`,
    },
    compute: {
      'media Query.medium': (_: never, { id }: { id: string }) =>
        id === 'f' ? { __typename: 'Film', id, minutes: 90 } : { __typename: 'Essay', id },
    },
    cases: `
      { medium(id: "f") { ... on Film { minutes director } } list { media { ... on Film { minutes director } } } }
        gives { medium: { minutes: 90, director: "Agnes" }, list: { media: [{}, { minutes: 90, director: "Agnes" }] } }
      { medium(id: "e") { ... on Film { director } } } gives { medium: {} } from media`,
  },
  {
    name: 'non-resolvable-interface-object',
    services: {
      castle: `type Query { haunting: Ghost bread: Food } interface Ghost @key(fields: "id") { id: ID! }
        interface Food @key(fields: "id") { id: ID! } type Loaf implements Food @key(fields: "id") { id: ID! name: String }
        Query.haunting = { __typename: "Ghost", id: "g" }
        Query.bread = { __typename: "Loaf", id: "l" }
        Loaf = [{ id: "l", name: "Rye" }]`,
      diary: `type Query { seen: Ghost eaten: Food } type Ghost @key(fields: "id", resolvable: false) @interfaceObject { id: ID! scare: Int }
        type Food @key(fields: "id") @interfaceObject { id: ID! taste: Int }
        Query.seen = { id: "g", scare: 3 }
        Query.eaten = { id: "l", taste: 5 }
        Food.taste = 5`,
    },
    cases: `
      { seen { scare id } } gives { seen: { scare: 3, id: "g" } } from diary
      { haunting { scare } } gives null failing somehow from nobody
      { haunting { id } } gives { haunting: null } failing ["haunting"] from castle
      { eaten { id name } } gives null failing with GRAPHQL_VALIDATION_FAILED from nobody
      { eaten { id taste } } gives { eaten: { id: "l", taste: 5 } } from diary
      { eaten { ... on Loaf { taste name } } } gives { eaten: { taste: 5, name: "Rye" } }`,
  },
];
