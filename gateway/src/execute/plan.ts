/**
 * Runs a query plan: sends its fetches, merges what comes back into one tree, plants what failed.
 *
 * *Position*: an object of the tree that a fetch completes. *Representation*: what a service needs to know of it,
 * its key and the fields it requires; equal ones are sent once. *Lost*: the fields a fetch would have brought.
 */
import { type FieldNode, Kind, type SelectionSetNode, parse } from 'graphql';
import type { FetchNode, PlanNode, QueryPlanSelectionNode } from '../plan/planner.js';
import { Failures, fromService, refused, unavailable } from './failures.js';
import { type Send, type SentError, type ServiceAnswer, ServiceRefused, ServiceUnavailable } from './service.js';
import {
  type Path,
  type Position,
  type Tree,
  type Value,
  emptyTree,
  isTree,
  merge,
  positionsAt,
  rewrite,
  rewritePath,
} from './tree.js';
import type { TypeSystem } from './typeSystem.js';

export interface Run {
  types: TypeSystem;
  send: Send;
  /** As the client sent them: services check and convert them again. */
  variables: Readonly<Record<string, unknown>>;
  /** With defaults filled in: what conditions go by. */
  coerced: Readonly<Record<string, unknown>>;
  signal: AbortSignal;
  failures: Failures;
  /** Told once for each fetch that failed as a whole. */
  onFailure: (service: string, error: Error) => void;
}

/** Completes the positions by what the plan node fetches. Rejects only when aborted, or for a bug. */
export async function runNode(run: Run, node: PlanNode, positions: readonly Position[]): Promise<void> {
  switch (node.kind) {
    case 'Sequence':
      for (const child of node.nodes) await runNode(run, child, positions);
      return;
    case 'Parallel':
      await Promise.all(node.nodes.map((child) => runNode(run, child, positions)));
      return;
    case 'Flatten':
      return runNode(run, node.node, positionsAt(positions, node.path));
    case 'Condition': {
      const chosen = run.coerced[node.condition] ? node.ifClause : node.elseClause;
      return chosen && runNode(run, chosen, positions);
    }
    case 'Fetch':
      return positions.length > 0 ? runFetch(run, node, positions) : undefined;
    case 'Defer':
      throw new Error('@defer is not in the schema, so no plan has it');
  }
}

async function runFetch(run: Run, fetch: FetchNode, positions: readonly Position[]): Promise<void> {
  const own = Object.fromEntries(
    (fetch.variableUsages ?? []).flatMap((name) =>
      Object.hasOwn(run.variables, name) ? [[name, run.variables[name]]] : [],
    ),
  );
  if (!fetch.requires) {
    const answer = await sendFetch(run, fetch, own, () => positions.map((position) => lostAt(fetch, position)));
    if (answer) absorb(run, fetch, positions, answer);
    return;
  }
  const groups = new Map<string, { representation: Tree; positions: Position[] }>();
  for (const position of positions) {
    const representation = represent(run.types, position.value, fetch.requires);
    if (!isTree(representation) || typeof representation['__typename'] !== 'string') continue;
    rewrite(fetch.inputRewrites, representation, run.types);
    const key = JSON.stringify(representation);
    const group = groups.get(key);
    if (group) group.positions.push(position);
    else groups.set(key, { representation, positions: [position] });
  }
  const entities = [...groups.values()];
  if (entities.length === 0) return;
  const allLost = () => entities.flatMap(({ positions: same }) => same.map((position) => lostAt(fetch, position)));
  const representations = entities.map(({ representation }) => representation);
  const answer = await sendFetch(run, fetch, { ...own, representations }, allLost);
  if (!answer) return;

  const received = answer.data?.['_entities'];
  const list: readonly unknown[] = Array.isArray(received) && received.length === entities.length ? received : [];
  entities.forEach(({ positions: same }, index) => {
    for (const { value } of same) complete(run, fetch, value, list[index]);
  });
  const placeless: SentError[] = [];
  for (const error of answer.errors ?? []) {
    const [root, index, ...below] = pathOf(error) ?? [];
    const entity = root === '_entities' && typeof index === 'number' ? entities[index] : undefined;
    if (!entity) placeless.push(error);
    else if (below.length > 0) run.failures.sent(error, entity.positions, rewritePath(fetch.outputRewrites, below));
    else
      run.failures.lost(
        (path) => fromService(error, path),
        entity.positions.map((position) => lostAt(fetch, position)),
      );
  }
  reportPlaceless(run, fetch, placeless, answer, list.length > 0, allLost, entities[0]!.positions[0]!);
}

/** Takes in an answer whose fields belong to the positions themselves: of a root fetch, or an event of a stream. */
export function absorb(run: Run, fetch: FetchNode, positions: readonly Position[], answer: ServiceAnswer): void {
  for (const { value } of positions) complete(run, fetch, value, answer.data);
  const placeless: SentError[] = [];
  for (const error of answer.errors ?? []) {
    const path = pathOf(error);
    if (path) run.failures.sent(error, positions, rewritePath(fetch.outputRewrites, path));
    else placeless.push(error);
  }
  const allLost = () => positions.map((position) => lostAt(fetch, position));
  reportPlaceless(run, fetch, placeless, answer, isTree(answer.data), allLost, positions[0]!);
}

