/** Reads answers in parts as they come, strictly: what is not as RFC 2046 and deferSpec=20220824 have it throws. */
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { createBrotliDecompress, createGunzip } from 'node:zlib';
import type { Result } from './world.js';

export const deferSpec = 'multipart/mixed;deferSpec=20220824';

type Path = (string | number)[];
export interface Part extends Result {
  incremental?: (Result & { path: Path; label?: string })[];
  hasNext?: boolean;
}

export interface Reading {
  status: number;
  headers: IncomingHttpHeaders;
  /** The next part as soon as it is whole; undefined after the last. */
  next(): Promise<Part | undefined>;
  /** All that are left. */
  rest(): Promise<Part[]>;
  /** Goes away. */
  leave(): void;
}

export async function askInParts(
  url: string,
  query: string,
  { variables, headers = {} }: { variables?: Record<string, unknown>; headers?: Record<string, string> } = {},
): Promise<Reading> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const post = { 'content-type': 'application/json', accept: `${deferSpec}, application/json`, ...headers };
    request(`${url}/graphql`, { method: 'POST', headers: post }, resolve)
      .on('error', reject)
      .end(JSON.stringify({ query, variables }));
  });
  const type = response.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/mixed')) throw new Error(`not in parts: ${type} ${response.statusCode}`);
  const [, boundary] = /boundary="(.*?)"/.exec(type)!;
  const parts = partsIn(textOf(response), `\r\n--${boundary}`);
  const next = async () => (await parts.next()).value as Part | undefined;
  return {
    status: response.statusCode!,
    headers: response.headers,
    next,
    async rest() {
      const found: Part[] = [];
      for (let part = await next(); part; part = await next()) found.push(part);
      return found;
    },
    leave: () => void response.destroy(),
  };
}

async function* textOf(response: IncomingMessage): AsyncGenerator<string> {
  const encoding = response.headers['content-encoding'];
  const plain =
    encoding === 'gzip'
      ? response.pipe(createGunzip())
      : encoding === 'br'
        ? response.pipe(createBrotliDecompress())
        : response;
  for await (const text of plain.setEncoding('utf8')) yield text as string;
}

async function* partsIn(texts: AsyncIterable<string>, delimiter: string): AsyncGenerator<Part> {
  let text = '';
  let begun = false;
  for await (const more of texts) {
    text += more;
    for (let at = text.indexOf(delimiter); at >= 0; at = text.indexOf(delimiter)) {
      const part = text.slice(0, at);
      text = text.slice(at + delimiter.length);
      if (begun) yield read(part);
      else if (part !== '') throw new Error(`before the first part: ${part}`);
      begun = true;
    }
  }
  if (text !== '--\r\n') throw new Error(`after the last part: ${text}`);
}

function read(part: string): Part {
  const head = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';
  if (!part.startsWith(head)) throw new Error(`no part: ${part}`);
  return JSON.parse(part.slice(head.length)) as Part;
}

/** What a client has in the end; errors of all parts in order. */
export function merged(parts: readonly Part[]): Result {
  const [first, ...rest] = parts;
  const data: unknown = structuredClone(first!.data);
  const errors = [...(first!.errors ?? [])];
  for (const { incremental = [] } of rest)
    for (const one of incremental) {
      errors.push(...(one.errors ?? []));
      const place = one.path.reduce<any>((value, step) => value[step], data); // eslint-disable-line @typescript-eslint/no-explicit-any
      if (one.data !== null) mergeInto(place, one.data);
    }
  return { data, ...(errors.length > 0 && { errors }) };
}

/** As Apollo Client does: what comes later wins, lists element by element. */
function mergeInto(target: Record<string, unknown>, source: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(source)) {
    const known = target[key];
    if (isObject(known) && isObject(value)) mergeInto(known, value);
    else target[key] = value;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
