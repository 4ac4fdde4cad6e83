/** The State or body that a token names: `s:KEN`, `b:igad`. */
import type { Token } from '@hub/kit/viewer';
import type { Loaders } from '../context.js';
import { RegionalBody } from '../regional-body/regional-body.js';

export const stateOf = (token: Token | null, { memberStates }: Pick<Loaders, 'memberStates'>) =>
  token?.startsWith('s:') ? memberStates.load(token.slice(2)) : null;

export const bodyOf = (token: Token | null): RegionalBody | null =>
  token?.startsWith('b:') ? new RegionalBody(token.slice(2)) : null;
