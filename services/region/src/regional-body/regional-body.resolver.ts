import { LocalizedText, localize } from '@hub/kit/localized-text';
import { Locale } from '@hub/kit/scalars';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { caution } from '../caution.js';
import type { Context } from '../context.js';
import { Region } from '../region/region.js';
import { regionsOf } from '../region/region.loader.js';
import { RegionalBody } from './regional-body.js';
import { listRegionalBodies } from './regional-body.loader.js';

@Resolver(() => RegionalBody)
export class RegionalBodyResolver {
  @Query(() => RegionalBody, {
    nullable: true,
    description: 'The regional body of this name; null when there is none.',
  })
  regionalBody(
    @Arg('slug', () => String, { description: 'Its short name in the hub: igad.' }) slug: string,
    @Ctx() { regionalBodies }: Context,
  ) {
    return regionalBodies.load(slug);
  }

  @Query(() => [RegionalBody], { nullable: true, description: `Every regional body, by acronym. ${caution}` })
  regionalBodies(@Ctx() context: Context) {
    return listRegionalBodies(context);
  }

  @FieldResolver(() => LocalizedText, { description: 'Its full name.' })
  name(
    @Root() { names }: RegionalBody,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() { locales }: Context,
  ) {
    return localize(names, locale, locales);
  }

  @FieldResolver(() => [Region], { nullable: true, description: 'The areas it works in.' })
  regions(@Root() { regionCodes }: RegionalBody, @Ctx() context: Context) {
    return regionsOf(regionCodes, context);
  }
}
