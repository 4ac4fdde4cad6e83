import { badInput } from '@hub/kit/errors';
import { LocalizedText, localize } from '@hub/kit/localized-text';
import { Locale } from '@hub/kit/scalars';
import { Arg, Ctx, Directive, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { requiresScopes } from '@hub/kit/access';
import type { PracticeContext } from '../context.js';
import { PracticeOwner, ownerOf } from '../practice/practice-owner.js';
import { PracticeFilter, checkFilter } from '../practice/practice.filter.js';
import { RegionLevel } from '../region/region.level.js';
import { Region } from '../region/region.js';
import { checkSearch, searchDescription } from '../search/search.js';
import { Theme } from '../theme/theme.js';
import { PracticeDimension } from './dimension.js';
import { PracticeStatistics, PracticeStatisticsRow } from './statistics.js';
import { countBy } from './statistics.query.js';

@Resolver(() => PracticeStatisticsRow)
export class PracticeStatisticsResolver {
  @Query(() => PracticeStatistics, {
    nullable: true,
    description:
      'Counts of the practices the viewer may know of, by the values of a dimension. Records compiled from public sources are included unless the filter’s origin says otherwise; what was withdrawn is left out unless its states ask for it.',
  })
  @Directive(requiresScopes('practices:read'))
  practiceStatistics(
    @Arg('filter', () => PracticeFilter, { nullable: true, description: 'Counts only what a list with it would show.' })
    filter: PracticeFilter | null | undefined,
    @Arg('search', () => String, { nullable: true, description: searchDescription }) search: string | null | undefined,
    @Arg('by', () => [PracticeDimension], { description: 'What to count by: one dimension for now.' })
    by: PracticeDimension[],
    @Arg('level', () => RegionLevel, {
      nullable: true,
      description:
        'For REGION: how wide the areas are that get a row, REGION when left out. What lies within an area counts for it.',
    })
    level: RegionLevel | null | undefined,
    @Ctx() context: PracticeContext,
  ): Promise<PracticeStatistics> {
    if (by.length !== 1) throw badInput(['by'], 'Name exactly one dimension: more than one is not offered for now.');
    checkFilter(filter);
    return countBy(context, {
      filter: filter ?? null,
      search: checkSearch(search),
      dimension: by[0]!,
      level: level ?? RegionLevel.REGION,
    });
  }

  @FieldResolver(() => LocalizedText, {
    nullable: true,
    description:
      'The value in words, for a theme. Null for the others: owner and region carry their names, the rest are codes that speak for themselves.',
  })
  async label(
    @Root() row: PracticeStatisticsRow,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() context: PracticeContext,
  ): Promise<LocalizedText | null> {
    const theme = await this.theme(row, context);
    return theme && localize(theme.label, locale, context.locales);
  }

  @FieldResolver(() => PracticeOwner, { nullable: true, description: 'The owner, when counted by OWNER.' })
  owner(@Root() { dimension, key }: PracticeStatisticsRow): PracticeOwner | null {
    if (dimension !== PracticeDimension.OWNER) return null;
    return ownerOf(/^[A-Z]/.test(key) ? `s:${key}` : `b:${key}`);
  }

  @FieldResolver(() => Theme, { nullable: true, description: 'The theme, when counted by THEME.' })
  theme(
    @Root() { dimension, key }: PracticeStatisticsRow,
    @Ctx() { themes }: PracticeContext,
  ): Promise<Theme | null> | null {
    return dimension === PracticeDimension.THEME ? themes.load(key) : null;
  }

  @FieldResolver(() => Region, { nullable: true, description: 'The area, when counted by REGION.' })
  region(@Root() { dimension, key }: PracticeStatisticsRow): Region | null {
    return dimension === PracticeDimension.REGION ? new Region(key) : null;
  }
}
