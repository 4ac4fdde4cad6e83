/** What a service that is away costs, and what it does not: its own fields, until it is back; and no event, ever. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { subscribe } from '../events.js';
import { type Answer, type Hub, type ServiceName, eventually, startHub } from '../hub.js';
import { submitAs } from '../practices.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());
afterEach(async () => {
  for (const service of ['membership', 'region', 'practice'] as const) await hub.start(service);
});

const card = `{
  practices(first: 2, filter: { memberStates: ["KEN", "IDN"] }) {
    nodes { title { text } owner { ... on MemberState { iso3 name { text } bodies { acronym } } } regions { m49 name { text } } }
  }
}`;
const failures = ({ errors = [] }: Answer) =>
  errors.map(({ path, extensions: { code, service } }) => ({ path: path?.join('.'), code, service }));
const lost = (service: ServiceName) => (path: string) => ({ path, code: 'SUBGRAPH_UNAVAILABLE', service });
const shared = { marking: 'AMBER', audience: { regionalBodies: ['igad'] } };
const concerning = { filter: { concerns: 'igad' } };

test('without region its fields are null and say so, the rest stands; with it again all is there, no gateway restarted', async () => {
  const whole = await hub.data('officer:igad', card);
  await hub.stop('region');
  const answer = await hub.ask('officer:igad', card);
  expect(answer.status).toBe(200);
  expect(failures(answer).map(({ path }) => path)).toEqual(
    // once for each list that is lost, at the first thing in it that may not be null
    [0, 1].flatMap((i) => [`practices.nodes.${i}.owner.bodies.0.acronym`, `practices.nodes.${i}.regions.0.m49`]),
  );
  for (const failure of failures(answer)) expect(failure).toEqual(lost('region')(failure.path!));
  for (const [i, { title, owner }] of whole.practices.nodes.entries())
    expect(answer.data.practices.nodes[i]).toEqual({
      title,
      owner: { iso3: owner.iso3, name: owner.name, bodies: null },
      regions: null,
    });
  expect(failures(await hub.ask(undefined, '{ region(m49: "002") { m49 } themes { slug } }'))).toEqual([
    lost('region')('region'),
  ]);

  await hub.start('region');
  await eventually(async () => !(await hub.ask('officer:igad', card)).errors);
  expect(await hub.data('officer:igad', card)).toEqual(whole);
});

test('without membership nobody can be signed in, and everybody can still read as anybody', async () => {
  const whole = await hub.data(undefined, card);
  await hub.token('focal-point:KEN');
  await hub.stop('membership');
  const signedIn = await hub.ask('focal-point:KEN', '{ practices { totalCount } }');
  expect([signedIn.status, failures(signedIn)]).toMatchObject([503, [{ code: 'SUBGRAPH_UNAVAILABLE' }]]);
  expect(signedIn.data).toBeUndefined();
  await expect(subscribe(await hub.client('focal-point:KEN')).next()).rejects.toMatchObject({ code: 1013 });

  const anybody = await hub.ask(undefined, card);
  expect(anybody.status).toBe(200);
  for (const [i, { title, regions }] of whole.practices.nodes.entries())
    expect(anybody.data.practices.nodes[i]).toMatchObject({ title, regions });
  for (const { code, service } of failures(anybody))
    expect([code, service]).toEqual(['SUBGRAPH_UNAVAILABLE', 'membership']);
  const stream = subscribe(await hub.client(undefined));
  expect(await stream.next()).toMatchObject({ type: 'CAUGHT_UP' });
  await stream.end();

  await hub.start('membership');
  await eventually(async () => !(await hub.ask('focal-point:KEN', card)).errors);
  expect(await hub.data(undefined, card)).toEqual(whole);
});

test('a stream whose service goes away ends with a reason, and resumes with its cursor where it was', async () => {
  const client = await hub.client('officer:igad');
  const before = subscribe(client, concerning);
  await before.next();
  const seen = await submitAs(hub, 'KEN', shared);
  const { cursor, practiceId } = await before.next();
  expect(practiceId).toBe(seen.id);

  const ending = before.next();
  await Promise.all([
    expect(ending).rejects.toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]),
    hub.stop('practice'),
  ]);
  await expect(subscribe(client, concerning).next()).rejects.toMatchObject([
    { extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
  ]);
  expect(failures(await hub.ask(undefined, '{ practices { totalCount } region(m49: "002") { m49 } }'))).toEqual([
    lost('practice')('practices'),
  ]);

  await hub.start('practice');
  const missed = [await submitAs(hub, 'KEN', shared), await submitAs(hub, 'UGA', shared)];
  const after = subscribe(client, { ...concerning, after: cursor });
  expect((await after.replay()).map((event) => event.practiceId)).toEqual(missed.map(({ id }) => id));
  const live = await submitAs(hub, 'KEN', shared);
  expect(await after.next()).toMatchObject({ type: 'SUBMITTED', practiceId: live.id });
  await after.end();
});

test('fields of a service that is away do not end a stream; its events say what is missing', async () => {
  const client = await hub.client('officer:igad');
  const events = client.iterate({
    query:
      'subscription { practiceEvents { type practiceId practice { title { text } regions { m49 name { text } } } } }',
  });
  await events.next();
  await hub.stop('region');
  const { id } = await submitAs(hub, 'KEN', shared);
  expect(await events.next()).toMatchObject({
    value: {
      data: { practiceEvents: { practiceId: id, practice: { title: {}, regions: null } } },
      errors: [
        { path: ['practiceEvents', 'practice', 'regions', 0, 'm49'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } },
      ],
    },
  });
  await hub.start('region');
  const next = await submitAs(hub, 'KEN', shared);
  expect(await events.next()).toMatchObject({
    value: {
      data: { practiceEvents: { practiceId: next.id, practice: { regions: [{ name: { text: 'Eastern Africa' } }] } } },
    },
  });
  await events.return?.(undefined);
});

test('when the database drops every connection, the next request has new ones, and streams lose nothing', async () => {
  const client = await hub.client('officer:igad');
  let stream = subscribe(client, concerning);
  let { cursor } = await stream.next();
  const admin = new pg.Client({ connectionString: hub.databases.practice.adminUrl });
  await admin.connect();
  const sent: string[] = [];
  try {
    for (let round = 0; round < 3; round++) {
      const { rowCount } = await admin.query(
        `select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'practice_app' and datname = current_database()`,
      );
      expect(rowCount).toBeGreaterThan(0);
      const first = await hub.ask('focal-point:KEN', '{ practices { totalCount } }');
      for (const { code } of failures(first)) expect(code).toBe('SUBGRAPH_UNAVAILABLE');
      await hub.data('focal-point:KEN', '{ practices { totalCount } }');
      sent.push((await submitAs(hub, 'KEN', shared)).id);
    }
  } finally {
    await admin.end();
  }
  const seen: string[] = [];
  while (seen.length < sent.length) {
    try {
      const event = await stream.next();
      cursor = event.cursor;
      if (event.type !== 'CAUGHT_UP') seen.push(event.practiceId);
    } catch (error) {
      // A stream that was reading at that moment ends, for a reason one can resume after.
      expect(error).toMatchObject([{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
      stream = subscribe(client, { ...concerning, after: cursor });
    }
  }
  expect(seen).toEqual(sent);
  await stream.end();
});

test('all of it was the network’s or the database’s doing: no bug was logged', () => {
  const bugs = hub.logged.filter(({ message }) => /(operation|request|socket) failed|does not fit/.test(message));
  expect(bugs.filter(({ fields }) => !/Connection terminated/.test(String(fields['error'])))).toEqual([]);
});
