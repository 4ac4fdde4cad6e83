/**
 * A subscriber for sdk.test.ts to kill. It writes what it is told into the file WORK, a line per event. The cursor is in
 * the same line, written at one stroke by the store; or with CURSOR_FILE apart from it, after the line.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { subscribe } from '@hub/clients/sdk/subscribe';
import WebSocket from 'ws';

const { HUB_WS: url, TOKEN: token, WORK: work, CURSOR_FILE: cursorFile } = process.env;
const query = `subscription ($after: Cursor) {
  practiceEvents(after: $after) { cursor type practiceId practice { title { text } } }
}`;
const read = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const write = (event) => appendFileSync(work, `${JSON.stringify(event)}\n`);

const together = {
  load: () =>
    read(work)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).cursor)
      .at(-1) ?? null,
  save: (_cursor, event) => write(event),
};
const apart = {
  load: () => read(cursorFile) || null,
  save(cursor) {
    writeFileSync(`${cursorFile}.new`, cursor);
    renameSync(`${cursorFile}.new`, cursorFile);
  },
};
const backOff = { firstMs: 100, mostMs: 1_000 };
const store = cursorFile ? apart : together;
for await (const event of subscribe({ url, query, authorization: () => token, store, webSocket: WebSocket, backOff }))
  if (cursorFile) write(event);
