/** Many ways to an entity, and fields that need others: keys (several, compound, nested), @requires, @provides, @override. */
import { type WorldDefinition, federation } from '../world.js';

const registry = `${federation('key', 'shareable', 'override', 'provides', 'external')}
  type Query {
    ship(imo: ID!): Ship
    fleet(first: Int = 2): [Ship!]!
    vessels: [Vessel]
    anyCargo(kind: Kind): [Cargo]
    flagship: Ship @provides(fields: "master { name } tonnage")
  }
  enum Kind { BULK BOX }
  interface Vessel { imo: ID! name: String }
  type Ship implements Vessel @key(fields: "imo") @key(fields: "callSign") {
    imo: ID!
    callSign: String!
    name: String @shareable
    size(unit: Unit = METRE): Size!
    draught(unit: Unit): Float!
    sisters: [Ship!]
    master: Sailor
    tonnage: Int @external
    port: Port
    cargo: [Cargo!]
    marks: [[Mark!]!]
    flag: String @override(from: "legacy")
  }
  type Barge implements Vessel @key(fields: "imo") { imo: ID! name: String tug: Ship }
  enum Unit { METRE FOOT }
  type Size { length(unit: Unit = METRE): Float! width: Float hull: Hull }
  type Hull { material: String! plates: [Plate!]! }
  type Plate { number: Int thickness(unit: Unit): Float! }
  type Mark { text: String! }
  type Sailor @key(fields: "id") { id: ID! name: String @external }
  type Port @key(fields: "country { code } number") { country: Country! number: Int! }
  type Country @key(fields: "code") { code: ID! }
  union Cargo = Container | Bulk
  type Container @key(fields: "id") { id: ID! weight(unit: Unit): Float }
  type Bulk @key(fields: "id owner { id }") { id: ID! owner: Owner! volume: Float! }
  type Owner @key(fields: "id", resolvable: false) { id: ID! }
`;

const traffic = `${federation('key', 'shareable', 'external', 'requires', 'provides')}
  type Query { arrivals(at: ID): [Arrival!] nextShip: Ship pier(id: ID!): Pier }
  type Arrival { ship: Ship @provides(fields: "name") port: Port when: String }
  type Ship @key(fields: "callSign") {
    callSign: String!
    name: String @external
    draught(unit: Unit): Float! @external
    size(unit: Unit = METRE): Size! @external
    marks: [[Mark!]!] @external
    cargo: [Cargo!] @external
    berth: Pier @requires(fields: "draught(unit: METRE) size(unit: METRE) { length(unit: FOOT) hull { plates { thickness number } } }")
    clearance(by: Int! = 2): String @requires(fields: "draught(unit: METRE)")
    label: String! @requires(fields: "name marks { text }")
    manifest: [String] @requires(fields: "cargo { ... on Container { id weight(unit: METRE) } ... on Bulk { id volume } }")
    speed: Float
    convoy: [Ship]
  }
  enum Unit { METRE FOOT }
  type Size { length(unit: Unit = METRE): Float! @external hull: Hull @external }
  type Hull { plates: [Plate!]! @external }
  type Plate { number: Int @external thickness(unit: Unit): Float! @external }
  type Mark { text: String! @external }
  union Cargo = Container | Bulk
  type Container @key(fields: "id") { id: ID! weight(unit: Unit): Float @external }
  type Bulk @key(fields: "id owner { id }") { id: ID! owner: Owner! volume: Float! @external }
  type Owner @key(fields: "id") { id: ID! }
  type Port @key(fields: "country { code } number") { country: Country! number: Int! piers(free: Boolean): [Pier!]! }
  type Country @key(fields: "code") { code: ID! ports: [Port] }
  type Pier @key(fields: "id") { id: ID! ships: [Ship!] length: Float port: Port! }
`;

const crews = `${federation('key', 'external', 'requires', 'shareable')}
  type Query { sailor(id: ID!): Sailor sailors: [Sailor!]! }
  type Sailor @key(fields: "id") @key(fields: "badge { series number }") {
    id: ID! name: String @shareable badge: Badge! ship: Ship ships: [Ship] rank: Rank mates(of: Rank = AB): [Sailor!]
  }
  type Badge @shareable { series: String! number: Int! }
  enum Rank { AB BOSUN }
  type Ship @key(fields: "imo") { imo: ID! tonnage: Int @shareable crew(rank: Rank): [Sailor!]! pay: Float @requires(fields: "size(unit: METRE) { width }") size(unit: Unit = METRE): Size! @external
    label: String! @external  motto: String @requires(fields: "label speed") speed: Float @external }
  enum Unit { METRE FOOT }
  type Size { width: Float @external }
  type Owner @key(fields: "id") { id: ID! name: String! sailors: [Sailor] bulks: [Bulk!] }
  type Bulk @key(fields: "id owner { id }") { id: ID! owner: Owner! }
  type Barge @key(fields: "imo") { imo: ID! crew: [Sailor] }
`;

const pensions = `${federation('key', 'external', 'requires', 'shareable')}
  type Query { pensioners: [Sailor] }
  type Sailor @key(fields: "badge { series number }") {
    badge: Badge!
    name: String @external
    rank: Rank @external
    ship: Ship @external
    pension(year: Int): Pension @requires(fields: "rank ship { label }")
    greeting: String! @requires(fields: "name")
  }
  type Ship @key(fields: "imo") { imo: ID! label: String! @external }
  type Badge @shareable { series: String! number: Int! }
  enum Rank { AB BOSUN }
  type Pension { amount: Float! since: Int heirs: [Sailor!] }
`;

const legacy = `${federation('key', 'shareable')}
  type Query { oldShips: [Ship] }
  type Ship @key(fields: "imo") @key(fields: "hullNumber") { imo: ID! hullNumber: Int! flag: String built: Int }
`;

const wrecks = `${federation('key')}
  type Query { wreck(n: Int): Ship }
  type Ship @key(fields: "hullNumber") { hullNumber: Int! depth: Float treasure: [Bulk!] }
  type Bulk @key(fields: "id owner { id }", resolvable: false) { id: ID! owner: Owner! }
  type Owner @key(fields: "id", resolvable: false) { id: ID! }
`;

export const harbour: WorldDefinition = {
  name: 'harbour',
  services: { registry, traffic, crews, pensions, legacy, wrecks },
  outages: false,
};
