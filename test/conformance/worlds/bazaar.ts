/**
 * What is shared, merged, hidden and renamed: value types in several services, with and without null, inputs and enums
 * that are no longer whole, @inaccessible everywhere, names that are something else to JavaScript, Federation 1 syntax.
 */
import { type WorldDefinition, federation } from '../world.js';

const stalls = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible", "@tag", "@composeDirective", "@provides", "@external"])
    @link(url: "https://hub.example/spices/v1.0", import: ["@hot"])
    @composeDirective(name: "@hot")
  directive @hot(level: Int!, why: [String!]) on FIELD_DEFINITION | OBJECT | ENUM_VALUE | ARGUMENT_DEFINITION
  scalar JSON
  type Query {
    stall(id: ID!, secret: Int = 3 @inaccessible): Stall @shareable
    stalls(filter: StallFilter, colours: [Colour!] = [RED, BLUE]): [Stall]! @shareable
    goods(colour: Colour): [Good!]
    constructor(toString: Int, valueOf: [String!] = ["a"]): Odd
    toString: String
    hidden: String @inaccessible
    shared: Money! @shareable
    offer: Offer @provides(fields: "good { ... on Carpet { knots } }")
  }
  type Mutation { buy(good: ID!, price: MoneyInput!, colour: Colour = GREEN): Receipt  valueOf: Odd! }
  type Receipt { good: Good total: Money! paid: Boolean! @hot(level: 1) }
  enum Colour { RED GREEN BLUE SECRET @inaccessible }
  enum Mood { CALM ANGRY }
  input StallFilter { colour: Colour, min: MoneyInput, and: [StallFilter!], only: ID, here: Int @inaccessible, nearby: Boolean = true }
  input MoneyInput { amount: Float!, currency: String! = "EUR" }
  interface Good @tag(name: "public") { id: ID! price(currency: String): Money! names: [String] }
  type Carpet implements Good @key(fields: "id") { id: ID! price(currency: String): Money! names: [String] knots: Int @external stall: Stall! }
  type Lamp implements Good @key(fields: "id") @hot(level: 2, why: ["oil"]) { id: ID! price(currency: String): Money! names: [String] oil: Oil @inaccessible light: Float stall: Stall }
  type Ghost implements Good @inaccessible { id: ID! price(currency: String): Money! names: [String] }
  type Oil { kind: String }
  type Stall @key(fields: "id") @tag(name: "public") {
    id: ID!
    name: String! @shareable
    mood: Mood @shareable
    place: Place @shareable
    goods(first: Int! = 2, hidden: Boolean @inaccessible): [Good]
    constructor: Odd!
    toString(valueOf: Int): String
    hasOwnProperty: [Boolean!]
    neighbours: [[Stall!]] @shareable
    takings: [Money] @shareable
  }
  type Odd @shareable { valueOf: Int! constructor: Odd hasOwnProperty(toString: Boolean): JSON _: Int isPrototypeOf: [Odd!] }
  type Place @shareable { row: Int! seat: Int roof: Roof }
  type Roof @shareable { colour: Colour! holes: [Int!]! }
  type Money @shareable { amount: Float! currency: String exact: JSON }
  type Offer { good: Good text: String! until: Int }
`;

const people = `${federation('key', 'shareable', 'inaccessible', 'external', 'requires', 'override')}
  scalar JSON
  type Query {
    stall(id: ID!): Stall @shareable
    stalls(filter: StallFilter, colours: [Colour!] = [RED, BLUE]): [Stall]! @shareable
    trader(id: ID!): Trader
    traders: [Trader!]!
    shared: Money! @shareable
    crowd: [Someone]
  }
  enum Colour { RED GREEN BLUE SECRET @inaccessible }
  enum Mood { CALM ANGRY SLEEPY }
  input StallFilter { colour: Colour, min: MoneyInput, and: [StallFilter!], only: ID, theirs: Int }
  input MoneyInput { amount: Float!, currency: String! = "EUR" }
  union Someone = Trader | Visitor | Stall
  type Visitor { mood: Mood! name: String likes: [Stall!] money: Money }
  type Trader @key(fields: "id") { id: ID! name: String! stalls: [Stall!] purse: Money trust(of: TrustInput = { level: LOW }): Int owes(min: MoneyInput): [Money!]! secrets: String @inaccessible }
  input TrustInput { level: Trust! = MID, notes: [String], deep: TrustInput }
  enum Trust { LOW MID HIGH }
  type Stall @key(fields: "id") {
    id: ID!
    name: String @shareable
    mood: Mood @shareable
    place: Place! @shareable
    trader: Trader
    neighbours: [[Stall!]!]! @shareable
    takings: [Money!] @shareable
    odd: Odd
  }
  type Odd @shareable { valueOf: Int! constructor: Odd hasOwnProperty(toString: Boolean): JSON isPrototypeOf: [Odd!] _: Int }
  type Place @shareable { row: Int! seat: Int! street: String }
  type Money @shareable { amount: Float! currency: String! exact: JSON }
  type Carpet @key(fields: "id") { id: ID! knots: Int @shareable woven: Trader age(in: String = "years"): Float }
`;

/** Federation 1 syntax: everything can be shared, and what is extended is marked. */
const archive = `
  type Trader @key(fields: "id") @extends { id: ID! @external  name: String! @external  deals(year: Int): [Deal!]  rank: String @requires(fields: "name") }
  extend type Stall @key(fields: "id") { id: ID! @external  opened: Int  closed: Int! }
  extend type Query { deals: [Deal] oldest: Stall @provides(fields: "id") }
  type Deal @key(fields: "number") { number: Int! with: Trader! amount: Money! papers: [Paper] }
  interface Paper { text: String }
  type Bill implements Paper { text: String total: Money }
  type Letter implements Paper { text: String from: Trader to: [Trader!]! }
  scalar JSON
  type Money { amount: Float! currency: String exact: JSON }
`;

export const bazaar: WorldDefinition = { name: 'bazaar', services: { stalls, people, archive }, outages: false };
