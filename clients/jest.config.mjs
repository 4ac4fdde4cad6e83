import { preset } from '@hub/local/jest';

export default preset({ postgres: false }, { testMatch: ['<rootDir>/sdk/{src,test}/**/*.test.ts'] });
