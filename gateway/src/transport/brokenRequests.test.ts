import { Duplex } from 'node:stream';
import { expect, test } from '@jest/globals';
import { refuseBroken } from './brokenRequests.js';

const said = (error: { code: string; rawPacket?: Buffer }, state: object = {}) => {
  let text = '';
  const socket = new Duplex({
    read: () => undefined,
    write(chunk, _encoding, done) {
      text += String(chunk);
      done();
    },
  });
  Object.assign(socket, state);
  refuseBroken(Object.assign(new Error('broken'), error), socket as never);
  return text;
};

test.each([
  ['that took too long', { code: 'ERR_HTTP_REQUEST_TIMEOUT' }, 408],
  ['that is no HTTP', { code: 'HPE_INVALID_METHOD' }, 400],
  [
    'with large headers',
    { code: 'HPE_HEADER_OVERFLOW', rawPacket: Buffer.from(`GET / HTTP/1.1\r\na: ${'x'.repeat(20_000)}`) },
    431,
  ],
  ['with headers that came in parts', { code: 'HPE_HEADER_OVERFLOW', rawPacket: Buffer.from('x'.repeat(2_000)) }, 431],
  [
    'with a long address',
    { code: 'HPE_HEADER_OVERFLOW', rawPacket: Buffer.from(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n`) },
    414,
  ],
])('a request %s is refused in the form of GraphQL', (_what, error, status) => {
  const [head, body] = said(error).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [A-Z]`));
  expect(head).toMatch(/^content-length: \d+\r$/m);
  expect(head).toMatch(/^connection: close$/m);
  expect(JSON.parse(body!)).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }],
  });
});

test('nothing is said to who is gone, or into the middle of an answer', () => {
  expect(said({ code: 'ECONNRESET' })).toBe('');
  expect(said({ code: 'HPE_INVALID_METHOD' }, { _httpMessage: { headersSent: true } })).toBe('');
});
