/** Operations that were once answered wrongly by some planner or engine, as small as they get. */
import type { Conditions } from './truth.js';

export interface Regression {
  why: string;
  world: string;
  query: string;
  variables?: Record<string, unknown>;
  conditions?: Partial<Conditions>;
}

export const regressions: readonly Regression[] = [
  // Names of the answer that are names of keys, or of what is required.
  { why: 'a key’s name for another field', world: 'exchange', query: '{ grid { id: title workshops { id } } }' },
  {
    why: 'a key’s name for an object',
    world: 'exchange',
    query: '{ practice(id: "a") { id: body { text } workshops { title } } }',
  },
  { why: 'a key’s name for the type', world: 'exchange', query: '{ root { id: __typename head { name } } }' },
  { why: 'a key’s name for a list', world: 'bazaar', query: '{ traders { rank id: owes { currency } } }' },
  { why: 'a required field’s name for another', world: 'bazaar', query: '{ deals { with { name: id rank } } }' },
  {
    why: 'a nested key’s name for an object',
    world: 'harbour',
    query: '{ oldShips { treasure { id: owner { sailors { id } } owner { sailors { rank } } } } }',
  },
  {
    why: 'a key’s name in one type of a union',
    world: 'bazaar',
    query: '{ crowd { ... on Trader { rank } ... on Stall { hasOwnProperty id: name } } }',
  },
  {
    why: 'a variable that is called as the planner calls its own',
    world: 'exchange',
    query: 'query ($representations: Boolean!) { grid { workshops { title @include(if: $representations) } } }',
    variables: { representations: true },
  },

  // @requires with arguments, and the same field asked with others.
  { why: 'required with an argument, asked without', world: 'library', query: '{ topMedium { title blurb } }' },
  { why: 'the same below a list', world: 'library', query: '{ ratedMedia { similar { title blurb } } }' },
  {
    why: 'two required with different arguments',
    world: 'library',
    query: '{ media { blurb ... on Film { era } } }',
  },
  {
    why: 'one of two that require with different arguments left out',
    world: 'harbour',
    query: 'query ($no: Boolean!) { sailors { ships { ... @include(if: $no) { clearance } berth { length } } } }',
    variables: { no: false },
  },
  {
    why: 'what requires is left out, its neighbour is not',
    world: 'bazaar',
    query: 'query ($yes: Boolean!) { trader(id: "b") { rank @skip(if: $yes) deals { number } } }',
    variables: { yes: true },
  },
  { why: 'required through two keys', world: 'harbour', query: '{ nextShip { pay } }' },
  { why: 'required through three keys', world: 'harbour', query: '{ wreck { label clearance pay } }' },
  {
    why: 'required of a neighbour within one service',
    world: 'harbour',
    query: '{ ship(imo: "b") { convoy { berth { id } } } }',
  },
  { why: 'required below what was required', world: 'bazaar', query: '{ traders { deals { with { rank } } } }' },
  {
    why: 'required through a union',
    world: 'harbour',
    query: '{ arrivals { ship { manifest } } flagship { manifest } }',
  },
  { why: 'required of an interface by one type', world: 'library', query: '{ find { ... on Book { blurb } } }' },

  // Interfaces that are objects elsewhere.
  {
    why: 'an interface’s field of an interface object',
    world: 'library',
    query: '{ ratedMedia { ... on Node { id } } }',
  },
  {
    why: 'one type of an interface object',
    world: 'library',
    query: '{ topMedium { ... on Film { __typename other: id } } }',
  },
  { why: 'another type of an interface object', world: 'library', query: '{ topMedium { ... on Song { blurb } } }' },
  {
    why: 'an interface that the object’s interfaces share',
    world: 'library',
    query: '{ topMedium { ... on Product { id } } }',
  },
  {
    why: 'a field of another service on an interface object',
    world: 'library',
    query: '{ sold { ... on Film { blurb length } } }',
  },

  // Nothing left to ask.
  { why: 'all is left out', world: 'exchange', query: '{ records @skip(if: true) { title } }' },
  {
    why: 'all is left out by a variable while the service is out',
    world: 'exchange',
    query: 'query ($no: Boolean!) { latest @include(if: $no) { title } }',
    variables: { no: false },
    conditions: { outage: { service: 'practices', how: 'errors' } },
  },
  {
    why: 'what the gateway knows needs no service',
    world: 'exchange',
    query: '{ __typename }',
    conditions: { outage: { service: 'members', how: 'errors' } },
  },

  // Abstract types.
  { why: 'only an alias of the type', world: 'exchange', query: '{ practices { owner { title: __typename } } }' },
  {
    why: 'a union within itself, conditionally',
    world: 'exchange',
    query: 'query ($yes: Boolean!) { search { ... on Found @include(if: $yes) { ... on Record { title } } } }',
    variables: { yes: true },
  },
  {
    why: 'root fields within a condition',
    world: 'bazaar',
    query: 'query ($yes: Boolean!) { ... @include(if: $yes) { goods { ... on Lamp { stall { closed } } } } }',
    variables: { yes: true },
  },

  // Mutations in the order they are written.
  {
    why: 'in a fragment',
    world: 'exchange',
    query: 'mutation { ... @skip(if: false) { touch(id: "12") { matrix } rename(id: "", name: "x") { mail } } }',
  },
  {
    why: 'partly in a fragment, in one service',
    world: 'bazaar',
    query:
      'mutation { buy(good: 12, price: { amount: 0 }) { total { amount } } ...F } fragment F on Mutation { then: buy(good: 12, price: { amount: 1 }) { total { amount } } }',
  },

  // Ways to answer that multiply with each level.
  {
    why: 'an interface within itself, of which services know differently',
    world: 'library',
    query:
      '{ topMedium { similar { a: similar { blurb similar { ...F then: verdict { text } } } ...F } } } fragment F on Song { id parts { number } }',
  },

  // Errors keep their path where there is no data.
  {
    why: 'of an outage, below nothing',
    world: 'exchange',
    query: '{ practices { theme } person(id: "a") { home { practices { rating } } } }',
    conditions: { outage: { service: 'practices', how: 'unavailable' } },
  },
  {
    why: 'of a field that failed, below nothing',
    world: 'bazaar',
    query: '{ stalls { takings { currency } } traders { owes { exact } } }',
    conditions: { weather: 834 },
  },
];
