/**
 * The figures that must not grow with the data: SQL statements, counted at PostgreSQL's wire (BEGIN and set_config
 * included), and requests to each service, counted between it and the gateway.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type IncomingMessage, type Server, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Wire, wireTo } from '@hub/local/wire';
import pg from 'pg';
import { type Hub, type ServiceName, startHub } from '../hub.js';

const services = ['practice', 'region', 'membership'] as const satisfies ServiceName[];
const wires = new Map<ServiceName, Wire>();
const requests = new Map<ServiceName, number>();
const proxies: Server[] = [];

/** Counts the requests on their way to a service. */
async function counted(service: ServiceName, url: string): Promise<string> {
  const target = new URL(url);
  const server = createServer((incoming: IncomingMessage, outgoing) => {
    requests.set(service, (requests.get(service) ?? 0) + 1);
    const onwards = request(
      {
        host: target.hostname,
        port: target.port,
        path: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onwards.on('error', () => outgoing.destroy());
    incoming.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxies.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}${target.pathname}`;
}

let hub: Hub;
beforeAll(async () => {
  hub = await startHub({
    async through(service, databaseUrl) {
      const wire = await wireTo(databaseUrl);
      wires.set(service, wire);
      return wire.url;
    },
    reach: counted,
  });
  await generate();
});
afterAll(async () => {
  await hub.close();
  for (const proxy of proxies) {
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  }
  for (const wire of wires.values()) await wire.close();
});

/** A hundred published practices, of as many States and bodies as there are, newer than the seeded ones. */
async function generate(): Promise<void> {
  const owner = new pg.Client({ connectionString: hub.databases.practice.ownerUrl });
  await owner.connect();
  await owner.query('begin');
  await owner.query(
    `create temporary table made as
     select gen_random_uuid() as key, gen_random_uuid() as version, n,
       case when n % 2 = 0 then 's:' || (select iso3 from state order by iso3 offset n limit 1)
            else 'b:' || (select slug from body order by slug offset n % 26 limit 1) end as owner
     from generate_series(1, 100) n`,
  );
  await owner.query(
    `insert into practice (key, slug, owner, origin, marking, audience, stage, created_at)
     select key, 'made-' || n, owner, 'SUBMISSION', 'CLEAR', '{}', 'PUBLISHED', now() from made`,
  );
  await owner.query(
    `insert into practice_version (key, practice_key, number, state, title, original_language, themes, pillars, regions, type,
       created_at, updated_at, submitted_at, published_at)
     select version, key, 1, 'PUBLISHED', jsonb_build_object('en', jsonb_build_object('text', 'Made ' || n, 'status', 'ORIGINAL')), 'en',
       array(select slug from theme order by slug offset n % 40 limit 2), '{II}', array(select m49 from area order by m49 offset n % 28 limit 2), 'POLICY',
       now(), now() + n * interval '1 second', now(), now() from made`,
  );
  await owner.query('commit');
  await owner.end();
}

const page = `query ($first: Int!) { practices(first: $first) { nodes {
  title { text }
  owner {
    ... on MemberState { name { text } bodies { acronym } }
    ... on RegionalBody { acronym members { name { text } } }
  }
  regions { name { text } }
  themes { label { text } }
} } }`;

/** What one page costs, by service. */
async function cost(first: number) {
  const before = services.map((service) => [wires.get(service)!.statements, requests.get(service) ?? 0] as const);
  const { practices } = await hub.data(undefined, page, { first });
  const owners = new Set(
    practices.nodes.map(({ owner }: { owner: object }) => ('acronym' in owner ? 'body' : 'State')),
  );
  return {
    rows: practices.nodes.length,
    owners: owners.size,
    statements: Object.fromEntries(
      services.map((service, index) => [service, wires.get(service)!.statements - before[index]![0]]),
    ),
    requests: Object.fromEntries(
      services.map((service, index) => [service, (requests.get(service) ?? 0) - before[index]![1]]),
    ),
  };
}

test('a page of 2, 20 and 100 practices of both kinds of owner costs the same statements, and three requests at most per service', async () => {
  // The followers of logs ask once a second: a measurement they fall into is taken again.
  const measured = async (first: number) => {
    const costs = [await cost(first), await cost(first), await cost(first), await cost(first), await cost(first)];
    const least = (service: ServiceName) => Math.min(...costs.map(({ statements }) => statements[service]!));
    return { ...costs[0]!, statements: Object.fromEntries(services.map((service) => [service, least(service)])) };
  };
  await cost(2); // the first asks for the plan, and opens connections
  const [two, twenty, hundred] = [await measured(2), await measured(20), await measured(100)];
  expect([two.rows, twenty.rows, hundred.rows]).toEqual([2, 20, 100]);
  expect([two.owners, twenty.owners, hundred.owners]).toEqual([2, 2, 2]);
  expect(twenty.statements).toEqual(two.statements);
  expect(hundred.statements).toEqual(two.statements);
  expect(two.statements).toEqual({ practice: 5, region: 12, membership: 8 });
  for (const { requests: asked } of [two, twenty, hundred])
    for (const service of services) expect([service, asked[service]! <= 3]).toEqual([service, true]);
  console.log(
    `statements for a page: ${JSON.stringify(two.statements)}; requests: ${JSON.stringify(hundred.requests)}`,
  );
});
