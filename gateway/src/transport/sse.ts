/**
 * GraphQL over server-sent events, one operation per connection
 * (github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, "distinct connections mode").
 *
 * A subscription that can be resumed (subscribe/resumable.ts) has the cursor of each event as its `id`, and goes on from
 * the header `Last-Event-ID`, as browsers send it by themselves. A stream that is over ends with `complete`. One that
 * ends without it is to be resumed: the gateway stops, the reader was too slow, or something is away.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import { type Call, type Core, internalError, textOf } from '../core.js';
import type { Asker, Identity } from '../identity/identity.js';
import type { Limits } from '../limits/limits.js';
import { InvalidDocument } from '../plan/check.js';
import type { Operation } from '../plan/operations.js';
import { Departure } from '../signal.js';
import { type Resumable, resumable } from '../subscribe/resumable.js';
import { StreamEnded } from '../subscribe/subscribe.js';
import { refuseByHead, requestIdIn, searchIn, sendUnread } from './door.js';
import { EventStream } from './eventStream.js';
import { type Asked, askedInAddress, askedInBody } from './graphql-over-http.js';
import { IncomingBody } from './incomingBody.js';
import { defaultForm, takesEventStreams } from './negotiate.js';
import { BadRequest, refusal } from './refusals.js';
import { traceIn } from './traceContext.js';

export interface StreamDoorOptions {
  core: Core;
  identity: Identity;
  /** What clients see just now. */
  schema: () => GraphQLSchema;
  limits: Limits;
  log: Log;
  /** How often a comment is sent on a stream on which nothing happens. */
  heartbeatMs?: number | undefined;
}

export interface StreamDoor {
  answer: RequestListener;
  /** Ends every stream, for its reader to resume elsewhere. */
  close(): void;
}

const defaultHeartbeatMs = 12_000;

export function streamDoor(options: StreamDoorOptions): StreamDoor {
  const { core, identity, schema, limits, log, heartbeatMs = defaultHeartbeatMs } = options;
  const open = new Set<EventStream>();
  let closing = false;
  const resumables = new WeakMap<Operation, { of: Resumable | null }>();
  const resumableOf = (operation: Operation): Resumable | null => {
    const known = resumables.get(operation);
    if (known) return known.of;
    const of = resumable(schema(), operation.document, operation.node);
    resumables.set(operation, { of });
    return of;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { headers, method } = request;
    const requestId = requestIdIn(headers);
    const departure = new Departure();
    response.on('close', () => departure.abort());
    try {
      if (!takesEventStreams(headers.accept))
        throw new BadRequest('An answer at this address is text/event-stream.', 406);
      if (method === 'HEAD') throw new BadRequest('A stream has no head alone.', 405, ['allow', 'GET, POST']);
      const safe = refuseByHead(request, limits);
      const body = safe ? null : new IncomingBody(request, limits.bodyBytes);
      const asker = await whoAsks(headers.authorization, headers['accept-language']);
      const asked = body ? askedInBody(await body.text()) : askedInAddress(searchIn(request));
      const from = headers['last-event-id'];
      await run({
        response,
        asked,
        safe,
        from: typeof from === 'string' && from !== '' ? from : undefined,
        asker,
        call: { requestId, signal: departure, trace: traceIn(headers) },
      });
    } catch (error) {
      if (departure.aborted) return;
      const { status, errors, headers } = refusal(error, requestId, defaultForm);
      if (status === 500) log.error('a stream could not be opened', { requestId, error });
      const text = JSON.stringify({ errors });
      if (response.headersSent) response.destroy();
      else if (status === 413) sendUnread({ request, response, requestId, form: defaultForm }, text);
      else
        response
          .writeHead(status, [
            ...['content-type', defaultForm.contentType, 'content-length', String(Buffer.byteLength(text))],
            ...['x-request-id', requestId, 'vary', vary, ...headers],
          ])
          .end(text);
    }
  };

  /** Who asks; or that it cannot be told now, which the stream will say: browsers do not come back after another status. */
  const whoAsks = async (authorization: string | undefined, acceptLanguage: string | undefined) => {
    try {
      return await identity.ask({ authorization, acceptLanguage });
    } catch (error) {
      if (error instanceof HubError && error.code === 'SUBGRAPH_UNAVAILABLE') return error;
      throw error;
    }
  };

  const run = async ({ response, asked, safe, from, asker, call }: Exchange): Promise<void> => {
    const { requestId, signal } = call;
    const known = await Promise.resolve(core.find(asked)).catch((error: unknown) => ({ error }));
    const kind = 'error' in known ? null : known.node.operation;
    if (kind === 'mutation' && safe)
      throw new BadRequest('A GET may not run a mutation: POST it.', 405, ['allow', 'POST']);
    if (signal.aborted) return;
    const stream = new EventStream(response, ['x-request-id', requestId, 'vary', vary], heartbeatMs);
    if (closing) return stream.end();
    open.add(stream);
    response.on('close', () => open.delete(stream));
    try {
      if (asker instanceof HubError) throw asker;
      if ('error' in known) throw known.error;
      if (kind === 'subscription') await follow(stream, known, asked, from, { ...call, asker });
      else await stream.send('next', textOf(await core.run(asked, { ...call, asker })));
      await stream.send('complete', '');
    } catch (error) {
      if (signal.aborted) return;
      const errors = faults(error, requestId);
      await stream.send('next', textOf({ errors }));
      if (!errors.every(({ extensions }) => passing.has(extensions?.['code']))) await stream.send('complete', '');
    }
    stream.end();
  };

  /** Hands on what a subscription yields, at the reader's pace, until it is over. */
  const follow = async (
    stream: EventStream,
    operation: Operation,
    asked: Asked,
    from: string | undefined,
    call: Call,
  ): Promise<void> => {
    const resumes = resumableOf(operation);
    if (!resumes && from !== undefined)
      throw new HubError('BAD_USER_INPUT', 'This subscription cannot be resumed: it has no cursor.');
    const request = resumes?.request(asked, from) ?? asked;
    const answers = await core.subscribe(request, call, () => stream.cut());
    for await (const answer of answers) {
      const { answer: told, cursor } = resumes?.placed(answer) ?? { answer, cursor: undefined };
      if (await stream.send('next', textOf(told), cursor)) answer.delivered?.();
    }
  };

  const faults = (error: unknown, requestId: string): readonly GraphQLFormattedError[] => {
    if (error instanceof InvalidDocument || error instanceof StreamEnded) return error.errors;
    if (error instanceof GraphQLError && !error.originalError) return [error.toJSON()];
    log.error('a stream failed', { requestId, error });
    return [internalError(requestId)];
  };

  return {
    answer(request, response) {
      answer(request, response).catch((error: unknown) => {
        log.error('a stream could not be refused', { error });
        response.destroy();
      });
    },
    close() {
      closing = true;
      for (const stream of open) stream.end();
    },
  };
}

interface Exchange {
  response: ServerResponse;
  asked: Asked;
  /** Whether it came as an address, so that it may not write. */
  safe: boolean;
  /** The id of the event the client had last. */
  from: string | undefined;
  asker: Asker | HubError;
  call: Omit<Call, 'asker'>;
}

/** After these the same stream is answered again, later. */
const passing: ReadonlySet<unknown> = new Set(['SUBGRAPH_UNAVAILABLE', 'RATE_LIMITED']);

const vary = 'Accept, Accept-Language, Authorization, Last-Event-ID';
