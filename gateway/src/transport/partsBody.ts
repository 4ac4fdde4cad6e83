/**
 * An answer in parts as HTTP has it (the multipart/mixed of graphql-over-http's RFC "Incremental Delivery", with the
 * payloads of deferSpec=20220824): each part goes out at once, with the boundary that ends it, so that no reader has to
 * wait for the next to know that it is whole.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type BrotliCompress, type Gzip, constants, createBrotliCompress, createGzip } from 'node:zlib';
import { type Part, partTextOf } from '../parts.js';
import type { Encoding } from './negotiate.js';

const boundary = '\r\n---';
const headers = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';
const end = '--\r\n';

/** Writes the body of a response whose head is written. Rejects when the rest does. */
export async function writeParts(
  response: ServerResponse,
  encoding: Encoding | null,
  first: string,
  rest: AsyncIterable<Part> | undefined,
): Promise<void> {
  const encoder = encoding && encoderFor(encoding);
  encoder?.on('data', (bytes: Buffer) => response.write(bytes)).on('end', () => response.end());
  const write = (text: string): void => {
    if (!encoder) return void response.write(text);
    encoder.write(text);
    encoder.flush();
  };
  try {
    if (!rest) return write(boundary + headers + first + boundary + end);
    write(boundary + headers + first + boundary);
    for await (const part of rest) {
      if (response.writableNeedDrain) await Promise.race([once(response, 'drain'), once(response, 'close')]);
      write(headers + partTextOf(part) + boundary + (part.hasNext ? '' : end));
    }
  } finally {
    if (encoder) encoder.end();
    else response.end();
  }
}

function encoderFor(encoding: Encoding): Gzip | BrotliCompress {
  return encoding === 'gzip'
    ? createGzip({ level: 1 })
    : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}
