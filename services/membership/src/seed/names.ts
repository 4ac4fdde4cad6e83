/** A State's names in the six official languages of the United Nations. */
import { type Localized, TranslationStatus } from '@hub/kit/localized-text';
import type { Areas } from './data.js';

export const languages = ['ar', 'en', 'es', 'fr', 'ru', 'zh'] as const;
const display = new Map(
  languages.map((language) => [language, new Intl.DisplayNames([language], { type: 'region', fallback: 'none' })]),
);

/** The United Nations short name where the data gives it, else the common one of CLDR. */
export function namesOf({ alpha2, unShortName }: Areas['states'][number]): Localized {
  return Object.fromEntries(
    languages.map((language) => {
      const text = unShortName?.[language] ?? display.get(language)!.of(alpha2);
      if (!text) throw new Error(`There is no name of ${alpha2} in ${language}: this Node lacks full ICU data.`);
      return [
        language,
        {
          text: text.normalize('NFC'),
          status: language === 'en' ? TranslationStatus.ORIGINAL : TranslationStatus.HUMAN,
        },
      ];
    }),
  );
}
