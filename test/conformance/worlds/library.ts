/** Abstract types over several services: entity interfaces, @interfaceObject, interfaces of interfaces, unions that differ. */
import { type WorldDefinition, federation } from '../world.js';

const catalogue = `${federation('key', 'shareable', 'provides', 'external', 'inaccessible')}
  type Query {
    medium(id: ID!): Medium
    media(kind: Kind, first: Int = 2): [Medium!]!
    book(id: ID!): Book
    find(text: String): [Found]
    nodes(ids: [ID!]!): [Node]!
    shelf: Shelf!
    agents: [Agent!]
    anything: Anything
  }
  enum Kind { BOOK FILM SONG }
  interface Node { id: ID! }
  interface Titled implements Node { id: ID! title(locale: String = "en"): String }
  interface Medium implements Node & Titled @key(fields: "id") { id: ID! title(locale: String = "en"): String made: Int by: [Agent] next: Medium parts(first: Int): [Part!] }
  type Book implements Medium & Node & Titled @key(fields: "id") { id: ID! title(locale: String = "en"): String made: Int by: [Agent] next: Medium parts(first: Int): [Part!] pages: Int! isbn(dashes: Boolean): String about: Anything }
  type Film implements Medium & Node & Titled @key(fields: "id") { id: ID! title(locale: String = "en"): String made: Int! by: [Agent] next: Film parts(first: Int): [Part!] length: Float based: Book about: [Anything!] }
  type Song implements Medium & Node & Titled @key(fields: "id") { id: ID! title(locale: String = "en"): String made: Int by: [Agent] next: Medium! parts(first: Int): [Part!] lyrics: Text length: Int }
  type Part { number: Int! of: Medium! text: Text }
  type Text { value: String! length: Int }
  union Found = Book | Film | Person
  union Agent = Person | Group
  union Anything = Book | Song | Person | Group | Shelf
  type Person implements Node @key(fields: "id") { id: ID! }
  type Group implements Node @key(fields: "id") { id: ID! }
  type Shelf { media: [Medium] mixed: [Found!]! room: Room best: Found }
  type Room @key(fields: "house number") { house: ID! number: Int! }
`;

const reviews = `${federation('key', 'shareable', 'interfaceObject')}
  type Query { topMedium: Medium  latest(first: Int = 2): [Review!]!  reviewed: [Subject] ratedMedia(min: Float): [Medium!] }
  type Medium @interfaceObject @key(fields: "id") {
    id: ID!
    reviews(first: Int = 1): [Review!]
    rating: Float
    blurb(max: Int): String
    similar: [Medium]
    verdict: Verdict
  }
  type Verdict { stars: Int! of: Medium text: String }
  interface Review @key(fields: "id") { id: ID! stars: Int! text: String about: Medium! by: Person }
  type Critique implements Review @key(fields: "id") { id: ID! stars: Int! text: String about: Medium! by: Person paper: String! }
  type Rant implements Review @key(fields: "id") { id: ID! stars: Int! text: String about: Medium! by: Person volume: Float }
  union Subject = Person | Group | Critique
  type Person @key(fields: "id") { id: ID! reviews: [Review!]! }
  type Group @key(fields: "id") { id: ID! praised: [Review] }
`;

const people = `${federation('key', 'shareable', 'interfaceObject', 'requires', 'external', 'provides')}
  type Query { person(id: ID!): Person agent: Agent named(prefix: String): [Named!]! who: [Human] }
  interface Named { name(full: Boolean): String! }
  interface Human implements Named { name(full: Boolean): String! born: Int friends: [Human!] }
  type Person implements Human & Named @key(fields: "id") { id: ID! name(full: Boolean): String! born: Int friends: [Human!] wrote: [Work] likes: Work groups(active: Boolean = true): [Group] }
  type Pseudonym implements Human & Named { name(full: Boolean): String! born: Int friends: [Human!] of: Person }
  type Group implements Named @key(fields: "id") { id: ID! name(full: Boolean): String! members: [Person!]! leader: Human home: Room }
  union Agent = Person | Group
  union Work = Book | Song
  type Book @key(fields: "id") { id: ID! dedicatedTo: Agent  pages: Int! @external  weight: Float @requires(fields: "pages") }
  type Song @key(fields: "id") { id: ID! sungBy: [Agent!]! }
  type Room @key(fields: "house number") { house: ID! number: Int! keys: [Person!] seats: Int! }
  type Review @interfaceObject @key(fields: "id") { id: ID! answers: [Named] flagged: Boolean quoted: [Person] }
`;

const sales = `${federation('key', 'shareable', 'interfaceObject', 'external', 'requires')}
  type Query { sold(id: ID): Product products: [Product!] }
  type Mutation { sell(id: ID!, count: Int! = 1): Product! settle: Float! restock(ids: [ID!]): [Product] }
  interface Product { id: ID! price: Float! left(in: Place): Int }
  enum Place { SHOP STORE }
  type Book implements Product @key(fields: "id") { id: ID! price: Float! left(in: Place): Int bundle: [Product!] }
  type Film implements Product @key(fields: "id") { id: ID! price: Float! left(in: Place): Int region: String  made: Int! @external title(locale: String = "en"): String @external era: String! @requires(fields: "made title") }
  type Voucher implements Product @key(fields: "id") { id: ID! price: Float! left(in: Place): Int code: String }
`;

export const library: WorldDefinition = {
  name: 'library',
  services: { catalogue, reviews, people, sales },
  outages: false,
  calm: true,
};
