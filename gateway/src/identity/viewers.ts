/**
 * Who is who, kept while membership's log is heard. An entry of the log drops what is kept of those it concerns, and
 * an answer that was under way meanwhile is not kept. While the log is not heard, each request asks.
 *
 * Who has something open *watches*: they are told when membership's answer becomes another, within the second that the
 * log may be silent. One look-up serves all that the same person has open.
 */
import { isDeepStrictEqual } from 'node:util';
import type { HubError } from '@hub/kit/errors';
import type { Log } from '@hub/kit/log';
import type { LogEntry, Membership, Question, Standing } from './membership.js';
import { followMembershipLog } from './membershipLog.js';

export interface Watcher {
  /** They are, or may do, something else than before. */
  changed(standing: Standing): void;
  /** SUBGRAPH_UNAVAILABLE: it cannot be known whether they are and may what they did. */
  ended(error: HubError): void;
}

export interface Viewers {
  /** Throws SUBGRAPH_UNAVAILABLE when membership cannot be asked. */
  of(question: Question): Standing | Promise<Standing>;
  /** Watches from `standing` on, until the returned function is called or it has ended. */
  watch(question: Question, standing: Standing, watcher: Watcher): () => void;
  close(): Promise<void>;
}

interface Watched {
  question: Question;
  standing: Standing;
  /** Which question it answers: an answer to an earlier one comes too late. */
  asked: number;
  watchers: Set<Watcher>;
  /** Looks again when the answer changes by itself. */
  timer?: NodeJS.Timeout | undefined;
}

const most = 20_000; // some kB each
const longestTimerMs = 2 ** 31 - 1;

export function createViewers(membership: Membership, log: Log, now: () => Date): Viewers {
  const kept = new Map<string, { question: Question; standing: Standing }>(); // the oldest first
  const asking = new Map<string, Promise<Standing>>();
  const watched = new Map<string, Watched>();
  let heardOf = 0; // how often the log had something to tell
  let questions = 0;

  const ask = (question: Question, key: string): Promise<Standing> => {
    const shared = asking.get(key);
    if (shared) return shared;
    const before = heardOf;
    const asked = ++questions;
    const answer = membership.standingOf(question).then((standing) => {
      if (before === heardOf) keep(key, question, standing);
      compare(key, standing, asked);
      return standing;
    });
    asking.set(key, answer);
    const over = () => void (asking.get(key) === answer && asking.delete(key));
    answer.then(over, over);
    return answer;
  };
  const keep = (key: string, question: Question, standing: Standing) => {
    kept.delete(key);
    kept.set(key, { question, standing });
    for (const oldest of kept.keys()) {
      if (kept.size <= most) break;
      kept.delete(oldest);
    }
  };

  /** Tells who watches when an answer is another than the last. */
  const compare = (key: string, standing: Standing, asked: number) => {
    const group = watched.get(key);
    if (!group || group.asked > asked) return;
    group.asked = asked;
    const changed = !isEqual(group.standing, standing);
    group.standing = standing;
    lookAgain(key, group);
    if (changed) for (const watcher of [...group.watchers]) watcher.changed(standing);
  };
  const lookAgain = (key: string, group: Watched) => {
    clearTimeout(group.timer);
    const { validUntil } = group.standing;
    if (validUntil === Infinity) return;
    const inMs = Math.min(Math.max(minimumMs, validUntil - now().getTime()), longestTimerMs);
    group.timer = setTimeout(() => recheck(key, group), inMs);
  };
  const recheck = (key: string, group: Watched) => {
    kept.delete(key);
    ask(group.question, key).catch((error: HubError) => {
      if (watched.get(key) !== group) return;
      forget(key, group);
      for (const watcher of [...group.watchers]) watcher.ended(error);
    });
  };
  const forget = (key: string, group: Watched) => {
    clearTimeout(group.timer);
    if (watched.get(key) === group) watched.delete(key);
  };

  const drop = (concerns: (question: Question, standing: Standing) => boolean) => {
    heardOf += 1;
    asking.clear(); // what is under way may have been read before; it serves those who asked, and nobody after them
    for (const [key, { question, standing }] of kept) if (concerns(question, standing)) kept.delete(key);
    for (const [key, group] of watched) if (concerns(group.question, group.standing)) recheck(key, group);
  };
  const follower = followMembershipLog({
    read: (question, closed) => membership.readLog(question, closed),
    log,
    onEntries: (entries) => drop((question, standing) => entries.some((entry) => concerns(entry, question, standing))),
    onRestart: () => drop(() => true),
    onSilence() {
      for (const [key, group] of watched) recheck(key, group);
    },
  });
  return {
    of(question) {
      const key = JSON.stringify(question);
      const known = kept.get(key)?.standing;
      return known && follower.heard() && now().getTime() < known.validUntil ? known : ask(question, key);
    },
    watch(question, standing, watcher) {
      const key = JSON.stringify(question);
      let group = watched.get(key);
      if (!group) {
        watched.set(key, (group = { question, standing, asked: 0, watchers: new Set() }));
        lookAgain(key, group);
      } else if (!isEqual(group.standing, standing)) queueMicrotask(() => watcher.changed(group!.standing));
      group.watchers.add(watcher);
      // Something was told between the look-up and now: it may have been about them.
      if (kept.get(key)?.standing !== standing) recheck(key, group);
      return () => {
        group.watchers.delete(watcher);
        if (group.watchers.size === 0) forget(key, group);
      };
    },
    async close() {
      for (const [key, group] of watched) forget(key, group);
      await follower.close();
    },
  };
}

const minimumMs = 20; // clocks differ: a service that is behind would be asked without end

/** Until when it holds is no change of what it says. */
const isEqual = (one: Standing, other: Standing): boolean =>
  one.signedOutAt === other.signedOutAt && isDeepStrictEqual(one.viewer, other.viewer);

/** Whether an entry of the log is about somebody. What names nobody we know how to find is about everybody. */
export function concerns(entry: LogEntry, question: Question, { viewer }: Standing): boolean {
  const { issuer, subject, session, person, client, state, body } = entry;
  if (issuer)
    return (
      question['issuer'] === issuer &&
      (subject ? question['subject'] === subject : true) &&
      (session ? question['sid'] === session || question['sid'] === undefined : true)
    );
  if (!viewer) return true; // they may have joined just now
  if (person || client) return viewer.key === (person ?? client);
  const of = state ? `s:${state}` : body ? `b:${body}` : null;
  return of === null || viewer.roles.some((held) => held.of === of);
}
