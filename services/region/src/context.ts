import type { Base } from '@hub/kit/subgraph';
import { areasOfStateLoader } from './member-state/member-state.loader.js';
import { childRegionLoader, regionLoader } from './region/region.loader.js';
import { bodiesOfRegionLoader, regionalBodyLoader } from './regional-body/regional-body.loader.js';
import { workshopLoader } from './workshop/workshop.loader.js';

export const loaders = (base: Base) => ({
  regions: regionLoader(base),
  childRegions: childRegionLoader(base),
  regionalBodies: regionalBodyLoader(base),
  bodiesOfRegion: bodiesOfRegionLoader(base),
  workshops: workshopLoader(base),
  areasOfState: areasOfStateLoader(base),
});

export type Loaders = ReturnType<typeof loaders>;
export type Context = Base & Loaders;
