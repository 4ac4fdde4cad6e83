/** A subscriber to the hub's events, through the graphql-ws client anybody would use. */
import type { Client, ExecutionResult } from 'graphql-ws';
import type { Json } from './hub.js';

export const watch = `subscription ($after: Cursor, $filter: PracticeFilter) {
  practiceEvents(after: $after, filter: $filter) {
    type cursor practiceId
    practice { title { text } owner { ... on MemberState { name { text } bodies { acronym } } } regions { name { text } } }
  }
}`;

export interface Subscriber {
  /** The next event; throws the errors it came with, or those the stream ended with. */
  next(): Promise<Json>;
  /** All events up to CAUGHT_UP, without it. */
  replay(): Promise<Json[]>;
  end(): Promise<unknown>;
}

export function subscribe(client: Client, variables: object = {}, query = watch): Subscriber {
  const events = client.iterate<Json>({ query, variables: variables as Record<string, unknown> });
  const next = async () => {
    const { value, done } = (await events.next()) as { value: ExecutionResult<Json>; done: boolean };
    if (done) throw new Error('the stream ended');
    if (value.errors) throw new Error(JSON.stringify(value.errors));
    return value.data!.practiceEvents;
  };
  return {
    next,
    async replay() {
      const missed: Json[] = [];
      for (;;) {
        const event = await next();
        if (event.type === 'CAUGHT_UP') return missed;
        missed.push(event);
      }
    },
    end: async () => events.return?.(undefined),
  };
}
