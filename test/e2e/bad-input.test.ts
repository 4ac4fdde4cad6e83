/**
 * What is sent by mistake or on purpose and cannot be answered as asked: each has its code and its place, over HTTP
 * and WebSocket alike, and none of it leaves a trace of how the hub is made.
 */
import { generateKeyPairSync } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { newSecret } from '@hub/kit/secret';
import { createClient } from 'graphql-ws';
import { SignJWT } from 'jose';
import WebSocket from 'ws';
import { subscribe } from '../events.js';
import { type Answer, type Hub, type Json, root, startHub } from '../hub.js';
import { completePractice, createMutation, done, submitAs, submitMutation, updateMutation } from '../practices.js';

let hub: Hub;
const said: string[] = []; // every answer, as it came
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub.close());

const owner = 'focal-point:KEN';

async function ask(role: string | undefined, query: string, variables?: object): Promise<Answer> {
  const answer = await hub.ask(role, query, variables);
  said.push(JSON.stringify(answer));
  return answer;
}

/** One operation over a WebSocket: its first result, or the errors it was refused with. */
async function askSocket(role: string | undefined, query: string, variables: object = {}): Promise<Partial<Answer>> {
  const client = await hub.client(role);
  const results = client.iterate<Json>({ query, variables: variables as Record<string, unknown> });
  const answer = await results.next().then(
    ({ value }) => value as Partial<Answer>,
    (errors: unknown) => ({ errors: errors as Answer['errors'] }),
  );
  await results.return?.(undefined);
  await client.dispose();
  said.push(JSON.stringify(answer));
  return answer as Partial<Answer>;
}

const faults = ({ errors = [] }: Partial<Answer>) =>
  errors.map(({ extensions: { code, path } }) => ({ code, ...(path && { path }) }));
const globalId = (name: string) => Buffer.from(name).toString('base64url');

/** Nothing tells how the hub is made, nothing was a bug, and the hub goes on. */
afterEach(async () => {
  for (const text of said)
    expect(text).not.toMatch(
      /stack|\bselect \w|insert into|QueryFailedError|row-level|relation \\"|node_modules|\.[jt]s:\d|\$1|ECONN|INTERNAL/i,
    );
  for (const text of said) expect(text).not.toContain(root);
  said.length = 0;
  expect(hub.logged).toEqual([]);
  expect(await hub.data(undefined, '{ practices { totalCount } }')).toMatchObject({
    practices: { totalCount: expect.any(Number) },
  });
});

