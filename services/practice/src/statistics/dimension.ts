/** What practices can be counted by. */
import { registerEnumType } from 'type-graphql';
import { practiceImage } from '../practice/practice.visibility.js';

export enum PracticeDimension {
  OWNER = 'OWNER',
  THEME = 'THEME',
  PILLAR = 'PILLAR',
  TYPE = 'TYPE',
  STATE = 'STATE',
  MARKING = 'MARKING',
  ORIGIN = 'ORIGIN',
  LANGUAGE = 'LANGUAGE',
  REGION = 'REGION',
  YEAR = 'YEAR',
  MONTH = 'MONTH',
}
registerEnumType(PracticeDimension, {
  name: 'PracticeDimension',
  description: 'What practices can be counted by. The key of a row says which value it counts.',
  valuesConfig: {
    OWNER: { description: 'The State (key: KEN) or regional body (key: igad) it belongs to.' },
    THEME: {
      description: 'The themes it is filed under, by slug; a broader theme does not count for its narrower ones.',
    },
    PILLAR: { description: 'Pillars of the Global Counter-Terrorism Strategy.' },
    TYPE: { description: 'The kind of measure.' },
    STATE: { description: 'Where the version shown stands (PracticeState); not the State that owns it, see OWNER.' },
    MARKING: { description: 'How far it may travel.' },
    ORIGIN: { description: 'Submissions, and records compiled from public sources.' },
    LANGUAGE: { description: 'Languages its title is available in, as BCP 47 tags.' },
    REGION: { description: 'The M49 areas of its scope, rolled up to the level asked for.' },
    YEAR: { description: 'The year (UTC, 2026) of its publication; of its submission until it is published.' },
    MONTH: { description: 'The month (UTC, 2026-03) of its publication; of its submission until it is published.' },
  },
});

const moment = `coalesce(v.published_at, v.submitted_at) at time zone 'UTC'`;

/** The values of a practice `p` in its version `v`, as SQL for an array of text; nulls are no values. */
export const valuesOf: Record<PracticeDimension, string> = {
  OWNER: 'array[substr(p.owner, 3)]', // the token without its s: or b:
  THEME: 'v.themes',
  PILLAR: 'v.pillars',
  TYPE: 'array[v.type]',
  STATE: 'array[v.state]',
  MARKING: `array[${practiceImage('p').marking}]`,
  ORIGIN: 'array[p.origin]',
  LANGUAGE: 'array(select jsonb_object_keys(v.title))',
  REGION: 'v.regions',
  YEAR: `array[to_char(${moment}, 'YYYY')]`,
  MONTH: `array[to_char(${moment}, 'YYYY-MM')]`,
};
