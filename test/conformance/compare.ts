/**
 * Where an answer differs from what it should be.
 *
 * The data must be the same text. An error is told where the client sees its null: errors are compared by the place
 * that became null for them. When that is the error's own place there was one failure there, and it must be told once,
 * with message, code and path. When a null went up from below, the specification leaves open which of the failures
 * below are told ("only one error should be added"; what else was running may be cancelled or not): at least one must
 * be, and each must be one that could happen. *Forgotten* entities are the house's rule: a service that does not know
 * what another refers to, or hides it, costs null without an error.
 */
import type { GraphQLFormattedError } from 'graphql';
import type { EngineAnswer } from './engine.js';
import type { Answer } from './monolith.js';

type Path = readonly (string | number)[];
interface Told {
  message: string;
  path?: Path | undefined;
  extensions?: Readonly<Record<string, unknown>> | undefined;
}

export interface Difference {
  kind: 'data' | 'error missing' | 'error too many' | 'error differs';
  text: string;
}

/** What is wrong; empty when nothing is. `everything` is asked only when it matters. */
export function differences(expected: Answer, got: EngineAnswer, everything: () => Answer): Difference[] {
  const found: Difference[] = [];
  const find = (kind: Difference['kind'], text: string): void => void found.push({ kind, text });
  const wanted = JSON.stringify(expected.result.data);
  if (JSON.stringify(got.data) !== wanted) find('data', 'data differs');
  const data = expected.result.data;
  const silent = new Set(expected.forgotten);
  const isSilent = (path: Path): boolean => silent.has(JSON.stringify(path));
  const expectedErrors = (expected.result.errors ?? []).map((error) => error.toJSON());
  const expectedAt = byPlace(data, expectedErrors);
  const gotAt = byPlace(data, got.errors ?? []);
  let possible: { told: Set<string>; data: unknown; forgotten: ReadonlySet<string> } | undefined;
  const isPossible = (error: Told): boolean => {
    if (!possible) {
      const { result, forgotten } = everything();
      possible = { told: new Set(result.errors?.map((one) => textOf(one.toJSON()))), data: result.data, forgotten };
    }
    return possible.told.has(textOf(error)) || (isNullError(error) && at(possible.data, error.path ?? []) === null);
  };
  for (const place of new Set([...expectedAt.keys(), ...gotAt.keys()])) {
    const wantedHere = expectedAt.get(place) ?? [];
    const gotHere = gotAt.get(place) ?? [];
    const loud = wantedHere.filter((error) => !isSilent(error.path ?? []));
    const [only] = loud;
    if (loud.length === 1 && only && JSON.stringify(only.path ?? []) === place) {
      if (gotHere.length !== 1 || textOf(gotHere[0]!) !== textOf(only))
        find('error differs', `errors at ${place}: ${list(gotHere)} instead of ${list(loud)}`);
    } else if (wantedHere.length === 0)
      find('error too many', `errors at ${place}: ${list(gotHere)}, where there is none`);
    else if (gotHere.length === 0 && loud.length === wantedHere.length)
      find('error missing', `errors at ${place}: none instead of ${list(loud)}`);
    else
      for (const error of gotHere)
        if (!isPossible(error)) find('error differs', `errors at ${place}: ${textOf(error)}, which cannot be`);
  }
  return found;
}

const list = (errors: readonly Told[]): string => `[${errors.map(textOf).join(', ')}]`;

/** Errors by the path of the null that the client sees for them. */
function byPlace(data: unknown, errors: readonly (Told | GraphQLFormattedError)[]): Map<string, Told[]> {
  const places = new Map<string, Told[]>();
  for (const error of errors) {
    const place: (string | number)[] = [];
    let value = data;
    for (const key of error.path ?? []) {
      if (typeof value !== 'object' || value === null) break;
      place.push(key);
      value = at(value, [key]);
    }
    const key = JSON.stringify(place);
    places.set(key, [...(places.get(key) ?? []), error]);
  }
  return places;
}

function at(value: unknown, path: Path): unknown {
  let inner = value;
  for (const key of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, key)) return undefined;
    inner = (inner as Record<string | number, unknown>)[key];
  }
  return inner;
}

const isNullError = ({ message }: Told): boolean => message.startsWith('Cannot return null for non-nullable field');

/** What has to be the same of an error. A subgraph has other names for types than clients have, in words for people. */
const textOf = (error: Told): string =>
  JSON.stringify([
    error.path ?? [],
    isNullError(error) ? 'null where there cannot be' : error.message,
    error.extensions ?? {},
  ]);
