/** Searching within a list: what may be asked, and how it reads in the list's statement. */
import { databaseCode } from '@hub/kit/database';
import { HubError, badInput } from '@hub/kit/errors';
import { onlyUnwanted } from './search.sql.js';

const maxCharacters = 512;
const maxWords = 32;

export const searchDescription = `Words to find in the title, in any language, and in the sections the viewer may see: "in quotation marks" next to each other, or between alternatives, a hyphen before what is not wanted. At most ${maxCharacters} characters and ${maxWords} words.`;

/** What is searched for, or null when nothing is; throws when it asks for too much. */
export function checkSearch(search: string | null | undefined, path: readonly string[] = ['search']): string | null {
  if (search == null) return null;
  if ([...search].length > maxCharacters) throw badInput(path, `A search has at most ${maxCharacters} characters.`);
  // Control characters and halves of characters stand in no text; PostgreSQL would refuse them.
  const words = search.replace(/[\p{Cc}\p{Cs}]/gu, ' ').trim();
  if (words.split(/\s+/u).length > maxWords) throw badInput(path, `A search has at most ${maxWords} words.`);
  return words === '' ? null : words;
}

/** The join that narrows practices `p` shown in version `v` to what a search finds in just that version. */
export const findings = (search: string): string =>
  `join search_practices(${search}::text) found on found.practice_key = p.key and found.version_key = v.key`;

/** Says what is wrong with a search that only PostgreSQL's parser can tell of. */
export const searching = <T>(query: Promise<T>, path: readonly string[] = ['search']): Promise<T> =>
  query.catch((error: unknown) => {
    if (databaseCode(error) !== onlyUnwanted) throw error;
    throw new HubError('BAD_USER_INPUT', 'Say at least one word to find: words that are not wanted are not enough.', {
      inputPath: path,
      cause: error,
    });
  });
