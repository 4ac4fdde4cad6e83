/** The practice subgraph in process, against a database of its own, asked by viewers of every role. */
import { randomUUID } from 'node:crypto';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import { cursorCodec } from '@hub/kit/cursor';
import { openDatabase } from '@hub/kit/database';
import { WakeUps } from '@hub/kit/event-log';
import { type Executor, createExecutor, isPrepared } from '@hub/kit/execution';
import { buildSubgraph } from '@hub/kit/subgraph';
import { type RoleName, type Token, type Viewer, anonymous } from '@hub/kit/viewer';
import type { ExecutionResult } from 'graphql';
import pg from 'pg';
import { type AccessLog, openAccessLog } from '../src/access/access.log.js';
import { type ReceiptCodec, receiptCodec } from '../src/access/access.receipt.js';
import type { DataSource } from 'typeorm';
import type { People } from '../src/disclosure/people.js';
import { migrateService } from '../src/migrations/all.js';
import { seedService } from '../src/seed/seedService.js';
import { entities } from '../src/service.js';
import { practiceSubgraph } from '../src/subgraph.js';

/** The bodies of the States these tests speak of, as membership would say. */
const bodiesOf: Record<string, Token[]> = {
  's:KEN': ['b:igad', 'b:au', 'b:eapcco'],
  's:UGA': ['b:igad', 'b:au'],
  's:NGA': ['b:au', 'b:ecowas'],
  's:THA': ['b:asean'],
};

/** A person with one role. */
export const person = (role: RoleName, of: Token | null = null, key: string = randomUUID()): Viewer => ({
  kind: 'person',
  key,
  roles: [{ role, of, groups: of ? [of, ...(bodiesOf[of] ?? [])] : [] }],
  scopes: [],
  ceiling: 'RED',
});

/** An API client of a State or body. */
export const client = (of: Token, ceiling: Viewer['ceiling']): Viewer => ({
  kind: 'client',
  key: randomUUID(),
  roles: [{ role: 'INTEGRATOR', of, groups: [of, ...(bodiesOf[of] ?? [])] }],
  scopes: ['practices:read', 'events:read'],
  ceiling,
});

export { anonymous };

type Data = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- answers are checked by the tests

export interface Hub {
  database: FreshDatabase;
  /** The service's own connections, as the run-time role. */
  source: DataSource;
  executor: Executor;
  sql: pg.Client;
  wakeUps: WakeUps;
  accessLog: AccessLog;
  receipts: ReceiptCodec;
  /** Answers and errors, as they come. */
  ask(
    viewer: Viewer,
    query: string,
    variables?: object,
    locales?: string[],
  ): Promise<ExecutionResult & { data?: Data | null }>;
  /** The answer; fails the test when there are errors. */
  data(viewer: Viewer, query: string, variables?: object, locales?: string[]): Promise<Data>;
  /** A stream of events. */
  subscribe(
    viewer: Viewer,
    query: string,
    variables?: object,
  ): Promise<AsyncIterableIterator<ExecutionResult & { data?: Data | null }>>;
  close(): Promise<void>;
}

const quiet = { info: () => undefined, error: () => undefined };

