/** The supergraph of one class of the federation audit, and what it is asked. */
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { type ServiceAnswer, type ServiceRequest, createEngine } from '../engine.js';
import { type Service, serve } from './service.js';

export interface AuditClass {
  /** As the audit calls it; several where one supergraph serves them. */
  name: string;
  services: Readonly<Record<string, Service>>;
  /** What nobody could compose. */
  corrupt?: (supergraphSdl: string) => string;
  cases: readonly Case[];
}

export interface Case {
  query: string;
  variables?: Readonly<Record<string, unknown>>;
  /** Without: none, as for a request that is refused. */
  data?: unknown;
  /** All of them, each by what is said of it. */
  errors?: readonly { path?: readonly (string | number)[]; code?: string }[];
  /** The services, each as often as it is asked, in the order of the alphabet. */
  asked?: string;
}

/** A case that the planner gets wrong. */
export interface Limit extends Case {
  why: string;
}

export interface Supergraph {
  /** What is wrong with the answer; empty when nothing is. */
  attempt(asked: Case): Promise<string>;
  close(): Promise<void>;
}

export async function openSupergraph({ name, services, corrupt = (sdl) => sdl }: AuditClass): Promise<Supergraph> {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(services).map(([one, { sdl }]) => ({
      name: one,
      typeDefs: parse(sdl),
      url: `http://${one}.invalid`,
    })),
  );
  if (!supergraphSdl) throw new Error(`${name}: ${errors?.map(({ message }) => message).join('\n')}`);
  const engine = await createEngine(corrupt(supergraphSdl));
  const running = new Map(Object.entries(services).map(([one, service]) => [one, serve(one, service)]));
  return {
    async attempt({ query, variables = {}, data: wanted = null, errors: expected = [], asked }) {
      const sent: { request: ServiceRequest; answer: string }[] = [];
      const memory = new Map<string, number>();
      const got = await engine.run({ query, variables, operationName: undefined }, async (request) => {
        await new Promise((resolve) => setImmediate(resolve));
        const answer = running.get(request.service)!(request, memory);
        sent.push({ request, answer });
        return JSON.parse(answer) as ServiceAnswer;
      });
      const { data = null, errors = [] } = got;
      const wrong: string[] = [];
      if (JSON.stringify(data) !== JSON.stringify(wanted)) wrong.push('data');
      const isTold = ({ path, code }: NonNullable<Case['errors']>[number]): boolean =>
        errors.some(
          (one) =>
            (!path || JSON.stringify(one.path) === JSON.stringify(path)) &&
            (!code || one.extensions?.['code'] === code),
        );
      if (errors.length !== expected.length || !expected.every(isTold)) wrong.push('errors');
      const services = sent
        .map(({ request }) => request.service)
        .sort()
        .join(' ');
      if (asked !== undefined && services !== asked) wrong.push('the services that are asked');
      if (wrong.length === 0) return '';
      return [
        `${wrong.join(' and ')} of ${query} ${JSON.stringify(variables)}`,
        `expected ${JSON.stringify({ data: wanted, errors: expected, asked })}`,
        `got      ${JSON.stringify({ data, errors, asked: services })}`,
        ...sent.map(
          ({ request, answer }) =>
            `${request.service} was asked ${request.query} ${JSON.stringify(request.variables)}\n  and answered ${answer}`,
        ),
      ].join('\n');
    },
    close: () => engine.close(),
  };
}
