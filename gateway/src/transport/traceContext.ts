/** The W3C trace context a client sends (w3.org/TR/trace-context): handed on when it is valid, else left out. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Call } from '../core.js';

const parent = /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?<later>-[\x20-\x7e]{0,256})?$/;
const state = /^[\x20-\x7e\t]{1,512}$/;

export function traceIn({ traceparent, tracestate }: IncomingHttpHeaders): Call['trace'] {
  if (typeof traceparent !== 'string') return undefined;
  const valid = parent.exec(traceparent);
  if (!valid || (valid.groups!['later'] !== undefined && traceparent.startsWith('00'))) return undefined;
  if (typeof tracestate !== 'string' || !state.test(tracestate)) return { traceparent };
  return { traceparent, tracestate };
}
