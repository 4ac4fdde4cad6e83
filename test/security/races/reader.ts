/** A subscriber who resumes with the last cursor whenever they may, and keeps all they were sent with the time they got it. */
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import type { Hub, Json } from '../../hub.js';

export interface Frame {
  /** When it arrived, in ms. */
  at: number;
  type: string;
  cursor: string;
  practiceId: string | null;
  /** The whole of it, as text. */
  text: string;
  practice: Json;
}

export interface Reader {
  token: string;
  frames: Frame[];
  /** When and why the hub let them go for good. */
  over: { at: number; code: unknown } | null;
  /** How often they had to resume. */
  resumed: number;
  caughtUp: Promise<void>;
  stop(): Promise<void>;
}

const query = `subscription ($after: Cursor) {
  practiceEvents(after: $after) {
    type cursor practiceId
    practice { id title { text } narrative { context } owner { ... on MemberState { iso3 } } }
  }
}`;

export function startReader(hub: Hub, token: string): Reader {
  const client = createClient({
    url: hub.wsUrl,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  let cursor: string | null = null;
  let stopped = false;
  let tell = () => {};
  const reader: Reader = {
    token,
    frames: [],
    over: null,
    resumed: 0,
    caughtUp: new Promise<void>((resolve) => (tell = resolve)),
    async stop() {
      stopped = true;
      await client.dispose();
      await running;
    },
  };
  const read = async () => {
    for await (const { data, errors } of client.iterate<Json>({ query, variables: { after: cursor } })) {
      if (errors) throw errors;
      const { type, practice, practiceId, ...event } = data!.practiceEvents;
      ({ cursor } = event);
      if (type === 'CAUGHT_UP') tell();
      reader.frames.push({
        at: Date.now(),
        type,
        cursor: cursor!,
        practiceId,
        practice,
        text: JSON.stringify(practice),
      });
    }
  };
  const run = async () => {
    while (!stopped)
      try {
        await read();
      } catch (error) {
        const code = (error as Json)?.[0]?.extensions?.code ?? (error as Json)?.code;
        if (code !== 'UNAUTHENTICATED' && code !== 4403) reader.resumed += 1;
        else {
          reader.over = { at: Date.now(), code };
          return tell();
        }
      }
  };
  const running = run();
  return reader;
}
