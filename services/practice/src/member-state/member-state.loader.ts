import type { Base } from '@hub/kit/subgraph';
import { existenceLoader } from '../existence.loader.js';
import { MemberState } from './member-state.js';

export const memberStateLoader = (base: Pick<Base, 'db'>) =>
  existenceLoader(base, 'state', 'iso3', (iso3) => new MemberState(iso3));