describe('malformed values', () => {
  const id = globalId('Practice:00000000-0000-4000-8000-000000000000');
  const submitWith = (more: string) =>
    `mutation _ { submitPractice(input: { id: "${id}", expectedRevision: 1, ${more} }) { practice { id } } }`;
  // $value stands where the malformed value goes, as a literal or as a variable of the type.
  const cases: [what: string, operation: string, type: string, value: unknown, path: string[]][] = [
    ['an id that is none', 'query _ { practice(id: $value) { id } }', 'ID!', 'nonsense', ['id']],
    ['an id with a tail', 'query _ { node(id: $value) { id } }', 'ID!', `${id}=`, ['id']],
    ['an id of no key', 'query _ { node(id: $value) { id } }', 'ID!', globalId('Practice:1'), ['id']],
    ['one id of several', 'query _ { nodes(ids: $value) { id } }', '[ID!]!', [id, '%'], ['ids', '1']],
    ['a target’s id', `mutation _ { withdrawPractice(input: { id: $value, expectedRevision: 1 }) { practice { id } } }`, 'ID!', '?', ['input', 'id']],
    ['a person’s id', submitWith('audience: { persons: $value }'), '[ID!]', [globalId('Region:001')], ['input', 'audience', 'persons', '0']],
    ['a paging cursor', 'query _ { practices(after: $value) { totalCount } }', 'String', 'nonsense', ['after']],
    ['a paging cursor of another list', 'query _ { practices(before: $value, last: 2) { totalCount } }', 'String', globalId('"KEN"'), ['before']],
    ['a State’s paging cursor', 'query _ { memberStates(after: $value) { totalCount } }', 'String', globalId('"ZZZ"'), ['after']],
    ['an event cursor', 'query _ { practiceEvents(after: $value) { cursor } }', 'Cursor', 'short', ['after']],
    ['first: 0', 'query _ { practices(first: $value) { totalCount } }', 'Int', 0, ['first']],
    ['first: 101', 'query _ { practices(first: $value) { totalCount } }', 'Int', 101, ['first']],
    ['last: -1', 'query _ { practices(last: $value) { totalCount } }', 'Int', -1, ['last']],
    ['first: 101 of States', 'query _ { memberStates(first: $value) { totalCount } }', 'Int', 101, ['first']],
    ['first: 0 of events', 'query _ { practiceEvents(first: $value) { cursor } }', 'Int', 0, ['first']],
    ['first: 0 across services', 'query _ { memberState(iso3: "KEN") { practices(first: $value) { totalCount } } }', 'Int', 0, ['first']],
    ['a date', submitWith('consent: { authority: "a", scope: "s", date: $value }'), 'Date!', '2026-02-30', ['input', 'consent', 'date']],
    ['a moment', 'query _ { practices(filter: { submittedSince: $value }) { totalCount } }', 'DateTime', 'yesterday', ['filter', 'submittedSince']],
    ['a locale', 'query _ { practices(first: 1) { nodes { title(locale: $value) { text } } } }', 'Locale', 'not a locale', ['locale']],
    ['a locale of a State’s name', 'query _ { memberState(iso3: "KEN") { name(locale: $value) { text } } }', 'Locale', '-', ['locale']],
    ['a locale in a filter', 'query _ { practices(filter: { languages: $value }) { totalCount } }', '[Locale!]', ['en', '?'], ['filter', 'languages', '1']],
    ['an M49 code', 'query _ { region(m49: $value) { id } }', 'M49!', '14', ['m49']],
    ['an M49 code in a filter', 'query _ { practices(filter: { regions: $value }) { totalCount } }', '[M49!]', ['002', '2'], ['filter', 'regions', '1']],
    ['an ISO code', 'query _ { memberState(iso3: $value) { id } }', 'Iso3!', 'ken', ['iso3']],
    ['an ISO code in a filter', 'query _ { practices(filter: { memberStates: $value }) { totalCount } }', '[Iso3!]', ['Kenya'], ['filter', 'memberStates', '0']],
    ['an ISO code of another’s owner', `mutation _ { createPractice(input: { title: "t", owner: { memberState: $value } }) { practice { id } } }`, 'Iso3', 'KE', ['input', 'owner', 'memberState']],
    ['a stream’s cursor', 'subscription _ { practiceEvents(after: $value) { type } }', 'Cursor', '!', ['after']],
    ['a stream’s filter', 'subscription _ { practiceEvents(filter: { regions: $value }) { type } }', '[M49!]', ['x'], ['filter', 'regions', '0']],
  ]; // prettier-ignore
  test.each(cases)(
    '%s is BAD_USER_INPUT at its path, as literal and as variable',
    async (_, operation, type, value, path) => {
      const asLiteral = operation.replace(' _ ', ' ').replace('$value', JSON.stringify(value));
      const asVariable = operation.replace(' _ ', ` ($value: ${type}) `);
      const expected = [{ code: 'BAD_USER_INPUT', path }];
      if (!operation.startsWith('subscription'))
        expect([faults(await ask(owner, asLiteral)), faults(await ask(owner, asVariable, { value }))]).toEqual([
          expected,
          expected,
        ]);
      expect([
        faults(await askSocket(owner, asLiteral)),
        faults(await askSocket(owner, asVariable, { value })),
      ]).toEqual([expected, expected]);
    },
  );

  test('a cursor of another log is CURSOR_INVALID, in a query and on a stream', async () => {
    const { cursor } = (await hub.data(owner, '{ practiceEvents(first: 1) { cursor } }')).practiceEvents;
    const other = (cursor.startsWith('A') ? 'B' : 'A') + cursor.slice(1);
    const query = 'query ($after: Cursor) { practiceEvents(after: $after) { cursor } }';
    expect(faults(await ask(owner, query, { after: other }))).toMatchObject([{ code: 'CURSOR_INVALID' }]);
    const stream = 'subscription ($after: Cursor) { practiceEvents(after: $after) { cursor } }';
    expect(faults(await askSocket(owner, stream, { after: other }))).toMatchObject([{ code: 'CURSOR_INVALID' }]);
  });

  test('a value of the wrong kind is refused before anybody is asked', async () => {
    const query =
      'query ($first: Int, $filter: PracticeFilter) { practices(first: $first, filter: $filter) { totalCount } }';
    for (const variables of [
      { first: 'ten' },
      { first: 2 ** 40 },
      { first: {} },
      { filter: [] },
      { filter: { themes: 7 } },
      { filter: { nothing: 1 } },
      { filter: { types: ['LAWS'] } },
    ])
      // prettier-ignore
      expect([variables, faults(await ask(undefined, query, variables))]).toMatchObject([variables, [{ code: 'BAD_USER_INPUT' }]]);
  });
});

