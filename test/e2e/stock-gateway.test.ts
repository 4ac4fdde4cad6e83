/** The supergraph is standard: a stock Apollo Gateway, with passports from `POST /passport`, gives the same answers. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { passportHeader } from '@hub/kit/passport';
import { type Hub, root, startHub } from '../hub.js';
import { submitAs } from '../practices.js';

interface Caller {
  passports: Record<string, string>;
}

let hub: Hub;
let stock: ApolloServer<Caller>;
beforeAll(async () => {
  const urls = new Map<string, string>();
  hub = await startHub({
    reach: (service, url) => {
      urls.set(service, url);
      return url;
    },
  });
  await submitAs(hub, 'KEN', { marking: 'AMBER', audience: { regionalBodies: ['igad'] } });
  await submitAs(hub, 'THA', { marking: 'GREEN' });
  stock = new ApolloServer<Caller>({
    gateway: new ApolloGateway({
      supergraphSdl: readFileSync(`${root}schema/supergraph.open.graphql`, 'utf8'),
      buildService: ({ name }) =>
        new RemoteGraphQLDataSource<Caller>({
          url: urls.get(name!)!,
          willSendRequest({ request, context }) {
            const passport = context.passports?.[name!];
            if (passport) request.http!.headers.set(passportHeader, passport);
          },
        }),
    }),
  });
  await stock.start();
});
afterAll(async () => {
  await stock.stop();
  await hub.close();
});

/** What the internal listener of our gateway gives to another. */
async function passportsOf(role: string | undefined): Promise<Record<string, string>> {
  const response = await fetch(`${hub.internalUrl}/passport`, {
    method: 'POST',
    headers: role ? { authorization: `Bearer ${await hub.token(role)}` } : {},
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Record<string, string>;
}

const queries = [
  `{ viewer { kind roles { role } memberState { iso3 } regionalBody { acronym } } }`,
  `{ practices(first: 100) { totalCount nodes { id slug title { text } marking caution owner { ... on MemberState { name { text } bodies { acronym } } ... on RegionalBody { acronym members { iso3 } } } regions { name { text } } themes { label { text } } } } }`,
  `{ practiceStatistics(by: [REGION]) { total rows { key count region { name { text } } } } }`,
  `{ memberState(iso3: "KEN") { name(locale: "fr") { text locale } regions { m49 } bodies { acronym regions { name { text } } } practices { nodes { slug } } } }`,
  `{ regionalBody(slug: "igad") { acronym members { iso3 practices(first: 3) { totalCount } } } region(m49: "014") { memberStates { iso3 } } }`,
  `{ practiceEvents(first: 100) { cursor nodes { type practice { slug owner { ... on MemberState { iso3 } } } } } }`,
];

test.each([undefined, 'focal-point:KEN', 'officer:igad', 'officer:asean', 'curator', 'integrator:igad'])(
  'it answers %s as ours does',
  async (role) => {
    const passports = await passportsOf(role);
    for (const query of queries) {
      const ours = await hub.data(role, query);
      const { body } = await stock.executeOperation({ query }, { contextValue: { passports } });
      if (body.kind !== 'single') throw new Error('an incremental answer');
      expect(JSON.parse(JSON.stringify(body.singleResult))).toEqual({ data: ours });
    }
  },
);

test('no passport for a bad token, and no answer without a passport', async () => {
  const refused = await fetch(`${hub.internalUrl}/passport`, {
    method: 'POST',
    headers: { authorization: 'Bearer nonsense' },
  });
  expect(refused.status).toBe(401);
  const { body } = await stock.executeOperation(
    { query: '{ practices { totalCount } }' },
    { contextValue: { passports: {} } },
  );
  expect(body).toMatchObject({ singleResult: { data: { practices: null } } });
});
