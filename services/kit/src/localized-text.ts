/** Texts in several languages, and the choice of the one to show. */
import 'reflect-metadata'; // type-graphql's decorators ask for it, whichever module comes first
import { Directive, Field, ObjectType, registerEnumType } from 'type-graphql';
import { Locale } from './scalars.js';

export enum TranslationStatus {
  ORIGINAL = 'ORIGINAL',
  HUMAN = 'HUMAN',
  MACHINE = 'MACHINE',
  MACHINE_REVIEWED = 'MACHINE_REVIEWED',
}
registerEnumType(TranslationStatus, {
  name: 'TranslationStatus',
  description: 'How a text came into its language.',
  valuesConfig: {
    ORIGINAL: { description: 'Written in this language.' },
    HUMAN: { description: 'Translated by a person.' },
    MACHINE: { description: 'Translated by a machine and not reviewed.' },
    MACHINE_REVIEWED: { description: 'Translated by a machine and reviewed by a person.' },
  },
});

@ObjectType({ description: 'A text in one language, with the language it is in.' })
@Directive('@shareable')
export class LocalizedText {
  @Field(() => String, { description: 'The text.' })
  text!: string;

  @Field(() => Locale, { description: 'The language of the text; it may differ from the one asked for.' })
  locale!: string;

  @Field(() => TranslationStatus, { description: 'How the text came into this language.' })
  status!: TranslationStatus;
}

/** As stored: by language, how it reads and how it came about. Exactly one entry is the ORIGINAL. */
export type Localized = Record<string, { text: string; status: TranslationStatus }>;

/** RFC 4647 lookup: the tag itself, then ever shorter ones (fr-CA, fr). */
function lookup(texts: Localized, wanted: string): string | null {
  for (let tag = wanted; tag; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-'))))
    if (Object.hasOwn(texts, tag)) return tag;
  return null;
}

/** The best text for the asked language, then the viewer's languages, then the original. Null when there is none. */
export function localize(
  texts: Localized,
  asked: string | null | undefined,
  locales: readonly string[],
): LocalizedText | null {
  const original = Object.keys(texts).find((locale) => texts[locale]!.status === TranslationStatus.ORIGINAL);
  for (const wanted of [...(asked ? [asked] : []), ...locales]) {
    const locale = lookup(texts, wanted);
    if (locale) return { locale, ...texts[locale]! };
  }
  const locale = original ?? Object.keys(texts)[0];
  return locale ? { locale, ...texts[locale]! } : null;
}
