/** One sequence of places for every channel: who leaves one goes on in another, and misses and repeats nothing. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { subscribe } from '../events.js';
import { type Hub, type Json, startHub } from '../hub.js';
import { submitAs } from '../practices.js';

let hub: Hub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const submit = async (title: string) => (await submitAs(hub, 'KEN', { marking: 'GREEN', title })).id;

interface ServerSent {
  id: string;
  event: Json;
}

/** Reads so many events of `/graphql/stream` as an officer; the document asks for no cursor. */
async function serverSent(lastEventId: string, count: number, meanwhile = async () => {}): Promise<ServerSent[]> {
  const leaving = new AbortController();
  const response = await fetch(`${hub.url}/stream`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      authorization: `Bearer ${await hub.token('officer:igad')}`,
      'last-event-id': lastEventId,
    },
    body: JSON.stringify({
      query:
        'subscription { practiceEvents { type practiceId practice { title { text } owner { ... on MemberState { name { text } } } } } }',
    }),
    signal: leaving.signal,
  });
  expect(response.status).toBe(200);
  await meanwhile();
  let text = '';
  const read: ServerSent[] = [];
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const data = /^data: (.+)$/m.exec(block)?.[1];
      if (data) read.push({ id: /^id: (.+)$/m.exec(block)![1]!, event: JSON.parse(data).data.practiceEvents });
    }
    if (read.length >= count) break;
  }
  leaving.abort();
  return read;
}

test('from a WebSocket to server-sent events, to the query, and back', async () => {
  const client = await hub.client('officer:igad');
  const socket = subscribe(client);
  expect(await socket.next()).toMatchObject({ type: 'CAUGHT_UP' });
  const ids = [await submit('First'), await submit('Second')];
  const first = await socket.next();
  expect(first.practiceId).toBe(ids[0]);
  await socket.end();

  ids.push(await submit('Third'));
  const sent = await serverSent(first.cursor, 4, async () => void ids.push(await submit('Fourth')));
  const changes = sent.filter(({ event }) => event.practiceId);
  expect(changes.map(({ event }) => event.practiceId)).toEqual(ids.slice(1));
  expect(changes[0]!.event).toEqual({
    type: 'SUBMITTED',
    practiceId: ids[1],
    practice: { title: { text: 'Second' }, owner: { name: { text: 'Kenya' } } },
  });
  expect(sent.some(({ event }) => event.type === 'CAUGHT_UP')).toBe(true);

  ids.push(await submit('Fifth'));
  const { practiceEvents } = await hub.data(
    'officer:igad',
    'query ($after: Cursor) { practiceEvents(after: $after) { cursor nodes { practiceId cursor } } }',
    { after: changes[1]!.id },
  );
  expect(practiceEvents.nodes.map(({ practiceId }: Json) => practiceId)).toEqual(ids.slice(3));
  expect(practiceEvents.nodes[0].cursor).toBe(changes[2]!.id); // a place has one cursor, whatever the channel

  ids.push(await submit('Sixth'));
  const again = subscribe(client, { after: practiceEvents.cursor });
  expect((await again.next()).practiceId).toBe(ids[5]);
  await again.end();
});

test('a cursor that is none, and an unknown reader, are refused as everywhere', async () => {
  const ask = async (headers: Record<string, string>) => {
    const response = await fetch(
      `${hub.url}/stream?query=${encodeURIComponent('subscription { practiceEvents { type } }')}`,
      {
        headers,
      },
    );
    return { status: response.status, text: await response.text() };
  };
  const wrong = await ask({ 'last-event-id': 'A'.repeat(22) });
  expect(wrong.text).toContain('"CURSOR_INVALID"');
  expect(wrong.text).toContain('event: complete');
  expect(await ask({ authorization: 'Bearer nonsense' })).toMatchObject({ status: 401 });
});
