/** How a practice is shared: what is redacted of it, and, for its owner, how and until when. */
import { Ctx, Field, FieldResolver, ObjectType, Resolver, Root } from 'type-graphql';
import { CalendarDate, DateTime } from '@hub/kit/scalars';
import { holds } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { PracticeAudience, audienceOf } from './practice-audience.js';
import { askRefusal, writers } from './practice.permissions.js';
import { Redaction, fieldOf } from './practice.redactions.js';
import type { SectionMarkings } from './practice.sharing.js';
import { Practice } from './practice.js';
import { Marking, PracticeSection, type SectionName, sectionOf } from './vocabulary.js';

@ObjectType({ description: 'A section with a marking of its own.' })
export class SectionMarking {
  @Field(() => PracticeSection, { description: 'The section.' })
  section!: PracticeSection;

  @Field(() => Marking, { description: 'Its own marking; where the practice’s is stricter, that one counts.' })
  marking!: Marking;
}

@ObjectType({ description: 'That the owner’s authority agreed to show a practice to more people.' })
export class ConsentRecord {
  @Field(() => String, { description: 'The office that agreed.' })
  authority!: string;

  @Field(() => String, { description: 'What it agreed to.' })
  scope!: string;

  @Field(() => CalendarDate, { description: 'When it agreed.' })
  date!: string;

  @Field(() => CalendarDate, { nullable: true, description: 'The last day it holds (UTC); null: without end.' })
  expiry!: string | null;

  @Field(() => DateTime, { description: 'When it was recorded.' })
  givenAt!: Date;
}

@ObjectType({ description: 'What is left of the sharing when a consent runs out.' })
export class SharingLapse {
  @Field(() => DateTime, { description: 'From when on; nobody sees more than this from that moment.' })
  at!: Date;

  @Field(() => Marking, { description: 'The marking from then on.' })
  marking!: Marking;

  @Field(() => PracticeAudience, { nullable: true, description: 'The audience from then on.' })
  audience!: PracticeAudience | null;

  @Field(() => [SectionMarking], { description: 'The sections with a marking of their own from then on.' })
  sectionMarkings!: SectionMarking[];
}

const isOwners = ({ row }: Practice, { viewer }: PracticeContext): boolean =>
  holds(viewer, ...writers).includes(row.owner);

const sectionsOf = (markings: SectionMarkings): SectionMarking[] =>
  Object.entries(markings).map(([name, marking]) => ({ section: sectionOf(name as SectionName), marking }));

@Resolver(() => Practice)
export class PracticeSharingResolver {
  @FieldResolver(() => [Redaction], {
    description:
      'The sections of the version shown that are null because the viewer may not see them. A section that is null and not listed here is empty, or the practice was withdrawn.',
  })
  async redactions(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<Redaction[]> {
    const hidden = await context.redactions.load(practice.newest.key);
    const canRequest =
      hidden.length > 0 &&
      askRefusal(context.viewer, practice) === null &&
      (await context.openRequests.load(practice.key)) === null;
    return hidden.map(({ name, marking, reason }) => ({
      section: sectionOf(name),
      path: fieldOf(name),
      marking,
      reason,
      canRequest,
    }));
  }

  @FieldResolver(() => PracticeAudience, {
    nullable: true,
    description: 'Who may know of it; shown to its owner alone, and null while the owner has not said.',
  })
  audience(@Root() practice: Practice, @Ctx() context: PracticeContext): PracticeAudience | null {
    return isOwners(practice, context) ? audienceOf(practice.row.audience) : null;
  }

  @FieldResolver(() => [SectionMarking], {
    nullable: true,
    description: 'The sections that have a marking of their own; shown to its owner alone.',
  })
  sectionMarkings(@Root() practice: Practice, @Ctx() context: PracticeContext): SectionMarking[] | null {
    return isOwners(practice, context) ? sectionsOf(practice.row.sectionMarkings) : null;
  }

  @FieldResolver(() => [ConsentRecord], {
    nullable: true,
    description: 'The consents given for it, the newest first; shown to its owner alone.',
  })
  consents(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<ConsentRecord[]> | null {
    if (!isOwners(practice, context)) return null;
    return context.db.read((tx) =>
      tx.query<ConsentRecord[]>(
        `select authority, scope, date::text, expiry::text, given_at as "givenAt" from consent_record
          where practice_key = $1 order by given_at desc`,
        [practice.key],
      ),
    );
  }

  @FieldResolver(() => [SharingLapse], {
    nullable: true,
    description:
      'What consents that run out will leave of marking, audience and section markings, the earliest first; shown to its owner alone.',
  })
  sharingLapses(@Root() practice: Practice, @Ctx() context: PracticeContext): SharingLapse[] | null {
    if (!isOwners(practice, context)) return null;
    return practice.row.lapses
      .filter(({ at }) => Date.parse(at) > context.now().getTime())
      .map(({ at, marking, audience, sectionMarkings }) => ({
        at: new Date(at),
        marking,
        audience: audienceOf(audience),
        sectionMarkings: sectionsOf(sectionMarkings),
      }));
  }
}
