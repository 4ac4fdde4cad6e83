/**
 * Operations we have met. A text is looked up as it stands; one that is new is read, and looked up by what it says
 * (white space and comments aside); one that says something new is checked and planned in the planning thread. Those
 * who ask for the same at the same time wait for one and the same check and plan.
 */
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  isAbstractType,
  print,
  visit,
} from 'graphql';
import { HubError } from '@hub/kit/errors';
import type { Check } from '../authorize/checks.js';
import { readRules } from '../authorize/rules.js';
import { type Program, createProgram } from '../execute/program.js';
import { isIntrospection } from '../execute/collect.js';
import { needsOf } from '../execute/needs.js';
import { TooManyParts, normalise } from '../execute/normalise.js';
import { typeSystem } from '../execute/typeSystem.js';
import type { Limits } from '../limits/limits.js';
import type { Supergraph } from '../supergraph/supergraph.js';
import { ByteBoundedCache } from './byteBoundedCache.js';
import { InvalidDocument, operationIn, readDocument } from './check.js';
import { type Plan, TooManyWays } from './plan.js';
import type { Planning } from './planning.js';

/** A valid operation. */
export interface Operation {
  document: DocumentNode;
  node: OperationDefinitionNode;
  /** What has to hold of a viewer for them to get all of it; most operations have nothing. */
  checks: readonly Check[];
  /** Whether something in it is deferred. */
  defers: boolean;
  /**
   * How it is answered for whom these checks hold, and with these variables (of which those matter that fields are
   * skipped and included by), whole or in parts. Rejects with COST_EXCEEDED when it cannot be planned in time.
   */
  program(
    granted: readonly boolean[],
    variables: Readonly<Record<string, unknown>>,
    inParts?: boolean,
  ): Program | Promise<Program>;
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
const hopelessMs = 60_000;

/** What a text says, by which its operation is found; or what is wrong with it. */
type Found =
  { meaning: string; operationName: string | null; query: string } | { errors: readonly GraphQLFormattedError[] };

interface Learnt {
  meaning: string;
  operation: Operation;
}

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
  const hiding = hidingTypes(api, whole);
  const mayHide = (type: string): boolean => hiding.has(type);
  const share = limits.operationCacheBytes / 4;
  const byText = new ByteBoundedCache<Found>(share);
  const byMeaning = new ByteBoundedCache<Operation>(share);
  const programs = new ByteBoundedCache<Program>(share);
  const introspections = new ByteBoundedCache<ReadonlyMap<string, string>>(share);
  const hopeless = new ByteBoundedCache<{ error: HubError; until: number }>(share / 16);
  const inFlight = sharing();
  /** What took too long just now would take too long again, and keep others waiting. */
  const unlessHopeless = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const known = hopeless.get(key);
    if (known && performance.now() < known.until) throw known.error;
    return inFlight(key, work).catch((error: unknown) => {
      if (error instanceof HubError && error.code === 'COST_EXCEEDED')
        hopeless.set(key, { error, until: performance.now() + hopelessMs }, key.length * 2);
      throw error;
    });
  };
  const { overridePercentages } = planning.overrides;

  const learn = async (query: string, operationName: string | null): Promise<Learnt> => {
    const document = readDocument(query, limits);
    const node = operationIn(document, operationName);
    const meaning = `${operationName ?? ''}\n${print(document)}`;
    const known = byMeaning.get(meaning);
    if (known) return { meaning, operation: known };
    await unlessHopeless(`check ${meaning}`, () => planning.ask('check', { query, operationName }));
    const operation = operationOf(meaning, document, node);
    byMeaning.set(meaning, operation, query.length * documentWeight);
    return { meaning, operation };
  };

  const operationOf = (meaning: string, document: DocumentNode, node: OperationDefinitionNode): Operation => {
    const guarded = rules?.of(document, node) ?? null;
    const operationName = node.name?.value;
    const conditions = conditionsIn(document, ['skip', 'include']);
    const deferring = conditionsIn(document, ['defer']);
    const fragments = new Map(
      document.definitions.flatMap((one): [string, FragmentDefinitionNode][] =>
        one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [],
      ),
    );
    return {
      document,
      node,
      checks: guarded?.checks ?? [],
      defers: hasDirective(document, 'defer'),
      program(granted, variables, inParts = false) {
        const percentage = overridePercentages.length > 0 ? fallsInto(overridePercentages, random() * 100) : 0;
        const held = granted.map(Number).join('');
        const included = conditions.map((name) => (variables[name] === true ? 1 : 0)).join('');
        const parts = inParts ? `/${deferring.map((name) => (variables[name] === false ? 0 : 1)).join('')}` : '';
        const key = `${held} ${included}${parts} ${percentage} ${meaning}`;
        const known = programs.get(key);
        if (known) return known;
        return unlessHopeless(`program ${key}`, async () => {
          const refused = guarded && granted.includes(false) ? guarded.without(granted).refused : nothing;
          const isRefused = (field: FieldNode) => refused.has(field);
          const decided = pick([...conditions, ...deferring], variables);
          const planned = async (apart: boolean, later: boolean) => {
            const typing = { schema: api, fragments, variables: decided, inParts: later, mayHide, apart };
            const most = { mostFields: limits.fields * mostTypes, mostDeferred: limits.deferred };
            const { document, keys, deferred } = normalise({ ...typing, ...most, operation: node, isRefused });
            const plan: Plan = document
              ? await planning.ask('plan', { document: print(document), labels: overrideLabels, percentage })
              : { root: null, stream: null };
            return { ...typing, keys, plan, needs: deferred > 0 ? needsOf(document) : null };
          };
          const planAnyhow = (later: boolean) =>
            planned(false, later)
              .catch(ifThrown(TooManyWays, () => planned(true, later)))
              .catch(ifThrown(TooManyWays, () => Promise.reject(tooManyWays())));
          // Whoever defers more than is planned apart gets it whole, as from a server that has no @defer.
          const found = await planAnyhow(inParts).catch(ifThrown(TooManyParts, () => planAnyhow(false)));
          const program = createProgram({
            ...found,
            operation: node,
            refused: (field) => (isRefused(field) ? unauthorized : null),
            types,
          });
          programs.set(key, program, JSON.stringify(found.plan).length * planWeight);
          return program;
        });
      },
      introspection: hasIntrospection(document)
        ? async (variables) => {
            const key = `${JSON.stringify(variables)} ${meaning}`;
            const known = introspections.get(key);
            if (known) return known;
            const job = { document: print(document), operationName, variables };
            const texts = new Map(await unlessHopeless(`introspection ${key}`, () => planning.ask('introspect', job)));
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

  return {
    find(query, givenName) {
      const operationName = givenName || null;
      const key = `${operationName ?? ''}\n${query}`;
      const known = byText.get(key);
      if (known && 'errors' in known) return Promise.reject(new InvalidDocument(known.errors));
      const operation = known && byMeaning.get(known.meaning);
      if (operation) return operation;
      return inFlight(`text ${key}`, async () => {
        try {
          const { meaning, operation } = await learn(query, operationName);
          byText.set(key, { meaning, operationName, query }, key.length * 4);
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
        .flatMap((found) => ('meaning' in found ? [{ query: found.query, operationName: found.operationName }] : [])),
  };
}

const unauthorized: GraphQLFormattedError = {
  message: 'You may not ask for this.',
  extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' },
};

const ifThrown =
  <T>(kind: abstract new (...given: never[]) => Error, otherwise: () => Promise<T>) =>
  (error: unknown): Promise<T> => {
    if (error instanceof kind) return otherwise();
    throw error;
  };

const tooManyWays = () =>
  new HubError('COST_EXCEEDED', 'There are too many ways to answer the operation. Ask for less at once.');

const nothing: ReadonlyMap<FieldNode, Check> = new Map();
const mostTypes = 4; // what an operation may grow to where more is asked of several types of an interface or union

const pick = (names: readonly string[], from: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(names.map((name) => [name, from[name]]));

/** The variables by which directives of these names are switched on and off. */
function conditionsIn(document: DocumentNode, directives: readonly string[]): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: given = [] }) => {
      const condition = given.find((one) => one.name.value === 'if')?.value;
      if (directives.includes(name.value) && condition?.kind === Kind.VARIABLE) names.add(condition.name.value);
    },
  });
  return [...names];
}

function hasDirective(document: DocumentNode, wanted: string): boolean {
  let found = false;
  visit(document, { Directive: ({ name }) => void (found ||= name.value === wanted) });
  return found;
}

/** Interfaces and unions some of whose members clients do not see. */
const hidingTypes = (api: GraphQLSchema, whole: GraphQLSchema): ReadonlySet<string> =>
  new Set(
    Object.values(api.getTypeMap()).flatMap((type) => {
      const complete = whole.getType(type.name);
      const hides =
        isAbstractType(type) &&
        isAbstractType(complete) &&
        whole.getPossibleTypes(complete).length > api.getPossibleTypes(type).length;
      return hides ? [type.name] : [];
    }),
  );

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
