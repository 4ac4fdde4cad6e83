/**
 * Everything that is rendered from rules in code: policies, guards, and the functions that look past the policies.
 * `migrate` makes all of it anew whenever its text has changed, after the migrations, so a changed rule needs no
 * migration. A migration makes tables and columns; what may be read and written of them stands here.
 */
import type { Rules } from '@hub/kit/migrate';
import { accessLogRules } from '../access/access.sql.js';
import { disclosureRules } from '../disclosure/disclosure.sql.js';
import { eventRules } from '../event/event.sql.js';
import { lapseRules } from '../practice/practice.lapses.sql.js';
import { redactionRules } from '../practice/practice.redactions.sql.js';
import { calledRules, practiceRules, publicRules } from '../practice/practice.visibility.js';
import { documentRules } from '../search/document.sql.js';
import { searchRules } from '../search/search.sql.js';
import { roles } from './roles.js';

export const rules: readonly Rules[] = [
  publicRules(roles),
  calledRules(roles),
  practiceRules(roles),
  redactionRules(roles),
  lapseRules(roles),
  eventRules(roles),
  documentRules(roles),
  searchRules(roles),
  disclosureRules(roles),
  accessLogRules(roles),
];