describe('ids of nothing, or of what is hidden', () => {
  test('a query says null; a mutation says NOT_FOUND; neither tells which it was', async () => {
    const hidden = (await submitAs(hub, 'KEN', { marking: 'AMBER', audience: { regionalBodies: ['igad'] } })).id;
    const absent = globalId('Practice:00000000-0000-4000-8000-000000000000');
    const other = globalId('Region:002'); // well-formed, and no practice
    const answers = await Promise.all(
      [hidden, absent].map(async (id) => [
        await ask(
          'focal-point:THA',
          'query ($id: ID!) { practice(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }',
          { id },
        ),
        await ask('focal-point:THA', submitMutation, { input: { id, expectedRevision: 1 } }),
        await ask('focal-point:THA', updateMutation, { input: { id, expectedRevision: 1, title: 'Mine' } }),
      ]),
    );
    const shown = answers.map((each) => each.map(({ data, errors }) => ({ data, errors })));
    expect(shown[0]).toEqual(shown[1]);
    expect(answers[0]![0]!.data).toEqual({ practice: null, node: null, nodes: [null] });
    for (const refused of answers[0]!.slice(1))
      expect(faults(refused)).toEqual([{ code: 'NOT_FOUND', path: ['input', 'id'] }]);
    expect(await hub.data(owner, 'query ($id: ID!) { practice(id: $id) { id } }', { id: other })).toEqual({
      practice: null,
    });
    expect(faults(await ask(owner, submitMutation, { input: { id: other, expectedRevision: 1 } }))).toMatchObject([
      { code: 'NOT_FOUND' },
    ]);
  });

  test('names that nothing has', async () => {
    expect(
      await hub.data(
        undefined,
        `{
        memberState(iso3: "ZZZ") { id } region(m49: "998") { id } regionalBody(slug: "nobody") { id } theme(slug: "nothing") { id }
        practices(filter: { memberStates: ["ZZZ"] }) { totalCount }
      }`,
      ),
    ).toEqual({ memberState: null, region: null, regionalBody: null, theme: null, practices: { totalCount: 0 } });
  });

  test('visible is not permitted: FORBIDDEN; nobody in particular: UNAUTHENTICATED', async () => {
    const { id, revision } = await submitAs(hub, 'KEN', { marking: 'GREEN' });
    const input = { id, expectedRevision: revision, title: 'Mine' };
    for (const role of ['focal-point:UGA', 'officer:igad', 'reviewer:KEN', 'curator', 'integrator:ken'])
      expect([role, faults(await ask(role, updateMutation, { input }))]).toMatchObject([role, [{ code: 'FORBIDDEN' }]]);
    expect(faults(await ask(undefined, updateMutation, { input }))).toMatchObject([
      { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
    ]);
  });
});

describe('what a form can put right is said all at once', () => {
  const at = ({ userErrors }: Json) => userErrors.map(({ path, code }: Json) => `${path.join('.')} ${code}`).toSorted();

  test('a draft', async () => {
    const { data, errors } = await ask(owner, createMutation, {
      input: {
        ...completePractice,
        owner: { memberState: 'UGA' },
        title: 'é'.repeat(151),
        summary: 'word '.repeat(251),
        themes: ['legal-frameworks', 'knitting'],
        regions: ['014', '998'],
        audience: { memberStates: ['UGA', 'ZZZ'], regionalBodies: ['nobody'] },
        scope: { level: 'NATIONAL', periodStart: '2024-02-01', periodEnd: '2024-01-01' },
        evidence: { maturity: 'GOOD', items: [{ title: 'x', url: 'javascript:alert(1)', year: 3 }] },
        gender: { marker: 7 },
        narrative: { context: 'a\u0000b', objectives: '\ud800' },
      },
    });
    expect(errors).toBeUndefined();
    expect(data.createPractice.practice).toBeNull();
    expect(at(data.createPractice)).toEqual(
      [
        'owner.memberState NOT_PERMITTED',
        'title TOO_LONG',
        'summary TOO_LONG',
        'themes.1 UNKNOWN',
        'regions.1 UNKNOWN',
        'audience.memberStates.1 UNKNOWN',
        'audience.regionalBodies.0 UNKNOWN',
        'scope.periodEnd INVALID',
        'evidence.items.0.url INVALID',
        'evidence.items.0.year INVALID',
        'gender.marker INVALID',
        'narrative.context INVALID',
        'narrative.objectives INVALID',
      ].toSorted(),
    );
  });

  test('150 characters are a title, whatever their bytes', async () => {
    const input = { owner: { memberState: 'KEN' }, title: '𝕏'.repeat(150) };
    done((await ask(owner, createMutation, { input })).data.createPractice);
  });

  test('a submission: everything missing, the audience too', async () => {
    const created = await ask(owner, createMutation, {
      input: { owner: { memberState: 'KEN' }, title: 'Bare', marking: 'AMBER' },
    });
    const { id, revision } = done(created.data.createPractice);
    const { data } = await ask(owner, submitMutation, { input: { id, expectedRevision: revision } });
    expect(at(data.submitPractice)).toEqual(
      expect.arrayContaining(['audience REQUIRED', 'pillars REQUIRED', 'summary REQUIRED', 'themes REQUIRED', 'narrative.legalBasis REQUIRED', 'rights.rightsAffected REQUIRED']), // prettier-ignore
    );
    expect(data.submitPractice.practice).toMatchObject({ id, state: 'DRAFT', revision });
  });
});

describe('two at once', () => {
  test('a lost update is CONFLICT, with the newest; of two at the same moment one wins', async () => {
    const created = await hub.data(owner, createMutation, { input: { owner: { memberState: 'KEN' }, title: 'One' } });
    const { id, revision } = done(created.createPractice);
    const update = `mutation ($input: UpdatePracticeInput!) { updatePractice(input: $input) {
      practice { revision title { text } } userErrors { code path }
    } }`;
    const both = await Promise.all(
      ['Two', 'Three'].map((title) => ask(owner, update, { input: { id, expectedRevision: revision, title } })),
    );
    const [won, lost] = both
      .map(({ data }) => data.updatePractice)
      .toSorted((a, b) => a.userErrors.length - b.userErrors.length);
    expect(won).toMatchObject({ practice: { revision: revision + 1 }, userErrors: [] });
    expect(lost).toEqual({ practice: won.practice, userErrors: [{ code: 'CONFLICT', path: ['expectedRevision'] }] });
    const late = await ask(owner, submitMutation, { input: { id, expectedRevision: revision } });
    expect(late.data.submitPractice).toMatchObject({
      practice: { revision: revision + 1 },
      userErrors: [{ code: 'CONFLICT' }],
    });
  });

  test('the same idempotency key makes one practice, another input is CONFLICT, another viewer has keys of their own', async () => {
    const input = { owner: { memberState: 'KEN' }, title: 'Once', idempotencyKey: 'form-1' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(owner, createMutation, { input })));
    const again = await ask(owner, createMutation, {
      input: { idempotencyKey: 'form-1', title: 'Once', owner: input.owner },
    });
    const ids = [...answers, again].map(({ data }) => done(data.createPractice).id);
    expect(new Set(ids).size).toBe(1);
    expect(faults(await ask(owner, createMutation, { input: { ...input, title: 'Twice' } }))).toEqual([
      { code: 'CONFLICT', path: ['input', 'idempotencyKey'] },
    ]);
    const other = await ask('focal-point:UGA', createMutation, { input: { ...input, owner: { memberState: 'UGA' } } });
    expect(ids).not.toContain(done(other.data.createPractice).id);
    expect(faults(await ask(owner, createMutation, { input: { ...input, idempotencyKey: 'a b' } }))).toEqual([
      { code: 'BAD_USER_INPUT', path: ['input', 'idempotencyKey'] },
    ]);
  });
});

