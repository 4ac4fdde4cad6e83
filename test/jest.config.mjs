import { preset } from '@hub/local/jest';

export default preset({}, { testMatch: ['<rootDir>/{e2e,security,conformance}/**/*.test.ts'], testTimeout: 60_000 });
