import { globalId } from '@hub/kit/ids';
import type { Localized } from '@hub/kit/localized-text';
import { Node } from '@hub/kit/node';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { caution } from '../caution.js';
import { MemberState } from '../member-state/member-state.js';

@ObjectType({ description: 'Where a regional body has its seat.' })
export class Seat {
  constructor(
    city: string,
    private readonly state: string,
  ) {
    this.city = city;
  }

  @Field(() => String, { description: 'The city.' })
  city: string;

  @Field(() => MemberState, { nullable: true, description: 'The State it lies in.' })
  get memberState(): MemberState {
    return new MemberState(this.state);
  }
}

@ObjectType({
  description: `A participant of a regional body that is not a Member State of the United Nations. ${caution}`,
})
export class OtherParticipant {
  @Field(() => String, { description: 'Its name, as the body uses it; an asterisk refers to the note.' })
  name!: string;

  @Field(() => String, { nullable: true, description: 'What to know of its status.' })
  note!: string | null;
}

@Entity('regional_body')
@ObjectType({
  description: `A regional or cross-regional organisation of States. ${caution}`,
  implements: Node,
})
@Directive('@key(fields: "id")')
export class RegionalBody implements Node {
  @PrimaryColumn('text')
  @Field(() => String, { description: 'Its short name in the hub: igad.' })
  slug!: string;

  @Column('text')
  @Field(() => String, { description: 'Its usual abbreviation: IGAD.' })
  acronym!: string;

  @Column('smallint', { name: 'founded_year' })
  @Field(() => Int, { description: 'The year it was founded in its present form.' })
  foundedYear!: number;

  @Column('text')
  @Field(() => String, { description: 'The host name of its web site: igad.int.' })
  website!: string;

  @Column('text', { array: true })
  @Field(() => [String], { description: 'Its organs that deal with counter-terrorism or technology.' })
  organs!: string[];

  @Column('jsonb', { name: 'non_un_members' })
  @Field(() => [OtherParticipant], { description: 'Participants that are not Member States of the United Nations.' })
  nonUnMembers!: OtherParticipant[];

  @Column('text', { name: 'status_notes', array: true })
  @Field(() => [String], { description: 'What to know of who takes part, such as suspensions and announced exits.' })
  statusNotes!: string[];

  @Column('text', { name: 'as_of' })
  @Field(() => String, { description: 'The month these facts were compiled, YYYY-MM.' })
  asOf!: string;

  @Column('jsonb') names!: Localized;
  @Column('text', { name: 'seat_city' }) seatCity!: string;
  @Column('text', { name: 'seat_state' }) seatState!: string;
  @Column('text', { array: true, name: 'regions' }) regionCodes!: string[];

  @Field(() => ID, { description: 'Opaque and global: the same thing has the same id everywhere in the hub.' })
  get id(): string {
    return globalId('RegionalBody', this.slug);
  }

  @Field(() => Seat, { description: 'Where it has its seat.' })
  get seat(): Seat {
    return new Seat(this.seatCity, this.seatState);
  }
}
