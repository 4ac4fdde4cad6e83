/**
 * Everything that is rendered from rules in code: policies, guards, and the functions that look past the policies.
 * `migrate` makes all of it anew whenever its text has changed, after the migrations.
 */
import type { Rules } from '@hub/kit/migrate';
import { keyUseRules } from '../api-client/api-key.sql.js';
import { eventRules } from '../event/event.sql.js';
import { toldRules } from '../event/told.sql.js';
import { signOutRules } from '../identity/sign-out.sql.js';
import { viewerRules } from '../identity/viewer.sql.js';
import { audienceRules } from '../internal/audience.sql.js';
import { acceptInvitationRules } from '../invitation/accept-invitation.sql.js';
import { peopleRules } from '../person/people.rules.js';
import { removePersonRules } from '../person/remove-person.sql.js';
import { roles } from './roles.js';

export const rules: readonly Rules[] = [
  peopleRules, // the others build on its tables' policies
  viewerRules,
  audienceRules,
  keyUseRules,
  acceptInvitationRules,
  removePersonRules,
  eventRules,
  toldRules,
  signOutRules,
].map((render) => render(roles));
