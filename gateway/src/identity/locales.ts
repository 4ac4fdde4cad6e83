/** The languages a client prefers, best first: RFC 9110, section 12.5.4, as canonical BCP 47 tags. */
const most = 8;

export function localesOf(acceptLanguage: string | undefined): string[] {
  if (!acceptLanguage) return [];
  const wanted = acceptLanguage.split(',', 64).flatMap((part) => {
    const [tag = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    const quality = parameters.find((parameter) => /^q=/i.test(parameter))?.slice(2);
    const q = quality === undefined ? 1 : /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(quality) ? Number(quality) : 0;
    const locale = canonical(tag);
    return q > 0 && locale ? [{ locale, q }] : [];
  });
  wanted.sort((a, b) => b.q - a.q); // stable: equal ones stay in the client's order
  return [...new Set(wanted.map(({ locale }) => locale))].slice(0, most);
}

function canonical(tag: string): string | undefined {
  if (tag === '' || tag === '*' || tag.length > 35) return undefined;
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch (error) {
    if (error instanceof RangeError) return undefined; // not a language tag
    throw error;
  }
}
