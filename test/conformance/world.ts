/** A federated graph of its own, next to the monolith that says what it should answer. */
import { composeServices } from '@apollo/composition';
import { Supergraph } from '@apollo/federation-internals';
import { buildSchema, printSchema } from 'graphql';
import { type Engine, type Send, type ServiceRequest, ServiceUnavailable, createEngine } from './engine.js';
import { readSubgraph } from './federation.js';
import { type Monolith, createMonolith } from './monolith.js';
import type { Random } from './random.js';
import { type Subgraph, createSubgraph } from './subgraph.js';
import { type Conditions, createTruth } from './truth.js';

export interface WorldDefinition {
  name: string;
  /** SDL by service. */
  services: Readonly<Record<string, string>>;
  /**
   * Whether each field has one service, and each service that knows an entity can be asked for it by what every other
   * says of it: then what an outage costs is certain. (Elsewhere it depends on which of several ways a planner goes.)
   */
  outages: boolean;
  /**
   * Whether nothing fails. The planner asks fields of an @interfaceObject that are asked below a fragment on one type of
   * objects of every type, and what fails there would take along what stands beside it.
   */
  calm?: boolean;
}

export interface World {
  name: string;
  services: readonly string[];
  outages: boolean;
  calm: boolean;
  supergraphSdl: string;
  monolith: Monolith;
  engine: Engine;
  /** A way to the subgraphs, in these conditions, with delays that put answers out of order. It notes what was sent. */
  sender(now: Conditions, delays: Random, sent: Exchange[]): Send;
  close(): Promise<void>;
}

/** What a service was asked, and the text that it answered. */
export interface Exchange {
  request: ServiceRequest;
  answer?: string;
}

/** The first lines of a subgraph's SDL. */
export const federation = (...directives: string[]): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${directives.map((one) => `"@${one}"`).join(', ')}])\n`;

export async function createWorld(
  { name, services, outages, calm = false }: WorldDefinition,
  engineOver: (supergraphSdl: string) => Promise<Engine> = createEngine,
): Promise<World> {
  const subgraphs = Object.entries(services).map(([service, sdl]) => readSubgraph(service, sdl));
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map((one) => ({ name: one.name, typeDefs: one.document, url: `http://${one.name}.invalid` })),
  );
  if (!supergraphSdl) throw new Error(`${name}: ${errors?.map(({ message }) => message).join('\n')}`);
  const whole = buildSchema(supergraphSdl, { assumeValid: true, noLocation: true });
  const api = Supergraph.buildForTests(supergraphSdl).apiSchema().toGraphQLJSSchema({ includeDefer: true });
  const apiSdl = printSchema(api);
  const truth = createTruth(subgraphs, whole, buildSchema(apiSdl));

  const overridden = new Map(subgraphs.map((one) => [one.name, new Set<string>()]));
  for (const { types } of subgraphs)
    for (const [type, { fields }] of types)
      for (const [field, { takenFrom }] of fields) if (takenFrom) overridden.get(takenFrom)?.add(`${type}.${field}`);
  const running = new Map(
    subgraphs.map((one) => [one.name, createSubgraph(one, truth, overridden.get(one.name) ?? new Set())]),
  );

  const engine = await engineOver(supergraphSdl);
  return {
    name,
    services: Object.keys(services),
    outages,
    calm,
    supergraphSdl,
    monolith: createMonolith(apiSdl, truth),
    engine,
    sender: (now, delays, sent) => async (given) => {
      const request = JSON.parse(JSON.stringify(given)) as ServiceRequest; // nothing is shared with a service
      const exchange: Exchange = { request };
      sent.push(exchange);
      await delay(delays);
      exchange.answer = answerOf(running, request, now);
      return JSON.parse(exchange.answer) as Awaited<ReturnType<Send>>;
    },
    close: () => engine.close(),
  };
}

function answerOf(running: ReadonlyMap<string, Subgraph>, request: ServiceRequest, now: Conditions): string {
  const subgraph = running.get(request.service);
  if (!subgraph) throw new Error(`there is no service ${request.service}`);
  if (now.outage?.service !== request.service) return JSON.stringify(subgraph(request, now));
  if (now.outage.how === 'unavailable') throw new ServiceUnavailable('It is out.');
  return now.outage.how === 'empty' ? '{}' : JSON.stringify({ errors: [closed] });
}

const closed = { message: 'Closed today.', extensions: { code: 'CLOSED' } };

/** Mostly none, since time is what a test has least of; now and then enough that another answer overtakes. */
async function delay(random: Random): Promise<void> {
  if (random.chance(0.5)) return;
  if (random.chance(0.85)) await new Promise((resolve) => setImmediate(resolve));
  else await new Promise((resolve) => setTimeout(resolve, random.below(3)));
}
