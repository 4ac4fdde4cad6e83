/**
 * GraphQL requests as HTTP has them (graphql.github.io/graphql-over-http/draft): in a body of JSON, or in an address.
 * Each is read once, and what was read is what is checked and what is run.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { remembered } from './negotiate.js';
import { BadRequest } from './refusals.js';

export interface Asked {
  query: string;
  operationName: string | undefined;
  variables: Record<string, unknown> | undefined;
  extensions: Record<string, unknown> | undefined;
}

/** Throws `BadRequest` for what is no GraphQL request. Properties it does not know are nobody's business. */
export function askedInBody(text: string): Asked {
  const body = parsed(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, 'The body');
  if (Array.isArray(body)) throw new BadRequest('Requests are not taken in batches.');
  if (!isObject(body)) throw new BadRequest('The body is no JSON object.');
  const { operationName } = body;
  if (typeof operationName !== 'string' && isThere(operationName))
    throw new BadRequest('"operationName" is no string.');
  return asked(body['query'], operationName, body['variables'], body['extensions']);
}

/** The same for an address, of which this is what begins with "?". Empty is absent. */
export function askedInAddress(search: string): Asked {
  const parameters = new URLSearchParams(search);
  const read = (name: string): string | undefined => {
    const [value, another] = parameters.getAll(name);
    if (another !== undefined) throw new BadRequest(`"${name}" is there twice.`);
    return value === '' ? undefined : value;
  };
  const readJson = (name: string): unknown => {
    const value = read(name);
    return value === undefined ? undefined : parsed(value, `"${name}"`);
  };
  return asked(read('query'), read('operationName'), readJson('variables'), readJson('extensions'));
}

function asked(query: unknown, operationName: unknown, variables: unknown, extensions: unknown): Asked {
  const known = objectOrNone(extensions, 'extensions');
  if (typeof query !== 'string' || query === '') {
    if (isThere(query) && query !== '') throw new BadRequest('"query" is no string.');
    // What Apollo's clients take as advice to send the text, then and from then on.
    if (isThere(known?.['persistedQuery']))
      throw new BadRequest('PersistedQueryNotSupported', 200, [], 'PERSISTED_QUERY_NOT_SUPPORTED');
    throw new BadRequest('There is no "query".');
  }
  return {
    query,
    operationName: (operationName as string | null | undefined) || undefined,
    variables: objectOrNone(variables, 'variables'),
    extensions: known,
  };
}

/**
 * Simple requests are those any page can make a browser send without asking us first. A body must be JSON, which is
 * not simple; and nothing that writes is taken from an address. No browser adds a proof of who asks by itself, as
 * there are no cookies. So what is left is that a page could make a browser ask what anybody may, and use its time:
 * for that a browser that says it comes from another site must show a header that is not simple either.
 */
export function refuseForgery(headers: IncomingHttpHeaders): void {
  if (headers['sec-fetch-site'] !== 'cross-site') return;
  if (headers['apollo-require-preflight'] || headers['x-apollo-operation-name']) return;
  if (isJson(headers['content-type'])) return;
  throw new BadRequest('A GET from another site needs the header apollo-require-preflight.', 403);
}

/** Throws `BadRequest` for a body that is something else than plain JSON in UTF-8, or says it is larger than this. */
export function refuseOtherBody(headers: IncomingHttpHeaders): void {
  if (!isJson(headers['content-type']))
    throw new BadRequest('The body must be application/json, in UTF-8.', 415, ['accept', 'application/json']);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity')
    throw new BadRequest('The body must not be compressed.', 415, ['accept-encoding', 'identity']);
}

const isJson = remembered((contentType): boolean => {
  const [type, ...parameters] = (contentType ?? '').toLowerCase().split(';');
  return (
    type!.trim() === 'application/json' &&
    parameters.every((parameter) => !/^\s*charset\s*=/.test(parameter) || /=\s*"?utf-?8"?\s*$/.test(parameter))
  );
});

function parsed(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest(`${what} is not JSON.`);
  }
}

function objectOrNone(value: unknown, name: string): Record<string, unknown> | undefined {
  if (!isThere(value)) return undefined;
  if (!isObject(value) || Array.isArray(value)) throw new BadRequest(`"${name}" is no object.`);
  return value;
}

const isThere = (value: unknown): boolean => value !== undefined && value !== null;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
