export { default } from '@hub/local/jest';
