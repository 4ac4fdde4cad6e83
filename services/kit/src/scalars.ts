/** The scalars of the public API. A malformed value is `BAD_USER_INPUT`; its path is added where it was met. */
import 'reflect-metadata'; // type-graphql's decorators ask for it, whichever module comes first
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

function textScalar(
  name: string,
  description: string,
  allowed: string,
  parse: (value: string) => unknown,
  serialize: (value: unknown) => unknown = String,
  specifiedByURL?: string,
) {
  const read = (value: unknown, node?: ValueNode) => {
    const parsed = typeof value === 'string' ? parse(value) : null;
    if (parsed === null)
      // With its node: graphql-js reports a GraphQLError from a literal as it is, and the path is found by the node.
      throw new GraphQLError(`${name} must be ${allowed}.`, {
        ...(node && { nodes: node }),
        extensions: { code: 'BAD_USER_INPUT' },
      });
    return parsed;
  };
  return new GraphQLScalarType({
    name,
    description,
    ...(specifiedByURL && { specifiedByURL }),
    serialize,
    parseValue: (value) => read(value),
    parseLiteral: (node: ValueNode) => read(node.kind === Kind.STRING ? node.value : null, node),
  });
}

const dateTimeForm =
  /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:([0-5]\d)(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const isDate = (value: string): boolean => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
};

export const DateTime = textScalar(
  'DateTime',
  'A moment, as RFC 3339 has it, always given in UTC: 2026-03-01T09:30:00.000Z.',
  'an RFC 3339 date and time with an offset, for instance 2026-03-01T09:30:00Z',
  (value) => {
    const match = dateTimeForm.exec(value);
    return match && isDate(match[1]!) ? new Date(value) : null;
  },
  (value) => (value instanceof Date ? value : new Date(String(value))).toISOString(),
  'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
);

export const CalendarDate = textScalar(
  'Date',
  'A calendar day, ISO 8601: 2026-03-01.',
  'a day of the calendar as YYYY-MM-DD',
  (value) => (isDate(value) ? value : null),
  (value) => (value instanceof Date ? value.toISOString().slice(0, 10) : String(value)),
);

/** The canonical spelling of a BCP 47 language tag, or null. */
export function canonicalLocale(value: string): string | null {
  if (value.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(value)[0] ?? null;
  } catch {
    return null;
  }
}

export const Locale = textScalar(
  'Locale',
  'A language, as a BCP 47 tag: en, fr, zh-Hant.',
  'a BCP 47 language tag such as en, fr or zh-Hant',
  canonicalLocale,
  String,
  'https://www.rfc-editor.org/info/bcp47',
);

export const M49 = textScalar(
  'M49',
  'A region’s three-digit code in the United Nations M49 standard: 002 is Africa.',
  'a three-digit M49 code such as 002',
  (value) => (/^\d{3}$/.test(value) ? value : null),
  String,
  'https://unstats.un.org/unsd/methodology/m49/',
);

export const Iso3 = textScalar(
  'Iso3',
  'A State’s three-letter code in ISO 3166-1 (alpha-3), upper case: KEN.',
  'three upper-case letters of ISO 3166-1 alpha-3, such as KEN',
  (value) => (/^[A-Z]{3}$/.test(value) ? value : null),
);

export const Cursor = textScalar(
  'Cursor',
  'A place in the event log. Opaque; it stays good across channels, grants nothing and tells nothing.',
  'a cursor taken from an event as it is (22 characters)', // one AES block in base64url, see cursor.ts
  (value) => (/^[A-Za-z0-9_-]{21}[AQgw]$/.test(value) ? value : null),
);
