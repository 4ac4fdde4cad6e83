/**
 * One step of a plan, made ready: builds the request from the data so far, takes the answer in, plants what failed.
 *
 * *Group*: objects with the same representation. They are asked about once and get the same answer.
 */
import type { EntitySet, FetchNode } from '../plan/plan.js';
import type { Signal } from '../signal.js';
import { type Data, type Path, isData, objectsAt, pathTo, rewrite, rewritePath, walkOf } from './data.js';
import { type Failures, type Lost, type Positions, absent, fromService, refused, unavailable } from './failures.js';
import { type Brought, copyOf, merge, renamed } from './merge.js';
import { clientsVariable } from './normalise.js';
import { mostErrors } from './project.js';
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
  const lostIn = ({ root }: Run): Lost => ({ positions: { objects: [root], pathTo: () => [] }, fields, types });
  const absorb = (run: Run, answer: ServiceAnswer): void => {
    const lost = lostIn(run);
    const { failures, root } = run;
    const { data } = answer;
    const placeless: SentError[] = [];
    if (isData(data)) {
      rewrite(outputRewrites, data, types);
      if (!merge(types, fields, root, data)) misfit(run, fetch, lost);
    }
    for (const error of told(answer)) {
      const path = pathOf(error);
      if (path) failures.at(lost.positions, rewritePath(outputRewrites, path), fromService(error));
      else placeless.push(error);
    }
    if (isData(data)) for (const error of placeless) failures.beside(lost.positions, fromService(error));
    else nothingCame(run, fetch, [lost], placeless, answer);
  };
  return {
    absorb,
    async run(run) {
      const answer = await sent(run, fetch, requestOf(run, ''), () => [lostIn(run)]);
      if (answer) withinDepth(run, fetch, [lostIn(run)], () => absorb(run, answer));
    },
  };
}

function entityFetch(
  types: TypeSystem,
  fetch: FetchNode,
  entities: readonly EntitySet[],
  brings: readonly Brought[],
): Fetch {
  const requestOf = requestMaker(fetch);
  const sets = entities.map((set) => entitySet(types, set, entityFields(brings, set)));
  const complete = (run: Run, asked: readonly Asked[], answer: ServiceAnswer): void => {
    const placeless: SentError[] = [];
    const errors = asked.map((): SentError[][] => []);
    for (const error of told(answer)) {
      const [key, index] = pathOf(error) ?? [];
      const i = sets.findIndex((set) => set.key === key);
      if (typeof index === 'number' && asked[i]?.groups[index]) (errors[i]![index] ??= []).push(error);
      else placeless.push(error);
    }
    const without: Lost[] = []; // those for whose lack there is no error of their own
    asked.forEach(({ groups }, i) => {
      const set = sets[i]!;
      const list = set.listIn(answer.data, groups.length);
      groups.forEach((group, index) => {
        const entity = list?.[index];
        const own = errors[i]![index] ?? [];
        const lost = set.lost(run.root, group);
        if (isData(entity)) {
          if (!set.take(group, entity)) misfit(run, fetch, lost());
        } else if (list && (entity === null || entity === undefined)) {
          if (own.length === 0) absent(lost());
        } else if (own.length === 0) without.push(lost());
        for (const error of own) set.tell(run, lost(), isData(entity), error);
      });
    });
    const [first] = asked.flatMap(({ groups }, i) => groups.slice(0, 1).map((group) => sets[i]!.lost(run.root, group)));
    if (without.length > 0) nothingCame(run, fetch, without, placeless, answer);
    else for (const error of placeless) run.failures.beside(first!().positions, fromService(error));
  };
  return {
    run(run) {
      const asked = sets.map((set) => set.collect(run, fetch));
      if (asked.every(({ groups }) => groups.length === 0)) return undefined;
      const representations = asked.map(({ text }, i) => `"${sets[i]!.variable}":[${text}]`).join();
      const lost = () => asked.flatMap(({ groups }, i) => groups.map((group) => sets[i]!.lost(run.root, group)()));
      return sent(run, fetch, requestOf(run, representations), lost).then((answer) => {
        if (answer) withinDepth(run, fetch, lost, () => complete(run, asked, answer));
      });
    },
    absorb() {
      throw new Error('a stream cannot complete objects');
    },
  };
}

/** Objects with the same representation; by place, in the order of the set's paths. */
interface Group {
  objects: Data[][];
}

/** The objects to complete, in groups, and their representations as the text of a list. */
interface Asked {
  groups: Group[];
  text: string;
}

