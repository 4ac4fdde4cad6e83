/** Who somebody is, in the hub’s own words: what membership answers and a passport carries. */
export type { Viewer as Known } from '@hub/kit/viewer';
