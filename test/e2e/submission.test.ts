/**
 * The heart of the hub: a focal point submits, a regional body is told at once, and of everything it missed while it
 * was away. Over real HTTP and WebSocket, with the graphql-ws client anybody would use.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { subscribe, watch } from '../events.js';
import { type Hub, startHub } from '../hub.js';
import { completePractice, createMutation, done, submitAs, submitMutation, updateMutation } from '../practices.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const kenyan = {
  type: 'SUBMITTED',
  practice: {
    title: { text: completePractice.title },
    owner: { name: { text: 'Kenya' }, bodies: expect.arrayContaining([{ acronym: 'IGAD' }, { acronym: 'AU' }]) },
    regions: [{ name: { text: 'Eastern Africa' } }],
  },
};

test('a submission reaches the regional body it concerns, with fields of all three services, and not another', async () => {
  const igad = subscribe(await hub.client('officer:igad'), { filter: { concerns: 'igad' } });
  const asean = subscribe(await hub.client('officer:asean'), {});
  expect(await igad.next()).toMatchObject({ type: 'CAUGHT_UP', practiceId: null });
  expect(await asean.next()).toMatchObject({ type: 'CAUGHT_UP' });

  const created = await hub.data('focal-point:KEN', createMutation, {
    input: { owner: { memberState: 'KEN' }, ...completePractice, marking: 'AMBER' },
  });
  const draft = done(created.createPractice);
  const submission = await hub.data('focal-point:KEN', submitMutation, {
    input: { id: draft.id, expectedRevision: draft.revision, audience: { regionalBodies: ['igad'] } },
  });
  const { id } = done(submission.submitPractice);
  expect(await igad.next()).toMatchObject({ ...kenyan, practiceId: id });

  const open = await submitAs(hub, 'KEN', { marking: 'CLEAR', title: 'For everybody' });
  expect(await igad.next()).toMatchObject({ practiceId: open.id });
  expect(await asean.next()).toMatchObject({ practiceId: open.id, practice: { title: { text: 'For everybody' } } });
  expect(
    await hub.data('officer:asean', 'query ($id: ID!) { practice(id: $id) { id } node(id: $id) { id } }', { id }),
  ).toEqual({ practice: null, node: null });
});

test('who was away gets exactly what it missed, then CAUGHT_UP, then live; a tightening takes it out of sight', async () => {
  const amber = { marking: 'AMBER', audience: { regionalBodies: ['igad'] } };
  const first = await hub.client('officer:igad');
  const before = subscribe(first, { filter: { concerns: 'igad' } });
  await before.next();
  await submitAs(hub, 'KEN', amber);
  const { cursor } = await before.next();
  first.terminate(); // the socket is gone without a word

  const missed = [await submitAs(hub, 'KEN', amber), await submitAs(hub, 'UGA', { ...amber, title: 'From Uganda' })];
  const after = subscribe(await hub.client('officer:igad'), { after: cursor, filter: { concerns: 'igad' } });
  expect(await after.next()).toMatchObject({ ...kenyan, practiceId: missed[0]!.id });
  expect(await after.next()).toMatchObject({ practiceId: missed[1]!.id, practice: { title: { text: 'From Uganda' } } });
  expect(await after.next()).toMatchObject({ type: 'CAUGHT_UP' });
  const live = await submitAs(hub, 'KEN', amber);
  expect(await after.next()).toMatchObject({ ...kenyan, practiceId: live.id });

  const { updatePractice } = await hub.data('focal-point:KEN', updateMutation, {
    input: { id: live.id, expectedRevision: live.revision, marking: 'RED' },
  });
  done(updatePractice);
  expect(await after.next()).toEqual({
    type: 'NO_LONGER_VISIBLE',
    practiceId: live.id,
    practice: null,
    cursor: expect.any(String),
  });
});

test('a bad token closes the socket with 4403', async () => {
  const { createClient } = await import('graphql-ws');
  const { default: WebSocket } = await import('ws');
  for (const authorization of ['Bearer nonsense', `${await hub.token('officer:igad')}x`]) {
    const client = createClient({
      url: hub.wsUrl,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
    });
    await expect(client.iterate({ query: watch }).next()).rejects.toMatchObject({ code: 4403 });
    await client.dispose();
  }
});
