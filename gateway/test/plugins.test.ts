/** Plugins of Apollo Server: what they hear of, and what they may change. */
import type { ApolloServerPlugin } from '@apollo/server';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { GraphQLError } from 'graphql';
import type { ApolloContext } from '../src/transport/apollo.js';
import { type World, startGateway, startWorld } from './world.js';

type Plugin = ApolloServerPlugin<ApolloContext>;

let world: World;
let gateway: Awaited<ReturnType<typeof startGateway>>;
let heard: unknown[] = [];
let hooks: Awaited<ReturnType<NonNullable<Plugin['requestDidStart']>>> = undefined;
const plugin: Plugin = {
  async requestDidStart() {
    return {
      didResolveSource: async ({ source }) => void heard.push(['source', source]),
      parsingDidStart: async () => void heard.push('parsing'),
      validationDidStart: async () => void heard.push('validation'),
      didResolveOperation: async ({ operation, operationName }) =>
        void heard.push(['operation', operation?.operation, operationName]),
      executionDidStart: async ({ contextValue: { asker, requestId } }) => {
        heard.push(['execution', asker.expiresAt, requestId]);
        return { executionDidEnd: async (error) => void heard.push(['executed', error?.message]) };
      },
      didEncounterErrors: async ({ errors }) =>
        void heard.push(['errors', ...errors.map(({ extensions, path }) => [extensions['code'], path?.join('.')])]),
      willSendResponse: async ({ response: { body, http } }) =>
        void heard.push(['answer', http.status, body.kind === 'single' && body.singleResult.errors?.length]),
    };
  },
  invalidRequestWasReceived: async ({ error }) => void heard.push(['invalid', error.message]),
  contextCreationDidFail: async ({ error }) => void heard.push(['nobody', error.message]),
};
const changing: Plugin = { requestDidStart: async () => hooks };

beforeAll(async () => {
  world = await startWorld();
  gateway = await startGateway(world, { plugins: [plugin, changing] });
});
afterAll(async () => {
  await gateway.close();
  await world.stop();
});
beforeEach(() => {
  heard = [];
  hooks = undefined;
});

const named = { 'x-request-id': 'mine' };

test('they hear of a query from its text to its answer, and nothing is read or checked twice', async () => {
  const query = 'query Q { book(isbn: "1") { title } }';
  expect((await gateway.post({ query }, named)).json).toEqual({ data: { book: { title: 'One' } } });
  expect(heard).toEqual([
    ['source', query],
    ['operation', 'query', 'Q'],
    ['execution', null, 'mine'],
    ['executed', undefined],
    ['answer', undefined, undefined],
  ]);
});

test('they hear of errors of services', async () => {
  const { status, json } = await gateway.post({ query: '{ crash unnamed }' }, named);
  expect(status).toBe(200);
  expect(heard).toContainEqual(['errors', ['CONFLICT', 'crash'], [undefined, 'unnamed']]);
  expect(json.errors!.map(({ extensions }) => extensions)).toEqual([{ code: 'CONFLICT' }, {}]);
});

test.each([
  ['a syntax error', '{ books {', ['GRAPHQL_PARSE_FAILED']],
  [
    'all that does not fit the schema',
    '{ bookz book { title } }',
    ['GRAPHQL_VALIDATION_FAILED', 'GRAPHQL_VALIDATION_FAILED'],
  ],
  ['an operation that is not there', 'query A { __typename } query B { __typename }', ['OPERATION_RESOLUTION_FAILURE']],
  ['a subscription', 'subscription { added { title } }', ['BAD_REQUEST']],
])('they hear of %s', async (_what, query, codes: string[]) => {
  const { status, json } = await gateway.post({ query });
  expect([status, json.errors!.map(({ extensions }) => extensions)]).toEqual([400, codes.map((code) => ({ code }))]);
  expect(heard).toEqual([
    ['source', query],
    ['operation', undefined, null],
    ['errors', ...codes.map((code) => [code, undefined])],
    ['answer', 400, codes.length],
  ]);
});

test('they hear of what is no GraphQL request', async () => {
  expect((await gateway.post({ query: 7 })).status).toBe(400);
  expect(heard).toEqual([['invalid', expect.stringContaining('query')]]);
});

