/** Random worlds: a seed determines everything but the day. */
import { type Random, createRandom } from '../conformance/random.js';
import { Story } from './story.js';
import {
  type Anonymous,
  type ApiClient,
  type Happening,
  type Makers,
  type Membership,
  type Move,
  type Owner,
  type Person,
  type Role,
  type RoleName,
  type World,
  bodies,
  day,
  minute,
  owners,
  states,
} from './world.js';

/** A world that goes on. */
export interface LivingWorld extends World {
  /** By which the practices go on, in the same order. */
  stories: Story[];
}

export const readScopes = ['practices:read', 'events:read', 'directory:read'];

export interface WorldSize {
  practices?: number;
  /** Whether States joined and left bodies while the log was written. */
  moves?: boolean;
}

export function createWorld(seed: number, { practices: count = 40, moves = false }: WorldSize = {}): LivingWorld {
  const random = createRandom(seed);
  const now = new Date();
  const ago = (ms: number) => new Date(now.getTime() - ms);
  const makers = { random, now, ago, uuid: () => uuid(random) };
  const memberships = createMemberships(makers);
  const persons = createPersons(makers);
  const clients = createClients(makers);
  const anonymous: Anonymous = { kind: 'anonymous', name: 'anonymous' };
  const stories = Array.from({ length: count }, (_, index) => new Story(makers, index, persons).tell());
  return {
    seed,
    now,
    memberships,
    persons,
    clients,
    viewers: [anonymous, ...persons, ...clients],
    practices: stories.map(({ practice }) => practice),
    stories,
    log: shuffled<Happening | Move>(random, [
      ...stories.map(({ happened }) => happened),
      moves ? createMoves(makers, memberships) : [],
    ]),
  };
}

function createMemberships({ random, now }: Makers): Membership[] {
  const dayIn = (days: number) => new Date(now.getTime() + days * day).toISOString().slice(0, 10);
  return states.flatMap((state) =>
    bodies.flatMap((body): Membership[] => {
      const kind = random.below(7);
      const times = [
        { from: null, until: null },
        { from: dayIn(-400), until: null },
        { from: dayIn(0), until: dayIn(2) }, // since today
        { from: dayIn(-400), until: dayIn(0) }, // until yesterday: a former member
        { from: dayIn(2), until: null }, // not yet
      ][kind];
      return times ? [{ state, body, ...times }] : [];
    }),
  );
}

function createPersons({ random, now, ago, uuid }: Makers): Person[] {
  const state = (): Owner => `s:${random.pick(states)}`;
  const body = (): Owner => `b:${random.pick(bodies)}`;
  const held = (role: RoleName, of: Owner | null): Role => ({ role, of, from: ago(30 * day), until: null });
  const kinds: (() => Role[])[] = [
    () => [held('FOCAL_POINT', 's:KEN')],
    () => [held('FOCAL_POINT', state())],
    () => [held('FOCAL_POINT', state())],
    () => [held('ALTERNATE', state())],
    () => [held('CONTRIBUTOR', state())],
    () => [held('CONTRIBUTOR', body())],
    () => [held('OFFICER', body())],
    () => [held('OFFICER', 'b:igad')],
    () => [held('REVIEWER', state())],
    () => [held('REVIEWER', body())],
    () => [held('CURATOR', null)],
    () => [held('AUDITOR', null)],
    () => [held('AUDITOR', null), held('CONTRIBUTOR', state())],
    () => [held('CURATOR', null), held('REVIEWER', state())],
    () => [held('CONTRIBUTOR', state()), held('OFFICER', body())],
    () => [{ ...held('FOCAL_POINT', state()), until: ago(minute) }], // over
    () => [{ ...held('REVIEWER', state()), until: ago(minute) }, held('AUDITOR', null)],
    () => [{ ...held('OFFICER', body()), from: new Date(now.getTime() + day) }], // to come
    () => [{ ...held('FOCAL_POINT', state()), until: new Date(now.getTime() + day) }, held('CONTRIBUTOR', body())],
  ];
  return kinds.map((roles) => {
    const person = { kind: 'person' as const, key: uuid(), roles: roles() };
    const name = person.roles.map(({ role, of, from, until }) => {
      const time = until && until <= now ? ' (over)' : from > now ? ' (to come)' : '';
      return `${role}${of ? ` of ${of}` : ''}${time}`;
    });
    return { ...person, name: name.join(' and ') };
  });
}

function createClients({ random, now, ago, uuid }: Makers): ApiClient[] {
  const kinds: [ApiClient['ceiling'], string[], Date | null, Date | null][] = [
    ['AMBER', readScopes, null, null],
    ['AMBER', readScopes, new Date(now.getTime() + day), null],
    ['AMBER', readScopes, null, null],
    ['GREEN', readScopes, null, null],
    ['CLEAR', readScopes, null, null],
    ['AMBER', ['events:read', 'directory:read'], null, null],
    ['AMBER', readScopes, ago(minute), null],
    ['AMBER', readScopes, null, ago(minute)],
  ];
  return kinds.map(([ceiling, scopes, expiresAt, endedAt]) => {
    const owner = random.pick(owners);
    const time = expiresAt && expiresAt <= now ? ' (expired)' : endedAt ? ' (ended)' : '';
    const name = `client of ${owner}, ${ceiling}, [${scopes.join(' ')}]${time}`;
    return { kind: 'client', key: uuid(), name, owner, ceiling, scopes, expiresAt, endedAt };
  });
}

/** Some of today’s memberships began, and some former ones ended, while the log was written. */
function createMoves({ random, ago, uuid, now }: Makers, memberships: Membership[]): Move[] {
  const today = now.toISOString().slice(0, 10);
  return memberships
    .filter(({ from, until }) => (from && from <= today) || (until && until <= today))
    .filter(() => random.chance(0.5))
    .map(({ state, body, until }) => ({
      id: uuid(),
      type: 'MEMBERSHIP_CHANGED',
      at: ago(day),
      state,
      body,
      joined: !(until && until <= today),
    }));
}

/** One list out of many, each in its own order. */
function shuffled<T>(random: Random, lists: readonly T[][]): T[] {
  const left = lists.map((list) => [...list]).filter((list) => list.length > 0);
  const all: T[] = [];
  while (left.length > 0) {
    const at = random.below(left.length);
    all.push(left[at]!.shift()!);
    if (left[at]!.length === 0) left.splice(at, 1);
  }
  return all;
}

const uuid = (random: Random): string =>
  'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => random.below(16).toString(16));
