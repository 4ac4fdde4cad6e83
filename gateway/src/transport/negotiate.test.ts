import { expect, test } from '@jest/globals';
import { encodingFor, formFor } from './negotiate.js';

const graphql = 'application/graphql-response+json';

test.each([
  [undefined, 'json'],
  ['', 'json'],
  [graphql, 'graphql'],
  ['application/json', 'legacy json'],
  ['*/*', 'json'],
  ['application/*', 'json'],
  [`${graphql}, application/json;q=0.9`, 'graphql'],
  [`${graphql};q=0.5, application/json`, 'legacy json'],
  [`application/json, ${graphql}`, 'legacy json'],
  [`application/json;q=0.9, ${graphql}`, 'graphql'],
  [`${graphql};q=0, application/json`, 'legacy json'],
  ['application/json;q=0', null],
  ['application/json;q=0, */*', 'graphql'],
  [`${graphql};q=0, */*`, 'json'],
  [`*/*;q=0.1, ${graphql};q=0.2`, 'graphql'],
  [`*/*, ${graphql}`, 'graphql'],
  ['application/*;q=0.5, text/html', 'json'],
  ['APPLICATION/GraphQL-Response+JSON', 'graphql'],
  [`${graphql}; charset=utf-8`, 'graphql'],
  ['application/json ; charset="UTF-8" ; q=1', 'legacy json'],
  ['application/json; charset=utf-16', null],
  ['text/plain', null],
  ['text/html', null],
  ['text/event-stream', null],
  ['multipart/mixed;deferSpec=20220824, application/json', 'legacy json'],
  ['multipart/mixed', null],
  ['garbage', null],
  [',;,', null],
  ['application/json;q=never', null],
  [`text/html, ${graphql};q=0.1`, 'graphql'],
])('accept: %s → %s', (accept, form) => {
  for (let again = 0; again < 2; again++) {
    const found = formFor(accept);
    const type = found?.contentType.includes('graphql') ? 'graphql' : 'json';
    expect(found && `${found.legacy ? 'legacy ' : ''}${type}`).toBe(form);
  }
});

test.each([
  [undefined, null],
  ['', null],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['gzip, deflate, br', 'br'],
  ['gzip;q=1, br;q=0.9', 'gzip'],
  ['br;q=0, gzip', 'gzip'],
  ['*', 'br'],
  ['br;q=0, *', 'gzip'],
  ['*;q=0', null],
  ['identity', null],
  ['identity, gzip;q=0.5', null],
  ['identity;q=0.5, gzip', 'gzip'],
  ['identity;q=0', null],
  ['deflate, zstd', null],
  ['GZIP', 'gzip'],
])('accept-encoding: %s → %s', (header, encoding) => expect(encodingFor(header)).toBe(encoding));

test('what strangers write is not remembered without end', () => {
  for (let i = 0; i < 10_000; i++) formFor(`application/json;q=0.5, text/x${i}`);
  const huge = `text/plain, ${'x'.repeat(10_000)}, ${graphql}`;
  expect(formFor(huge)?.contentType).toContain(graphql);
});

test.each([
  [undefined, 'no'],
  ['*/*', 'no'],
  ['multipart/*, application/json', 'no'],
  ['multipart/mixed, application/json', 'no'],
  ['multipart/mixed;deferSpec=20220824', 'only'],
  ['multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9', 'too'],
  ['application/json, Multipart/Mixed; q=0.1; DeferSpec="20220824"', 'too'],
  ['multipart/mixed;deferSpec=20220824;q=0, application/json', 'no'],
  ['multipart/mixed;deferSpec=202208240, application/json', 'no'],
  ['multipart/mixed;incrementalSpec=v0.2, application/json', 'no'],
])('accept: %s → in parts: %s', (accept, parts) => expect(formFor(accept)?.parts).toBe(parts));
