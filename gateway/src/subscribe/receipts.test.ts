import { expect, test } from '@jest/globals';
import { type Delivery, createReceipts } from './receipts.js';

const ann = { kind: 'person', key: 'ann' } as const;
const quiet = { info: () => undefined, error: () => undefined };

test('when too many wait, whoever would add to them waits, and goes on when they were taken', async () => {
  let take = () => {};
  const taken: Delivery[] = [];
  const receipts = createReceipts({
    log: quiet,
    everyMs: 1,
    most: 2,
    send: (_service, deliveries) =>
      new Promise((resolve) => {
        take = () => {
          taken.push(...deliveries);
          resolve(true);
        };
      }),
  });
  receipts.report('books', 'a', ann);
  expect(receipts.room('books')).toBeUndefined();
  receipts.report('books', 'b', ann);
  const room = receipts.room('books');
  expect(receipts.room('others')).toBeUndefined();
  let went = false;
  const going = room!.then(() => (went = true));
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(went).toBe(false);
  take();
  await going;
  expect(taken.map(({ receipt }) => receipt)).toEqual(['a', 'b']);
  await receipts.close();
});

test('a recipient is told by kind and key, and by nothing else that is known of them', async () => {
  const taken: Delivery[] = [];
  const receipts = createReceipts({
    log: quiet,
    send: async (_service, deliveries) => {
      taken.push(...deliveries);
      return true;
    },
  });
  receipts.report('books', 'a', { ...ann, roles: [], scopes: [], ceiling: 'RED' } as never);
  await receipts.close();
  expect(taken).toEqual([{ receipt: 'a', viewer: ann }]);
});

test('closing tries once more, and says how many were not taken', async () => {
  const said: unknown[] = [];
  const receipts = createReceipts({
    log: { info: () => undefined, error: (message, fields) => void said.push([message, fields?.['receipts']]) },
    send: () => Promise.reject(new Error('away')),
  });
  receipts.report('books', 'a', ann);
  await receipts.close();
  expect(said).toContainEqual(['receipts were not reported', 1]);
});