type Lost = { position: Position; keys: readonly string[] }[];

async function sendFetch(
  run: Run,
  fetch: FetchNode,
  variables: Record<string, unknown>,
  lost: () => Lost,
): Promise<ServiceAnswer | null> {
  const { serviceName: service, operation: query, operationName } = fetch;
  try {
    run.signal.throwIfAborted();
    return await run.send({ service, query, operationName, variables });
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof ServiceUnavailable) run.failures.lost(unavailable(service), lost());
    else if (error instanceof ServiceRefused) run.failures.lost(refused(), lost());
    else throw error;
    run.onFailure(service, error);
    return null;
  }
}

/** Errors without a usable path: if nothing came, they are why the fetch's fields are lost. */
function reportPlaceless(
  run: Run,
  fetch: FetchNode,
  errors: readonly SentError[],
  answer: ServiceAnswer,
  hasData: boolean,
  lost: () => Lost,
  first: Position,
): void {
  if (hasData) {
    for (const error of errors) run.failures.lost((path) => fromService(error, path), [{ position: first, keys: [] }]);
    return;
  }
  const [cause, ...others] = errors;
  if (cause) run.failures.lost((path) => fromService(cause, path), lost());
  else if (!answer.errors?.length) {
    run.failures.lost(unavailable(fetch.serviceName), lost());
    run.onFailure(fetch.serviceName, new ServiceUnavailable('The answer has neither data nor errors.'));
  }
  for (const error of others) run.failures.lost((path) => fromService(error, path), [{ position: first, keys: [] }]);
}

function complete(run: Run, fetch: FetchNode, target: Tree, received: unknown): void {
  if (!isTree(received)) return;
  if (!fetch.outputRewrites?.length) return merge(target, received);
  const copy = emptyTree(); // the same answer may complete several positions
  merge(copy, received);
  if (copy['__typename'] === undefined && target['__typename'] !== undefined) copy['__typename'] = target['__typename'];
  rewrite(fetch.outputRewrites, copy, run.types);
  merge(target, copy);
}

/** What the service must know of an object; undefined when something it requires is missing. */
function represent(types: TypeSystem, source: Tree, selections: readonly QueryPlanSelectionNode[]): Tree | undefined {
  const result = emptyTree();
  for (const selection of selections) {
    if (selection.kind === 'InlineFragment') {
      if (selection.typeCondition && !types.matches(source['__typename'], selection.typeCondition)) continue;
      const inner = represent(types, source, selection.selections);
      if (!inner) return undefined;
      merge(result, inner);
    } else {
      const key = selection.alias ?? selection.name;
      const value = representValue(types, source[key], selection.selections);
      if (value === undefined) return undefined;
      result[key] = value;
    }
  }
  return result;
}

function representValue(
  types: TypeSystem,
  value: Value,
  selections: readonly QueryPlanSelectionNode[] | undefined,
): Value {
  if (value === null) return null;
  if (value instanceof Error) return undefined;
  if (Array.isArray(value)) {
    const elements = value.map((element) => representValue(types, element, selections));
    return elements.includes(undefined) ? undefined : elements;
  }
  return selections && isTree(value) ? represent(types, value, selections) : value;
}

const pathOf = ({ path }: SentError): Path | undefined =>
  Array.isArray(path) && path.length > 0 && path.every((key) => typeof key === 'string' || Number.isInteger(key))
    ? (path as Path)
    : undefined;

/** Which fields of a position this fetch would have brought. */
function lostAt(fetch: FetchNode, position: Position): Lost[number] {
  const brought = broughtBy(fetch);
  const typename = position.value['__typename'];
  const keys = brought.filter(({ on }) => on === null || on === typename).map(({ key }) => key);
  return { position, keys: keys.length > 0 ? keys : [...new Set(brought.map(({ key }) => key))] };
}

type Brought = readonly { on: string | null; key: string }[];
const broughtByFetch = new WeakMap<FetchNode, Brought>();

function broughtBy(fetch: FetchNode): Brought {
  const known = broughtByFetch.get(fetch);
  if (known) return known;
  const document = parse(fetch.operation, { noLocation: true });
  const fragments = new Map<string, { on: string; selections: SelectionSetNode }>();
  let top: SelectionSetNode | undefined;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) top = definition.selectionSet;
    else if (definition.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(definition.name.value, {
        on: definition.typeCondition.name.value,
        selections: definition.selectionSet,
      });
  }
  if (fetch.requires) top = (top?.selections[0] as FieldNode | undefined)?.selectionSet; // below `_entities`
  const fields: { on: string | null; key: string }[] = [];
  const visit = (set: SelectionSetNode | undefined, on: string | null): void => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        if (key !== '__typename') fields.push({ on, key: String(rewritePath(fetch.outputRewrites, [key])[0]) });
      } else if (selection.kind === Kind.INLINE_FRAGMENT)
        visit(selection.selectionSet, selection.typeCondition?.name.value ?? on);
      else {
        const fragment = fragments.get(selection.name.value);
        visit(fragment?.selections, fragment?.on ?? on);
      }
    }
  };
  visit(top, null);
  broughtByFetch.set(fetch, fields);
  return fields;
}
