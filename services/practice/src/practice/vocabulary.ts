/** The closed vocabularies of the record. Key, value and SDL name of each entry are one word. */
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

/** The stricter of two markings has the higher rank. */
export const strictness = (marking: Marking): number => Object.values(Marking).indexOf(marking);

export enum PracticeState {
  DRAFT = 'DRAFT',
  SUBMITTED = 'SUBMITTED',
  IN_REVIEW = 'IN_REVIEW',
  CHANGES_REQUESTED = 'CHANGES_REQUESTED',
  VALIDATED = 'VALIDATED',
  PUBLISHED = 'PUBLISHED',
  SUPERSEDED = 'SUPERSEDED',
  WITHDRAWN = 'WITHDRAWN',
  DECLINED = 'DECLINED',
}
registerEnumType(PracticeState, {
  name: 'PracticeState',
  description: 'Where a version of a practice stands between draft and publication.',
  valuesConfig: {
    DRAFT: { description: 'Being written; its owner’s alone.' },
    SUBMITTED: { description: 'Sent by its owner; known to its audience.' },
    IN_REVIEW: { description: 'Assigned to reviewers.' },
    CHANGES_REQUESTED: { description: 'Back with its owner, who is asked to change it.' },
    VALIDATED: { description: 'Found sound by the reviewers; its owner has not published it yet.' },
    PUBLISHED: { description: 'Published with its owner’s consent.' },
    SUPERSEDED: { description: 'Replaced by a later published version.' },
    WITHDRAWN: { description: 'Taken back by its owner: the header remains, the content does not.' },
    DECLINED: { description: 'Not taken up, with reasons; seen by its owner and the reviewers.' },
  },
});

export enum Origin {
  SUBMISSION = 'SUBMISSION',
  PUBLIC_SOURCE = 'PUBLIC_SOURCE',
}
registerEnumType(Origin, {
  name: 'Origin',
  description: 'Where a record comes from.',
  valuesConfig: {
    SUBMISSION: { description: 'Sent by the State or regional body that owns it.' },
    PUBLIC_SOURCE: {
      description:
        'Compiled by the curators from public sources; not submitted or endorsed by the State or body named.',
    },
  },
});

export enum Pillar {
  I = 'I',
  II = 'II',
  III = 'III',
  IV = 'IV',
}
registerEnumType(Pillar, {
  name: 'Pillar',
  description: 'A pillar of the United Nations Global Counter-Terrorism Strategy (A/RES/60/288).',
  valuesConfig: {
    I: { description: 'Addressing the conditions conducive to the spread of terrorism.' },
    II: { description: 'Preventing and combating terrorism.' },
    III: { description: 'Building States’ capacity and strengthening the role of the United Nations system.' },
    IV: { description: 'Ensuring respect for human rights for all and the rule of law.' },
  },
});

export enum PracticeType {
  LAW = 'LAW',
  POLICY = 'POLICY',
  INSTITUTION = 'INSTITUTION',
  PROGRAMME = 'PROGRAMME',
  TECHNOLOGY = 'TECHNOLOGY',
  PARTNERSHIP = 'PARTNERSHIP',
  TRAINING = 'TRAINING',
}
registerEnumType(PracticeType, {
  name: 'PracticeType',
  description: 'What kind of measure a practice is.',
  valuesConfig: {
    LAW: { description: 'A law or other binding rule.' },
    POLICY: { description: 'A policy, strategy or guideline.' },
    INSTITUTION: { description: 'A body, unit or office, and how it works.' },
    PROGRAMME: { description: 'A programme or project.' },
    TECHNOLOGY: { description: 'A technical tool or system.' },
    PARTNERSHIP: { description: 'Working together with others: States, companies, civil society.' },
    TRAINING: { description: 'Training and the building of capacity.' },
  },
});

export enum PracticeLevel {
  LOCAL = 'LOCAL',
  NATIONAL = 'NATIONAL',
  SUBREGIONAL = 'SUBREGIONAL',
  REGIONAL = 'REGIONAL',
  GLOBAL = 'GLOBAL',
}
registerEnumType(PracticeLevel, {
  name: 'PracticeLevel',
  description: 'How wide a practice applies.',
  valuesConfig: {
    LOCAL: { description: 'In part of a State.' },
    NATIONAL: { description: 'In a State.' },
    SUBREGIONAL: { description: 'In some States of a region.' },
    REGIONAL: { description: 'In a region.' },
    GLOBAL: { description: 'Everywhere.' },
  },
});

export enum Maturity {
  INNOVATION = 'INNOVATION',
  PROMISING = 'PROMISING',
  GOOD = 'GOOD',
  INSTITUTIONALISED = 'INSTITUTIONALISED',
}
registerEnumType(Maturity, {
  name: 'Maturity',
  description: 'How well established a practice is.',
  valuesConfig: {
    INNOVATION: { description: 'New; little is known yet of how it works.' },
    PROMISING: { description: 'First results speak for it.' },
    GOOD: { description: 'Shown to work.' },
    INSTITUTIONALISED: { description: 'Shown to work and part of how things are done.' },
  },
});

/** The sections of a version; each is a row, and may have a marking of its own. */
export const sectionNames = [
  'identity',
  'ownership',
  'classification',
  'scope',
  'narrative',
  'evidence',
  'learning',
  'rights',
  'gender',
] as const;
export type SectionName = (typeof sectionNames)[number];

/** The same names as the API says them. */
export enum PracticeSection {
  IDENTITY = 'IDENTITY',
  OWNERSHIP = 'OWNERSHIP',
  CLASSIFICATION = 'CLASSIFICATION',
  SCOPE = 'SCOPE',
  NARRATIVE = 'NARRATIVE',
  EVIDENCE = 'EVIDENCE',
  LEARNING = 'LEARNING',
  RIGHTS = 'RIGHTS',
  GENDER = 'GENDER',
}
registerEnumType(PracticeSection, {
  name: 'PracticeSection',
  description: 'A part of a practice below its header, which may have a stricter marking than the practice.',
  valuesConfig: {
    IDENTITY: { description: 'The summary and its translations; the title is of the header.' },
    OWNERSHIP: { description: 'Who stands behind it, and the workshop at which it was first shared.' },
    CLASSIFICATION: { description: 'Knowledge products and resolutions.' },
    SCOPE: { description: 'States concerned, level and period; the regions are of the header.' },
    NARRATIVE: { description: 'What is done, why and how.' },
    EVIDENCE: { description: 'Maturity, results and sources.' },
    LEARNING: { description: 'What others can learn.' },
    RIGHTS: { description: 'Human rights and safeguards.' },
    GENDER: { description: 'The gender marker and analysis.' },
  },
});

export const sectionName = (section: PracticeSection): SectionName => section.toLowerCase() as SectionName;
export const sectionOf = (name: SectionName): PracticeSection => name.toUpperCase() as PracticeSection;
