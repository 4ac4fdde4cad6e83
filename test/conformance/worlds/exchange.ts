/** Every field has one service: here it is certain what an outage costs. Deep values, mutations, lists of lists. */
import { type WorldDefinition, federation } from '../world.js';

const practices = `${federation('key', 'shareable', 'tag')}
  scalar JSON
  type Query {
    practice(id: ID!, at: Moment): Practice
    practices(first: Int = 2, filter: PracticeFilter = { themes: [WATER] }, order: [Order!]): [Practice!]!
    search(text: String, in: [Theme]): [Found]
    latest: Practice!
    grid(size: [[Int!]]): [[Practice]!]
    record(id: ID): Record
    records(ids: [ID!]! = ["a", "b"]): [Record!]
  }
  type Mutation {
    createPractice(input: CreatePractice!): CreatePracticePayload!
    touch(id: ID!, times: Int = 1): Practice
    count: Int!
  }
  scalar Moment
  enum Theme { WATER FIRE EARTH }
  enum Direction { UP DOWN }
  input Order { by: Theme!, direction: Direction! = UP }
  input PracticeFilter { themes: [Theme!], text: String, nested: PracticeFilter, any: [PracticeFilter!], score: Float, extra: JSON }
  input CreatePractice { title: String!, theme: Theme = FIRE, notes: [[String!]], extra: JSON, when: Moment }
  type CreatePracticePayload { practice: Practice, userErrors: [UserError!]!, sequence: Int! }
  type UserError { message: String!, path: [String!]!, value: JSON }
  interface Record { id: ID! title(short: Boolean = false): String }
  union Found = Practice | Theatre | Note
  type Practice implements Record @key(fields: "id") {
    id: ID!
    title(short: Boolean = false): String
    body: Text
    steps(from: Int = 0): [Step!]
    matrix: [[Int]!]
    strict: [[Text!]!]!
    extra(path: String): JSON
    theme: Theme
    themes: [Theme!]!
    owner: Owner
    region: Region!
    related(first: Int = 1): [Practice]
    sequel: Practice!
    score: Float!
  }
  type Theatre implements Record @key(fields: "id") { id: ID! title(short: Boolean = false): String seats: Int! region: Region }
  type Note { text: Text! by: Person }
  type Text { text: String! language: String words(min: Int! = 3): [String!] raw: JSON }
  type Step { number: Int! text: Text children: [Step] uses: [Record!] }
  union Owner = Person | Body
  type Person @key(fields: "id") { id: ID! }
  type Body @key(fields: "id") { id: ID! }
  type Region @key(fields: "id") { id: ID! practices(first: Int): [Practice!] }
`;

const members = `${federation('key')}
  type Query { person(id: ID!): Person  people(ids: [ID!]): [Person]!  me: Actor  actors: [Actor!]! }
  type Mutation { rename(id: ID!, name: String!): Person!  count2: Int  fail(code: Int): Boolean }
  interface Actor { id: ID! name: String! home: Region }
  type Person implements Actor @key(fields: "id") {
    id: ID! name: String! mail(masked: Boolean! = true): String home: Region friends(first: Int = 2): [Person!]! bodies: [Body]
    address: Address role: Role
  }
  type Body implements Actor @key(fields: "id") { id: ID! name: String! home: Region acronym: String members: [Person!] }
  type Address { street: String lines: [String]! geo: Geo! }
  type Geo { lat: Float! lon: Float! }
  enum Role { OFFICER CURATOR }
  type Region @key(fields: "id") { id: ID! people: [Person] head: Actor }
`;

const regions = `${federation('key')}
  type Query { region(code: String!): Region  regions: [Region!]  root: Region! }
  type Region @key(fields: "id") { id: ID! name(locale: Locale! = EN): String! parent: Region children: [Region!]! level: Level }
  enum Locale { EN FR SW }
  enum Level { WORLD CONTINENT }
  type Practice @key(fields: "id") { id: ID! workshops(year: Int): [Workshop!] rating: Float }
  type Workshop @key(fields: "id") { id: ID! place: Region! year: Int title: String! attendees: [Guest] }
  union Guest = Person | Visitor
  type Visitor { name: String badge: Int! }
  type Person @key(fields: "id") { id: ID! visits: [Workshop] favourite: Region }
`;

export const exchange: WorldDefinition = { name: 'exchange', services: { practices, members, regions }, outages: true };
