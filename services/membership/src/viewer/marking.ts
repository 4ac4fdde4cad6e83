/** The marking of a record, TLP 2.0 (first.org/tlp). Practice has the same enum: federation joins the two into one. */
import { registerEnumType } from 'type-graphql';

export enum Marking {
  CLEAR = 'CLEAR',
  GREEN = 'GREEN',
  AMBER = 'AMBER',
  AMBER_STRICT = 'AMBER_STRICT',
  RED = 'RED',
}
registerEnumType(Marking, {
  name: 'Marking',
  description: 'How far a practice may travel: a label of the Traffic Light Protocol, version 2.0 (first.org/tlp).',
  valuesConfig: {
    CLEAR: { description: 'Everyone, once it is published; every vetted viewer before that.' },
    GREEN: { description: 'Every vetted viewer of the hub.' },
    AMBER: { description: 'Persons of the States and bodies in the audience, and their API clients cleared for it.' },
    AMBER_STRICT: {
      description: 'Focal points, alternates and officers of the audience; no contributors, no API clients.',
    },
    RED: { description: 'The persons named in the audience, and the owner.' },
  },
});
