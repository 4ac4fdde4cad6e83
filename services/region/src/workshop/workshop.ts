import { globalId } from '@hub/kit/ids';
import type { Localized } from '@hub/kit/localized-text';
import { Node } from '@hub/kit/node';
import { CalendarDate } from '@hub/kit/scalars';
import { Directive, Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { MemberState } from '../member-state/member-state.js';

export enum WorkshopKind {
  REGIONAL = 'REGIONAL',
  NATIONAL = 'NATIONAL',
}
registerEnumType(WorkshopKind, {
  name: 'WorkshopKind',
  description: 'For whom a workshop was held.',
  valuesConfig: {
    REGIONAL: { description: 'For the States of a region.' },
    NATIONAL: { description: 'For one State.' },
  },
});

export enum DatePrecision {
  DAY = 'DAY',
  MONTH = 'MONTH',
  BETWEEN = 'BETWEEN',
}
registerEnumType(DatePrecision, {
  name: 'DatePrecision',
  description: 'How exactly the date of a workshop is publicly known.',
  valuesConfig: {
    DAY: { description: 'To the day: startDate and endDate are given.' },
    MONTH: { description: 'To the month that earliestDate and latestDate enclose.' },
    BETWEEN: { description: 'Some time from earliestDate to latestDate.' },
  },
});

@ObjectType({ description: 'Where a workshop was held.' })
export class Venue {
  constructor(
    city: string | null,
    private readonly state: string,
  ) {
    this.city = city;
  }

  @Field(() => String, { nullable: true, description: 'The city; null when it is not public.' })
  city: string | null;

  @Field(() => MemberState, { nullable: true, description: 'The State it lies in.' })
  get memberState(): MemberState {
    return new MemberState(this.state);
  }
}

/** As stored; what the public note does not say is null or empty. */
export interface ParticipantFacts {
  total: number | null;
  officials: number | null;
  others: number | null;
  partnerStates: number | null;
  states: string[];
  bodies: string[];
  organizations: string[];
}

@ObjectType({ description: 'Who took part in a workshop, as far as the public note says.' })
export class WorkshopParticipants {
  constructor(readonly facts: ParticipantFacts) {}

  @Field(() => Int, { nullable: true, description: 'How many took part in all.' })
  get total(): number | null {
    return this.facts.total;
  }

  @Field(() => Int, { nullable: true, description: 'How many officials of States took part.' })
  get officials(): number | null {
    return this.facts.officials;
  }

  @Field(() => Int, { nullable: true, description: 'How many others took part.' })
  get others(): number | null {
    return this.facts.others;
  }

  @Field(() => Int, {
    nullable: true,
    description: 'From how many partner States they came, where these are not named.',
  })
  get partnerStates(): number | null {
    return this.facts.partnerStates;
  }

  @Field(() => [MemberState], { nullable: true, description: 'The States named as taking part.' })
  get memberStates(): MemberState[] {
    return this.facts.states.map((iso3) => new MemberState(iso3));
  }

  @Field(() => [String], { description: 'Organisations named as taking part that are not regional bodies of the hub.' })
  get organizations(): string[] {
    return this.facts.organizations;
  }
}

@ObjectType({ description: 'A public source on a workshop.' })
export class WorkshopResource {
  @Field(() => String, { description: 'Its title.' })
  title!: string;

  @Field(() => String, { nullable: true, description: 'Who published it.' })
  publisher!: string | null;

  @Field(() => Int, { nullable: true, description: 'The year it was published.' })
  year!: number | null;

  @Field(() => String, { nullable: true, description: 'Its address.' })
  url!: string | null;
}

@Entity('workshop')
@ObjectType({
  description:
    'A CT TECH workshop: where States began to share what the hub keeps going. Compiled from public sources.',
  implements: Node,
})
@Directive('@key(fields: "id")')
export class Workshop implements Node {
  @PrimaryColumn('text')
  @Field(() => String, { description: 'Its short name in the hub: ct-tech-nairobi-2023.' })
  slug!: string;

  @Column('text')
  @Field(() => WorkshopKind, { description: 'For whom it was held.' })
  kind!: WorkshopKind;

  @Column('date', { name: 'start_date', nullable: true })
  @Field(() => CalendarDate, { nullable: true, description: 'Its first day; null unless the day is public.' })
  startDate!: string | null;

  @Column('date', { name: 'end_date', nullable: true })
  @Field(() => CalendarDate, { nullable: true, description: 'Its last day; null unless the day is public.' })
  endDate!: string | null;

  @Column('text', { name: 'date_precision' })
  @Field(() => DatePrecision, { description: 'How exactly its date is publicly known.' })
  datePrecision!: DatePrecision;

  @Column('date', { name: 'earliest_date' })
  @Field(() => CalendarDate, { description: 'It began on this day at the earliest.' })
  earliestDate!: string;

  @Column('date', { name: 'latest_date' })
  @Field(() => CalendarDate, { description: 'It ended on this day at the latest.' })
  latestDate!: string;

  @Column('text', { name: 'regions_note', nullable: true })
  @Field(() => String, { nullable: true, description: 'How the areas were matched to what the public note says.' })
  regionsNote!: string | null;

  @Column('text')
  @Field(() => String, { description: 'What it was about, in English.' })
  summary!: string;

  @Column('text', { array: true })
  @Field(() => [String], { description: 'Facts from the public notes, in English.' })
  facts!: string[];

  @Column('jsonb')
  @Field(() => [WorkshopResource], { description: 'The public sources.' })
  resources!: WorkshopResource[];

  @Column('jsonb') titles!: Localized;
  @Column('text', { name: 'venue_city', nullable: true }) venueCity!: string | null;
  @Column('text', { name: 'venue_state' }) venueState!: string;
  @Column('text', { array: true, name: 'regions' }) regionCodes!: string[];
  @Column('jsonb', { name: 'participant_facts', nullable: true }) participantFacts!: ParticipantFacts | null;

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('Workshop', this.slug);
  }

  @Field(() => Venue, { description: 'Where it was held.' })
  get venue(): Venue {
    return new Venue(this.venueCity, this.venueState);
  }

  @Field(() => WorkshopParticipants, {
    nullable: true,
    description: 'Who took part; null when nothing public says so.',
  })
  get participants(): WorkshopParticipants | null {
    return this.participantFacts && new WorkshopParticipants(this.participantFacts);
  }
}
