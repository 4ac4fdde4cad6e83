import { LocalizedText, localize } from '@hub/kit/localized-text';
import { Locale } from '@hub/kit/scalars';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { PracticeContext } from '../context.js';
import { Theme } from './theme.js';
import { listThemes } from './theme.loader.js';

@Resolver(() => Theme)
export class ThemeResolver {
  @Query(() => Theme, { nullable: true, description: 'The theme with this short name; null when there is none.' })
  theme(
    @Arg('slug', () => String, { description: 'Its short name: digital-evidence.' }) slug: string,
    @Ctx() { themes }: PracticeContext,
  ): Promise<Theme | null> {
    return themes.load(slug);
  }

  @Query(() => [Theme], {
    nullable: true,
    description: 'Every theme practices are filed under, in the order of the vocabulary.',
  })
  async themes(@Ctx() context: PracticeContext): Promise<Theme[]> {
    const list = await listThemes(context);
    for (const theme of list) context.themes.prime(theme.slug, theme);
    return list;
  }

  @FieldResolver(() => LocalizedText, { description: 'Its name; machine-drafted in languages other than English.' })
  label(
    @Root() { label }: Theme,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() { locales }: PracticeContext,
  ): LocalizedText {
    return localize(label, locale, locales)!;
  }

  @FieldResolver(() => Theme, { nullable: true, description: 'The theme it is part of; null for one at the top.' })
  broader(@Root() { broader }: Theme, @Ctx() { themes }: PracticeContext): Promise<Theme | null> | null {
    return broader === null ? null : themes.load(broader);
  }

  @FieldResolver(() => [Theme], { description: 'The themes it consists of; empty at the lowest level.' })
  narrower(@Root() { slug }: Theme, @Ctx() { narrowerThemes }: PracticeContext): Promise<Theme[]> {
    return narrowerThemes.load(slug);
  }
}
