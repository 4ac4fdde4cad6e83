/** What the gateway takes from strangers. Every number has its reason; tests and deployments may override any. */
export interface Limits {
  /** Bytes of a request body, and of a WebSocket message. */
  bodyBytes: number;
  /** Characters of a document. What is longer belongs into variables. */
  documentCharacters: number;
  /** Lexical tokens of a document. */
  tokens: number;
  /** How deep brackets may nest in a document, and JSON in variables. */
  nesting: number;
  /** Fields of an operation after its fragments are written out where they are spread. */
  fields: number;
  /** How deep fields nest after fragments are written out. */
  depth: number;
  /** Fragments that may come later (@defer), each counted wherever it stands: each is planned and fetched apart. More come whole. */
  deferred: number;
  /** Bytes of documents and plans kept. An estimate: see plan/operations.ts. */
  operationCacheBytes: number;
  /** How long checking and planning an operation that nobody has asked for before may take. */
  planMs: number;
  /** How many such operations may wait. */
  planQueue: number;
  /** How long one request to a subgraph may take. */
  fetchTimeoutMs: number;
  /** Bytes of one subgraph answer. */
  answerBytes: number;
  /** Operations open at once on one WebSocket. */
  operationsPerSocket: number;
  /** Events that wait for one slow reader, per operation. */
  queuedEvents: number;
  /** Bytes that wait for one slow reader: per operation in events, and per socket in frames. */
  queuedBytes: number;
}

export const limits: Limits = {
  bodyBytes: 512 * 1024, // of which JSON.parse makes nested lists in 30 ms, while everybody waits
  documentCharacters: 256 * 1024, // reading a block string of that length takes 30 ms
  tokens: 5_000, // the introspection query has 500; checking overlapping fields is quadratic in this
  nesting: 32, // the introspection query nests 13 deep
  fields: 5_000, // what a planner can still plan in a second
  depth: 32,
  deferred: 50,
  operationCacheBytes: 64 * 1024 * 1024,
  planMs: 2_000, // what portals ask takes some tens of milliseconds on an idle machine
  planQueue: 200,
  fetchTimeoutMs: 10_000,
  answerBytes: 32 * 1024 * 1024,
  operationsPerSocket: 200,
  queuedEvents: 1_000,
  queuedBytes: 4 * 1024 * 1024,
};
