/**
 * Which of the forms we can answer in suits a client (RFC 9110, section 12.5): the one it weighs highest, at equal
 * weight the one it names more exactly, then the one it names first. Clients say the same again and again, so what a
 * header comes to is remembered.
 */
export interface Form {
  /** The header `content-type` of an answer. */
  contentType: string;
  /**
   * Whether the client names `application/json`, as clients did before GraphQL had a media type of its own. They take
   * every status but 200 for a broken connection, so a well-formed request is answered with 200 whatever comes of it.
   */
  legacy: boolean;
  /**
   * Whether the client reads an answer in parts, as `multipart/mixed;deferSpec=20220824`: `only` when it says that it
   * reads nothing else.
   */
  parts: 'no' | 'too' | 'only';
}

export type Encoding = 'br' | 'gzip';

const json: Form = { contentType: 'application/json; charset=utf-8', legacy: false, parts: 'no' };
const legacyJson: Form = { ...json, legacy: true };
const graphql: Form = { contentType: 'application/graphql-response+json; charset=utf-8', legacy: false, parts: 'no' };

/** What is sent to a client that says nothing of it. */
export const defaultForm = json;

/** By the header `accept`; null when nothing we have is acceptable. */
export const formFor = remembered((accept): Form | null => {
  if (!accept) return json;
  const all = rangesIn(accept);
  const inParts = all.some(
    (range) => range.name === 'multipart/mixed' && range.weight > 0 && range.parameters.some(isSpec),
  );
  const ranges = all.filter(({ parameters }) => parameters.every(isUtf8));
  const best = mostWanted([weigh(ranges, jsonNames), weigh(ranges, graphqlNames)]);
  if (!best) return inParts ? { ...json, parts: 'only' } : null;
  const form = best.names === graphqlNames ? graphql : best.exactness === 0 ? legacyJson : json;
  return inParts ? { ...form, parts: 'too' } : form;
});

/** The header `content-type` of an answer in parts. */
export const partsType = 'multipart/mixed;boundary="-";deferSpec=20220824';

/** By the header `accept-encoding`; null for plain. */
export const encodingFor = remembered((acceptEncoding): Encoding | null => {
  if (!acceptEncoding) return null;
  const ranges = rangesIn(acceptEncoding);
  const best = mostWanted([weigh(ranges, brNames), weigh(ranges, gzipNames)], () => 0);
  const plain = weigh(ranges, ['identity']);
  if (!best || (plain && plain.weight > best.weight)) return null;
  return best.names === brNames ? 'br' : 'gzip';
});

/** Whether a client that sends this `accept` reads server-sent events. */
export const takesEventStreams = remembered((accept): boolean => {
  if (!accept) return true;
  const wanted = weigh(rangesIn(accept), eventStreamNames);
  return wanted !== null && wanted.weight > 0;
});

// From the most exact name to the least.
const eventStreamNames = ['text/event-stream', 'text/*', '*/*'];
const jsonNames = ['application/json', 'application/*', '*/*'];
const graphqlNames = ['application/graphql-response+json', 'application/*', '*/*'];
const brNames = ['br', '*'];
const gzipNames = ['gzip', 'x-gzip', '*'];

interface Range {
  name: string;
  weight: number;
  parameters: string[];
}

/** How much one thing is wanted, by the most exact range that speaks of it. */
interface Wanted {
  names: readonly string[];
  weight: number;
  /** 0 is its own name. */
  exactness: number;
  place: number;
}

/** Quoted strings with a comma in them are in no use here; cut apart they match nothing. */
function rangesIn(header: string): Range[] {
  return header
    .toLowerCase()
    .split(',')
    .map((range) => {
      const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
      const q = parameters.find((parameter) => parameter.startsWith('q='));
      return {
        name,
        weight: q === undefined ? 1 : Math.min(Number(q.slice(2)) || 0, 1),
        parameters: parameters.filter((parameter) => parameter !== '' && parameter !== q),
      };
    });
}

function weigh(ranges: readonly Range[], names: readonly string[]): Wanted | null {
  for (const [exactness, name] of names.entries()) {
    const place = ranges.findIndex((range) => range.name === name);
    if (place >= 0) return { names, weight: ranges[place]!.weight, exactness, place };
  }
  return null;
}

function mostWanted(
  all: readonly (Wanted | null)[],
  tie = (a: Wanted, b: Wanted): number => a.exactness - b.exactness || a.place - b.place,
): Wanted | undefined {
  return all
    .filter((wanted) => wanted !== null)
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || tie(a, b))[0];
}

const isSpec = (parameter: string): boolean => /^deferspec="?20220824"?$/.test(parameter);
const isUtf8 = (parameter: string): boolean => /^charset="?utf-?8"?$/.test(parameter);

const mostRemembered = 200;
const longestRemembered = 300;

/** Bounded, since strangers write these headers. */
export function remembered<T>(read: (header: string | undefined) => T): (header: string | undefined) => T {
  const known = new Map<string | undefined, T>();
  return (header) => {
    const found = known.get(header);
    if (found !== undefined) return found;
    const made = read(header);
    if (header !== undefined && header.length > longestRemembered) return made;
    if (known.size >= mostRemembered) known.clear();
    known.set(header, made);
    return made;
  };
}
