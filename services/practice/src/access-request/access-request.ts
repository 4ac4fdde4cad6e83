/** Somebody asks an owner for sections they may not see; and what the owner answered. */
import { Ctx, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import { connectionType } from '@hub/kit/page';
import { DateTime } from '@hub/kit/scalars';
import type { Token } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { Role } from '../member-state/role.js';
import { Person } from '../person/person.js';
import { PracticeOwner, ownerOf } from '../practice/practice-owner.js';
import { Practice } from '../practice/practice.js';
import { PracticeSection, type SectionName, sectionOf } from '../practice/vocabulary.js';

export enum AccessRequestStatus {
  OPEN = 'OPEN',
  GRANTED = 'GRANTED',
  DECLINED = 'DECLINED',
}
registerEnumType(AccessRequestStatus, {
  name: 'AccessRequestStatus',
  description: 'What became of a request.',
  valuesConfig: {
    OPEN: { description: 'Nobody has decided yet.' },
    GRANTED: { description: 'Granted for a time; whether that is over is said by the grant.' },
    DECLINED: { description: 'Declined, with a reason.' },
  },
});

/** A row of access_request with its grant, if there is one. */
export interface AccessRequestRow {
  key: string;
  practiceKey: string;
  personKey: string;
  role: Role;
  of: Token | null;
  sections: SectionName[];
  reason: string;
  status: AccessRequestStatus;
  askedAt: Date;
  decidedAt: Date | null;
  declineReason: string | null;
  grantedSections: SectionName[] | null;
  until: Date | null;
  endedAt: Date | null;
}

@ObjectType({ description: 'Sections opened to one person for a time. It never opens the practice itself.' })
export class AccessGrant {
  @Field(() => [PracticeSection], { description: 'The sections.' })
  sections!: PracticeSection[];

  @Field(() => DateTime, { description: 'From this moment on it opens nothing any more.' })
  until!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it ended, by its time or before; null while it holds.' })
  endedAt!: Date | null;
}

@ObjectType({ description: 'Somebody asks the owner of a practice for sections of it that they may not see.' })
export class AccessRequest {
  constructor(private readonly row: AccessRequestRow) {}

  get key(): string {
    return this.row.key;
  }

  @Field(() => ID, { description: 'Opaque and global. Requests are not found by the field node.' })
  get id(): string {
    return globalId('AccessRequest', this.row.key);
  }

  @Field(() => Practice, { nullable: true, description: 'The practice; null when the viewer may not know of it now.' })
  practice(@Ctx() { practices }: PracticeContext): Promise<Practice | null> {
    return practices.load(this.row.practiceKey);
  }

  @Field(() => [PracticeSection], { description: 'The sections asked for.' })
  get sections(): PracticeSection[] {
    return this.row.sections.map(sectionOf);
  }

  @Field(() => String, { description: 'Why, in the words of who asked.' })
  get reason(): string {
    return this.row.reason;
  }

  @Field(() => AccessRequestStatus, { description: 'What became of it.' })
  get status(): AccessRequestStatus {
    return this.row.status;
  }

  @Field(() => Person, {
    nullable: true,
    description: 'Who asked. Their name is for their own State or body and the curators.',
  })
  get person(): Person {
    return new Person(this.row.personKey);
  }

  @Field(() => Role, { description: 'As what they asked.' })
  get role(): Role {
    return this.row.role;
  }

  @Field(() => PracticeOwner, {
    nullable: true,
    description: 'The State or body they asked for; null for the secretariat.',
  })
  get askedFor(): PracticeOwner | null {
    return this.row.of && ownerOf(this.row.of);
  }

  @Field(() => DateTime, { description: 'When they asked.' })
  get askedAt(): Date {
    return this.row.askedAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When the owner decided.' })
  get decidedAt(): Date | null {
    return this.row.decidedAt;
  }

  @Field(() => String, { nullable: true, description: 'Why it was declined; null unless it was.' })
  get declineReason(): string | null {
    return this.row.declineReason;
  }

  @Field(() => AccessGrant, { nullable: true, description: 'What was granted; null unless it was.' })
  grant(@Ctx() { now }: PracticeContext): AccessGrant | null {
    const { grantedSections, until, endedAt } = this.row;
    if (!grantedSections || !until) return null;
    return { sections: grantedSections.map(sectionOf), until, endedAt: endedAt ?? (until <= now() ? until : null) };
  }
}

export const AccessRequestConnection = connectionType('AccessRequest', () => AccessRequest);
export type AccessRequestConnection = InstanceType<typeof AccessRequestConnection>;
