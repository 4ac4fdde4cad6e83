/** A State that writes without pause: practices revised again and again, each time under a text that says when. */
import { referenceKey } from '@hub/kit/ids';
import type { Hub } from '../../hub.js';
import { completePractice, createMutation, done, submitMutation, updateMutation } from '../../practices.js';

export const owner = 'KEN';
const role = `focal-point:${owner}`;

export interface Audience {
  memberStates: string[];
  regionalBodies: string[];
}

export interface Storm {
  id: string;
  key: string;
  /** Whether the audience was cut; set when that is committed. */
  tightened: boolean;
  /** Takes States out of the audience, between one event and the next. */
  cut(states: readonly string[]): Promise<void>;
  /** How often it was revised. */
  revisions: number;
  stop(): Promise<void>;
}

const pauseMs = 60;

/** Starts a storm over one practice that `audience` may see. */
export async function startStorm(hub: Hub, audience: Audience): Promise<Storm> {
  const created = await hub.data(role, createMutation, {
    input: { owner: { memberState: owner }, ...completePractice, marking: 'AMBER', audience },
  });
  let practice = done(created.createPractice);
  const { id } = practice;
  const submit = async () => {
    const input = { id, expectedRevision: practice.revision };
    practice = done((await hub.data(role, submitMutation, { input })).submitPractice);
  };
  const update = async (change: object) => {
    const input = { id, expectedRevision: practice.revision, ...change };
    practice = done((await hub.data(role, updateMutation, { input })).updatePractice);
  };
  await submit();
  let stopped = false;
  let wanted: { states: readonly string[]; resolve: () => void; reject: (error: unknown) => void } | null = null;
  const storm: Storm = {
    id,
    key: referenceKey('Practice', id)!,
    tightened: false,
    revisions: 0,
    cut: (states) => new Promise((resolve, reject) => (wanted = { states, resolve, reject })),
    async stop() {
      stopped = true;
      await running;
    },
  };
  const step = async () => {
    if (wanted) {
      const { states, resolve, reject } = wanted;
      wanted = null;
      const memberStates = audience.memberStates.filter((state) => !states.includes(state));
      await update({ audience: { ...audience, memberStates } }).then(resolve, reject);
      storm.tightened = true;
    }
    const when = storm.tightened ? after : before;
    await update({ title: `${when} ${storm.revisions}`, narrative: { context: `${when} ${storm.revisions}` } });
    await submit();
    storm.revisions += 1;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  };
  const run = async () => {
    while (!stopped) await step();
  };
  const running = run();
  return storm;
}

/** What a text says that was written before, or after, the audience was cut. */
export const before = 'written before the cut';
export const after = 'written after the cut';
