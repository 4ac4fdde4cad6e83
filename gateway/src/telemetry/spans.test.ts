import { expect, test } from '@jest/globals';
import { type Span, Tracer, attribute, kinds } from './spans.js';
import type { SamplerName } from './telemetry.js';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';
const client = (flags: string) => ({ traceparent: `00-${traceId}-${spanId}-${flags}`, tracestate: 'vendor=1' });

function traced(name: SamplerName = 'always_on', ratio = 1) {
  const spans: Record<string, unknown>[] = [];
  const deliver = (span: Span) => {
    const buffer = Buffer.alloc(span.size);
    spans.push(JSON.parse(buffer.toString('utf8', 0, span.write(buffer, 0))) as Record<string, unknown>);
  };
  return { spans, tracer: new Tracer({ name, ratio }, deliver) };
}

test('spans are below each other, and all below the client’s', () => {
  const { spans, tracer } = traced();
  const request = tracer.begin('POST /graphql', kinds.server, client('01'));
  const fetch = request.child('POST', kinds.client);
  const told = fetch.context();
  fetch.end();
  request.end();
  const [below, above] = spans;
  expect(above).toMatchObject({
    traceId,
    parentSpanId: spanId,
    traceState: 'vendor=1',
    kind: 2,
    name: 'POST /graphql',
  });
  expect(below).toMatchObject({ traceId, parentSpanId: above!['spanId'], kind: 3 });
  expect(told).toEqual({ traceparent: `00-${traceId}-${String(below!['spanId'])}-01`, tracestate: 'vendor=1' });
});

test('it has begun and ended when it did', () => {
  const { spans, tracer } = traced();
  const before = Date.now();
  tracer.begin('x', kinds.server, undefined).end();
  const [at, until] = ['startTimeUnixNano', 'endTimeUnixNano'].map((name) => Number(spans[0]![name]) / 1e6);
  expect(at).toBeGreaterThan(before - 50);
  expect(until).toBeGreaterThanOrEqual(at!);
  expect(until).toBeLessThan(Date.now() + 50);
});

test('whatever is told, the text is JSON of ASCII and bounded', () => {
  const { spans, tracer } = traced();
  const span = tracer.begin('x', kinds.server, undefined);
  const odd = '"\\\n\u2028é漢😀\u0000';
  span.tell(attribute('odd', odd));
  span.tell(attribute('long', 'x'.repeat(10_000)));
  span.tell(attribute('count', 7));
  span.fail('first', odd);
  span.fail('second');
  span.end();
  expect(spans[0]).toMatchObject({
    status: { code: 2, message: odd },
    attributes: [
      { key: 'odd', value: { stringValue: odd } },
      { key: 'long', value: { stringValue: 'x'.repeat(256) } },
      { key: 'count', value: { intValue: '7' } },
      { key: 'error.type', value: { stringValue: 'first' } },
    ],
  });
});

test.each([
  ['always_on', undefined, 1, true],
  ['always_off', '01', 1, false],
  ['traceidratio', '01', 0, false],
  ['traceidratio', '00', 1, true],
  ['parentbased_always_on', undefined, 1, true],
  ['parentbased_always_on', '00', 1, false],
  ['parentbased_always_off', '01', 1, true],
  ['parentbased_always_off', undefined, 1, false],
  ['parentbased_traceidratio', '03', 0, true],
  ['parentbased_traceidratio', undefined, 0, false],
] as const)('%s with a parent’s flags %s and a ratio of %d: %s', (name, flags, ratio, sampled) => {
  const { spans, tracer } = traced(name, ratio);
  const span = tracer.begin('x', kinds.server, flags && client(flags));
  const fetch = span.child('y', kinds.client);
  expect(fetch.context().traceparent).toMatch(sampled ? /-01$/ : /-00$/);
  fetch.end();
  span.end();
  expect(spans).toHaveLength(sampled ? 2 : 0);
});

test('a ratio of a tenth takes about a tenth, and the same of a trace everywhere', () => {
  const { tracer } = traced('traceidratio', 0.1);
  const some = Array.from({ length: 5_000 }, () => tracer.begin('x', kinds.server, undefined));
  const taken = some.filter(({ sampled }) => sampled).length;
  expect(taken).toBeGreaterThan(350);
  expect(taken).toBeLessThan(650);
  for (const span of some) expect(tracer.begin('x', kinds.server, span.context()).sampled).toBe(span.sampled);
});
