import type { Base } from '@hub/kit/subgraph';
import { existenceLoader } from '../existence.loader.js';
import { Region } from './region.js';

export const regionLoader = (base: Pick<Base, 'db'>) => existenceLoader(base, 'area', 'm49', (m49) => new Region(m49));
