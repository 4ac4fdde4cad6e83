import { LocalizedText, localize } from '@hub/kit/localized-text';
import { Locale } from '@hub/kit/scalars';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { PracticeContext } from '../context.js';
import { Theme } from '../theme/theme.js';
import { KnowledgeProduct } from './knowledge-product.js';
import { listKnowledgeProducts } from './knowledge-product.loader.js';

@Resolver(() => KnowledgeProduct)
export class KnowledgeProductResolver {
  @Query(() => [KnowledgeProduct], { nullable: true, description: 'Every CT TECH knowledge product known to the hub.' })
  knowledgeProducts(@Ctx() context: PracticeContext): Promise<KnowledgeProduct[]> {
    return listKnowledgeProducts(context);
  }

  @FieldResolver(() => LocalizedText, { description: 'Its title; see workingTitle before showing it as such.' })
  title(
    @Root() { title }: KnowledgeProduct,
    @Arg('locale', () => Locale, { nullable: true, description: 'The language wanted; else Accept-Language decides.' })
    locale: string | null | undefined,
    @Ctx() { locales }: PracticeContext,
  ): LocalizedText {
    return localize(title, locale, locales)!;
  }

  @FieldResolver(() => [Theme], { description: 'The themes it treats.' })
  async themes(@Root() { themeSlugs }: KnowledgeProduct, @Ctx() { themes }: PracticeContext): Promise<Theme[]> {
    const found = await Promise.all(themeSlugs.map((slug) => themes.load(slug)));
    return found.filter((theme) => theme !== null);
  }
}