function entitySet(types: TypeSystem, set: EntitySet, fields: readonly Brought[]) {
  const { key, variable, paths, outputRewrites } = set;
  const { represent, keyOf } = representer(types, set);
  const walks = paths.map(walkOf);
  const fieldsAfter = renamed(fields, outputRewrites);
  const lostOf = (root: Data, objects: readonly Data[][]): Lost => ({
    positions: positionsOf(root, objects),
    fields: fieldsAfter,
    types,
  });
  return {
    key,
    variable,
    collect(run: Run, fetch: FetchNode): Asked {
      const byText = new Map<string, Group>();
      const byKey = new Map<string, Group>();
      const unfit: Data[] = [];
      for (const [place, walk] of walks.entries())
        for (const object of objectsAt(run.root, walk)) {
          const key = keyOf?.(object);
          let group = key === undefined ? undefined : byKey.get(key);
          if (!group) {
            let text: string | undefined;
            try {
              text = represent(object);
            } catch (error) {
              if (!(error instanceof RangeError)) throw error; // nests deeper than can be written
              unfit.push(object);
              continue;
            }
            if (text === undefined) {
              if (object['__typename'] !== undefined && !types.exists(object['__typename'])) unfit.push(object);
              else absent(lostOf(run.root, [[object]]));
              continue;
            }
            group = byText.get(text);
            if (!group) byText.set(text, (group = { objects: [] }));
            if (key !== undefined) byKey.set(key, group);
          }
          (group.objects[place] ??= []).push(object);
        }
      if (unfit.length > 0) misfit(run, fetch, lostOf(run.root, [unfit]));
      return { groups: [...byText.values()], text: [...byText.keys()].join() };
    },
    /** The entities that were sent, if they are as many as were asked for. */
    listIn(data: ServiceAnswer['data'], length: number): readonly unknown[] | null {
      const list = data?.[key];
      return Array.isArray(list) && list.length === length ? list : null;
    },
    /** Gives a group what was sent for it; answers whether it fits. */
    take({ objects }: Group, entity: Data): boolean {
      let fits = true;
      let first = true;
      for (const place of objects) {
        if (!place) continue; // no object of this group stands there
        const received = first ? entity : (copyOf(fields, entity) as Data);
        first = false;
        for (const object of place) {
          if (outputRewrites.length === 0) fits = merge(types, fields, object, received) && fits;
          else {
            const own = copyOf(fields, received) as Data;
            own['__typename'] ??= object['__typename'];
            rewrite(outputRewrites, own, types);
            fits = merge(types, fieldsAfter, object, own) && fits;
          }
        }
      }
      return fits;
    },
    /** Plants an error of a group, of which something came or not. */
    tell({ failures }: Run, lost: Lost, came: boolean, error: SentError): void {
      const path = rewritePath(outputRewrites, pathOf(error)!.slice(2));
      if (path.length === 0) failures.lost([lost], fromService(error));
      else if (came) failures.at(lost.positions, path, fromService(error));
      else failures.instead(lost, path, fromService(error));
    },
    lost:
      (root: Data, { objects }: Group) =>
      (): Lost =>
        lostOf(root, objects),
  };

  function positionsOf(root: Data, objects: readonly Data[][]): Positions {
    return {
      objects: objects.flat(),
      pathTo: (object) => {
        for (const walk of walks) {
          const path = pathTo(root, walk, object);
          if (path) return path;
        }
        return [];
      },
    };
  }
}

/** At most so many errors of one answer are looked at; the last says how many more there were. */
function told({ errors = [] }: ServiceAnswer): readonly SentError[] {
  if (errors.length <= mostErrors) return errors;
  return [...errors.slice(0, mostErrors), { message: `The service gave ${errors.length - mostErrors} more errors.` }];
}

/** The service sent what does not go with what is known: it is left aside, and told. */
function misfit({ failures, onFailure }: Run, { service }: FetchNode, lost: Lost): void {
  failures.lost([lost], refused);
  onFailure(service, new ServiceUnavailable('The answer does not fit what was asked for.'));
}

/** Of what nests deeper than can be gone through, nothing came. */
function withinDepth(
  run: Run,
  fetch: FetchNode,
  lost: readonly Lost[] | (() => readonly Lost[]),
  work: () => void,
): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    run.failures.lost(typeof lost === 'function' ? lost() : lost, refused);
    run.onFailure(fetch.service, new ServiceUnavailable('The answer nests too deep.'));
  }
}

/** Nothing usable came for these: the first error without a place is why, or the service is. */
function nothingCame(
  { failures, onFailure }: Run,
  fetch: FetchNode,
  lost: readonly Lost[],
  placeless: readonly SentError[],
  answer: ServiceAnswer,
): void {
  const [cause, ...others] = placeless;
  if (cause) {
    failures.lost(lost, fromService(cause));
    for (const error of others) failures.beside(lost[0]!.positions, fromService(error));
    return;
  }
  if (answer.errors?.length) {
    // They tell why; what they do not name is gone with them.
    lost.forEach(absent);
    if (!fetch.entities) return;
  }
  failures.lost(lost, unavailable(fetch.service));
  onFailure(fetch.service, new ServiceUnavailable('The answer has neither what was asked for nor errors.'));
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
