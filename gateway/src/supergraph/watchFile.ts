/** Watches a file that is replaced as a whole: by its time and size, so that it works for renames, links and mounts alike. */
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';

const everyMs = 500;

/** Tells the text whenever the file has changed; `onFailure` when it cannot be read. Answers how to stop. */
export function watchText(
  file: string,
  onText: (text: string) => void,
  onFailure: (error: unknown) => void,
): () => void {
  const look = (): void => void readFile(file, 'utf8').then(onText, onFailure);
  watchFile(file, { interval: everyMs, persistent: false }, look);
  return () => unwatchFile(file, look);
}
