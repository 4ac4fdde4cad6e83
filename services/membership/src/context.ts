import type { Base } from '@hub/kit/subgraph';
import { apiClientLoader } from './api-client/api-client.loader.js';
import {
  bodiesOfStateLoader,
  memberStateLoader,
  statesOfAreaLoader,
  statesOfBodyLoader,
} from './member-state/member-state.loader.js';
import { personContactLoader, personLoader, rolesOfPersonLoader } from './person/person.loader.js';
import { regionLoader } from './region/region.loader.js';
import { regionalBodyLoader } from './regional-body/regional-body.loader.js';

export const loaders = (base: Base) => ({
  memberStates: memberStateLoader(base),
  bodiesOfState: bodiesOfStateLoader(base),
  statesOfBody: statesOfBodyLoader(base),
  statesOfArea: statesOfAreaLoader(base),
  regionalBodies: regionalBodyLoader(base),
  regions: regionLoader(base),
  persons: personLoader(base),
  personContacts: personContactLoader(base),
  rolesOfPerson: rolesOfPersonLoader(base),
  apiClients: apiClientLoader(base),
});

export type Loaders = ReturnType<typeof loaders>;
export type Context = Base & Loaders;
