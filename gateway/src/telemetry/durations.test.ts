import { expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { Durations } from './durations.js';

test('it is a histogram as Prometheus reads them', async () => {
  const registry = new Registry();
  const durations = new Durations({ name: 'x_seconds', help: 'X.', labelNames: ['a', 'b'], registry });
  for (const ms of [0.5, 1, 1.1, 20_000]) durations.observe(ms, 'one', 'two');
  durations.observe(40, 'one', '"other"\n');
  const lines = (await registry.metrics()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      '# TYPE x_seconds histogram',
      'x_seconds_bucket{a="one",b="two",le="0.001"} 2',
      'x_seconds_bucket{a="one",b="two",le="0.0025"} 3',
      'x_seconds_bucket{a="one",b="two",le="10"} 3',
      'x_seconds_bucket{a="one",b="two",le="+Inf"} 4',
      'x_seconds_count{a="one",b="two"} 4',
      'x_seconds_count{a="one",b="\\"other\\"\\n"} 1',
    ]),
  );
  expect(Number(lines.find((line) => line.startsWith('x_seconds_sum{a="one",b="two"}'))!.split(' ')[1])).toBeCloseTo(
    20.0026,
  );
});
