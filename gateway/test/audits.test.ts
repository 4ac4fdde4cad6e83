/** The audits of GraphQL over HTTP that the working group's own library has: each of them passes, whoever answers. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import type { GatewayConfig } from '../src/gateway.js';
import { type World, startGateway, startWorld } from './world.js';

let world: World;
let url = '';
beforeAll(async () => void (world = await startWorld()));
afterAll(() => world.stop());

describe.each<[string, Partial<GatewayConfig>]>([
  ['answered straight', {}],
  ['answered by plugins', { plugins: [{}] }],
])('%s', (_how, config) => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  beforeAll(async () => {
    gateway = await startGateway(world, config);
    url = `${gateway.url}/graphql`;
  });
  afterAll(() => gateway.close());

  const audits = serverAudits({ url: () => url });

  test('there are as many as there were', () => expect(audits).toHaveLength(61));

  test.each(audits.map(({ id, name, fn }) => [id, name, fn] as const))('%s: %s', async (_id, _name, audit) =>
    expect(await audit()).toMatchObject({ status: 'ok' }),
  );
});
