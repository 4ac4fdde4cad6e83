/** The roles of the hub, as membership gives them; the gateway's schema has them once. */
import { registerEnumType } from 'type-graphql';

export enum Role {
  CONTRIBUTOR = 'CONTRIBUTOR',
  FOCAL_POINT = 'FOCAL_POINT',
  ALTERNATE = 'ALTERNATE',
  OFFICER = 'OFFICER',
  REVIEWER = 'REVIEWER',
  CURATOR = 'CURATOR',
  AUDITOR = 'AUDITOR',
  INTEGRATOR = 'INTEGRATOR',
}
registerEnumType(Role, {
  name: 'Role',
  description: 'What a person or API client may do, and for whom.',
  valuesConfig: {
    CONTRIBUTOR: { description: 'Drafts and edits the records of a State or regional body.' },
    FOCAL_POINT: { description: 'Speaks for a State: submits, publishes, withdraws.' },
    ALTERNATE: { description: 'Stands in for a State’s focal point.' },
    OFFICER: { description: 'Speaks for a regional body, and screens what concerns it.' },
    REVIEWER: { description: 'Reads and judges what is assigned to them.' },
    CURATOR: { description: 'Of the secretariat: keeps the vocabularies, assigns reviewers, gives and ends roles.' },
    AUDITOR: { description: 'Of the secretariat: reads and verifies the access log, nothing else.' },
    INTEGRATOR: { description: 'An API client of a State or regional body.' },
  },
});