export async function startHub({
  referenceOnly = true,
  heartbeatMs = 60_000,
  now = () => new Date(),
  log = quiet,
  people = null as People | null,
} = {}): Promise<Hub> {
  const database = await freshDatabase(
    'practice',
    async (ownerUrl) => {
      await migrateService(ownerUrl);
      await seedService(ownerUrl, { referenceOnly });
    },
    { template: referenceOnly ? 'reference' : 'seeded' },
  );
  const source = await openDatabase({ url: database.url, entities, poolSize: 20 });
  const wakeUps = await WakeUps.open({
    url: database.url,
    channel: 'practice_event',
    log,
    head: async () => Number((await source.query('select last from event_head'))[0].last),
  });
  const accessLog = openAccessLog({ url: database.url, log, now, everyMs: 20 });
  const receipts = receiptCodec(Buffer.alloc(32, 7));
  const executor = createExecutor({
    subgraph: await buildSubgraph(practiceSubgraph),
    parts: { wakeUps, cursors: cursorCodec(Buffer.alloc(32, 7)), heartbeatMs, accessLog, receipts, people },
    database: source,
    log,
    now,
  });
  const sql = new pg.Client({ connectionString: database.adminUrl });
  await sql.connect();
  const ask: Hub['ask'] = async (viewer, query, variables = {}, locales = []) => {
    const prepared = executor.prepare({ query, variables: variables as Record<string, unknown> });
    return isPrepared(prepared) ? executor.run(prepared, { viewer, locales }) : { errors: prepared };
  };
  return {
    database,
    source,
    executor,
    sql,
    wakeUps,
    accessLog,
    receipts,
    ask,
    async data(viewer, query, variables, locales) {
      const { data, errors } = await ask(viewer, query, variables, locales);
      if (errors) throw new Error(JSON.stringify(errors));
      return data!;
    },
    async subscribe(viewer, query, variables = {}) {
      const prepared = executor.prepare({ query, variables: variables as Record<string, unknown> });
      if (!isPrepared(prepared)) throw new Error(JSON.stringify(prepared));
      const stream = await executor.subscribe(prepared, { viewer, locales: [] });
      if (!(Symbol.asyncIterator in stream)) throw new Error(JSON.stringify(stream));
      return stream as never;
    },
    async close() {
      await accessLog.close();
      await wakeUps.close();
      await sql.end();
      await source.destroy();
      await database.drop();
    },
  };
}

/** Everything a practice needs to be submitted. */
export const complete = {
  title: 'Joint digital evidence desk',
  summary: 'Police and prosecutors handle digital evidence together, under one protocol.',
  pillars: ['II', 'IV'],
  themes: ['legal-frameworks'],
  type: 'INSTITUTION',
  regions: ['014'],
  ownership: { leadInstitution: 'Office of the Public Prosecutor', contactRole: 'Head of the digital evidence desk' },
  scope: { level: 'NATIONAL', periodStart: '2024-01-01' },
  narrative: {
    context: 'Evidence was lost between agencies.',
    objectives: 'Lose none.',
    actors: 'Police and prosecutors; the courts benefit.',
    methodology: 'One desk, one protocol.',
    resourcesNeeded: 'Twelve posts.',
    legalBasis: 'An act of parliament.',
  },
  evidence: { maturity: 'PROMISING' },
  learning: {
    successFactors: 'Joint training.',
    constraints: 'Staff turnover.',
    lessons: 'A first attempt without the courts failed.',
    replicability: 'Needs a protocol between agencies.',
    sustainability: 'In the budget.',
  },
  rights: { rightsAffected: ['Privacy', 'Fair trial'] },
};

const create = `mutation ($input: CreatePracticeInput!) { createPractice(input: $input) { practice { id revision } userErrors { path code message } } }`;
const submit = `mutation ($input: SubmitPracticeInput!) { submitPractice(input: $input) { practice { id revision state } userErrors { path code message } } }`;

/** A complete draft of a State or body, by its id. */
export async function draft(
  hub: Hub,
  viewer: Viewer,
  owner: Token,
  input: object = {},
): Promise<{ id: string; revision: number }> {
  const ownerInput = owner.startsWith('s:') ? { memberState: owner.slice(2) } : { regionalBody: owner.slice(2) };
  const { createPractice } = await hub.data(viewer, create, { input: { owner: ownerInput, ...complete, ...input } });
  if (createPractice.userErrors.length > 0) throw new Error(JSON.stringify(createPractice.userErrors));
  return createPractice.practice;
}

/** A submitted practice, by its id. */
export async function submitted(
  hub: Hub,
  viewer: Viewer,
  owner: Token,
  input: object = {},
): Promise<{ id: string; revision: number }> {
  const { id, revision } = await draft(hub, viewer, owner, input);
  const { submitPractice } = await hub.data(viewer, submit, { input: { id, expectedRevision: revision } });
  if (submitPractice.userErrors.length > 0) throw new Error(JSON.stringify(submitPractice.userErrors));
  return submitPractice.practice;
}
