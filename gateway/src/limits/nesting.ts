/** Refuses what would overflow a recursive reader (graphql-js throws a bare RangeError) before anyone reads it. */
import { GraphQLError, Lexer, Source, TokenKind } from 'graphql';

const opening = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

const tooDeep = (what: string, most: number) =>
  new GraphQLError(`${what} deeper than ${most} levels.`, { extensions: { code: 'BAD_REQUEST' } });

/** Throws when the document's brackets nest deeper than `most`. A document that cannot be read is the parser's to refuse. */
export function refuseDeepDocument(query: string, most: number): void {
  let possible = 0; // cheap and never less than the true depth: most documents end here
  for (let i = 0; i < query.length && possible <= most; i++) {
    const c = query.charCodeAt(i);
    if (c === 0x7b || c === 0x5b || c === 0x28) possible++;
  }
  if (possible <= most) return;
  const lexer = new Lexer(new Source(query));
  let depth = 0;
  try {
    for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) {
      if (closing.has(token.kind)) depth--;
      else if (opening.has(token.kind) && ++depth > most) throw tooDeep('The document nests', most);
    }
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions['code'] !== 'BAD_REQUEST') return; // a syntax error
    throw error;
  }
}

/** Throws when a JSON value nests deeper than `most`. */
export function refuseDeepValue(value: unknown, most: number): void {
  const visit = (inner: object, left: number): void => {
    if (left === 0) throw tooDeep('The variables nest', most);
    if (Array.isArray(inner)) {
      for (const child of inner as unknown[]) if (typeof child === 'object' && child !== null) visit(child, left - 1);
    } else
      for (const key in inner) {
        const child = (inner as Record<string, unknown>)[key];
        if (typeof child === 'object' && child !== null) visit(child, left - 1);
      }
  };
  if (typeof value === 'object' && value !== null) visit(value, most);
}
