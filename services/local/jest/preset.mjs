/**
 * The jest configuration every package shares:
 *
 *   // jest.config.mjs
 *   import { preset } from '@hub/local/jest';
 *   export default preset();
 *
 * `preset({ postgres: false })` for packages whose tests need no database. The second argument is merged on top.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const swc = JSON.parse(readFileSync(here('../../../.swcrc'), 'utf8'));

export const preset = ({ postgres = true } = {}, more = {}) => ({
  testMatch: ['<rootDir>/{src,test}/**/*.test.ts'],
  transform: { '^.+\\.ts$': [fileURLToPath(import.meta.resolve('@swc/jest')), swc] },
  extensionsToTreatAsEsm: ['.ts'],
  resolver: here('resolver.cjs'),
  testEnvironment: here('environment.mjs'),
  testPathIgnorePatterns: ['/node_modules/', '/fixtures/'],
  testTimeout: 30_000,
  maxWorkers: 2, // most of them wait for processes of their own; jest's default on two cores is one
  forceExit: true, // safe: what leaks has failed its file by then (environment.mjs), and would only make jest hang
  reporters: ['default', here('countReporter.mjs')],
  ...(postgres && { globalSetup: here('globalSetup.mjs'), globalTeardown: here('globalTeardown.mjs') }),
  ...more,
});

export default preset;
