/** Writes JSON text, the short strings of which most answers are made without calling into the engine for each. */
const short = 42;
const nothingToEscape = /^[\x20\x21\x23-\x5b\x5d-\ud7ff\ue000-\uffff]*$/;

export function quote(text: string): string {
  if (text.length > short) return nothingToEscape.test(text) ? `"${text}"` : JSON.stringify(text);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 || code === 34 || code === 92 || (code >= 0xd800 && code <= 0xdfff)) return JSON.stringify(text);
  }
  return `"${text}"`;
}
