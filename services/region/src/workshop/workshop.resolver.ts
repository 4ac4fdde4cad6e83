import { LocalizedText, localize } from '@hub/kit/localized-text';
import { Locale } from '@hub/kit/scalars';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import { Region } from '../region/region.js';
import { regionsOf } from '../region/region.loader.js';
import { RegionalBody } from '../regional-body/regional-body.js';
import { Workshop, WorkshopParticipants } from './workshop.js';
import { listWorkshops } from './workshop.loader.js';

@Resolver(() => Workshop)
export class WorkshopResolver {
  @Query(() => [Workshop], { nullable: true, description: 'The CT TECH workshops, the earliest first.' })
  workshops(@Ctx() context: Context) {
    return listWorkshops(context);
  }

  @FieldResolver(() => LocalizedText, {
    description: 'Its title; other languages than English are machine-translated.',
  })
  title(
    @Root() { titles }: Workshop,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() { locales }: Context,
  ) {
    return localize(titles, locale, locales);
  }

  @FieldResolver(() => [Region], { nullable: true, description: 'The areas it was held for.' })
  regions(@Root() { regionCodes }: Workshop, @Ctx() context: Context) {
    return regionsOf(regionCodes, context);
  }
}

@Resolver(() => WorkshopParticipants)
export class WorkshopParticipantsResolver {
  @FieldResolver(() => [RegionalBody], { nullable: true, description: 'The regional bodies named as taking part.' })
  regionalBodies(@Root() { facts }: WorkshopParticipants, @Ctx() { regionalBodies }: Context) {
    return Promise.all(facts.bodies.map((slug) => regionalBodies.load(slug)));
  }
}
