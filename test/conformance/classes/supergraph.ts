/** The supergraph of one class of the federation audit, and what it is asked. */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { type ServiceAnswer, type ServiceRequest, createEngine } from '../engine.js';
import { federation } from '../world.js';
import { type Compute, sdlOf, serve, valueOf } from './service.js';

export interface AuditClass {
  /** As the audit calls it; several where one supergraph serves them. */
  name: string;
  /** See `service.ts`. In the notation of Federation 2 where nothing else is said. */
  services: Readonly<Record<string, string>>;
  notation?: 1 | 2;
  /** By "service Type.field". */
  compute?: Readonly<Record<string, Compute>>;
  /** Makes a service lie: its answer's text instead of the right one. */
  spoil?: Readonly<Record<string, (answer: string) => string>>;
  /** Makes a supergraph that nobody could compose. */
  corrupt?: (supergraphSdl: string) => string;
  /**
   * One by one: `QUERY [with VARIABLES] gives DATA [failing ERRORS] [from SERVICES]`, in one line or with what it gives
   * in the next. Errors: by path, `with` a code or `somehow`, joined by `and`; all of them. Services: each as often as
   * it is asked, in the order of the alphabet.
   */
  cases: string;
}

export interface Case {
  query: string;
  variables: Readonly<Record<string, unknown>>;
  data: unknown;
  failing: readonly string[];
  asked: string | undefined;
  /** Of a case that the planner gets wrong. */
  why: string | undefined;
}

export interface Supergraph {
  /** What is wrong with the answer; empty when nothing is. */
  attempt(asked: Case): Promise<string>;
  close(): Promise<void>;
}

const form =
  /^(?<query>.*?)(?: with (?<variables>\{.*\}))? gives (?<data>.*?)(?: failing (?<failing>.*?))?(?: from (?<asked>[a-z ]+?))?(?: because (?<why>.*))?$/;

export function readCases(text: string): Case[] {
  const lines = text
    .trim()
    .replace(/\n *(gives|because) /g, ' $1 ')
    .split('\n');
  return lines.map((line) => {
    const { query = '', variables = '{}', data = '', failing, asked, why } = form.exec(line.trim())?.groups ?? {};
    if (!query) throw new Error(`not a case: ${line}`);
    return {
      query,
      variables: valueOf(variables) as Case['variables'],
      data: valueOf(data),
      failing: failing?.split(' and ') ?? [],
      asked: asked === 'nobody' ? '' : asked,
      why,
    };
  });
}

const directives = ['key', 'shareable', 'external', 'requires', 'provides', 'override', 'inaccessible'];
const link = federation(...directives, 'interfaceObject', 'extends');

export function composed({ name, services, notation, corrupt = (sdl) => sdl }: AuditClass): string {
  const sdl = (text: string) => parse((notation === 1 ? '' : link) + sdlOf(text));
  const { supergraphSdl, errors } = composeServices(
    Object.entries(services).map(([one, text]) => ({ name: one, typeDefs: sdl(text), url: `http://${one}.invalid` })),
  );
  if (!supergraphSdl) throw new Error(`${name}: ${errors?.map(({ message }) => message).join('\n')}`);
  return corrupt(supergraphSdl);
}

export async function openSupergraph(one: AuditClass): Promise<Supergraph> {
  const computed = (service: string) =>
    Object.entries(one.compute ?? {}).flatMap(([key, compute]) => {
      const [owner, field = ''] = key.split(' ');
      return owner === service ? [[field, compute] as const] : [];
    });
  const running = new Map(
    Object.entries(one.services).map(([name, text]) => {
      const full = (one.notation === 1 ? '' : link) + text;
      return [name, serve(name, full, new Map(computed(name)))];
    }),
  );
  const engine = await createEngine(composed(one));
  return {
    async attempt(wanted) {
      const sent: { request: ServiceRequest; answer: string }[] = [];
      const memory = new Map<string, number>();
      const { query, variables } = wanted;
      const got = await engine.run({ query, variables, operationName: undefined }, async (request) => {
        await new Promise((resolve) => setImmediate(resolve));
        const told = running.get(request.service)!(request, memory);
        const answer = one.spoil?.[request.service]?.(told) ?? told;
        sent.push({ request, answer });
        return JSON.parse(answer) as ServiceAnswer;
      });
      const { data = null, errors = [] } = got;
      const asked = sent
        .map(({ request }) => request.service)
        .sort()
        .join(' ');
      const isTold = (how: string): boolean =>
        how === 'somehow' ||
        errors.some(
          ({ path, extensions }) => how === JSON.stringify(path) || how === `with ${String(extensions?.['code'])}`,
        );
      const wrong = [
        ...(JSON.stringify(data) === JSON.stringify(wanted.data) ? [] : ['data']),
        ...(errors.length === wanted.failing.length && wanted.failing.every(isTold) ? [] : ['errors']),
        ...(wanted.asked === undefined || asked === wanted.asked ? [] : ['the services that are asked']),
      ];
      if (wrong.length === 0) return '';
      return [
        `${wrong.join(' and ')} of ${query} ${JSON.stringify(variables)}`,
        `expected ${JSON.stringify(wanted.data)} failing ${wanted.failing.join(' and ')} from ${wanted.asked ?? 'any'}`,
        `got      ${JSON.stringify(data)} failing ${JSON.stringify(errors)} from ${asked}`,
        ...sent.map(
          ({ request, answer }) =>
            `${request.service} was asked ${request.query} ${JSON.stringify(request.variables)}\n  and answered ${answer}`,
        ),
      ].join('\n');
    },
    close: () => engine.close(),
  };
}
