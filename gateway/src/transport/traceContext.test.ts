import { expect, test } from '@jest/globals';
import { traceIn } from './traceContext.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test.each([
  ['a valid one', { traceparent }, { traceparent }],
  ['with state', { traceparent, tracestate: 'a=1,b=2' }, { traceparent, tracestate: 'a=1,b=2' }],
  [
    'of a later version',
    { traceparent: `01${traceparent.slice(2)}-x` },
    { traceparent: `01${traceparent.slice(2)}-x` },
  ],
  ['with bad state', { traceparent, tracestate: 'x'.repeat(513) }, { traceparent }],
  ['state alone', { tracestate: 'a=1' }, undefined],
  ['too long for its version', { traceparent: `${traceparent}-x` }, undefined],
  ['of no version', { traceparent: `ff${traceparent.slice(2)}` }, undefined],
  ['in capitals', { traceparent: traceparent.toUpperCase() }, undefined],
  ['with no trace', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }, undefined],
  ['with no parent', { traceparent: `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01` }, undefined],
  ['twice', { traceparent: `${traceparent}, ${traceparent}` }, undefined],
  ['none', {}, undefined],
])('a trace context: %s', (_what, headers, trace) => expect(traceIn(headers)).toEqual(trace));
