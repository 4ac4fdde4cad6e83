/** The subgraph: M49 areas, regional bodies, workshops; and the areas of a State. */
import { referenceKey } from '@hub/kit/ids';
import type { SubgraphDefinition } from '@hub/kit/subgraph';
import { type Loaders, loaders } from './context.js';
import { MemberState } from './member-state/member-state.js';
import { MemberStateResolver } from './member-state/member-state.resolver.js';
import { RegionResolver } from './region/region.resolver.js';
import { RegionalBodyResolver } from './regional-body/regional-body.resolver.js';
import { WorkshopParticipantsResolver, WorkshopResolver } from './workshop/workshop.resolver.js';

export const regionSubgraph: SubgraphDefinition<Loaders> = {
  name: 'region',
  resolvers: [
    RegionResolver,
    RegionalBodyResolver,
    WorkshopResolver,
    WorkshopParticipantsResolver,
    MemberStateResolver,
  ],
  types: [MemberState],
  loaders,
  settings: () => ({}), // nothing here depends on who asks
  references: {
    Region: ({ id }, { regions }) => ifKey(referenceKey('Region', id), (m49) => regions.load(m49)),
    RegionalBody: ({ id }, { regionalBodies }) =>
      ifKey(referenceKey('RegionalBody', id), (slug) => regionalBodies.load(slug)),
    Workshop: ({ id }, { workshops }) => ifKey(referenceKey('Workshop', id), (slug) => workshops.load(slug)),
    MemberState: ({ id }, { areasOfState }) =>
      ifKey(referenceKey('MemberState', id), async (iso3) => (await areasOfState.load(iso3)) && new MemberState(iso3)),
  },
};

const ifKey = <T>(key: string | null, load: (key: string) => Promise<T | null>): Promise<T | null> | null =>
  key === null ? null : load(key);
