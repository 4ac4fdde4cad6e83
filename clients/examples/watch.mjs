/**
 * A regional body's subscriber: prints each practice that concerns the body the moment it is submitted, and after a
 * break everything it missed.
 *
 *   TOKEN=$(npm run -s token -- officer:igad) node clients/examples/watch.mjs igad
 *
 * The cursor of the last event printed is kept in a file, so that the next start goes on from there. It is written
 * after the event was printed: a crash in between repeats one event and loses none.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import WebSocket from 'ws';

const { subscribe } = await import('../dist/sdk/subscribe.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.error('The clients have not been built yet: run npm ci && npm start (or npm run build) first.');
  process.exit(1);
});

const [body = 'igad'] = process.argv.slice(2);
const { HUB_WS: url = 'ws://127.0.0.1:4000/graphql', TOKEN: token } = process.env;
const file = process.env.CURSOR_FILE ?? `.hub/watch-${body}.cursor`;

const query = `subscription ($after: Cursor, $concerns: String!) {
  practiceEvents(after: $after, filter: { concerns: $concerns }) {
    cursor
    type
    at
    practice {
      id
      title { text }
      owner { ... on MemberState { name { text } bodies { acronym } } ... on RegionalBody { acronym } }
      regions { name { text } }
    }
  }
}`;

const store = {
  load() {
    try {
      return readFileSync(file, 'utf8').trim() || null;
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      return null;
    }
  },
  save(cursor) {
    writeFileSync(`${file}.new`, cursor); // a crash must not leave half a cursor
    renameSync(`${file}.new`, file);
  },
};

try {
  for await (const { type, at, practice } of subscribe({
    url,
    query,
    variables: { concerns: body },
    ...(token && { authorization: () => `Bearer ${token}` }),
    store,
    webSocket: WebSocket,
    onInterruption: ({ message, inMs }) =>
      console.error(`Interrupted: ${message} Resuming in ${(inMs / 1000).toFixed(1)} s.`),
  }))
    console.log(JSON.stringify({ type, at, practice }));
} catch (error) {
  if (error.name !== 'SubscriptionFailure') throw error;
  console.error(error.message);
  process.exit(1);
}
