import type { Base } from '@hub/kit/subgraph';
import { existenceLoader } from '../existence.loader.js';
import { Workshop } from './workshop.js';

export const workshopLoader = (base: Pick<Base, 'db'>) =>
  existenceLoader(base, 'workshop', 'slug', (slug) => new Workshop(slug));