test('they may change the data, also when it was not looked at before', async () => {
  hooks = {
    async willSendResponse({ response: { body } }) {
      if (body.kind !== 'single') return;
      (body.singleResult.data!['book'] as { title: string }).title = 'Changed';
      body.singleResult.extensions = { took: 1 };
    },
  };
  const { text } = await gateway.post({ query: '{ book(isbn: "1") { title isbn } }' });
  expect(text).toBe('{"data":{"book":{"title":"Changed","isbn":"1"}},"extensions":{"took":1}}');
});

test('they may add to an answer and leave its data as they are', async () => {
  hooks = {
    async willSendResponse({ response: { body } }) {
      if (body.kind === 'single') body.singleResult.extensions = { took: 1 };
    },
  };
  const { text } = await gateway.post({ query: '{ crash book(isbn: "1") { title } }' });
  expect(text).toMatch(/^{"errors":\[.*],"data":{"crash":null,"book":{"title":"One"}},"extensions":{"took":1}}$/);
});

test('they may change errors, without changing them for whoever asks next', async () => {
  hooks = {
    async didEncounterErrors({ errors }) {
      for (const error of errors) {
        error.extensions['help'] = 'https://example.org';
        error.message = 'No.';
      }
    },
  };
  const wrong = '{ bookz book { title } }';
  const { json } = await gateway.post({ query: wrong });
  const expected = { message: 'No.', extensions: { help: 'https://example.org', code: 'GRAPHQL_VALIDATION_FAILED' } };
  expect(json.errors).toEqual([expect.objectContaining(expected), expect.objectContaining(expected)]);
  hooks = undefined;
  const again = (await gateway.post({ query: wrong })).json.errors!;
  expect(again.map(({ extensions }) => extensions)).toEqual([
    { code: 'GRAPHQL_VALIDATION_FAILED' },
    { code: 'GRAPHQL_VALIDATION_FAILED' },
  ]);
});

test('they may set status and headers, but not those that frame the answer', async () => {
  hooks = {
    async willSendResponse({ response: { http } }) {
      http.status = 202;
      for (const [name, value] of [
        ['x-own', '1'],
        ['vary', 'x-own'],
        ['content-length', '3'],
        ['transfer-encoding', 'chunked'],
      ] as const)
        http.headers.set(name, value);
    },
  };
  const { status, headers, text } = await gateway.post({ query: '{ __typename }' });
  expect([status, text, headers.get('x-own')]).toEqual([202, '{"data":{"__typename":"Query"}}', '1']);
  expect(headers.get('vary')).toMatch(/^Accept, .*, x-own$/);
  expect(headers.get('content-length')).toBe(String(text.length));
});

test('they may refuse, and answer themselves', async () => {
  hooks = {
    async didResolveOperation({ operationName }) {
      if (operationName === 'Forbidden')
        throw new GraphQLError('Not you.', { extensions: { code: 'FORBIDDEN', http: { status: 403 } } });
    },
    async responseForOperation({ operationName }) {
      if (operationName !== 'Known') return null;
      return { http: { headers: new Map() as never }, body: { kind: 'single', singleResult: { data: { a: 1 } } } };
    },
  };
  const refused = await gateway.post({ query: 'query Forbidden { __typename }' });
  expect([refused.status, refused.json]).toEqual([
    403,
    { errors: [{ message: 'Not you.', extensions: { code: 'FORBIDDEN' } }] },
  ]);
  expect((await gateway.post({ query: 'query Known { __typename }' })).json).toEqual({ data: { a: 1 } });
});

test('one that breaks costs its request, with an id to look for and no detail', async () => {
  hooks = {
    willSendResponse: () => Promise.reject(new Error('secret')),
  };
  const { status, json, text } = await gateway.post({ query: '{ __typename }' }, named);
  expect([status, json.errors?.[0]?.extensions]).toEqual([500, { code: 'INTERNAL_SERVER_ERROR', requestId: 'mine' }]);
  expect(text).not.toContain('secret');
  expect(gateway.logged.map(({ message }) => message)).toContainEqual(expect.stringContaining('secret'));
});

test('the server itself answers, too', async () => {
  const { body } = await gateway.server.executeOperation({ query: '{ book(isbn: "2") { title } }' });
  expect(JSON.parse(JSON.stringify(body))).toEqual({
    kind: 'single',
    singleResult: { data: { book: { title: 'Two' } } },
  });
});
