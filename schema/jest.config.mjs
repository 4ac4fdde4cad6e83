import { preset } from '@hub/local/jest';

export default preset({ postgres: false });