describe('tokens', () => {
  const foreign = async () =>
    new SignJWT({ iss: JSON.parse(Buffer.from((await hub.token(owner)).split('.')[1]!, 'base64url').toString()).iss })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'development' })
      .setSubject(owner)
      .setAudience('https://good-practice-exchange.example/api')
      .setExpirationTime('1h')
      .sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const unsigned = async () => {
    const [, claims] = (await hub.token(owner)).split('.');
    return `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${claims}.`;
  };
  const tampered = async () => {
    const [header, claims, signature] = (await hub.token(owner)).split('.');
    const text = Buffer.from(claims!, 'base64url').toString().replaceAll(owner, 'curator');
    return `${header}.${Buffer.from(text).toString('base64url')}.${signature}`;
  };
  const past = () => Math.floor(Date.now() / 1000) - 60;
  test.each<[string, () => Promise<string> | string]>([
    ['no token at all', () => 'nonsense'],
    ['an empty one', () => ''],
    ['expired', () => hub.tokenSaying({ exp: past() })],
    ['of another issuer', () => hub.tokenSaying({ iss: 'https://elsewhere.example' })],
    ['for another audience', () => hub.tokenSaying({ aud: 'https://elsewhere.example' })],
    ['an API key nobody has', () => newSecret('apiKey')],
    ['signed by somebody else', foreign],
    ['not signed', unsigned],
    ['changed', tampered],
  ])('%s: UNAUTHENTICATED, 401, and 4403 on a WebSocket', async (_, make) => {
    const authorization = `Bearer ${await make()}`;
    const answer = await hub.ask(undefined, '{ viewer { kind } }', {}, { authorization });
    said.push(JSON.stringify(answer));
    expect([answer.status, faults(answer)]).toEqual([401, [{ code: 'UNAUTHENTICATED' }]]);
    expect(answer.data).toBeUndefined();
    const client = createClient({
      url: hub.wsUrl,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
      connectionParams: { authorization },
    });
    await expect(subscribe(client).next()).rejects.toMatchObject({ code: 4403 });
    await client.dispose();
  });

  test('a good one of somebody the hub does not know shows what everybody sees, and changes nothing', async () => {
    const headers = { authorization: `Bearer ${await hub.tokenSaying({ sub: 'focal-point:ZZZ' })}` };
    const all = '{ viewer { kind scopes } practices(first: 100) { totalCount nodes { id marking } } }';
    const [theirs, everybodys] = [await hub.ask(undefined, all, {}, headers), await hub.ask(undefined, all)];
    expect(theirs.data).toEqual({
      ...everybodys.data,
      viewer: { kind: 'UNKNOWN', scopes: ['practices:read', 'events:read'] },
    });
    const input = { owner: { memberState: 'KEN' }, title: 'x', originalLanguage: 'en' };
    const draft = 'mutation ($input: CreatePracticeInput!) { createPractice(input: $input) { practice { id } } }';
    expect(faults(await hub.ask(undefined, draft, { input }, headers))).toMatchObject([
      { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
    ]);
  });

  test('a right one is', async () => {
    const authorization = `Bearer ${await hub.tokenSaying({})}`;
    const { data } = await hub.ask(undefined, '{ viewer { kind roles { role } } }', {}, { authorization });
    expect(data).toEqual({ viewer: { kind: 'PERSON', roles: [{ role: 'OFFICER' }] } });
  });
});

