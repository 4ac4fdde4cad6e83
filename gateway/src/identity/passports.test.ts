import { expect, test } from '@jest/globals';
import { anonymous } from '@hub/kit/viewer';
import { createPassports } from './passports.js';

test('a passport is shared by the same viewer, languages and service for half its life', async () => {
  let minted = 0;
  let now = 0;
  const mint = () => Promise.resolve(`passport ${++minted}`);
  const passports = createPassports({ viewer: mint, service: mint }, () => new Date(now));
  const someone = { ...anonymous, kind: 'person' as const, key: 'a' };
  const first = await passports.viewer('practice', someone, ['fr']);
  expect(await passports.viewer('practice', structuredClone(someone), ['fr'])).toBe(first);
  const others = await Promise.all([
    passports.viewer('region', someone, ['fr']),
    passports.viewer('practice', someone, ['en']),
    passports.viewer('practice', { ...someone, scopes: ['practices:read'] }, ['fr']),
    passports.service('practice'),
  ]);
  expect(new Set([first, ...others]).size).toBe(5);
  now = 29_999;
  expect(await passports.viewer('practice', someone, ['fr'])).toBe(first);
  now = 30_000;
  expect(await passports.viewer('practice', someone, ['fr'])).not.toBe(first);
});

test('a passport that could not be minted is minted the next time', async () => {
  let works = false;
  const mint = () => (works ? Promise.resolve('passport') : Promise.reject(new Error('no')));
  const passports = createPassports({ viewer: mint, service: mint }, () => new Date(0));
  await expect(passports.service('practice')).rejects.toThrow('no');
  works = true;
  expect(await passports.service('practice')).toBe('passport');
});
