/** Over HTTP nothing is answered without a viewer's passport for this service, the health checks aside. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { globalId } from '@hub/kit/ids';
import { passportHeader } from '@hub/kit/passport';
import type { Running } from '@hub/kit/process';
import { anonymous } from '@hub/kit/viewer';
import type { FreshDatabase } from '@hub/local/testing';
import { start } from '../src/service.js';
import { gateway, passportKeys, practice, stranger } from './passports.js';
import { failing, seededDatabase } from './region.js';

let database: FreshDatabase;
let service: Running;
beforeAll(async () => {
  database = await seededDatabase();
  service = await start({ host: '127.0.0.1', port: 0, databaseUrl: database.url, passportKeys, log: failing });
});
afterAll(async () => {
  await service.close();
  await database.drop();
});

const post = async (body: object, passport?: string) => {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      connection: 'close',
      ...(passport && { [passportHeader]: passport }),
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

test.each([
  ['no passport', async () => undefined],
  ['a passport for another service', () => gateway.viewer('membership', anonymous, [])],
  ['a service’s passport', () => gateway.service('region')],
  ['practice’s passport', () => practice.service('region')],
  ['a viewer invented with practice’s key', () => practice.viewer('region', anonymous, [])],
  ['a passport under a stranger’s key', () => stranger.viewer('region', anonymous, [])],
  ['something else', async () => 'nonsense'],
])('with %s everything is 401, _service and _entities too', async (_name, passport) => {
  for (const query of ['{ regions { m49 } }', '{ _service { sdl } }', '{ __typename }', 'nonsense {'])
    expect(await post({ query }, await passport())).toMatchObject({
      status: 401,
      body: { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    });
  const references = [{ __typename: 'Region', id: globalId('Region', '014') }];
  const query = 'query ($references: [_Any!]!) { _entities(representations: $references) { __typename } }';
  expect((await post({ query, variables: { references } }, await passport())).status).toBe(401);
  expect((await fetch(`${service.url}/graphql?query={__typename}`, { headers: { connection: 'close' } })).status).toBe(
    401,
  );
});

test('with a viewer’s passport it answers, in the viewer’s language', async () => {
  const passport = await gateway.viewer('region', anonymous, ['es']);
  expect(await post({ query: '{ region(m49: "002") { name { text } } }' }, passport)).toEqual({
    status: 200,
    body: { data: { region: { name: { text: 'África' } } } },
  });
});

test('health checks need no passport, and there is nothing else', async () => {
  const status = async (path: string) => (await fetch(service.url + path, { headers: { connection: 'close' } })).status;
  expect(await status('/livez')).toBe(200);
  expect(await status('/readyz')).toBe(200);
  expect(await status('/internal/viewer')).toBe(401);
});
