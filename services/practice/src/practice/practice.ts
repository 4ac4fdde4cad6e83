/**
 * A practice as the API shows it: the header of the newest version its viewer may see. The rows behind it are three
 * tables (practice, practice_version, practice_section); practice.loader.ts is the one door to them.
 */
import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import { globalId } from '@hub/kit/ids';
import type { Localized } from '@hub/kit/localized-text';
import { Node } from '@hub/kit/node';
import { CalendarDate, DateTime, Locale } from '@hub/kit/scalars';
import type { Token } from '@hub/kit/viewer';
import type { Lapse, SectionMarkings } from './practice.sharing.js';
import { Marking, Origin, Pillar, PracticeState, PracticeType, type SectionName } from './vocabulary.js';

@Entity('practice')
export class PracticeRow {
  @PrimaryColumn('uuid') key!: string;
  @Column('text') slug!: string;
  @Column('text') owner!: Token;
  @Column('text') origin!: Origin;
  @Column('text') marking!: Marking;
  /** Null: its owner has not said yet. */
  @Column('text', { array: true, nullable: true }) audience!: Token[] | null;
  /** Of sections that have a stricter one than the practice. They hold for all versions. */
  @Column('jsonb', { name: 'section_markings' }) sectionMarkings!: SectionMarkings;
  /** What consents that run out will leave of marking, audience and section markings, the earliest first. Read through
   *  practice.loader.ts these three are always what holds now. */
  @Column('jsonb') lapses!: Lapse[];
  /** When the first of them comes; null when there is none. */
  @Column('timestamptz', { name: 'lapses_at', nullable: true }) lapsesAt!: Date | null;
  /** How far its furthest version has come; visibility hangs on it. */
  @Column('text') stage!: 'DRAFT' | 'SUBMITTED' | 'PUBLISHED' | 'DECLINED';
  /** Rises at each write, guards against lost updates. */
  @Column('int') revision!: number;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('uuid', { name: 'created_by', nullable: true }) createdBy!: string | null;
  @Column('timestamptz', { name: 'withdrawn_at', nullable: true }) withdrawnAt!: Date | null;
  @Column('uuid', { nullable: true }) supersedes!: string | null;
}

@Entity('practice_version')
export class VersionRow {
  @PrimaryColumn('uuid') key!: string;
  @Column('uuid', { name: 'practice_key' }) practiceKey!: string;
  @Column('int') number!: number;
  @Column('text') state!: PracticeState;
  @Column('jsonb') title!: Localized;
  @Column('text', { name: 'original_language' }) originalLanguage!: string;
  @Column('text', { array: true }) themes!: string[];
  @Column('text', { array: true }) pillars!: Pillar[];
  @Column('text', { array: true }) regions!: string[];
  @Column('text', { nullable: true }) type!: PracticeType | null;
  @Column('text', { name: 'change_note', nullable: true }) changeNote!: string | null;
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date;
  @Column('uuid', { name: 'created_by', nullable: true }) createdBy!: string | null;
  @Column('timestamptz', { name: 'updated_at' }) updatedAt!: Date;
  @Column('timestamptz', { name: 'submitted_at', nullable: true }) submittedAt!: Date | null;
  @Column('uuid', { name: 'submitted_by', nullable: true }) submittedBy!: string | null;
  @Column('timestamptz', { name: 'published_at', nullable: true }) publishedAt!: Date | null;
  @Column('uuid', { name: 'published_by', nullable: true }) publishedBy!: string | null;
  @Column('timestamptz', { name: 'superseded_at', nullable: true }) supersededAt!: Date | null;
  @Column('date', { name: 'review_by', nullable: true }) reviewBy!: string | null;
}

@Entity('practice_section')
export class SectionRow {
  @PrimaryColumn('uuid', { name: 'version_key' }) versionKey!: string;
  @PrimaryColumn('text') name!: SectionName;
  @Column('jsonb') content!: object;
}

@ObjectType('Practice', {
  implements: Node,
  description:
    'A good practice in countering the terrorist use of new technologies. The header (id, slug, title, owner, marking, state, dates, themes, pillars, regions, type) is never redacted once the practice is visible; the sections below it are null where the viewer may not see them.',
})
@Directive('@key(fields: "id")')
export class Practice {
  constructor(
    readonly row: PracticeRow,
    /** The newest version the viewer may see. */
    readonly newest: VersionRow,
  ) {}

  get key(): string {
    return this.row.key;
  }

  @Field(() => ID, { description: 'Opaque and global.' })
  get id(): string {
    return globalId('Practice', this.row.key);
  }

  @Field(() => String, { description: 'Short name for addresses; it tells nothing of other records.' })
  get slug(): string {
    return this.row.slug;
  }

  @Field(() => Int, {
    description: 'The number of the version shown: the newest the viewer may see. It rises with each submission.',
  })
  get version(): number {
    return this.newest.number;
  }

  @Field(() => PracticeState, { description: 'Where the version shown stands.' })
  get state(): PracticeState {
    return this.newest.state;
  }

  @Field(() => Marking, { description: 'How far the practice may travel.' })
  get marking(): Marking {
    return this.row.marking;
  }

  @Field(() => Origin, { description: 'Whether its owner sent it or the curators compiled it.' })
  get origin(): Origin {
    return this.row.origin;
  }

  @Field(() => String, {
    nullable: true,
    description: 'Words to be shown wherever the record is: it was compiled from public sources. Null for submissions.',
  })
  get caution(): string | null {
    return this.row.origin === Origin.PUBLIC_SOURCE ? publicSourceCaution : null;
  }

  @Field(() => Locale, { description: 'The language it was written in.' })
  get originalLanguage(): string {
    return this.newest.originalLanguage;
  }

  @Field(() => [Pillar], { description: 'Pillars of the Global Counter-Terrorism Strategy it serves.' })
  get pillars(): Pillar[] {
    return this.newest.pillars;
  }

  @Field(() => PracticeType, { nullable: true, description: 'What kind of measure it is.' })
  get type(): PracticeType | null {
    return this.newest.type;
  }

  @Field(() => DateTime, { description: 'When the record was begun.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When the version shown was submitted.' })
  get submittedAt(): Date | null {
    return this.row.origin === Origin.PUBLIC_SOURCE ? null : this.newest.submittedAt;
  }

  @Field(() => DateTime, { nullable: true, description: 'When the version shown was published.' })
  get publishedAt(): Date | null {
    return this.newest.publishedAt;
  }

  @Field(() => DateTime, { description: 'When the version shown was last changed.' })
  get updatedAt(): Date {
    return this.newest.updatedAt;
  }

  @Field(() => CalendarDate, {
    nullable: true,
    description: 'When it is to be looked at again: 24 months after its submission.',
  })
  get reviewBy(): string | null {
    return this.newest.reviewBy;
  }
}

export const publicSourceCaution =
  'Compiled from public sources; not submitted or endorsed by the State or organisation named.';