describe('requests that are none', () => {
  const post = async (
    body: string | Uint8Array | undefined,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ) => {
    const response = await fetch(hub.url, { method: 'POST', headers, ...(body !== undefined && { body }) });
    const text = await response.text();
    said.push(text);
    return [response.status, (JSON.parse(text) as Json).errors?.[0]?.extensions.code];
  };
  const nested = (depth: number) => `${'{ a'.repeat(depth)} ${'}'.repeat(depth)}`;
  const deepJson = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  test.each<[string, string | Uint8Array | undefined, number, string]>([
    ['nothing', undefined, 400, 'BAD_REQUEST'],
    ['not JSON', '{"query":', 400, 'BAD_REQUEST'],
    ['a number', '7', 400, 'BAD_REQUEST'],
    ['null', 'null', 400, 'BAD_REQUEST'],
    ['a list', '[{"query":"{ viewer { kind } }"}]', 400, 'BAD_REQUEST'],
    ['a query that is a number', '{"query":7}', 400, 'BAD_REQUEST'],
    ['variables that are a list', '{"query":"{ viewer { kind } }","variables":[1]}', 400, 'BAD_REQUEST'],
    ['no query', '{}', 400, 'BAD_REQUEST'],
    ['an empty one', '{"query":""}', 400, 'BAD_REQUEST'],
    ['no GraphQL', '{"query":"select 1"}', 400, 'GRAPHQL_PARSE_FAILED'],
    ['U+0000 in it', '{"query":"{ viewer\\u0000 { kind } }"}', 400, 'GRAPHQL_PARSE_FAILED'],
    ['a field that is not there', '{"query":"{ viewers { kind } }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['two operations, none named', '{"query":"query A { viewer { kind } } query B { viewer { kind } }"}', 400, 'OPERATION_RESOLUTION_FAILURE'],
    ['10,000 levels', JSON.stringify({ query: nested(10_000) }), 400, 'BAD_REQUEST'],
    ['10,000 levels of lists', JSON.stringify({ query: `{ nodes(ids: ${'['.repeat(10_000)}${']'.repeat(10_000)}) { id } }` }), 400, 'BAD_REQUEST'],
    ['10,000 levels of variables', `{"query":"query ($f: PracticeFilter) { practices(filter: $f) { totalCount } }","variables":{"f":${deepJson(10_000)}}}`, 400, 'BAD_REQUEST'],
    ['a 2 MB body', JSON.stringify({ query: `{ viewer { kind } } #${'x'.repeat(2 ** 21)}` }), 413, 'BAD_REQUEST'],
    ['100,000 tokens', JSON.stringify({ query: `{ ${'a '.repeat(100_000)} }` }), 400, 'GRAPHQL_PARSE_FAILED'],
    ['a subscription', '{"query":"subscription { practiceEvents { type } }"}', 400, 'BAD_REQUEST'],
    ['bytes that are no UTF-8', new Uint8Array([0x7b, 0xff, 0xfe, 0x7d]), 400, 'BAD_REQUEST'],
  ])('%s', async (_, body, status, code) => expect(await post(body)).toEqual([status, code])); // prettier-ignore

  test('other media types, methods and paths', async () => {
    expect(await post('{ viewer { kind } }', { 'content-type': 'application/graphql' })).toEqual([415, 'BAD_REQUEST']);
    expect((await post('query=%7B%7D', { 'content-type': 'application/x-www-form-urlencoded' }))[0]).toBe(415);
    for (const [method, path, status] of [
      ['PUT', '', 405],
      ['GET', '?query=mutation{__typename}', 405],
      ['GET', '?query=mutation{x}', 400],
      ['GET', '/../../etc/passwd', 404],
      ['GET', '/assets/..%2f..%2fpackage.json', 404],
    ] as const) {
      const response = await fetch(`${hub.url}${path}`, { method, headers: { 'apollo-require-preflight': '1' } });
      said.push(await response.text());
      expect([method, path, response.status]).toEqual([method, path, status]);
    }
  });

  test.each<[string, (string | Uint8Array)[], number]>([
    ['not JSON', ['{'], 4400],
    ['no message of the protocol', ['{"type":"hello"}'], 4400],
    ['an operation before the init', ['{"type":"subscribe","id":"1","payload":{"query":"{ viewer { kind } }"}}'], 4401],
    ['two inits', ['{"type":"connection_init"}', '{"type":"connection_init"}'], 4429],
    ['a 2 MB message', [`{"type":"ping","payload":{"x":"${'x'.repeat(2 ** 21)}"}}`], 1009],
    ['bytes', [new Uint8Array([0, 1, 2, 255])], 4400],
  ])('on a WebSocket, %s', async (_, frames, code) => {
    const socket = new WebSocket(hub.wsUrl, 'graphql-transport-ws');
    socket.on('error', () => undefined); // the close code is what counts
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.on('open', resolve));
    for (const frame of frames) socket.send(frame);
    expect(await closed).toBe(code);
  });

  test('on a WebSocket, documents that are none', async () => {
    for (const [query, code] of [
      [nested(10_000), 'BAD_REQUEST'],
      ['select 1', 'GRAPHQL_PARSE_FAILED'],
      ['{ viewers { kind } }', 'GRAPHQL_VALIDATION_FAILED'],
      ['query A { viewer { kind } } query B { viewer { kind } }', 'OPERATION_RESOLUTION_FAILURE'],
    ] as const)
      expect(faults(await askSocket(undefined, query))).toMatchObject([{ code }]);
  });
});

