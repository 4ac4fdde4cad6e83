import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { hashOfSecret, looksLike, newSecret, startOfSecret } from './secret.js';

test('a secret is recognised, unlike any other, and stored as its SHA-256', () => {
  const secrets = Array.from({ length: 500 }, () => newSecret('apiKey'));
  expect(new Set(secrets).size).toBe(500);
  for (const secret of secrets) {
    expect(secret).toMatch(/^gpe_live_[0-9A-Za-z]{49}$/);
    expect(looksLike('apiKey', secret)).toBe(true);
    expect(hashOfSecret('apiKey', secret)).toBe(createHash('sha256').update(secret).digest('hex'));
    expect(startOfSecret('apiKey', secret)).toBe(secret.slice(0, 13));
  }
});

test('the random part is spread over its whole range', () => {
  const first = Array.from({ length: 2_000 }, () => newSecret('invitation')[11]!);
  expect(new Set(first).size).toBeGreaterThan(50); // 60 or so of 62: the top digit of a number below 2^256 is below 62^43
});

test('whatever differs in a single character, is shorter, longer or of another kind has no hash', () => {
  const secret = newSecret('apiKey');
  for (let index = 'gpe_live_'.length; index < secret.length; index += 1) {
    const other = secret[index] === 'a' ? 'b' : 'a';
    const changed = secret.slice(0, index) + other + secret.slice(index + 1);
    expect([index, hashOfSecret('apiKey', changed)]).toEqual([index, null]);
  }
  for (const wrong of [
    '',
    'gpe_live_',
    secret.slice(0, -1),
    `${secret}0`,
    ` ${secret}`,
    `${secret}\n`,
    secret.replace('live', 'test'),
  ])
    expect([wrong, hashOfSecret('apiKey', wrong)]).toEqual([wrong, null]);
  expect(hashOfSecret('invitation', secret)).toBeNull();
  expect(hashOfSecret('apiKey', newSecret('invitation'))).toBeNull();
});
