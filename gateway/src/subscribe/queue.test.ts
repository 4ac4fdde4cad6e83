import { expect, test } from '@jest/globals';
import { EventQueue } from './queue.js';

const setUp = () => {
  const happened: string[] = [];
  const queue = new EventQueue<{ n: number }>({
    maxEvents: 2,
    maxBytes: 100,
    onEnd: () => happened.push('end'),
    onOverflow: () => happened.push('overflow'),
  });
  return { queue, happened };
};

test('events come in order, whether the reader or the event was first', async () => {
  const { queue } = setUp();
  const waiting = [queue.next(), queue.next()];
  for (const n of [1, 2, 3]) queue.push({ n }, 10);
  expect(await Promise.all([...waiting, queue.next()])).toEqual([1, 2, 3].map((n) => ({ done: false, value: { n } })));
});

test('return ends it at once while next waits, and once', async () => {
  const { queue, happened } = setUp();
  const next = queue.next();
  await queue.return();
  await queue.return();
  expect([await next, await queue.next(), happened]).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
    ['end'],
  ]);
});

test('an end comes after what waits, an error once', async () => {
  const { queue } = setUp();
  queue.push({ n: 1 }, 10);
  queue.end(new Error('lost'));
  queue.push({ n: 2 }, 10);
  expect(await queue.next()).toEqual({ done: false, value: { n: 1 } });
  await expect(queue.next()).rejects.toThrow('lost');
  expect(await queue.next()).toEqual({ done: true, value: undefined });
});

test.each([
  ['events', [{ n: 1 }, { n: 2 }, { n: 3 }]],
  [
    'bytes',
    [
      { n: 1, text: 'x'.repeat(50) },
      { n: 2, text: 'x'.repeat(50) },
    ],
  ],
])('past so many %s it ends and drops what waits', async (_bound, events) => {
  const { queue, happened } = setUp();
  for (const event of events) queue.push(event, JSON.stringify(event).length);
  expect(happened).toEqual(['end', 'overflow']);
  expect(await queue.next()).toEqual({ done: true, value: undefined });
});
