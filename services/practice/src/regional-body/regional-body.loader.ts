import type { Base } from '@hub/kit/subgraph';
import { existenceLoader } from '../existence.loader.js';
import { RegionalBody } from './regional-body.js';

export const regionalBodyLoader = (base: Pick<Base, 'db'>) =>
  existenceLoader(base, 'body', 'slug', (slug) => new RegionalBody(slug));
