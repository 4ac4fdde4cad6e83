import { LocalizedText, localize } from '@hub/kit/localized-text';
import { Iso3, Locale } from '@hub/kit/scalars';
import { Arg, Args, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { caution } from '../caution.js';
import type { Context } from '../context.js';
import { RegionalBody } from '../regional-body/regional-body.js';
import { MemberStateConnection, MemberStatesArgs, listMemberStates } from './member-state.list.js';
import { MemberState } from './member-state.js';

@Resolver(() => MemberState)
export class MemberStateResolver {
  @Query(() => MemberState, { nullable: true, description: 'The State with this code; null when there is none.' })
  memberState(
    @Arg('iso3', () => Iso3, { description: 'Its three-letter code: KEN.' }) iso3: string,
    @Ctx() { memberStates }: Context,
  ) {
    return memberStates.load(iso3);
  }

  @Query(() => MemberStateConnection, {
    nullable: true,
    description: `The Member States and observer States, in the order of their English names whatever the language. ${caution}`,
  })
  async memberStates(@Args(() => MemberStatesArgs) args: MemberStatesArgs, @Ctx() context: Context) {
    return new MemberStateConnection(await listMemberStates(context, args));
  }

  @FieldResolver(() => LocalizedText, {
    description: 'Its short name in the six official languages of the United Nations.',
  })
  name(
    @Root() { names }: MemberState,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() { locales }: Context,
  ) {
    return localize(names, locale, locales);
  }

  @FieldResolver(() => [RegionalBody], {
    nullable: true,
    description: 'The regional bodies it is in today, by short name (slug).',
  })
  async bodies(@Root() { iso3 }: MemberState, @Ctx() { bodiesOfState }: Context) {
    return (await bodiesOfState.load(iso3)).map((slug) => new RegionalBody(slug));
  }
}
