/**
 * One step of a plan, made ready: builds the request from the data so far, takes the answer in, plants what failed.
 *
 * *Group*: objects with the same representation. They are asked about once and get the same answer.
 */
import type { EntitySet, FetchNode } from '../plan/plan.js';
import type { Signal } from '../signal.js';
import { type Data, type Path, isData, objectsAt, pathTo, rewrite, rewritePath, walkOf } from './data.js';
import { type Failures, type Lost, type Positions, fromService, refused, unavailable } from './failures.js';
import { type Brought, copyOf, merge, renamed } from './merge.js';
import { clientsVariable } from './normalise.js';
import { representer } from './represent.js';
import { type Send, type SentError, type ServiceAnswer, ServiceRefused, ServiceUnavailable } from './service.js';
import { type Step, entityFields } from './steps.js';
import type { TypeSystem } from './typeSystem.js';

/** One answer in the making. */
export interface Run {
  send: Send;
  /** As the client sent them: services check and convert them again. */
  variables: Readonly<Record<string, unknown>>;
  signal: Signal;
  root: Data;
  failures: Failures;
  /** Told once for each fetch that failed as a whole. */
  onFailure: (service: string, error: Error) => void;
}

export interface Fetch {
  /** Does it; undefined when there is nothing to fetch. Rejects only when aborted, or for a bug. */
  run(run: Run): Promise<void> | undefined;
  /** Takes in an answer that came by itself: an event of a stream. */
  absorb(run: Run, answer: ServiceAnswer): void;
}

export function prepareFetch(types: TypeSystem, step: Step): Fetch {
  return step.fetch.entities
    ? entityFetch(types, step.fetch, step.fetch.entities, step.brings)
    : rootFetch(types, step.fetch, step.brings);
}

function rootFetch(types: TypeSystem, fetch: FetchNode, brings: readonly Brought[]): Fetch {
  const { outputRewrites } = fetch;
  const requestOf = requestMaker(fetch);
  const fields = renamed(brings, outputRewrites);
  const keys = brings.map(({ key }) => String(rewritePath(outputRewrites, [key])[0]));
  const keysOf = () => keys;
  const absorb = (run: Run, answer: ServiceAnswer): void => {
    const { root } = run;
    const positions: Positions = { objects: [root], pathTo: () => [] };
    if (isData(answer.data)) {
      rewrite(outputRewrites, answer.data, types);
      merge(types, fields, root, answer.data);
    }
    const placeless: SentError[] = [];
    for (const error of answer.errors ?? []) {
      const path = pathOf(error);
      if (path) run.failures.at(positions, rewritePath(outputRewrites, path), fromService(error));
      else placeless.push(error);
    }
    reportPlaceless(run, fetch, placeless, answer, isData(answer.data), () => [{ positions, keysOf }]);
  };
  return {
    absorb,
    async run(run) {
      const answer = await sent(run, fetch, requestOf(run, ''), () => [
        { positions: { objects: [run.root], pathTo: () => [] }, keysOf },
      ]);
      if (answer) absorb(run, answer);
    },
  };
}

interface Group {
  /** By place, in the order of the set's paths. */
  objects: Data[][];
}

function entityFetch(
  types: TypeSystem,
  fetch: FetchNode,
  entities: readonly EntitySet[],
  brings: readonly Brought[],
): Fetch {
  const requestOf = requestMaker(fetch);
  const sets = entities.map((set) => entitySet(types, set, entityFields(brings, set)));
  return {
    run(run) {
      const asked = sets.map((set) => set.collect(run.root));
      if (asked.every(({ groups }) => groups.length === 0)) return undefined;
      const representations = asked.map(({ text }, i) => `"${sets[i]!.variable}":[${text}]`).join();
      const lost = () => asked.flatMap(({ groups }, i) => groups.map((group) => sets[i]!.lost(run.root, group)));
      return sent(run, fetch, requestOf(run, representations), lost).then((answer) => {
        if (!answer) return;
        const lists = asked.map(({ groups }, i) => sets[i]!.complete(answer.data, groups));
        const placeless: SentError[] = [];
        for (const error of answer.errors ?? []) {
          const [key, index, ...below] = pathOf(error) ?? [];
          const i = sets.findIndex((set) => set.key === key);
          const group = typeof index === 'number' ? asked[i]?.groups[index] : undefined;
          if (!group) {
            placeless.push(error);
            continue;
          }
          const { positions, keysOf } = sets[i]!.lost(run.root, group);
          if (below.length === 0) run.failures.lost([{ positions, keysOf }], fromService(error));
          else run.failures.at(positions, rewritePath(sets[i]!.outputRewrites, below), fromService(error));
        }
        reportPlaceless(run, fetch, placeless, answer, lists.every(Boolean), lost);
      });
    },
    absorb() {
      throw new Error('a stream cannot complete objects');
    },
  };
}

