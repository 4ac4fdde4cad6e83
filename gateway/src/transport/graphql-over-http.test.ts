import { expect, test } from '@jest/globals';
import { askedInAddress, askedInBody, refuseForgery, refuseOtherBody } from './graphql-over-http.js';
import { BadRequest } from './refusals.js';

const query = '{ a }';
const full = { query, operationName: 'q', variables: { v: 1 }, extensions: { e: 1 } };
const bare = { query, operationName: undefined, variables: undefined, extensions: undefined };
const inAddress = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters).toString()}`;

test.each([
  ['all of it', full, full],
  ['a query alone', { query }, bare],
  ['null is absent', { query, operationName: null, variables: null, extensions: null }, bare],
  ['so is no name', { query, operationName: '' }, bare],
  ['what else is there', { query, id: 7, documentId: 'x' }, bare],
  [
    'a persisted query beside its text',
    { query, extensions: { persistedQuery: {} } },
    { ...bare, extensions: { persistedQuery: {} } },
  ],
])('in a body: %s', (_what, body, asked) => {
  expect(askedInBody(JSON.stringify(body))).toEqual(asked);
  expect(askedInBody(`\ufeff${JSON.stringify(body)}`)).toEqual(asked);
});

test.each([
  ['all of it', { query, operationName: 'q', variables: '{"v":1}', extensions: '{"e":1}' }, full],
  ['empty is absent', { query, operationName: '', variables: '', extensions: '' }, bare],
  ['a name that looks like null', { query, operationName: 'null' }, { ...bare, operationName: 'null' }],
  ['null as JSON', { query, variables: 'null', extensions: 'null' }, bare],
])('in an address: %s', (_what, parameters, asked) =>
  expect(askedInAddress(inAddress(parameters as Record<string, string>))).toEqual(asked),
);

test('names such as __proto__ are plain keys', () => {
  const { variables } = askedInBody(
    '{"query":"{ a }","__proto__":{"x":1},"variables":{"__proto__":{"x":1},"constructor":{"prototype":{"x":1}}}}',
  );
  expect(Object.keys(variables!)).toEqual(['__proto__', 'constructor']);
  expect(({} as { x?: number }).x).toBeUndefined();
  expect(Object.keys(askedInAddress('?query={a}&__proto__=1&variables={"__proto__":1}').variables!)).toEqual([
    '__proto__',
  ]);
});

test.each(['', '{', 'null', '7', '"x"', '[]', '[{"query":"{ a }"}]', '{}', '{"query":7}', '{"query":""}', '{"query":{"kind":"Document"}}', '{"query":"{ a }","variables":[]}', '{"query":"{ a }","variables":"{}"}', '{"query":"{ a }","variables":7}', '{"query":"{ a }","extensions":[]}', '{"query":"{ a }","operationName":7}', '{"query":"{ a }","operationName":{}}'])(
  'no request: %s', (text) => expect(() => askedInBody(text)).toThrow(expect.objectContaining({ status: 400 })),
); // prettier-ignore

test.each(['', '?', '?query=', '?query={a}&query={b}', '?query={a}&variables={', '?query={a}&variables=7', '?query={a}&extensions=[]', '?query={a}&variables={}&variables={}'])(
  'no request: %s', (search) => expect(() => askedInAddress(search)).toThrow(expect.objectContaining({ status: 400 })),
); // prettier-ignore

test('who asks by a persisted query is told to send its text', () => {
  const body = JSON.stringify({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } });
  expect(() => askedInBody(body)).toThrow(
    expect.objectContaining({ message: 'PersistedQueryNotSupported', status: 200 }),
  );
});

test.each([
  ['application/json', undefined, null],
  ['application/json; charset=utf-8', 'identity', null],
  ['Application/JSON;Charset="UTF8"', undefined, null],
  ['application/json; x=y', undefined, null],
  [undefined, undefined, 415],
  ['', undefined, 415],
  ['text/plain', undefined, 415],
  ['application/jsonp', undefined, 415],
  ['application/graphql', undefined, 415],
  ['application/x-www-form-urlencoded', undefined, 415],
  ['multipart/form-data; boundary=x', undefined, 415],
  ['application/json; charset=utf-16', undefined, 415],
  ['application/json; charset=iso-8859-1', undefined, 415],
  ['application/json', 'gzip', 415],
])('a body of type %s, encoded as %s', (contentType, contentEncoding, status) => {
  const check = () => refuseOtherBody({ 'content-type': contentType, 'content-encoding': contentEncoding });
  if (status === null) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ status }));
});

test.each([
  [{}, true],
  [{ 'sec-fetch-site': 'none' }, true],
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'cross-site' }, false],
  [{ 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }, false],
  [{ 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, true],
  [{ 'sec-fetch-site': 'cross-site', 'apollo-require-preflight': '1' }, true],
  [{ 'sec-fetch-site': 'cross-site', 'x-apollo-operation-name': 'q' }, true],
])('a GET with %j may ask: %s', (headers, may) => {
  const check = () => refuseForgery(headers);
  if (may) expect(check).not.toThrow();
  else expect(check).toThrow(BadRequest);
});
