import { LocalizedText, localize } from '@hub/kit/localized-text';
import { Locale, M49 } from '@hub/kit/scalars';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { caution } from '../caution.js';
import type { Context } from '../context.js';
import { RegionalBody } from '../regional-body/regional-body.js';
import { Region, RegionLevel } from './region.js';
import { listRegions } from './region.loader.js';

@Resolver(() => Region)
export class RegionResolver {
  @Query(() => Region, { nullable: true, description: 'The area with this M49 code; null when there is none.' })
  region(@Arg('m49', () => M49, { description: 'Its M49 code.' }) m49: string, @Ctx() { regions }: Context) {
    return regions.load(m49);
  }

  @Query(() => [Region], {
    nullable: true,
    description: `The areas of the M49 standard in tree order: each stands before what it contains. ${caution}`,
  })
  regions(
    @Arg('level', () => RegionLevel, { nullable: true, description: 'Only areas this wide.' })
    level: RegionLevel | null | undefined,
    @Ctx() context: Context,
  ) {
    return listRegions(context, level ?? null);
  }

  @FieldResolver(() => LocalizedText, { description: 'Its name in the six official languages of the United Nations.' })
  name(
    @Root() { names }: Region,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() { locales }: Context,
  ) {
    return localize(names, locale, locales);
  }

  @FieldResolver(() => Region, { nullable: true, description: 'The area it lies in; null for the world.' })
  parent(@Root() { parentM49 }: Region, @Ctx() { regions }: Context) {
    return parentM49 && regions.load(parentM49);
  }

  @FieldResolver(() => [Region], { nullable: true, description: 'The areas right within it.' })
  children(@Root() { m49 }: Region, @Ctx() { childRegions }: Context) {
    return childRegions.load(m49);
  }

  @FieldResolver(() => [RegionalBody], {
    nullable: true,
    description: 'The regional bodies that name this very area as theirs, by acronym.',
  })
  bodies(@Root() { m49 }: Region, @Ctx() { bodiesOfRegion }: Context) {
    return bodiesOfRegion.load(m49);
  }
}
