/** The subgraph: States, who is in which body, who asks; and the States of a body or area. */
import { referenceKey } from '@hub/kit/ids';
import type { SubgraphDefinition } from '@hub/kit/subgraph';
import { ApiClientMutations } from './api-client/api-client.mutations.js';
import { ApiClientResolver } from './api-client/api-client.resolver.js';
import { type Loaders, type Parts, loaders } from './context.js';
import { InvitationResolver } from './invitation/invitation.resolver.js';
import { MemberStateResolver } from './member-state/member-state.resolver.js';
import { PersonMutations } from './person/person.mutations.js';
import { PersonResolver, RoleHeldResolver } from './person/person.resolver.js';
import { settings } from './person/viewer.settings.js';
import { Region } from './region/region.js';
import { RegionResolver } from './region/region.resolver.js';
import { RegionalBodyResolver } from './regional-body/regional-body.resolver.js';
import { ViewerResolver } from './viewer/viewer.resolver.js';

export const membershipSubgraph: SubgraphDefinition<Loaders, Parts> = {
  name: 'membership',
  resolvers: [
    ViewerResolver,
    MemberStateResolver,
    RegionalBodyResolver,
    RegionResolver,
    PersonResolver,
    RoleHeldResolver,
    ApiClientResolver,
    ApiClientMutations,
    PersonMutations,
    InvitationResolver,
  ],
  types: [Region],
  loaders,
  settings,
  references: {
    MemberState: ({ id }, { memberStates }) =>
      ifKey(referenceKey('MemberState', id), (iso3) => memberStates.load(iso3)),
    RegionalBody: ({ id }, { regionalBodies }) =>
      ifKey(referenceKey('RegionalBody', id), (slug) => regionalBodies.load(slug)),
    Region: ({ id }, { regions }) => ifKey(referenceKey('Region', id), (m49) => regions.load(m49)),
    Person: ({ id }, { persons }) => ifKey(referenceKey('Person', id), (key) => persons.load(key)),
    ApiClient: ({ id }, { apiClients }) => ifKey(referenceKey('ApiClient', id), (key) => apiClients.load(key)),
  },
};

const ifKey = <T>(key: string | null, load: (key: string) => Promise<T | null>): Promise<T | null> | null =>
  key === null ? null : load(key);
