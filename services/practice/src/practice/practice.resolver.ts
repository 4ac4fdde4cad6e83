/** Reading practices: root fields, the header's joins, and the sections. */
import {
  Arg,
  Args,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { requiresScopes } from '@hub/kit/access';
import { keyAt } from '@hub/kit/ids';
import { LocalizedText, TranslationStatus, localize } from '@hub/kit/localized-text';
import { Locale } from '@hub/kit/scalars';
import { holds } from '@hub/kit/viewer';
import type { PracticeContext } from '../context.js';
import { KnowledgeProduct } from '../knowledge-product/knowledge-product.js';
import { Region } from '../region/region.js';
import { Theme } from '../theme/theme.js';
import { Workshop } from '../workshop/workshop.js';
import { PracticeOwner, ownerOf } from './practice-owner.js';
import { PracticeConnection, PracticeListArgs, practicePage } from './practice.list.js';
import { PracticePermissions, permissions, writers } from './practice.permissions.js';
import {
  type IdentityContent,
  PracticeClassification,
  PracticeEvidence,
  PracticeGender,
  PracticeLearning,
  PracticeNarrative,
  PracticeOwnership,
  PracticeRights,
  PracticeScope,
} from './practice.sections.js';
import { Practice } from './practice.js';
import type { SectionName } from './vocabulary.js';

@ObjectType({ description: 'Title and summary of a practice in one language.' })
export class Translation {
  @Field(() => Locale, { description: 'The language.' })
  locale!: string;

  @Field(() => TranslationStatus, { description: 'How the text came into this language.' })
  status!: TranslationStatus;

  @Field(() => String, { nullable: true, description: 'The title in this language.' })
  title!: string | null;

  @Field(() => String, { nullable: true, description: 'The summary in this language.' })
  summary!: string | null;
}

@Resolver(() => Practice)
export class PracticeResolver {
  @Query(() => Practice, {
    nullable: true,
    description: 'A practice by its id; null when it is absent or not shared with the viewer.',
  })
  @Directive(requiresScopes('practices:read'))
  practice(
    @Arg('id', () => ID, { description: 'An id taken from an answer.' }) id: string,
    @Ctx() { practices }: PracticeContext,
  ): Promise<Practice | null> | null {
    const key = keyAt(['id'], 'Practice', id);
    return key === null ? null : practices.load(key);
  }

  @Query(() => PracticeConnection, { nullable: true, description: 'The practices the viewer may know of.' })
  @Directive(requiresScopes('practices:read'))
  async practices(
    @Args(() => PracticeListArgs) args: PracticeListArgs,
    @Ctx() context: PracticeContext,
  ): Promise<PracticeConnection> {
    return new PracticeConnection(await practicePage(context, args));
  }

  @FieldResolver(() => LocalizedText, { description: 'The title, in the best language there is for the viewer.' })
  title(
    @Root() { newest }: Practice,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() { locales }: PracticeContext,
  ): LocalizedText {
    return localize(newest.title, locale, locales)!;
  }

  @FieldResolver(() => Int, {
    description:
      'For its owner: rises at each write, to be given as expectedRevision with the next one. For others the version shown, so that it tells nothing of drafts.',
  })
  revision(@Root() { row, newest }: Practice, @Ctx() { viewer }: PracticeContext): number {
    return holds(viewer, ...writers).includes(row.owner) ? row.revision : newest.number;
  }

  @FieldResolver(() => PracticeOwner, { nullable: true, description: 'Whose practice it is.' })
  owner(@Root() { row }: Practice): PracticeOwner {
    return ownerOf(row.owner);
  }

  @FieldResolver(() => [Theme], { nullable: true, description: 'The themes it is filed under.' })
  async themes(@Root() { newest }: Practice, @Ctx() { themes }: PracticeContext): Promise<Theme[]> {
    return present(await themes.loadMany(newest.themes));
  }

  @FieldResolver(() => [Region], { nullable: true, description: 'The regions of its scope (M49).' })
  regions(@Root() { newest }: Practice): Region[] {
    return newest.regions.map((m49) => new Region(m49));
  }

  @FieldResolver(() => PracticePermissions, { description: 'What the viewer may do to it, and why not.' })
  viewerCan(@Root() practice: Practice, @Ctx() { viewer }: PracticeContext): PracticePermissions {
    return permissions(viewer, practice);
  }

  @FieldResolver(() => LocalizedText, { nullable: true, description: 'What it is, in 250 words at most.' })
  async summary(
    @Root() practice: Practice,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() context: PracticeContext,
  ): Promise<LocalizedText | null> {
    const { summary } = (await section<IdentityContent>('identity', practice, context)) ?? {};
    return summary ? localize(summary, locale, context.locales) : null;
  }

  @FieldResolver(() => [Translation], { nullable: true, description: 'Every language it is available in.' })
  async translations(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<Translation[]> {
    const { summary = {} } = (await section<IdentityContent>('identity', practice, context)) ?? {};
    const { title } = practice.newest;
    return [...new Set([...Object.keys(title), ...Object.keys(summary)])].map((locale) => ({
      locale,
      status: (title[locale] ?? summary[locale])!.status,
      title: title[locale]?.text ?? null,
      summary: summary[locale]?.text ?? null,
    }));
  }

  @FieldResolver(() => PracticeOwnership, { nullable: true, description: 'Who stands behind it.' })
  ownership(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<PracticeOwnership | null> {
    return section('ownership', practice, context);
  }

  @FieldResolver(() => PracticeClassification, { nullable: true, description: 'What else it is filed under.' })
  classification(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<PracticeClassification | null> {
    return section('classification', practice, context);
  }

  @FieldResolver(() => [KnowledgeProduct], {
    nullable: true,
    description: 'The CT TECH knowledge products it draws on; null where the viewer may not see the classification.',
  })
  async knowledgeProducts(
    @Root() practice: Practice,
    @Ctx() context: PracticeContext,
  ): Promise<KnowledgeProduct[] | null> {
    const classification = await section<PracticeClassification>('classification', practice, context);
    if (!classification && (await isRedacted('classification', practice, context))) return null;
    return present(await context.knowledgeProducts.loadMany(classification?.knowledgeProducts ?? []));
  }

  @FieldResolver(() => Workshop, { nullable: true, description: 'The workshop at which it was first shared.' })
  async workshop(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<Workshop | null> {
    const ownership = await section<PracticeOwnership>('ownership', practice, context);
    return ownership?.submittedVia ? new Workshop(ownership.submittedVia) : null;
  }

  @FieldResolver(() => PracticeScope, { nullable: true, description: 'Where, how wide and since when it applies.' })
  scope(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<PracticeScope | null> {
    return section('scope', practice, context);
  }

  @FieldResolver(() => PracticeNarrative, { nullable: true, description: 'What is done, why and how.' })
  narrative(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<PracticeNarrative | null> {
    return section('narrative', practice, context);
  }

  @FieldResolver(() => PracticeEvidence, { nullable: true, description: 'How well it works, and how that is known.' })
  evidence(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<PracticeEvidence | null> {
    return section('evidence', practice, context);
  }

  @FieldResolver(() => PracticeLearning, { nullable: true, description: 'What others can learn.' })
  learning(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<PracticeLearning | null> {
    return section('learning', practice, context);
  }

  @FieldResolver(() => PracticeRights, {
    nullable: true,
    description: 'The human rights it touches, and what guards them.',
  })
  rights(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<PracticeRights | null> {
    return section('rights', practice, context);
  }

  @FieldResolver(() => PracticeGender, { nullable: true, description: 'How it takes gender into account.' })
  gender(@Root() practice: Practice, @Ctx() context: PracticeContext): Promise<PracticeGender | null> {
    return section('gender', practice, context);
  }
}

/** A section's content; null when it is empty or the viewer may not see it. Who reads one is noted for the access log. */
async function section<T extends object>(
  name: SectionName,
  practice: Practice,
  { sections, accesses }: PracticeContext,
): Promise<T | null> {
  const row = (await sections.load(practice.newest.key))[name];
  if (!row) return null;
  accesses.section(practice, name, practice.row.sectionMarkings[name] ?? null);
  return row.content as T;
}

const isRedacted = async (name: SectionName, { newest }: Practice, { redactions }: PracticeContext): Promise<boolean> =>
  (await redactions.load(newest.key)).some((section) => section.name === name);

/** What a vocabulary still has of what a record names. */
const present = <T>(found: readonly (T | Error | null)[]): T[] => {
  const broken = found.find((entry) => entry instanceof Error);
  if (broken) throw broken;
  return found.filter((entry): entry is T => entry !== null);
};
