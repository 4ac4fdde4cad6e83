/**
 * A regional body's subscriber: prints each practice that concerns the body the moment it is submitted, and after a
 * break everything it missed.
 *
 *   TOKEN=$(npm run -s token -- officer:igad) node clients/examples/watch.mjs igad
 *
 * The cursor of the last event printed is kept in a file, so that the next start goes on from there. It is written
 * after the event was dealt with: a crash in between repeats one event and loses none.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const [body = 'igad'] = process.argv.slice(2);
const url = process.env.HUB_WS ?? 'ws://127.0.0.1:4000/graphql';
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

let cursor = null;
try {
  cursor = readFileSync(file, 'utf8').trim() || null;
} catch (error) {
  if (error.code !== 'ENOENT') throw error;
}

const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: process.env.TOKEN ? { authorization: `Bearer ${process.env.TOKEN}` } : {},
  retryAttempts: 0, // this loop resumes by cursor; a client that retries by itself would repeat its first variables
});

for (let failures = 0; ;) {
  try {
    for await (const { data, errors } of client.iterate({ query, variables: { after: cursor, concerns: body } })) {
      if (errors) throw errors;
      failures = 0;
      const { type, at, practice, ...event } = data.practiceEvents;
      if (type !== 'HEARTBEAT') console.log(JSON.stringify({ type, at, practice }));
      cursor = event.cursor;
      writeFileSync(file, cursor);
    }
  } catch (error) {
    const code = error?.[0]?.extensions?.code;
    if (error?.code === 4403 || code === 'UNAUTHENTICATED') {
      console.error('The token is not valid, or not any more: get a new one.');
      process.exit(1);
    }
    console.error(`Interrupted (${code ?? error?.code ?? error?.message ?? error}); resuming.`);
  }
  await new Promise((resolve) => setTimeout(resolve, Math.min(30_000, 500 * 2 ** failures++)));
}