describe('words and characters with a meaning elsewhere', () => {
  test('names of Object’s own, as aliases and as variables', async () => {
    const query = `query ($constructor: Iso3!, $toString: ID!) {
      __proto__: practices(first: 1) {
        constructor: totalCount
        nodes { __proto__: slug hasOwnProperty: owner { __typename ... on RegionalBody { toString: acronym } } }
      }
      constructor: memberState(iso3: $constructor) { __proto__: name { valueOf: text } bodies { toString: acronym } }
      toString: node(id: $toString) { id }
      then: viewer { kind }
    }`;
    const variables = { constructor: 'KEN', toString: globalId('MemberState:KEN') };
    const own = (object: object, name: string) => Object.getOwnPropertyDescriptor(object, name)!.value;
    for (const { data } of [await ask(undefined, query, variables), await askSocket(undefined, query, variables)]) {
      expect(Object.keys(data)).toEqual(['__proto__', 'constructor', 'toString', 'then']);
      expect(own(data, '__proto__').constructor).toBeGreaterThan(48);
      expect(own(own(data, '__proto__').nodes[0], '__proto__')).toEqual(expect.any(String));
      expect(own(data.constructor, '__proto__')).toEqual({ valueOf: 'Kenya' });
      expect(data.toString).toEqual({ id: variables.toString });
    }
    const poison = JSON.parse('{"filter": {"__proto__": {"themes": ["x"]}}}');
    const counting = 'query ($filter: PracticeFilter) { practices(filter: $filter) { totalCount } }';
    for (const answer of [await ask(undefined, counting, poison), await askSocket(undefined, counting, poison)])
      expect(faults(answer)).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  });

  test.each(['constructor', '__proto__', '\u0000', '\ud800', "'; drop table practice; --", '%', '\\', '𝕏'.repeat(500)])(
    'as a name: %j',
    async (name) => {
      const query = `query ($slug: String!) {
        theme(slug: $slug) { id } regionalBody(slug: $slug) { id }
        practices(filter: { themes: [$slug], regionalBodies: [$slug] }) { totalCount }
        concerning: practices(filter: { concerns: $slug }) { totalCount }
      }`;
      for (const answer of [await ask(owner, query, { slug: name }), await askSocket(owner, query, { slug: name })])
        for (const { code } of faults(answer)) expect(code).toBe('BAD_USER_INPUT');
      for (const type of ['Theme', 'Practice', 'RegionalBody', 'constructor', 'Object'])
        for (const { code } of faults(
          await ask(owner, 'query ($id: ID!) { node(id: $id) { id } }', { id: globalId(`${type}:${name}`) }),
        ))
          expect(code).toBe('BAD_USER_INPUT');
    },
  );

  test('introspection is answered', async () => {
    const { data } = await hub.ask(undefined, getIntrospectionQuery()); // descriptions may speak of anything
    expect(data.__schema.types.map(({ name }: Json) => name)).toContain('Practice');
  });
});