function entitySet(types: TypeSystem, set: EntitySet, fields: readonly Brought[]) {
  const { key, variable, paths, outputRewrites } = set;
  const { represent, keyOf } = representer(types, set);
  const walks = paths.map(walkOf);
  const fieldsAfter = renamed(fields, outputRewrites);
  const keyed = fields
    .filter((field) => field.key !== '__typename')
    .map(({ key: sentKey, on }) => ({ key: String(rewritePath(outputRewrites, [sentKey])[0]), on: on && [...on] }));
  const keysOf = (object: Data): readonly string[] => {
    const typename = object['__typename'];
    const own = keyed.filter(({ on }) => on === null || on.some((type) => types.matches(typename, type)));
    return [...new Set((own.length > 0 ? own : keyed).map((field) => field.key))];
  };
  return {
    key,
    variable,
    outputRewrites,
    /** The objects to complete, in groups, and their representations as the text of a list. */
    collect(root: Data): { groups: Group[]; text: string } {
      const byText = new Map<string, Group>();
      const byKey = new Map<string, Group>();
      for (const [place, walk] of walks.entries())
        for (const object of objectsAt(root, walk)) {
          const key = keyOf?.(object);
          let group = key === undefined ? undefined : byKey.get(key);
          if (!group) {
            const text = represent(object);
            if (text === undefined) continue;
            group = byText.get(text);
            if (!group) byText.set(text, (group = { objects: [] }));
            if (key !== undefined) byKey.set(key, group);
          }
          (group.objects[place] ??= []).push(object);
        }
      return { groups: [...byText.values()], text: [...byText.keys()].join() };
    },
    /** Gives each group what was sent for it; says whether a whole list was sent. */
    complete(data: ServiceAnswer['data'], groups: readonly Group[]): boolean {
      const list = data?.[key];
      if (!Array.isArray(list) || list.length !== groups.length) return groups.length === 0;
      for (const [i, { objects }] of groups.entries()) {
        const entity: unknown = list[i];
        if (!isData(entity)) continue;
        let first = true;
        for (const place of objects) {
          if (!place) continue; // no object of this group stands there
          const received = first ? entity : (copyOf(fields, entity) as Data);
          first = false;
          for (const object of place) {
            if (outputRewrites.length === 0) merge(types, fields, object, received);
            else {
              const own = copyOf(fields, received) as Data;
              own['__typename'] ??= object['__typename'];
              rewrite(outputRewrites, own, types);
              merge(types, fieldsAfter, object, own);
            }
          }
        }
      }
      return true;
    },
    lost: (root: Data, { objects }: Group): Lost => ({
      positions: {
        objects: objects.flat().filter(Boolean),
        pathTo: (object) => {
          for (const [place, walk] of walks.entries())
            if (objects[place]?.includes(object)) return pathTo(root, walk, object);
          return [];
        },
      },
      keysOf,
    }),
  };
}

async function sent(run: Run, fetch: FetchNode, body: string, lost: () => Lost[]): Promise<ServiceAnswer | null> {
  const { service, operationKind } = fetch;
  try {
    return await run.send({ service, body, idempotent: operationKind === 'query' });
  } catch (error) {
    if (run.signal.aborted) throw error;
    const told =
      error instanceof ServiceUnavailable ? unavailable(service) : error instanceof ServiceRefused ? refused : null;
    if (!told) throw error;
    run.failures.lost(lost(), told);
    run.onFailure(service, error as Error);
    return null;
  }
}

/** Errors without a usable path: if nothing came, they are why the fetch's fields are lost. */
function reportPlaceless(
  { failures, onFailure }: Run,
  fetch: FetchNode,
  errors: readonly SentError[],
  answer: ServiceAnswer,
  hasData: boolean,
  lost: () => readonly Lost[],
): void {
  if (hasData && errors.length === 0) return;
  const places = lost();
  const beside = (error: SentError): void => {
    if (places[0]) failures.beside(places[0].positions, fromService(error));
  };
  const [cause, ...others] = errors;
  if (hasData) errors.forEach(beside);
  else if (cause) {
    failures.lost(places, fromService(cause));
    others.forEach(beside);
  } else if (!answer.errors?.length) {
    failures.lost(places, unavailable(fetch.service));
    onFailure(fetch.service, new ServiceUnavailable('The answer has neither what was asked for nor errors.'));
  }
}

/** The text of the request, but for variables ready beforehand. */
function requestMaker({ operation, variables }: FetchNode): (run: Run, representations: string) => string {
  const start = `{"query":${JSON.stringify(operation)}`;
  const named = variables.map((name) => ({ name, clients: clientsVariable(name) }));
  return (run, representations) => {
    let given = representations;
    for (const { name, clients } of named) {
      if (!Object.hasOwn(run.variables, clients)) continue; // the service has the default
      given += `${given === '' ? '' : ','}"${name}":${JSON.stringify(run.variables[clients])}`;
    }
    return given === '' ? `${start}}` : `${start},"variables":{${given}}}`;
  };
}

const pathOf = ({ path }: SentError): Path | undefined =>
  Array.isArray(path) && path.length > 0 && path.every((key) => typeof key === 'string' || Number.isInteger(key))
    ? (path as Path)
    : undefined;
