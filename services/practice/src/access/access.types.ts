/** The access log as the API shows it: to owners without who it was, to auditors whole. */
import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '@hub/kit/page';
import { DateTime, Iso3 } from '@hub/kit/scalars';
import { Role } from '../member-state/role.js';
import { PracticeOwner } from '../practice/practice-owner.js';
import { PracticeSection } from '../practice/vocabulary.js';
import { AccessChannel } from './access.js';

@ObjectType({
  description:
    'Somebody read more of a practice than its header, or was sent it. Anonymous readers have no role; they are counted and not told apart.',
})
export class AccessLogEntry {
  @Field(() => DateTime, { description: 'When: the first time, where it happened several times within a second.' })
  at!: Date;

  @Field(() => Role, { nullable: true, description: 'As what they read; null for the anonymous.' })
  role!: Role | null;

  @Field(() => PracticeOwner, {
    nullable: true,
    description: 'The State or body they read for; null for the anonymous and the secretariat.',
  })
  readFor!: PracticeOwner | null;

  @Field(() => AccessChannel, { description: 'How they came by it.' })
  channel!: AccessChannel;

  @Field(() => Int, { description: 'The version they read.' })
  version!: number;

  @Field(() => [PracticeSection], { description: 'The sections they read.' })
  sections!: PracticeSection[];

  @Field(() => Int, { description: 'How many times, by the same reader in the same way within a second.' })
  times!: number;
}

@ObjectType({
  description: 'An entry of the access log, whole: who it was, of which practice, and its place in the chain.',
})
export class AuditedAccess extends AccessLogEntry {
  @Field(() => Int, { description: 'Its number: without gaps, from 1.' })
  number!: number;

  @Field(() => ID, { nullable: true, description: 'The person who read; null for an API client and the anonymous.' })
  personId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The API client that read; null for a person and the anonymous.' })
  apiClientId!: string | null;

  @Field(() => ID, { description: 'What they read.' })
  practiceId!: string;

  @Field(() => Boolean, {
    description: 'Whether they are of the practice’s owner; owners are not shown their own people.',
  })
  own!: boolean;

  @Field(() => String, { description: 'SHA-256 over the hash of the entry before and this entry, in hexadecimal.' })
  hash!: string;
}

@InputType({ description: 'Narrows the access log; all that is given must fit.' })
export class AccessLogFilter {
  @Field(() => ID, { nullable: true, description: 'What was read.' })
  practice?: string | null;

  @Field(() => ID, { nullable: true, description: 'The person who read.' })
  person?: string | null;

  @Field(() => ID, { nullable: true, description: 'The API client that read.' })
  apiClient?: string | null;

  @Field(() => Iso3, { nullable: true, description: 'The State they read for.' })
  memberState?: string | null;

  @Field(() => String, { nullable: true, description: 'The regional body they read for, by its short name.' })
  regionalBody?: string | null;

  @Field(() => [AccessChannel], { nullable: true, description: 'How they came by it: any of these.' })
  channels?: AccessChannel[] | null;

  @Field(() => DateTime, { nullable: true, description: 'At this time or later.' })
  since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Before this time.' })
  until?: Date | null;
}

export const AccessLogConnection = connectionType('AccessLogEntry', () => AccessLogEntry, 'AccessLog');
export type AccessLogConnection = InstanceType<typeof AccessLogConnection>;
export const AuditedAccessConnection = connectionType('AuditedAccess', () => AuditedAccess);
export type AuditedAccessConnection = InstanceType<typeof AuditedAccessConnection>;

@ObjectType({
  description:
    'Where the access log ends. Keep it outside the hub: a log that was written anew cannot meet a head that was kept.',
})
export class AccessLogHead {
  @Field(() => Int, { description: 'The number of the last entry; 0 while there is none.' })
  number!: number;

  @Field(() => String, { description: 'The hash of the last entry, in hexadecimal.' })
  hash!: string;

  @Field(() => DateTime, { description: 'When it was chained.' })
  at!: Date;
}

@InputType({ description: 'A head of the access log that was kept outside the hub.' })
export class AccessLogHeadInput {
  @Field(() => Int, { description: 'The number of the entry that was the last then.' })
  number!: number;

  @Field(() => String, { description: 'Its hash, in hexadecimal.' })
  hash!: string;
}

export enum AccessLogFaultKind {
  CHANGED = 'CHANGED',
  GAP = 'GAP',
  REORDERED = 'REORDERED',
  TRUNCATED = 'TRUNCATED',
  REWRITTEN = 'REWRITTEN',
}
registerEnumType(AccessLogFaultKind, {
  name: 'AccessLogFaultKind',
  description: 'What is wrong with the access log.',
  valuesConfig: {
    CHANGED: { description: 'The entry does not say what it said when it was chained.' },
    GAP: { description: 'There is no entry with this number, but there are later ones.' },
    REORDERED: { description: 'The entry does not follow the one before it: entries were moved, put in or taken out.' },
    TRUNCATED: { description: 'The log ends before this number, though there was one.' },
    REWRITTEN: { description: 'The log agrees with itself, but not with a head taken before: it was written anew.' },
  },
});

@ObjectType({ description: 'The first thing that is wrong with the access log.' })
export class AccessLogFault {
  @Field(() => Int, { description: 'The number of the first entry that is not right.' })
  number!: number;

  @Field(() => AccessLogFaultKind, { description: 'What is wrong with it.' })
  kind!: AccessLogFaultKind;
}

@ObjectType({ description: 'What verifying the access log came to.' })
export class AccessLogVerification {
  @Field(() => Int, { description: 'The first number that was looked at.' })
  from!: number;

  @Field(() => Int, { description: 'The last number that is right, counted from there without a break.' })
  to!: number;

  @Field(() => AccessLogFault, { nullable: true, description: 'The first fault; null when there is none.' })
  fault!: AccessLogFault | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Where to go on from: so many entries are not verified in one go. Null when the end was reached.',
  })
  next!: number | null;

  @Field(() => AccessLogHead, { description: 'Where the log ends, to be kept for the next time.' })
  head!: AccessLogHead;
}
