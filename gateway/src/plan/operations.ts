/**
 * Operations we have met. A text is looked up as it stands; one that is new is read, and looked up by what it says
 * (white space and comments aside); one that says something new is checked and planned in the planning thread. Those
 * who ask for the same at the same time wait for one and the same check and plan.
 */
import { type DocumentNode, type GraphQLFormattedError, type OperationDefinitionNode, print, visit } from 'graphql';
import type { Check } from '../authorize/checks.js';
import type { Guarded } from '../authorize/guard.js';
import { readRules } from '../authorize/rules.js';
import { type Program, createProgram } from '../execute/program.js';
import { isIntrospection, responseKeys } from '../execute/responseKeys.js';
import { typeSystem } from '../execute/typeSystem.js';
import type { Limits } from '../limits/limits.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { ByteBoundedCache } from './byteBoundedCache.js';
import { InvalidDocument, operationIn, readDocument } from './check.js';
import type { Plan } from './plan.js';
import type { Planning } from './planning.js';

/** A valid operation. */
export interface Operation {
  document: DocumentNode;
  node: OperationDefinitionNode;
  /** What has to hold of a viewer for them to get all of it; most operations have nothing. */
  checks: readonly Check[];
  /** How it is answered for whom these checks hold. Rejects with COST_EXCEEDED when it cannot be planned in time. */
  program(granted: readonly boolean[]): Program | Promise<Program>;
  /** The text of its introspection fields by response key; null when it has none. */
  introspection: ((variables: Readonly<Record<string, unknown>>) => Promise<ReadonlyMap<string, string>>) | null;
}

export interface Operations {
  /** Rejects with `InvalidDocument`, COST_EXCEEDED or RATE_LIMITED. What is known is there at once. */
  find(query: string, operationName: string | null | undefined): Operation | Promise<Operation>;
  /** The texts found lately, most recent last: what to warm another supergraph with. */
  recent(most: number): { query: string; operationName: string | null }[];
}

export interface OperationsOptions {
  supergraph: Supergraph;
  planning: Planning;
  limits: Limits;
  /** Labels of progressive overrides that are on. */
  overrideLabels: readonly string[];
  /** Where a request falls among the percentages of progressive overrides: 0 to 1. */
  random: () => number;
}

// Estimates, from heap snapshots: an AST weighs some 60 times its text, and what is made of a plan some 20 times its JSON.
const documentWeight = 60;
const planWeight = 20;

type Found =
  { operation: Operation; operationName: string | null; query: string } | { errors: readonly GraphQLFormattedError[] };

