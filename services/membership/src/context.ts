import type { WakeUps } from '@hub/kit/event-log';
import type { Base } from '@hub/kit/subgraph';
import { apiClientLoader, keysOfClientLoader } from './api-client/api-client.loader.js';
import {
  bodiesOfStateLoader,
  memberStateLoader,
  statesOfAreaLoader,
  statesOfBodyLoader,
} from './member-state/member-state.loader.js';
import { personContactLoader, personLoader, rolesOfPersonLoader } from './person/person.loader.js';
import { regionLoader } from './region/region.loader.js';
import { regionalBodyLoader } from './regional-body/regional-body.loader.js';

/** What the process made once. */
export interface Parts {
  /** The readers of the log, to be woken after a commit that appended. */
  wakeUps: Pick<WakeUps, 'wake'>;
}

export const loaders = (base: Base, { wakeUps }: Parts) => ({
  wakeUps,
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
  keysOfClient: keysOfClientLoader(base),
});

export type Loaders = ReturnType<typeof loaders>;
export type Context = Base & Loaders;
