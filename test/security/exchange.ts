/**
 * The practice and membership services on real databases, asked at their own ports: who somebody is comes from
 * membership, as the gateway would ask it, and is shown to practice in a passport that a key of this test signed.
 */
import { type PassportSigner, passportHeader, passportSigner } from '@hub/kit/passport';
import type { Running } from '@hub/kit/process';
import { type Viewer as Known, anonymous } from '@hub/kit/viewer';
import { newSecrets, publicKeys } from '@hub/local/secrets';
import { type FreshDatabase, freshDatabase } from '@hub/local/testing';
import { migrateService as migrateMembership } from '@hub/membership/migrations/all';
import { seedService as seedMembership } from '@hub/membership/seed/seedService';
import { start as startMembership } from '@hub/membership/service';
import { migrateService as migratePractice } from '@hub/practice/migrations/all';
import { seedService as seedPractice } from '@hub/practice/seed/seedService';
import { start as startPractice } from '@hub/practice/service';
import { type Client, createClient } from 'graphql-ws';
import pg from 'pg';
import WebSocket from 'ws';
import type { Json } from '../hub.js';
import { Asked } from './schemaFields.js';
import { clear, issuer, writeMembership, writePractices } from './rows.js';
import type { Viewer, World } from './world.js';

const host = '127.0.0.1';
/** Streams say this often that nothing happened. */
const heartbeatMs = 500;
export const cursorKey = Buffer.alloc(32, 7);

export interface Answer {
  data: Json;
  errors?: { message: string; path?: (string | number)[]; extensions: Json }[];
}

export interface Exchange {
  practice: FreshDatabase;
  membership: FreshDatabase;
  /** Connections as the owners of the two databases, past every policy of the run-time role. */
  practiceSql: pg.Client;
  membershipSql: pg.Client;
  /** Replaces what there is by this world. */
  load(world: World): Promise<void>;
  /** Who membership says a viewer of the world is; null when it refuses them. */
  known(viewer: Viewer): Promise<Known | null>;
  /** Asks the practice service, on behalf of whom membership says the viewer is. */
  ask(known: Known, query: string, variables?: object): Promise<Answer>;
  /** A stream’s results. */
  subscribe(known: Known, query: string, variables?: object): Promise<AsyncIterableIterator<Json>>;
  /** Which fields were asked for so far. */
  asked: Asked;
  /** What the services logged as errors. */
  logged: string[];
  close(): Promise<void>;
}

/** `now`: the clock practice goes by. */
export async function openExchange({ now }: { now?: () => Date } = {}): Promise<Exchange> {
  const closing: (() => Promise<unknown>)[] = [];
  const [practice, membership] = await Promise.all([
    freshDatabase(
      'practice',
      async (url) => void (await migratePractice(url), await seedPractice(url, { referenceOnly: true })),
      {
        template: 'reference',
      },
    ),
    freshDatabase('membership', async (url) => void (await migrateMembership(url), await seedMembership(url)), {
      template: 'reference',
    }),
  ]);
  closing.push(() => Promise.all([practice.drop(), membership.drop()]));
  const connect = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    closing.push(() => client.end());
    return client;
  };
  const [practiceSql, membershipSql] = [await connect(practice.ownerUrl), await connect(membership.ownerUrl)];

  // The job that notes what has run out sleeps: the rules go by the clock and wait for nobody.
  await practiceSql.query(`set role practice_definer;
    create or replace function note_lapses(only_key uuid) returns int language sql security definer as 'select 0';
    reset role`);

  const secrets = newSecrets();
  const passportKeys = publicKeys(secrets.passportKeys);
  const signer: PassportSigner = await passportSigner(secrets.passportKeys.gateway);
  const logged: string[] = [];
  const asked = new Asked();
  const log = {
    info: () => undefined,
    error: (message: string, fields: object = {}) =>
      void logged.push(
        `${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? value.message : value))}`,
      ),
  };
  const started = async (running: Promise<Running>) => {
    const service = await running;
    closing.push(() => service.close());
    return service;
  };
  const membershipService = await started(
    startMembership({ host, port: 0, databaseUrl: membership.url, passportKeys, log }),
  );
  const practiceService = await started(
    startPractice({
      host,
      port: 0,
      databaseUrl: practice.url,
      passportKeys,
      membership: { url: membershipService.url, passportKey: secrets.passportKeys.practice },
      cursorKey,
      heartbeatMs,
      log,
      ...(now && { now }),
    }),
  );
  await caughtUp(practiceSql, membershipSql); // with the memberships of the seed; a world's are written in their place

  const post = (url: string, passport: string, body: object) =>
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', [passportHeader]: passport },
      body: JSON.stringify(body),
    });
  let socket: Client | undefined;
  const dropSocket = async () => {
    await socket?.dispose();
    socket = undefined;
  };
  closing.push(dropSocket);

  return {
    practice,
    membership,
    practiceSql,
    membershipSql,
    logged,
    asked,
    async load(world) {
      await clear(practiceSql, membershipSql);
      await writeMembership(membershipSql, world);
      await writePractices(practiceSql, world);
    },
    async known(viewer) {
      if (viewer.kind === 'anonymous') return anonymous;
      const answer = await post(`${membershipService.url}/internal/viewer`, await signer.service('membership'), {
        issuer,
        subject: viewer.key,
      });
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw new Error(`membership answers ${answer.status}: ${await answer.text()}`);
      return (await answer.json()) as Known;
    },
    async ask(known, query, variables = {}) {
      asked.add(query);
      const answer = await post(`${practiceService.url}/graphql`, await signer.viewer('practice', known, []), {
        query,
        variables,
      });
      return (await answer.json()) as Answer;
    },
    async subscribe(known, query, variables = {}) {
      asked.add(query);
      socket ??= createClient({
        url: `${practiceService.url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams: async () => ({ passport: await signer.service('practice') }),
        retryAttempts: 0,
      });
      const results = socket.iterate<Json>({
        query,
        variables: variables as Record<string, unknown>,
        extensions: { passport: await signer.viewer('practice', known, []) },
      });
      return results as AsyncIterableIterator<Json>;
    },
    async close() {
      for (const step of closing.toReversed()) await step();
    },
  };
}

/** Waits until practice has read membership’s log to its end. */
async function caughtUp(practice: pg.Client, membership: pg.Client): Promise<void> {
  const { rows } = await membership.query<{ last: string }>('select last from membership_event_head');
  for (let read = -1; read < Number(rows[0]!.last);) {
    const { rows: progress } = await practice.query<{ position: string }>('select position from membership_progress');
    read = Number(progress[0]!.position);
    if (read < Number(rows[0]!.last)) await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