export function createOperations({
  supergraph,
  planning,
  limits,
  overrideLabels,
  random,
}: OperationsOptions): Operations {
  const { api, whole } = supergraph;
  const rules = readRules(whole);
  const types = typeSystem(whole);
  const keys = responseKeys(whole);
  const share = limits.operationCacheBytes / 4;
  const byText = new ByteBoundedCache<Found>(share);
  const byMeaning = new ByteBoundedCache<Operation>(share);
  const programs = new ByteBoundedCache<Program>(share);
  const introspections = new ByteBoundedCache<ReadonlyMap<string, string>>(share);
  const inFlight = sharing();
  const { overridePercentages } = planning.overrides;

  const learn = async (query: string, operationName: string | null): Promise<Operation> => {
    const document = readDocument(query, limits);
    const node = operationIn(document, operationName);
    const meaning = `${operationName ?? ''}\n${print(document)}`;
    const known = byMeaning.get(meaning);
    if (known) return known;
    await inFlight(meaning, () => planning.ask('check', { query, operationName }));
    const operation = operationOf(meaning, document, node);
    byMeaning.set(meaning, operation, query.length * documentWeight);
    return operation;
  };

  const operationOf = (meaning: string, document: DocumentNode, node: OperationDefinitionNode): Operation => {
    const guarded = rules?.of(document, node) ?? null;
    const operationName = node.name?.value;
    return {
      document,
      node,
      checks: guarded?.checks ?? [],
      program(granted) {
        const percentage = overridePercentages.length > 0 ? fallsInto(overridePercentages, random() * 100) : 0;
        const key = `${granted.map(Number).join('')} ${percentage} ${meaning}`;
        const known = programs.get(key);
        if (known) return known;
        return inFlight(`program ${key}`, async () => {
          const { document: allowed, refused } = allowedOf(guarded, granted, document);
          const plan = await planOf(allowed, operationName, percentage);
          const program = createProgram({
            schema: api,
            types,
            keys,
            document,
            operation: node,
            plan,
            refused: (field) => (refused.has(field) ? unauthorized : null),
          });
          programs.set(key, program, JSON.stringify(plan).length * planWeight);
          return program;
        });
      },
      introspection: hasIntrospection(document)
        ? async (variables) => {
            const key = `${JSON.stringify(variables)} ${meaning}`;
            const known = introspections.get(key);
            if (known) return known;
            const job = { document: print(document), operationName, variables };
            const texts = new Map(await inFlight(`introspection ${key}`, () => planning.ask('introspect', job)));
            introspections.set(
              key,
              texts,
              key.length * 2 + [...texts.values()].reduce((sum, text) => sum + text.length, 0) * 2,
            );
            return texts;
          }
        : null,
    };
  };

  const planOf = async (
    document: DocumentNode | null,
    operationName: string | undefined,
    percentage: number,
  ): Promise<Plan> => {
    const planned = document && keys.planned(document);
    if (!planned || asksNothing(planned, operationName)) return { root: null, stream: null };
    return planning.ask('plan', { document: print(planned), operationName, labels: overrideLabels, percentage });
  };

  return {
    find(query, givenName) {
      const operationName = givenName || null;
      const key = `${operationName ?? ''}\n${query}`;
      const known = byText.get(key);
      if (known && 'operation' in known) return known.operation;
      if (known) return Promise.reject(new InvalidDocument(known.errors));
      return inFlight(`text ${key}`, async () => {
        try {
          const operation = await learn(query, operationName);
          byText.set(key, { operation, operationName, query }, key.length * 4);
          return operation;
        } catch (error) {
          if (error instanceof InvalidDocument)
            byText.set(key, error, (key.length + JSON.stringify(error.errors).length) * 2);
          throw error;
        }
      });
    },
    recent: (most) =>
      byText
        .newest(most)
        .flatMap((found) => ('operation' in found ? [{ query: found.query, operationName: found.operationName }] : [])),
  };
}

const unauthorized: GraphQLFormattedError = {
  message: 'You may not ask for this.',
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
};

const allowedOf = (guarded: Guarded | null, granted: readonly boolean[], document: DocumentNode) =>
  guarded && granted.includes(false) ? guarded.without(granted) : { document, refused: new Map() };

/** The middle between the percentages on either side, so that each range has one plan. */
function fallsInto(percentages: readonly number[], at: number): number {
  const above = percentages.find((percentage) => at < percentage) ?? 100;
  const below = percentages.findLast((percentage) => at >= percentage) ?? 0;
  return (above + below) / 2;
}

function hasIntrospection(document: DocumentNode): boolean {
  let found = false;
  visit(document, { Field: (field) => void (found ||= isIntrospection(field)) });
  return found;
}

/** Whether only __typename is left at the root: that is known without asking anybody. */
function asksNothing(document: DocumentNode, operationName: string | undefined): boolean {
  const { selectionSet } = operationIn(document, operationName);
  return selectionSet.selections.every(
    (selection) => selection.kind === 'Field' && selection.name.value === '__typename',
  );
}

/** Calls for the same key at the same time share one promise. */
function sharing() {
  const running = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const known = running.get(key) as Promise<T> | undefined;
    if (known) return known;
    const promise = work().finally(() => running.delete(key));
    running.set(key, promise);
    return promise;
  };
}
