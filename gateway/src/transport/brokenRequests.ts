/** What is no HTTP, or came too slowly or with too large a head, gets its status too, and an error in GraphQL's form. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';

export interface ConnectionError extends Error {
  code?: string;
  /** What had just been read: a Buffer. */
  rawPacket?: unknown;
}

const messages: Record<number, string> = {
  400: 'This is not HTTP.',
  408: 'The request took too long to come.',
  414: `An address and its headers may have ${maxHeaderSize} bytes.`,
  431: `The headers may have ${maxHeaderSize} bytes.`,
};

/** The last thing a connection says. Nothing, when it is gone or in the middle of an answer. */
export function refuseBroken(error: ConnectionError, socket: Socket): void {
  const response = (socket as Socket & { _httpMessage?: { headersSent: boolean } | null })._httpMessage;
  if (error.code === 'ECONNRESET' || !socket.writable || response?.headersSent) {
    socket.destroy();
    return;
  }
  const status = statusOf(error);
  const body = JSON.stringify({ errors: [{ message: messages[status], extensions: { code: 'BAD_REQUEST' } }] });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${randomUUID()}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
    () => socket.destroy(),
  );
}

function statusOf({ code, rawPacket }: ConnectionError): number {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  if (code !== 'HPE_HEADER_OVERFLOW') return 400;
  // Node's parser counts address and headers as one. When the very first line does not end, it is the address.
  const start = Buffer.isBuffer(rawPacket) ? rawPacket.subarray(0, maxHeaderSize).toString('latin1') : '';
  return /^[A-Z]+ \/[^\r\n]*$/.test(start) ? 414 : 431;
}
