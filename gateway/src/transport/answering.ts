/** How a request that could be read gets its answer: straight from the core, unless there are plugins (apollo.ts). */
import type { IncomingMessage } from 'node:http';
import { type Call, type Core, textOf, useWebSocket } from '../core.js';
import type { Part } from '../parts.js';
import type { Operation } from '../plan/operations.js';
import type { Asked } from './graphql-over-http.js';
import type { Form } from './negotiate.js';
import { BadRequest, statusOf } from './refusals.js';

/** What there is to know of a request besides what it asks. */
export interface Reading {
  request: IncomingMessage;
  form: Form;
  /** Whether it came as an address, so that it may not write. */
  safe: boolean;
}

export interface HttpAnswer {
  status: number;
  text: string;
  /** Names and values in turn. */
  headers: readonly string[];
  /** What follows, when the answer comes in parts: the text is then that of the first. */
  rest?: AsyncIterable<Part>;
}

export interface Answering {
  /** Rejects with whatever `refusal` takes. */
  answer(asked: Asked, call: Call, reading: Reading): Promise<HttpAnswer>;
  /** Is told of a request that did not get so far as to be answered. */
  refused(error: Error): Promise<void>;
}

export const straight = (core: Core): Answering => ({
  async answer(asked, call, reading) {
    const isFree = !reading.safe && !asked.query.includes('subscription'); // so that what it is need not be known first
    if (!isFree) await runnable(core, asked, reading, call);
    const answer = await core.run(asked, call);
    const status = answer.data === undefined ? statusOf(answer.errors ?? [], reading.form) : 200;
    const { rest } = answer;
    return { status, text: textOf(answer), headers: none, ...(rest && { rest: rest.parts }) };
  },
  refused: () => Promise.resolve(),
});

/** The operation that is asked for, if it may be asked for in this way. Rejects as `core.find` does, and with `BadRequest`. */
export async function runnable(
  core: Core,
  asked: Asked,
  { safe }: Reading,
  { watch }: Pick<Call, 'watch'>,
): Promise<Operation> {
  const found = watch ? watch.wait('check', core.find(asked)) : core.find(asked);
  const operation = 'then' in found ? await found : found;
  const kind = operation.node.operation;
  if (kind === 'subscription') throw subscription();
  if (kind === 'mutation' && safe)
    throw new BadRequest('A GET may not run a mutation: POST it.', 405, ['allow', 'POST']);
  return operation;
}

const subscription = () => new BadRequest(useWebSocket);

const none: readonly string[] = [];
